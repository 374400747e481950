"""Leaving: a termination with its dates and the owner's choice, undone until the erasure begins.

The dates are reckoned in domain/closing_dates.py.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from domain.clock import end_of_day, stockholm_date
from domain.closing_dates import REMINDER_DAYS, ClosingDates, closing_dates, fees_until, parse_notice
from domain.terminations import ENTERED, Channel, Choice, Reason, may_undo
from extensions import db
from models import Closing, Firm, User, new_public_id
from services import events, leaving_letters, logins, scope, standing, transaction
from services.actors import Actor, system
from services.errors import NotFound, RuleBroken, Stale
from services.installation import settings


def plan(now: datetime, received_on: date | None = None) -> ClosingDates:
    """The dates a termination entered now would get."""
    chosen = settings()
    return closing_dates(
        now,
        notice=parse_notice(chosen.NOTICE),
        closing_days=chosen.CLOSING_DAYS,
        backup_days=chosen.BACKUP_DAYS,
        received_on=received_on,
    )


def fees_of_plan(now: datetime) -> date:
    """The last day that a termination confirmed now would be paid for."""
    return fees_until(parse_notice(settings().NOTICE), stockholm_date(now))


def dates_of(closing: Closing) -> ClosingDates:
    """The dates of a confirmed termination; backups by the setting of today."""
    return ClosingDates(closing.effective_at, closing.erase_after, settings().BACKUP_DAYS)


def running(firm_id: int) -> Closing | None:
    """The firm's termination that has not been undone."""
    return scope.find(Closing, firm_id, Closing.undone_at.is_(None))


def choices() -> tuple[Choice, ...]:
    """What an owner can choose here."""
    return tuple(Choice) if settings().LOCK_BOOKKEEPING else (Choice.ERASE_ALL,)


def ask(
    user: User, *, password: str, reason: str, choice: str = "", ends: int | None = None, actor: Actor, now: datetime
) -> Closing:
    """Confirm the termination. Asked again while one runs, that one is the answer.

    `choice` is empty or one of `choices()`; `ends` the last month of the fiscal year, which locking asks for. Raises
    WrongPassword, TooMany.
    """
    user_id, firm_id = user.id, actor.firm_id
    logins.check_password(user, password, now=now)
    firm = _lock(firm_id)
    if closing := running(firm_id):
        transaction.commit()  # the password was right: its try is given back
        return closing
    closing = _new(firm, Channel.SETTINGS, stockholm_date(now), now)
    closing.user_id, closing.reason = user_id, reason
    _choose(closing, firm, choice, ends, now)
    return _begin(closing, actor, now)


def enter(
    firm: Firm, channel: str, received_on: date, note: str, now: datetime, *, reason: str = "", by: str = "page"
) -> Closing:
    """Enter a termination that came in otherwise, or the operator's own, which needs a reason. Commits.

    `received_on` is the day it came in, Stockholm. Entered again, the one that runs is the answer; one that came in
    otherwise is another. Raises RuleBroken("bad_channel" | "received_later" | "reason_missing" | "already_closing").
    """
    if channel not in ENTERED:
        raise RuleBroken("bad_channel")
    if received_on > stockholm_date(now):
        raise RuleBroken("received_later")
    if channel == Channel.OPERATOR and reason not in tuple(Reason):
        raise RuleBroken("reason_missing")
    return begin(_lock(firm.id), Channel(channel), received_on, now, note=note, reason=reason, by=f"operator:{by}")


def begin(
    firm: Firm, channel: Channel, received_on: date, now: datetime, *, note: str = "", reason: str = "", by: str
) -> Closing:
    """Begin a termination that no owner has confirmed here: what is left is for them to choose. Commits."""
    if closing := running(firm.id):
        if closing.channel != channel:
            raise RuleBroken("already_closing")
        return closing
    closing = _new(firm, channel, received_on, now)
    closing.noted, closing.reason = note, reason
    return _begin(closing, Actor(firm.id, firm.public_id, by), now)


def choose(choice: str, ends: int | None, *, seen: str, actor: Actor, now: datetime) -> None:
    """Choose what becomes of what is left, or leave it open, until the erasure begins. Commits.

    `seen` is `mark` of what the form was drawn from. Raises NotFound, RuleBroken("not_offered"), Stale.
    """
    firm = _lock(actor.firm_id)
    closing = _still_whole(firm)
    if (closing.choice, firm.fiscal_year_ends) == (choice, ends or firm.fiscal_year_ends):
        return
    if seen != mark(closing):
        raise Stale
    _choose(closing, firm, choice, ends, now)
    events.record("firm.close_chosen", _obj(closing), actor=actor, at=now, data=_choice(closing, firm))
    transaction.commit()


def mark(closing: Closing) -> str:
    """Names the choice as it is now, for `choose`."""
    return closing.chosen_at.isoformat() if closing.chosen_at else ""


def undo(*, actor: Actor, now: datetime) -> None:
    """Take the termination back, until the erasure begins, also while that waits for its hour. Commits.

    Raises NotFound when none runs any more, RuleBroken("not_yours").
    """
    firm = _lock(actor.firm_id)
    closing = _still_whole(firm)
    if not may_undo(closing.channel, actor.ref):
        raise RuleBroken("not_yours")
    closing.undone_at = now
    data = {"last_day": stockholm_date(closing.erase_after).isoformat()}
    events.record("firm.close_undone", _obj(closing), actor=actor, at=now, data=data)
    leaving_letters.queue_closing_undone(closing, now=now)
    transaction.commit()


def unanswered(now: datetime) -> list[int]:
    """Ids of the firms that close within days and whose owners have not chosen what becomes of what is left."""
    with transaction.reading():
        statement = select(Closing.firm_id).where(
            Closing.undone_at.is_(None),
            Closing.choice == "",
            Closing.erase_after >= now,
            Closing.erase_after <= now + timedelta(days=REMINDER_DAYS),
            standing.of_those_here(Closing),
        )
        return sorted(db.session.scalars(statement))


def remind(firm_id: int, *, now: datetime) -> None:
    """Tell its owners, once for each termination. Commits."""
    firm = _lock(firm_id)
    closing = running(firm_id)
    if closing is None or closing.choice or _is_reminded(closing):
        transaction.rollback()
        return
    data = {"last_day": stockholm_date(closing.erase_after).isoformat()}
    events.record("firm.close_reminded", _obj(closing), actor=system(firm_id, firm.public_id), at=now, data=data)
    leaving_letters.queue_closing_reminder(closing, now=now)
    transaction.commit()


def _is_reminded(closing: Closing) -> bool:
    return any(event.act == "firm.close_reminded" for event in events.of_object(closing.firm_id, _obj(closing)))


def lock_whole(firm_id: int) -> Closing:
    """The termination that runs, for a change of it. Raises NotFound once the erasure has begun."""
    return _still_whole(_lock(firm_id))


def _lock(firm_id: int) -> Firm:
    """Two who act take turns, and so does the erasure that begins."""
    return db.session.scalars(select(Firm).where(Firm.id == firm_id).with_for_update()).one()


def _still_whole(firm: Firm) -> Closing:
    """The termination that runs and of which nothing is erased yet. Raises NotFound."""
    from services.privacy import erasure  # it leans on the letters that are written here

    closing = running(firm.id)
    if closing is None or erasure.has_begun(firm.public_id):
        raise NotFound
    db.session.refresh(closing)  # as it is under the lock: the page may have read it before another's act
    return closing


def _new(firm: Firm, channel: Channel, received_on: date, now: datetime) -> Closing:
    dates = plan(now, received_on)
    return Closing(
        firm_id=firm.id,
        public_id=new_public_id(),
        channel=channel,
        confirmed_at=min(now, end_of_day(received_on)),
        effective_at=dates.effective_at,
        fees_until=fees_until(parse_notice(settings().NOTICE), received_on),
        erase_after=dates.erase_after,
    )


def _begin(closing: Closing, actor: Actor, now: datetime) -> Closing:
    """Its event and the letter to every owner. Commits."""
    db.session.add(closing)
    dates = dates_of(closing)
    data: dict[str, object] = {
        "choice": closing.choice,
        "channel": closing.channel,
        "received_on": stockholm_date(closing.confirmed_at).isoformat(),
        "effective_on": dates.effective_on.isoformat(),
        "last_day": dates.last_day.isoformat(),
    }
    if closing.channel == Channel.OPERATOR:
        data["reason"] = closing.reason  # a code; an owner's words stay out of the chain
    note = {"note": closing.noted} if closing.noted else {}
    events.record("firm.close_asked", _obj(closing), actor=actor, at=now, data=data, personal=note)
    leaving_letters.queue_closing_receipt(closing, now=now)
    transaction.commit()
    return closing


def _choose(closing: Closing, firm: Firm, choice: str, ends: int | None, now: datetime) -> None:
    offered = choices()
    if choice and choice not in offered:
        raise RuleBroken("not_offered")
    closing.choice, closing.chosen_at = choice, now if choice or closing.chosen_at else None
    if choice == Choice.LOCK_BOOKKEEPING and ends:
        firm.fiscal_year_ends = ends


def _choice(closing: Closing, firm: Firm) -> dict[str, object]:
    is_locked = closing.choice == Choice.LOCK_BOOKKEEPING
    return {"choice": closing.choice} | ({"fiscal_year_ends": firm.fiscal_year_ends} if is_locked else {})


def _obj(closing: Closing) -> str:
    return f"closing:{closing.public_id}"
