"""What waits on the firm, and what happened last: a few statements whatever the number of quotes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import CompoundSelect, and_, func, or_, select, text, union
from sqlalchemy.engine import Row

from domain.clock import start_of_month, stockholm_date
from domain.quote_states import AGREED, OPEN, QuoteStatus
from extensions import db
from models import Agreement, Article, Decline, Event, Firm, Quote
from services import scope
from tables.agreements import LATER
from tables.quotes import ASKS, OUT

MOST = 30  # things that wait, shown at once
EVENTS = 10
SOON = timedelta(days=3)  # before the last day
NEW = timedelta(days=14)  # how long news stay here

# acts with words in templates/home/_happened.html
TOLD = (
    "quote.sent", "doc.resent", "mail.bounced", "link.opened", "doc.commented", "doc.countered",
    "quote.accepted", "deduction.details_given", "doc.declined", "doc.extension_asked", "doc.recalled", "doc.expired",
    "doc.late_acceptance", "withdrawal.received", "receipt.sent", "firm.registered", "firm.settings_changed",
    "export.made", "firm.close_asked", "firm.close_undone", "password.changed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """One quote that waits on the firm and why. `reason` names the words in templates/home/_waiting.html."""

    n: int
    title: str
    customer_name: str
    number: str | None
    status: str
    reason: str
    at: datetime
    to_pay_ore: int
    valid_until: date
    days_left: int
    said: str = ""  # of a refusal: the customer's words
    said_reason: str = ""  # of a refusal: the ticked reason


@dataclass(frozen=True, slots=True)
class Happened:
    """One act. Without a quote it is the firm's own."""

    act: str
    at: datetime
    is_own: bool  # done by a user of the firm
    n: int | None
    title: str
    customer_name: str


@dataclass(frozen=True, slots=True)
class Sums:
    """Total prices with VAT, before deductions."""

    out_ore: int  # of what lies with customers and can still be approved
    approved_ore: int  # of what was approved this month and holds


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """What a new firm does first."""

    has_details: bool
    has_article: bool
    has_quote: bool

    @property
    def is_done(self) -> bool:
        return self.has_details and self.has_article and self.has_quote


def waiting(firm_id: int, *, now: datetime) -> list[Waiting]:
    """The quotes that wait on the firm, the newest move first.

    A question, a late answer, a bounced letter and missing rot details wait until someone acts; other news for NEW.
    """
    today = stockholm_date(now)
    found = _ids(firm_id, today, now).subquery()
    statement = (
        scope.columns(Quote, firm_id, Quote, Agreement.home, Decline.reason, Decline.comment)
        .outerjoin(Agreement, and_(Agreement.firm_id == Quote.firm_id, Agreement.quote_id == Quote.id))
        .outerjoin(
            Decline,
            and_(Decline.firm_id == Quote.firm_id, Decline.quote_id == Quote.id, Decline.version == Quote.version),
        )
        .join(found, found.c.id == Quote.id)  # a condition would be tried on every quote of the firm
        .where(Quote.archived_at.is_(None))
        .order_by(Quote.touched_at.desc(), Quote.id.desc())
        .limit(MOST)
    )
    return [_waiting(row, today) for row in db.session.execute(statement)]


def _ids(firm_id: int, today: date, now: datetime) -> CompoundSelect[tuple[int]]:
    """The quotes to show: four questions, each answered by an index of its own whatever the number of quotes."""
    quotes = scope.columns(Quote, firm_id, Quote.id)
    live = Quote.archived_at.is_(None)
    later = scope.columns(Agreement, firm_id, Agreement.quote_id).join(Quote, Quote.id == Agreement.quote_id)
    return union(
        quotes.where(text(f"({ASKS})"), Quote.touched_at <= now),  # of the index of just these: no other is as narrow
        quotes.where(live, Quote.turn == "firm", Quote.touched_at > now - NEW),
        quotes.where(live, Quote.status.in_(OPEN), Quote.valid_until.between(today, today + SOON)),
        later.where(text(f"agreement.{LATER}"), Quote.status.in_((QuoteStatus.ACCEPTED, QuoteStatus.SIGNED))),
    )


def _waiting(row: Row[tuple[Quote, str | None, str | None, str | None]], today: date) -> Waiting:
    quote, home, said_reason, said = row
    is_declined = quote.status == QuoteStatus.DECLINED
    return Waiting(
        n=quote.n,
        title=quote.title,
        customer_name=quote.customer_name,
        number=quote.number,
        status=quote.status,
        reason=_reason(quote, home),
        at=quote.touched_at,
        to_pay_ore=quote.to_pay_ore,
        valid_until=quote.valid_until,
        days_left=(quote.valid_until - today).days,
        said=(said or "") if is_declined else "",
        said_reason=(said_reason or "") if is_declined else "",
    )


def _reason(quote: Quote, home: str | None) -> str:
    if quote.mail_failed_at is not None:
        return "mail_failed"
    if quote.question_at is not None:
        return "question"
    if quote.status in (QuoteStatus.ACCEPTED, QuoteStatus.SIGNED):
        return "rot_missing" if home == "later" else "accepted"
    if quote.status in OPEN and quote.turn != "firm":
        return "soon"
    return str(quote.status)


def happened(firm_id: int) -> list[Happened]:
    """The last acts, newest first."""
    statement = (
        scope.columns(Event, firm_id, Event.act, Event.at, Event.entry, Quote.n, Quote.title, Quote.customer_name)
        # the quote's public id is found by its index; comparing the whole of obj would read every quote
        .outerjoin(Quote, and_(Quote.firm_id == firm_id, Quote.public_id == func.substr(Event.obj, len("quote:") + 1)))
        .where(Event.act.in_(TOLD))
        .order_by(Event.seq.desc())
        .limit(EVENTS)
    )
    return [
        Happened(act, at, '"actor":"user:' in entry, n, title or "", customer_name or "")
        for act, at, entry, n, title, customer_name in db.session.execute(statement)
    ]


def sums(firm_id: int, *, now: datetime) -> Sums:
    """The two numbers; one statement, from the indexes alone but for the month's agreements."""
    out = scope.columns(Quote, firm_id, func.sum(Quote.gross_ore)).where(
        text(OUT), Quote.valid_until >= stockholm_date(now)
    )
    approved = (
        scope.columns(Agreement, firm_id, func.sum(Agreement.gross_ore))
        .join(Quote, and_(Quote.firm_id == firm_id, Quote.id == Agreement.quote_id))
        .where(Agreement.accepted_at >= start_of_month(now), Quote.status.in_(AGREED))
    )
    found = db.session.execute(select(out.scalar_subquery(), approved.scalar_subquery())).one()
    return Sums(*(int(ore or 0) for ore in found))


def first_steps(firm_id: int) -> FirstSteps:
    """How far a new firm has come; one statement."""
    has_article, has_quote = (scope.of(model, firm_id).exists() for model in (Article, Quote))
    has_details = and_(Firm.orgnr != "", or_(Firm.phone != "", Firm.street != ""))
    found = db.session.execute(select(has_details, has_article, has_quote).where(Firm.id == firm_id)).one()
    return FirstSteps(*map(bool, found))
