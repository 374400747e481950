"""The operator suspends a firm and restores it. All stays as it was: it only reads meanwhile (domain/standing.py)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from domain.standing import Reason, Standing
from extensions import db
from models import Firm
from services import events, logins, standing, standing_letters, transaction
from services.actors import Actor
from services.errors import NotFound, RuleBroken, Stale

LONGEST_NOTE = 300


def suspend(firm_public_id: str, reason: str, note: str = "", *, by: str, now: datetime) -> None:
    """Let it read, take its data out and leave, and nothing else. Again for the same reason changes nothing. Commits.

    For security all its logins and mailed links end at once. The owners are told why; `by` is page or command. Raises
    NotFound, RuleBroken("bad_reason" | "note_missing" | "already_suspended").
    """
    if reason not in tuple(Reason):
        raise RuleBroken("bad_reason")
    if reason == Reason.OTHER and not note:
        raise RuleBroken("note_missing")
    firm = _lock(firm_public_id)
    if firm.standing == Standing.SUSPENDED:
        if firm.standing_reason != reason:
            raise RuleBroken("already_suspended")
        transaction.rollback()
        return
    firm.standing, firm.standing_at, firm.standing_reason = Standing.SUSPENDED, now, reason
    actor = _operator(firm, by)
    told = {"note": note[:LONGEST_NOTE]} if note else {}
    events.record("firm.suspended", _obj(firm), actor=actor, at=now, data={"reason": reason}, personal=told)
    if reason == Reason.SECURITY:
        logins.end_of_firm(firm, actor=actor, now=now)
    standing_letters.queue_suspended(firm, now=now)
    transaction.commit()


def restore(firm_public_id: str, *, seen: str | None = None, by: str, now: datetime) -> None:
    """Let it do all again, as it was. Nothing for one that is not suspended. Commits.

    `seen` is `mark` of what the form was drawn from; None looks at nothing. Its time without use begins anew. Raises
    NotFound, Stale.
    """
    firm = _lock(firm_public_id)
    if firm.standing != Standing.SUSPENDED:
        transaction.rollback()
        return
    if seen not in (None, mark(firm)):
        raise Stale
    data = {"reason": firm.standing_reason}
    firm.standing, firm.standing_at, firm.standing_reason = Standing.ACTIVE, now, ""
    firm.active_at, firm.inactive_warned = now, 0
    events.record("firm.restored", _obj(firm), actor=_operator(firm, by), at=now, data=data)
    standing_letters.queue_restored(firm, now=now)
    transaction.commit()


def mark(firm: Firm) -> str:
    """Names the suspension as it is now, for `restore`."""
    return firm.standing_at.isoformat() if firm.standing_at else ""


def _lock(firm_public_id: str) -> Firm:
    statement = select(Firm).where(Firm.public_id == firm_public_id, standing.IS_HERE)
    statement = statement.with_for_update(key_share=True)  # rows that name the firm go on being written
    firm = db.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if firm is None:
        raise NotFound
    return firm


def _operator(firm: Firm, by: str) -> Actor:
    return Actor(firm_id=firm.id, firm_public_id=firm.public_id, ref=f"operator:{by}")


def _obj(firm: Firm) -> str:
    return f"firm:{firm.public_id}"
