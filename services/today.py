"""What waits on the firm, and what happened last: a few statements whatever the number of quotes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    text,
    union,
)

from domain.clock import start_of_month, stockholm_date
from domain.quote_states import AGREED, OPEN, QuoteStatus
from models import Agreement, Article, Decline, Event, Firm, Letter, Quote
from services import legal, outbox, scope
from tables.agreements import LATER
from tables.quotes import ASKS, OUT

MOST = 30  # things that wait, shown at once
EVENTS = 10
SOON = timedelta(days=3)  # before the last day
NEW = timedelta(days=14)  # how long news stay here

# acts with words in templates/home/_happened.html
TOLD = (
    "quote.sent", "doc.resent", "mail.bounced", "sms.failed", "link.opened", "doc.commented", "doc.countered",
    "contract.sent", "quote.accepted", "contract.signed", "doc.witnessed", "signer.delegated",
    "deduction.details_given", "doc.declined",
    "doc.extension_asked", "doc.recalled", "doc.expired",
    "reminder.sent",
    "doc.late_acceptance", "withdrawal.received", "receipt.sent", "feedback.given", "inquiry.received",
    "inquiry.declined", "firm.registered", "firm.settings_changed", "doc.shown", "doc.accepted_manually",
    "doc.manual_undone", "export.made", "data.imported", "firm.close_asked", "firm.close_hastened", "firm.close_undone",
    "firm.suspended", "firm.restored", "password.changed",
)  # fmt: skip


class Waiting(NamedTuple):
    """One quote that waits on the firm and why. `reason` names the words in templates/home/_waiting.html."""

    n: int
    title: str
    customer_name: str
    reason: str
    at: datetime
    to_pay_ore: int
    days_left: int
    said_reason: str  # of a refusal: the ticked reason
    said: str  # of a refusal: the customer's words


class Happened(NamedTuple):
    """One act. Without a quote it is the firm's own."""

    act: str
    at: datetime
    is_own: bool  # done by a user of the firm
    n: int | None
    title: str | None
    customer_name: str | None


class Sums(Struct, frozen=True):
    """Total prices with VAT, before deductions."""

    out_ore: int  # of what lies with customers and can still be approved
    approved_ore: int  # of what was approved this month and holds


class FirstSteps(Struct, frozen=True):
    """What a new firm does first."""

    has_details: bool
    has_article: bool
    has_quote: bool
    asks_terms: bool  # it has come from elsewhere: its owner is asked to accept the terms of here

    @property
    def is_done(self) -> bool:
        return self.has_details and self.has_article and self.has_quote


# Made once and read past the ORM: their making takes three times as long as their running. What is the same at each
# request stands in the statement itself, for each value beside it is prepared anew.
_FIRM_ID: Any = bindparam("firm_id")


def _word(text: str) -> ColumnElement[Any]:
    """A word of ours, as it stands in a statement."""
    return literal_column(f"'{text}'")


def _one_of(column: Any, words: Iterable[str]) -> ColumnElement[bool]:
    """In an order that is always the same."""
    return cast(ColumnElement[bool], column.in_([_word(word) for word in sorted(words)]))


_YES = _one_of(Quote.status, (QuoteStatus.ACCEPTED, QuoteStatus.SIGNED))


def _ids() -> CompoundSelect[tuple[int]]:
    """The quotes to show: four questions, each answered by an index of its own whatever the number of quotes."""
    quotes = scope.columns(Quote, _FIRM_ID, Quote.id)
    soon = Quote.valid_until.between(bindparam("today"), bindparam("soon"))
    later = scope.columns(Agreement, _FIRM_ID, Agreement.quote_id).join(Quote, Quote.id == Agreement.quote_id)
    return union(
        # of the index of just these: no other is as narrow
        quotes.where(text(f"({ASKS})"), Quote.touched_at <= bindparam("now")),
        quotes.where(
            Quote.archived_at.is_(None), Quote.turn == _word("firm"), Quote.touched_at > bindparam("new_from")
        ),
        quotes.where(text(OUT), soon),
        later.where(text(f"agreement.{LATER}"), _YES),
    )


_FOUND = _ids().subquery()
_NO = Quote.status == _word(QuoteStatus.DECLINED)
# read only where something did not arrive
_LOST = (
    scope.columns(Letter, _FIRM_ID, Letter.kind)
    .where(
        Letter.quote_id == Quote.id,
        Letter.state == _word("failed"),
        Letter.done_at == Quote.mail_failed_at,
        Letter.kind.not_like(_word(f"%{outbox.TO_FIRM}")),
        Letter.kind.not_in([_word(kind) for kind in outbox.TO_FIRM_TOO]),
        Letter.kind.not_like(_word(f"{outbox.TO_APPLICANT}%")),
    )
    .order_by(Letter.id.desc())
    .limit(literal_column("1"))
    .correlate(Quote)
    .scalar_subquery()
)
_WAITING = (
    scope.columns(
        Quote,
        _FIRM_ID,
        Quote.n,
        Quote.title,
        Quote.customer_name,
        Quote.touched_at,
        Quote.to_pay_ore,
        Quote.valid_until,
        Quote.status,
        Quote.turn == _word("firm"),
        Quote.question_at.is_not(None),
        case((Quote.mail_failed_at.is_not(None), func.coalesce(_LOST, _word("")))),
        Quote.hold == _word("stopped"),
        Agreement.home == _word("later"),
        func.coalesce(Decline.reason, _word("")),
        func.coalesce(Decline.comment, _word("")),
    )
    .outerjoin(Agreement, and_(_YES, Agreement.firm_id == Quote.firm_id, Agreement.quote_id == Quote.id))
    .outerjoin(
        Decline,
        and_(_NO, Decline.firm_id == Quote.firm_id, Decline.quote_id == Quote.id, Decline.version == Quote.version),
    )
    .join(_FOUND, _FOUND.c.id == Quote.id)  # a condition would be tried on every quote of the firm
    .where(Quote.archived_at.is_(None))
    .order_by(Quote.touched_at.desc(), Quote.id.desc())
    .limit(literal_column(str(MOST)))
)


def waiting(firm_id: int, *, now: datetime) -> list[Waiting]:
    """The quotes that wait on the firm, the newest move first.

    A question, a late answer, a bounced letter and missing rot details wait until someone acts; other news for NEW.
    """
    today = stockholm_date(now)
    values = {"firm_id": firm_id, "today": today, "soon": today + SOON, "now": now, "new_from": now - NEW}
    return [
        Waiting(n, title, customer, _reason(*state), at, to_pay_ore, (until - today).days, said_reason, said)
        for n, title, customer, at, to_pay_ore, until, *state, said_reason, said in scope.plain(_WAITING, values)
    ]


def _reason(
    status: str, is_ours: bool, is_asked: bool, lost: str | None, was_stopped: bool, lacks_rot: bool | None
) -> str:
    """`lost`: the kind of the letter that did not arrive, None if nothing of the kind."""
    if is_asked and status == QuoteStatus.DRAFT:
        return "request"
    if lost is not None and outbox.is_code(lost):
        return "code_failed"
    if lost is not None:
        return "sms_failed" if outbox.is_text(lost) else "mail_failed"
    if is_asked:
        return "question"
    if was_stopped and status not in AGREED:
        return "send_stopped"
    if status in (QuoteStatus.ACCEPTED, QuoteStatus.SIGNED):
        missing = {QuoteStatus.ACCEPTED: "rot_missing", QuoteStatus.SIGNED: "signed_rot_missing"}
        return missing[QuoteStatus(status)] if lacks_rot else str(status)
    if status in OPEN and not is_ours:
        return "soon"
    return status


_OBJECT: Any = literal_column(str(len("quote:") + 1))  # where the public id begins
_HAPPENED = (
    scope.columns(
        Event,
        _FIRM_ID,
        Event.act,
        Event.at,
        Event.entry.like(_word('%"actor":"user:%')),
        Quote.n,
        Quote.title,
        Quote.customer_name,
    )
    # the quote's public id is found by its index; comparing the whole of obj would read every quote
    .outerjoin(Quote, and_(Quote.firm_id == _FIRM_ID, Quote.public_id == func.substr(Event.obj, _OBJECT)))
    .where(_one_of(Event.act, TOLD))
    .order_by(Event.seq.desc())
    .limit(literal_column(str(EVENTS)))
)


def happened(firm_id: int) -> list[Happened]:
    """The last acts, newest first."""
    return [Happened(*row) for row in scope.plain(_HAPPENED, {"firm_id": firm_id})]


_OUT = scope.columns(Quote, _FIRM_ID, func.sum(Quote.gross_ore)).where(
    text(OUT), Quote.valid_until >= bindparam("today")
)
_APPROVED = (
    scope.columns(Agreement, _FIRM_ID, func.sum(Agreement.gross_ore))
    .join(Quote, and_(Quote.firm_id == _FIRM_ID, Quote.id == Agreement.quote_id))
    .where(Agreement.accepted_at >= bindparam("month_from"), _one_of(Quote.status, AGREED))
)
_SUMS = select(_OUT.scalar_subquery(), _APPROVED.scalar_subquery())


def sums(firm_id: int, *, now: datetime) -> Sums:
    """The two numbers; one statement, from the indexes alone but for the state of the month's agreements."""
    values = {"firm_id": firm_id, "today": stockholm_date(now), "month_from": start_of_month(now)}
    return Sums(*(int(ore or 0) for ore in scope.plain(_SUMS, values)[0]))


_HAS_SOME = [scope.columns(model, _FIRM_ID, model.id).exists() for model in (Article, Quote)]
_HAS_DETAILS = and_(Firm.orgnr != _word(""), or_(Firm.phone != _word(""), Firm.street != _word("")))
_STEPS = select(_HAS_DETAILS, *_HAS_SOME, legal.is_unaccepted(_FIRM_ID)).where(Firm.id == _FIRM_ID)


def first_steps(firm_id: int) -> FirstSteps:
    """How far a new firm has come; one statement."""
    return FirstSteps(*map(bool, scope.plain(_STEPS, {"firm_id": firm_id})[0]))
