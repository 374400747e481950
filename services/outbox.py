"""Letters waiting to be sent: queued in the transaction of the act, claimed by the worker under a lease."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, or_, select, update

from domain import notices
from extensions import db
from models import Firm, Letter, Quote, new_public_id
from services import events, nudge, standing, transaction, users
from services.actors import system

LEASE = timedelta(minutes=2)
# wait before the next try, by number of tries made; after the last the letter has failed
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 480, 720, 1440, 1440)]
LONGEST = sum(WAITS, timedelta())  # that a letter waits for a server that nobody reaches
SERVER_WAIT = timedelta(seconds=50)  # over at the next tick, a minute after the last
FARTHEST = timedelta(days=14)  # none is put off so long, by tries or red days: the clock has been set back since
TO_FIRM = "_to_firm"  # ends the name of most kinds that go to the firm's own people
TO_APPLICANT = "applicant_"  # begins the name of a kind that goes to a co-applicant
TO_FIRM_TOO = ("link_wanted", "quote_declined")
CODES = ("signing_code", "signing_code_sms")
TEXT = "_sms"  # ends the name of a kind that is a text message
# kinds that keep quiet hours, also when they were kept waiting
BY_DAY = (
    *("reminder", "reminder_sms", "applicant_reminder", "details_reminder"),
    *("page_closes", "page_closes_sms", "page_stays", "page_stays_sms"),
)


def is_to_applicant(kind: str) -> bool:
    """Whether letters of this kind go to a co-applicant: an address that the customer gave, and looks after."""
    return kind.startswith(TO_APPLICANT)


def is_to_firm(kind: str) -> bool:
    """Whether letters of this kind go to the firm's own people."""
    return kind.endswith(TO_FIRM) or kind in TO_FIRM_TOO


def is_to_customer(kind: str) -> bool:
    """Whether letters of this kind go to who gets the quote, so that the firm is to do something if one is lost."""
    return not is_to_firm(kind) and not is_to_applicant(kind)


def is_text(kind: str) -> bool:
    """Whether it is a text message, to a number, and no letter."""
    return kind.endswith(TEXT)


def is_code(kind: str) -> bool:
    """Whether it carries a one-time code: it goes where the version says, so another link does not help."""
    return kind in CODES


def queue(
    kind: str,
    to: str,
    params: Mapping[str, object],
    *,
    firm_id: int | None,
    now: datetime,
    quote_id: int | None = None,
) -> Letter:
    """Add a letter to the running transaction. `params` are ids the letter is drawn from when it is sent."""
    letter = Letter(**_row(kind, to, params, firm_id, quote_id, now))
    db.session.add(letter)
    nudge.after_commit("send_mail")
    return letter


def queue_about(quote: Quote, letters: Iterable[tuple[str, str, Mapping[str, object]]], *, now: datetime) -> None:
    """Add some about one quote, (kind, to, params) each, in one statement however many they are."""
    rows = [_row(*letter, quote.firm_id, quote.id, now) for letter in letters]
    db.session.execute(insert(Letter), rows)
    nudge.after_commit("send_mail")


def _row(
    kind: str, to: str, params: Mapping[str, object], firm_id: int | None, quote_id: int | None, now: datetime
) -> dict[str, Any]:
    return {
        "firm_id": firm_id,
        "public_id": new_public_id(),
        "kind": kind,
        "to_address": to,
        "params": json.dumps(dict(params), sort_keys=True),
        "quote_id": quote_id,
        "next_at": now,
        "created_at": now,
    }


def claim(now: datetime) -> Letter | None:
    """Take the next letter that is due, under a lease; committed before it is returned."""
    statement = (
        select(Letter)
        .where(
            Letter.state == "queued",
            or_(Letter.next_at <= now, Letter.next_at > now + FARTHEST),
            or_(Letter.lease_until.is_(None), Letter.lease_until < now),
            or_(Letter.firm_id.is_(None), standing.of_those_here(Letter)),
        )
        .order_by(Letter.next_at, Letter.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    letter = db.session.scalar(statement)
    if letter is None:
        transaction.rollback()
        return None
    letter.attempts += 1
    letter.lease_until = now + LEASE
    transaction.commit()
    return letter


def accepted(letter: Letter, reply: str, *, now: datetime) -> None:
    """The receiving server took the letter: its reply line is kept and, for a quote, becomes an event."""
    letter.state, letter.reply, letter.done_at, letter.lease_until = "sent", reply, now, None
    _record(letter, "sms.accepted" if is_text(letter.kind) else "mail.accepted", reply, now)
    if letter.firm_id is None:
        letter.to_address = ""
    transaction.commit()


def postpone(letter: Letter, reply: str, *, now: datetime) -> bool:
    """A passing fault: try again later. False, and the letter has failed, when it was the last try."""
    if letter.attempts > len(WAITS):
        refused(letter, reply, now=now)
        return False
    letter.next_at = now + WAITS[letter.attempts - 1]
    letter.reply, letter.lease_until = reply, None
    transaction.commit()
    return True


def wait_for_server(letter: Letter, reply: str, *, now: datetime) -> bool:
    """No server was reached, which is no letter's fault: all that are due wait together, so that they go in order.

    False, and the letter has failed, when it has waited too long.
    """
    if letter.created_at + LONGEST <= now:
        refused(letter, reply, now=now)
        return False
    until = now + SERVER_WAIT
    due = Letter.state == "queued", Letter.next_at <= until, ~Letter.kind.endswith(TEXT, autoescape=True)
    db.session.execute(update(Letter).where(*due).values(next_at=until))
    letter.attempts -= 1
    letter.next_at, letter.reply, letter.lease_until = until, reply, None
    transaction.commit()
    return True


def hold(letter: Letter, until: datetime) -> None:
    """It is not tried before this moment, and that was no try."""
    letter.attempts -= 1
    letter.next_at, letter.lease_until = until, None
    transaction.commit()


def drop(letter: Letter, *, now: datetime) -> None:
    """It has lost its reason since it was queued, and is not sent."""
    letter.state, letter.done_at, letter.lease_until = "dropped", now, None
    transaction.commit()


def refused(letter: Letter, reply: str, *, now: datetime) -> None:
    """A final fault: the reason stays on the quote's timeline and the quote asks for the firm's attention."""
    letter.state, letter.reply, letter.done_at, letter.lease_until = "failed", reply, now, None
    if letter.quote_id is not None and letter.firm_id is not None and not is_to_firm(letter.kind):
        _record(letter, "sms.failed" if is_text(letter.kind) else "mail.bounced", reply, now)
    if letter.quote_id is not None and letter.firm_id is not None and is_to_customer(letter.kind):
        quote = db.session.get_one(Quote, letter.quote_id)
        quote.mail_failed_at = quote.touched_at = now
        quote.turn = "firm"
        user = users.behind(quote)
        if notices.wants(user.notices, "bounced"):
            params = {"letter": letter.public_id}
            queue("bounced_to_firm", user.email, params, firm_id=letter.firm_id, now=now, quote_id=quote.id)
    if letter.firm_id is None:
        letter.to_address = ""
    transaction.commit()


def _record(letter: Letter, act: str, reply: str, now: datetime) -> None:
    if letter.firm_id is None or letter.quote_id is None:
        return
    firm = db.session.get_one(Firm, letter.firm_id)
    quote = db.session.get_one(Quote, letter.quote_id)
    events.record(
        act,
        f"quote:{quote.public_id}",
        actor=system(firm.id, firm.public_id),
        at=now,
        data={"provider_id": letter.public_id},
        personal={"reply": reply},
    )
