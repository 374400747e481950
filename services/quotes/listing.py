"""The list of quotes: one statement a page, by key, whose turn it is first. Nothing here counts a table."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, Protocol

from msgspec import Struct
from sqlalchemy import ColumnElement, Integer, Row, Select, and_, bindparam, or_

from domain.clock import stockholm_date
from domain.deal_kinds import DealKind
from domain.quote_states import AGREED, OPEN, QuoteStatus
from models import Quote
from services import scope, search

PAGE_SIZE = 30
RECENT = timedelta(days=7)
SOON_DAYS = 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_S = QuoteStatus
_LIVE = OPEN | AGREED  # a question is still to be answered

VIEWS = ("aktiva", "utkast", "godkanda", "avbojda", "alla", "arkiv")
_APPROVED = (_S.ACCEPTED, _S.SIGNED, _S.COMPLETED)
_ENDED = (_S.DECLINED, _S.EXPIRED, _S.RECALLED, _S.REPLACED, _S.CANCELLED, _S.WITHDRAWN, _S.RESCINDED)

# the groups of the view "aktiva": name, which of _WHICH, whose turn
_GROUPS = (
    ("firm", "turn", "firm"),
    ("customer", "turn", "customer"),
    ("draft", "draft", ""),
    ("recent", "recent", ""),
)
_FIRM_ID: Any = bindparam("firm_id")
_SIZE: Any = bindparam("size", type_=Integer())
_AFTER = and_(
    Quote.touched_at <= bindparam("at"), or_(Quote.touched_at < bindparam("at"), Quote.id < bindparam("row_id"))
)

# what the quotes of a view, or of a group of it, have in common
_LIVING = Quote.archived_at.is_(None)
_WHICH: dict[str, tuple[ColumnElement[bool], ...]] = {
    "turn": (_LIVING, Quote.turn == bindparam("turn")),
    "recent": (
        _LIVING,
        Quote.touched_at >= bindparam("recent_from"),
        Quote.turn == "none",
        Quote.status != _S.DRAFT,
    ),
    "draft": (_LIVING, Quote.status == _S.DRAFT, Quote.turn != "firm"),  # one that waits stands under the firm's turn
    "utkast": (_LIVING, Quote.status == _S.DRAFT),
    "godkanda": (_LIVING, Quote.status.in_(_APPROVED)),
    "avbojda": (_LIVING, Quote.status.in_(_ENDED)),
    "alla": (_LIVING,),
    "arkiv": (Quote.archived_at.is_not(None),),
}

# in the order in which _item takes them
_COLUMNS = (
    Quote.touched_at,
    Quote.id,
    Quote.n,
    Quote.title,
    Quote.customer_name,
    Quote.status,
    Quote.question_at.is_not(None),
    Quote.seen_at.is_not(None),
    Quote.mail_failed_at.is_not(None),
    Quote.valid_until,
    Quote.sent_at,
    Quote.basis,
    Quote.net_ore,
    Quote.gross_ore,
    Quote.to_pay_ore,
    Quote.deducted,
    Quote.kind,
)


class Item(NamedTuple):
    """One row of the list. `amount_word`: rot, rut, both (after that deduction), excl or incl (VAT); of a document,
    which has no amount, document.
    """

    n: int
    title: str
    customer: str
    status: str
    amount_ore: int
    amount_word: str
    touched_at: datetime
    mail_failed: bool
    days_left: int | None  # of a quote that lies with the customer
    days_total: int
    is_soon: bool


class Group(Struct, frozen=True):
    """Rows under one heading: firm, customer, draft, recent, or all. `count` is known when the group is whole."""

    name: str
    items: list[Item]
    count: int | None


class Page(Struct, frozen=True):
    """One page of the list and the key of the next."""

    groups: list[Group]
    after: str | None


class Stated(Protocol):
    """What the state of a quote is told from."""

    @property
    def status(self) -> str: ...
    @property
    def question_at(self) -> datetime | None: ...
    @property
    def seen_at(self) -> datetime | None: ...
    @property
    def valid_until(self) -> date: ...


def shown_status(quote: Stated, today: date) -> str:
    """The stored state, or what is computed from it: question, opened, expired."""
    return _shown(quote.status, bool(quote.question_at), bool(quote.seen_at), quote.valid_until, today)


def _shown(status: str, is_asked: bool, is_seen: bool, valid_until: date, today: date) -> str:
    if is_asked and status in _LIVE:
        return "question"
    if status in OPEN:
        if valid_until < today:
            return _S.EXPIRED.value
        if is_seen and status == _S.SENT:
            return "opened"
    return status


def page(
    firm_id: int, *, view: str = "aktiva", typed: str = "", after: str = "", size: int = PAGE_SIZE, now: datetime
) -> Page:
    """A page of the firm's quotes. A key that cannot be read begins at the top.

    The groups are read one after the other, each along an index, until the page is full.
    """
    parts = _GROUPS if view == "aktiva" else (("all", view, ""),)
    key = _read_key(after, len(parts))
    first, at, row_id = key or (0, now, 0)
    words = search.patterns(typed)
    values = {"firm_id": firm_id, "recent_from": now - RECENT, "at": at, "row_id": row_id, **words}
    today, left = stockholm_date(now), size
    groups: list[Group] = []
    end = ""
    for place, (name, which, turn) in enumerate(parts[first:], first):
        goes_on = key is not None and place == first
        rows = scope.plain(_statement(which, goes_on, len(words)), {**values, "turn": turn, "size": left + 1})
        shown, has_more = rows[:left], len(rows) > left
        if shown:
            is_whole = not (goes_on or has_more)
            groups.append(Group(name, [_item(row, today) for row in shown], len(shown) if is_whole else None))
            end = _key(place, shown[-1])
        if has_more:
            return Page(groups, end)
        left -= len(shown)
    return Page(groups, None)


@cache
def _statement(which: str, goes_on: bool, words: int) -> Select[Any]:
    """The rows of a group, from where the last page ended if it goes on, that hold so many words.

    Made once: its making takes longer than its running. Its values: firm_id, size, turn, recent_from, at, row_id, and
    those of search.patterns.
    """
    conditions = [*_WHICH[which], *search.prepared(Quote.search_text, words)]
    if goes_on:
        conditions.append(_AFTER)
    found = scope.columns(Quote, _FIRM_ID, *_COLUMNS).where(*conditions)
    return found.order_by(Quote.touched_at.desc(), Quote.id.desc()).limit(_SIZE)


def _key(place: int, row: Row[Any]) -> str:
    touched_at, row_id = row[:2]
    return f"{place}-{(touched_at - _EPOCH) // timedelta(microseconds=1)}-{row_id}"


def _read_key(text: str, places: int) -> tuple[int, datetime, int] | None:
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isdecimal() and len(part) < 18 for part in parts):
        return None
    place, at, row_id = map(int, parts)
    return (place, _EPOCH + timedelta(microseconds=at), row_id) if place < places else None


def _item(row: Row[Any], today: date) -> Item:
    (touched_at, _id, n, title, customer, status, is_asked, is_seen, mail_failed, valid_until, sent_at,
     basis, net_ore, gross_ore, to_pay_ore, word, kind) = row  # fmt: skip
    days_left, days_total, is_soon = None, 1, False
    if status in OPEN and sent_at is not None and valid_until >= today:
        days_left = (valid_until - today).days
        days_total = max((valid_until - stockholm_date(sent_at)).days, days_left)
        is_soon = days_left <= SOON_DAYS
    if kind == DealKind.DOCUMENT:
        amount_ore, word = 0, str(kind)
    elif word:
        amount_ore = to_pay_ore
    elif basis == "excl":
        amount_ore, word = net_ore, basis
    else:
        amount_ore, word = gross_ore, "incl"
    status = _shown(status, is_asked, is_seen, valid_until, today)
    return Item(n, title, customer, status, amount_ore, word, touched_at, mail_failed, days_left, days_total, is_soon)


def choose_view(view: str, typed: str) -> str:
    """The view asked for; a search without one looks everywhere."""
    if view in VIEWS:
        return view
    return "alla" if typed.strip() else "aktiva"
