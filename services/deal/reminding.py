"""Reminders of a quote that waits for the customer's answer: off unless chosen, at most two for each version.

The rules are in domain/reminders.py. Nothing is undone when the customer acts: whether a reminder may go is asked
again when it is due, and once more when its letter is drawn.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select

from domain import reminders
from domain.parties import CUSTOMER
from domain.quote_states import OPEN
from domain.reminders import Course, Facts
from domain.standing import Standing
from extensions import db
from models import Firm, Letter, Quote, QuoteLink, QuoteVersion, Reminding
from services import events, outbox, scope, standing, transaction
from services.actors import Actor, system
from services.deal import links, parties
from services.errors import RuleBroken

LETTER_VERSION = "2026-11-21"


class Plan(NamedTuple):
    """The reminders of a quote, as its page tells of them."""

    days: int
    sent: int
    last_at: datetime | None
    asked_at: datetime | None
    next_at: datetime | None


NO_PLAN = Plan(0, 0, None, None, None)


def chosen(firm: Firm, quote: Quote) -> int:
    """Days that the review page offers: what was chosen for this quote last, else what the firm begins with."""
    if quote.number is None:  # Skicka was never pressed
        return firm.default_remind_days
    row = _row(quote)
    return 0 if row is None else row.days


def keep_choice(quote: Quote, days: int | None, *, now: datetime) -> None:
    """What the review page says, for the sending that follows; None where it was not asked. Never commits."""
    if days is None:
        return
    row = _row(quote)
    if row is None and days:
        row = _new(quote, now)
    if row is not None:
        row.days, row.since = days, now  # what is sent goes on as it was until then


def begin(quote: Quote, days: int | None, *, now: datetime) -> None:
    """A version is being sent: count from now, if that was chosen since the last one was sent. Never commits."""
    keep_choice(quote, days, now=now)
    row = _row(quote)
    if row is None:
        return
    is_chosen = quote.sent_at is None or row.since > quote.sent_at
    row.days = row.days if is_chosen else 0
    _count_from(row, now, quote.valid_until)
    db.session.execute(scope.change(QuoteLink, quote.firm_id).where(QuoteLink.quote_id == quote.id).values(reminded=0))


def begin_turn(quote: Quote, valid_until: date, *, now: datetime) -> None:
    """It is the turn of others among those who sign: count from now for them. Never commits."""
    row = _row(quote)
    if row is not None:
        _count_from(row, now, valid_until)


def _count_from(row: Reminding, now: datetime, valid_until: date) -> None:
    row.sent, row.since, row.last_at, row.asked_at = 0, now, None, None
    row.next_at = reminders.next_at(_course(row), valid_until, now=now)


def choose(firm_id: int, n: int, days: int, *, now: datetime) -> None:
    """The firm changes its mind on the quote's page: counted from now. Off also ends what it asked for. Commits.

    Raises NotFound, RuleBroken("not_open").
    """
    quote = scope.get(Quote, firm_id, Quote.n == n, lock=True)
    if quote.status not in OPEN:
        raise RuleBroken("not_open")
    row = _row(quote) or _new(quote, now)
    if row.days != days or not days:
        row.days = days
        course = Course(days, row.sent, now, None)
        row.next_at = reminders.next_at(course, _facts(quote, now).valid_until, now=now)
        row.asked_at = None
    transaction.commit()


def ask(firm_id: int, n: int, *, actor: Actor, now: datetime) -> datetime:
    """Remind now: when it goes, which is now unless it is night, a red day, or too soon after another letter. Commits.

    Pressed again while one waits, or soon after one has gone, that one is the answer. Raises NotFound,
    RuleBroken("no_reminder").
    """
    quote = scope.get(Quote, firm_id, Quote.n == n, lock=True)
    if quote.status not in OPEN:
        raise RuleBroken("no_reminder")
    row = _row(quote) or _new(quote, now)
    if row.asked_at is not None and row.next_at is not None:
        return row.next_at
    if row.last_at is not None and now < row.last_at + reminders.APART:
        return row.last_at
    facts = _facts(quote, now)
    at = reminders.now_or_later(now, _newest_letter(quote), facts.valid_until)
    if row.sent >= reminders.MOST or at is None or reminders.stopped(facts, asked_at=now, now=now):
        raise RuleBroken("no_reminder")
    row.asked_at = now
    if at <= now:
        _send(quote, row, facts, actor=actor, now=now)
    else:
        row.next_at = at
    transaction.commit()
    return at


def due(now: datetime) -> list[int]:
    """Ids of the rows whose time has come."""
    with transaction.reading():
        statement = select(Reminding.id).where(Reminding.next_at <= now, standing.of_the_active(Reminding))
        return list(db.session.scalars(statement.order_by(Reminding.next_at, Reminding.id)))


def remind(reminding_id: int, *, now: datetime) -> None:
    """Send what is due, put it off, or end the reminders: letter, event and count in one transaction. Commits."""
    row = db.session.get(Reminding, reminding_id)
    if row is None:
        transaction.rollback()
        return
    quote = scope.get(Quote, row.firm_id, Quote.id == row.quote_id, lock=True)  # as all who write here do first
    db.session.refresh(row)
    if row.next_at is None or row.next_at > now or standing.of_firm(row.firm_id, now) is Standing.SUSPENDED:
        transaction.rollback()
        return
    facts = _facts(quote, now)
    at = reminders.now_or_later(now, _newest_letter(quote), facts.valid_until)
    if at is None or row.sent >= reminders.MOST or reminders.stopped(facts, asked_at=row.asked_at, now=now):
        row.next_at = row.asked_at = None
    elif at > now:
        row.next_at = at
    else:
        firm = db.session.get_one(Firm, quote.firm_id)
        _send(quote, row, facts, actor=system(firm.id, firm.public_id), now=now)
    transaction.commit()


def is_still_wanted(link: QuoteLink, *, now: datetime) -> bool:
    """Whether a reminder that waited for its server still has its reason when it is drawn."""
    quote = scope.get(Quote, link.firm_id, Quote.id == link.quote_id)
    row = _row(quote)
    return (
        link.revoked_at is None
        and row is not None
        and not reminders.stopped(_facts(quote, now), asked_at=row.last_at, now=now)
        and (link.way != links.MAIL or link in parties.asked(quote))
    )


def _send(quote: Quote, row: Reminding, facts: Facts, *, actor: Actor, now: datetime) -> None:
    row.sent += 1
    for link in _asked(quote):
        link.reminded += 1
        _tell(quote, link, link.email, link.reminded, actor, now)
        params = {"link": link.public_id, "number": link.reminded}
        outbox.queue("reminder", link.email, params, firm_id=quote.firm_id, now=now, quote_id=quote.id)
    if (texted := _only_texted(quote)) is not None:
        _tell(quote, texted, texted.phone, row.sent, actor, now)
        links.text_instead(quote, "reminder", {"number": row.sent}, now=now)
    row.last_at = now
    row.asked_at = None
    row.next_at = reminders.next_at(_course(row), facts.valid_until, now=now)


def _tell(quote: Quote, link: QuoteLink, to: str, number: int, actor: Actor, now: datetime) -> None:
    data = {"channel": link.way, "number": number, "link_id": link.public_id, "text_version": LETTER_VERSION}
    obj = f"quote:{quote.public_id}:v{quote.version}"
    events.record("reminder.sent", obj, actor=actor, at=now, data=data, personal={"to": to})


def _facts(quote: Quote, now: datetime) -> Facts:
    valid_until = db.session.scalars(  # the draft's own date may have been moved since
        scope.columns(QuoteVersion, quote.firm_id, QuoteVersion.valid_until).where(
            QuoteVersion.quote_id == quote.id, QuoteVersion.version == quote.version
        )
    ).one()
    return Facts(
        status=quote.status,
        seen_at=quote.seen_at,
        question_at=quote.question_at,
        mail_failed_at=quote.mail_failed_at,
        is_archived=quote.archived_at is not None,
        has_link=bool(_asked(quote)) or _only_texted(quote) is not None,
        is_closed=standing.of_firm(quote.firm_id, now) is Standing.CLOSED,
        valid_until=valid_until,
    )


def _asked(quote: Quote) -> list[QuoteLink]:
    """The mailed links of those whose turn it is to sign, and who have not had all their reminders."""
    return [link for link in parties.asked(quote) if link.reminded < reminders.MOST]


def _only_texted(quote: Quote) -> QuoteLink | None:
    """The link of a customer who is reached by text message and by no letter, and has not signed."""
    if links.mailed(quote) is not None or not parties.is_asked(quote, CUSTOMER):
        return None
    return links.texted(quote)


def _newest_letter(quote: Quote) -> datetime | None:
    """When the customer last got a letter or a text message about the quote, or will: one that waits counts."""
    at = func.coalesce(Letter.done_at, Letter.created_at)
    statement = scope.columns(Letter, quote.firm_id, Letter.kind, at).where(
        Letter.quote_id == quote.id, Letter.state.in_(("queued", "sent"))
    )
    return max((at for kind, at in db.session.execute(statement) if not outbox.is_to_firm(kind)), default=None)


def _row(quote: Quote) -> Reminding | None:
    return scope.find(Reminding, quote.firm_id, Reminding.quote_id == quote.id)


def _new(quote: Quote, now: datetime) -> Reminding:
    row = Reminding(firm_id=quote.firm_id, quote_id=quote.id, days=0, sent=0, since=now)
    db.session.add(row)
    return row


def _course(row: Reminding) -> Course:
    return Course(row.days, row.sent, row.since, row.last_at)
