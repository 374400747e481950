"""The seconds after Skicka in which it can be undone.

The press checks all, takes the number and keeps what will go; nothing else. When its time has come the worker sends it,
with the row taken out in the same transaction: so it goes once, whatever is killed in between and however many ask.
Undone, it leaves no version, no event and no letter. While it waits nothing changes the draft (drafting.may_edit).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.standing import Standing
from extensions import db
from models import Firm, HeldSending, Quote, User
from services import nudge, once, scope, standing, transaction
from services.actors import Actor
from services.deal import reminding
from services.errors import NotFound, RuleBroken, Stale
from services.installation import settings
from services.quotes import drafting, giving, sending
from services.quotes.contracting import Signature
from services.quotes.sending import Hold, Sending

JOB = "send_held"


class Pressed(Struct, frozen=True):
    """What became of Skicka: it goes at `due_at`, or it has gone, perhaps with an address to hand over."""

    due_at: datetime | None = None
    address: str = ""


def press(firm_id: int, n: int, asked: Sending, *, actor: Actor, key: str, now: datetime) -> Pressed:
    """Send in a while, or at once where it cannot be undone: a link is handed over, or the setting says so. Commits.

    Pressed twice it is one. Raises what `sending.send` raises.
    """
    wait = settings().SEND_HOLD_SECONDS
    if not wait or asked.way in giving.AT_ONCE:
        return Pressed(address=sending.send(firm_id, n, asked, actor=actor, key=key, now=now))
    transaction.start_writing()
    if once.answer(firm_id, key, sending.ACT, asked.facts(n)) is not None:
        return Pressed(_due_at(firm_id, n))
    quote, sender = sending.check(firm_id, n, asked, actor=actor, now=now)
    due_at = now + timedelta(seconds=wait)
    sending.take_number(quote, now=now)
    if quote.hold == drafting.STOPPED:  # the one that could not go is overtaken
        _remove(quote)
        quote.turn = "none"
    quote.hold, sender.last_way = drafting.HELD, asked.way
    db.session.add(
        HeldSending(
            firm_id=firm_id,
            quote_id=quote.id,
            user_id=sender.id,
            once_key=key[: once.LONGEST],
            way=asked.way,
            email=asked.email if asked.way == giving.MAIL else "",
            phone=asked.phone if asked.way == giving.SMS else "",
            valid_until=asked.valid_until,
            message=asked.message,
            seen=asked.seen,
            signed_way=asked.signature.way if asked.signature else "",
            signed_at=asked.signature.at if asked.signature else None,
            ip=actor.ip,
            user_agent=actor.user_agent[:300],
            created_at=now,
            due_at=due_at,
        )
    )
    reminding.keep_choice(quote, asked.remind_days, now=now)
    quote.signing_method = asked.signing or quote.signing_method
    once.remember(firm_id, key, sending.ACT, asked.facts(n), at="held", now=now)
    nudge.after_commit(JOB, delay=wait)
    try:
        transaction.commit()
    except IntegrityError:  # PostgreSQL: the other press was between the two looks
        transaction.rollback()
        return Pressed(_due_at(firm_id, n))
    return Pressed(due_at)


def find(firm_id: int, quote_id: int) -> HeldSending | None:
    """What waits to be sent, or could not be."""
    return scope.find(HeldSending, firm_id, HeldSending.quote_id == quote_id)


def undo(firm_id: int, n: int, *, version: int) -> str:
    """Call the sending back, or put away one that could not go: "undone". Commits. Raises NotFound.

    The form may act again, and what was typed in it stays with the draft. "sent": too late, there is a newer version
    than the one that the page showed. "nothing": it was undone before.
    """
    quote = drafting.get(firm_id, n, lock=True)
    held = scope.find(HeldSending, firm_id, HeldSending.quote_id == quote.id, lock=True)
    if held is None:
        if quote.hold:  # a row that went with its user
            quote.hold = ""
            transaction.commit()
        return "sent" if quote.version > version else "nothing"
    once.forget(firm_id, held.once_key)
    quote.message = held.message
    if not quote.version:  # else it is the last day of what lies with the customer
        quote.valid_until = held.valid_until
    if held.stopped and quote.turn == "firm" and not quote.version:
        quote.turn = "none"
    quote.hold = ""
    db.session.delete(held)
    transaction.commit()
    return "undone"


def due(now: datetime) -> list[int]:
    """Ids of what is to go now, of all firms, oldest first."""
    with transaction.reading():
        statement = (
            select(HeldSending.id)
            .where(HeldSending.stopped == "", HeldSending.due_at <= now, standing.of_the_active(HeldSending))
            .order_by(HeldSending.due_at, HeldSending.id)
        )
        return list(db.session.scalars(statement))


def go(held_id: int, *, now: datetime) -> None:
    """Send one; where a rule forbids it, it waits on the firm with the rule's name. Commits.

    What else goes wrong is raised: the row stays, and the next round tries again.
    """
    with transaction.reading():
        found = _waiting(held_id)
    if found is None:  # undone, or gone with another worker
        return
    firm_id, n, asked, actor, hold = found
    transaction.only_read()
    try:
        sending.send(firm_id, n, asked, actor=actor, key="", now=now, hold=hold)
    except (RuleBroken, NotFound, Stale) as error:
        if (code := _code(error)) != Standing.SUSPENDED:  # else it waits
            _stop(firm_id, n, hold, code, now)
    finally:
        transaction.rollback()
        transaction.may_write()


def _waiting(held_id: int) -> tuple[int, int, Sending, Actor, Hold] | None:
    row = db.session.execute(
        select(HeldSending, Quote.n, User, Firm)
        .join(Quote, (Quote.firm_id == HeldSending.firm_id) & (Quote.id == HeldSending.quote_id))
        .join(User, (User.firm_id == HeldSending.firm_id) & (User.id == HeldSending.user_id))
        .join(Firm, Firm.id == HeldSending.firm_id)
        .where(HeldSending.id == held_id, HeldSending.stopped == "")
    ).one_or_none()
    if row is None:
        return None
    held, n, user, firm = row
    asked = Sending(
        held.email,
        held.valid_until,
        held.message,
        seen=held.seen,
        way=held.way,
        phone=held.phone,
        signature=Signature(user.name, held.signed_way, held.signed_at) if held.signed_at else None,
    )
    actor = Actor(firm.id, firm.public_id, f"user:{user.public_id}", user.name, user.id, held.ip, held.user_agent)
    return firm.id, n, asked, actor, Hold(held.id, held.created_at)


def _stop(firm_id: int, n: int, hold: Hold, code: str, now: datetime) -> None:
    """Keep it, with the reason, and give the firm the turn. Nothing if it was undone meanwhile. Commits."""
    transaction.start_writing()
    quote = drafting.get(firm_id, n, lock=True)
    held = scope.find(HeldSending, firm_id, HeldSending.id == hold.id, HeldSending.stopped == "", lock=True)
    if held is None:
        return
    held.stopped, held.stopped_at = code, now
    quote.hold, quote.turn, quote.touched_at = drafting.STOPPED, "firm", now
    transaction.commit()


def _code(error: Exception) -> str:
    if isinstance(error, Stale):
        return "stale"
    return error.code if isinstance(error, RuleBroken) else "sender_gone"


def _remove(quote: Quote) -> None:
    db.session.execute(scope.remove(HeldSending, quote.firm_id).where(HeldSending.quote_id == quote.id))


def _due_at(firm_id: int, n: int) -> datetime | None:
    held = find(firm_id, drafting.get(firm_id, n).id)
    return held.due_at if held and not held.stopped else None
