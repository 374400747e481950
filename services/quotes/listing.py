"""The list of quotes: one statement a page, by key, whose turn it is first. Nothing here counts a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, and_, bindparam, false, literal, or_, select, union_all

from domain.clock import stockholm_date
from domain.quote_states import AGREED, OPEN, QuoteStatus
from extensions import db
from models import Quote
from services import scope
from services.search import matches

PAGE_SIZE = 30
RECENT = timedelta(days=7)
SOON_DAYS = 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_S = QuoteStatus
_LIVE = OPEN | AGREED  # a question is still to be answered

VIEWS = ("aktiva", "utkast", "godkanda", "avbojda", "alla", "arkiv")
_APPROVED = (_S.ACCEPTED, _S.SIGNED, _S.COMPLETED, _S.PARTLY_SIGNED)
_ENDED = (_S.DECLINED, _S.EXPIRED, _S.RECALLED, _S.REPLACED, _S.CANCELLED, _S.WITHDRAWN, _S.RESCINDED)

_GROUPS = ("firm", "customer", "draft", "recent")
_FIRM_ID: Any = bindparam("firm_id")
_SIZE: Any = bindparam("size", type_=Integer())
_AFTER = and_(
    Quote.touched_at <= bindparam("at"), or_(Quote.touched_at < bindparam("at"), Quote.id < bindparam("row_id"))
)

_COLUMNS = (
    Quote.id,
    Quote.n,
    Quote.number,
    Quote.title,
    Quote.customer_name,
    Quote.status,
    Quote.basis,
    Quote.valid_until,
    Quote.question_at.is_not(None).label("question_at"),
    Quote.seen_at.is_not(None).label("seen_at"),
    Quote.sent_at,
    Quote.mail_failed_at.is_not(None).label("mail_failed_at"),
    Quote.touched_at,
    Quote.net_ore,
    Quote.gross_ore,
    Quote.to_pay_ore,
    Quote.deducted,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the list. `amount_word`: rot, rut, both (after that deduction), excl or incl (VAT)."""

    n: int
    title: str
    customer: str
    status: str
    amount_ore: int
    amount_word: str
    touched_at: datetime
    days_left: int | None
    days_total: int
    mail_failed: bool

    @property
    def is_soon(self) -> bool:
        return self.days_left is not None and self.days_left <= SOON_DAYS


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading: firm, customer, draft, recent, or all. `count` is known when the group is whole."""

    name: str
    items: list[Item]
    count: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list and the key of the next."""

    groups: list[Group]
    after: str | None


def shown_status(quote: Quote | Row[Any], today: date) -> str:
    """The stored state, or what is computed from it: question, opened, expired."""
    if quote.question_at and quote.status in _LIVE:
        return "question"
    if quote.status in OPEN:
        if quote.valid_until < today:
            return str(_S.EXPIRED)
        if quote.seen_at and quote.status == _S.SENT:
            return "opened"
    return str(quote.status)


def page(
    firm_id: int, *, view: str = "aktiva", typed: str = "", after: str = "", size: int = PAGE_SIZE, now: datetime
) -> Page:
    """A page of the firm's quotes. A key that cannot be read begins at the top."""
    names = _GROUPS if view == "aktiva" else ("all",)
    key = _read_key(after, len(names))
    place, at, row_id = key or (None, now, 0)
    statement = _searching(view, place, typed) if typed.strip() else _statement(view, place)
    values = {"firm_id": firm_id, "size": size + 1, "recent_from": now - RECENT, "at": at, "row_id": row_id}
    rows = list(db.session.execute(statement, values))
    has_more = len(rows) > size
    rows = rows[:size]
    groups = _groups(rows, names, is_first=key is None, has_more=has_more, today=stockholm_date(now))
    return Page(groups, _key(rows[-1]) if has_more else None)


@cache
def _statement(view: str, place: int | None) -> Select[Any]:
    """The statement of a page without search, made once: its making takes longer than its running."""
    return _searching(view, place, "")


def _searching(view: str, place: int | None, typed: str) -> Select[Any]:
    """The groups of a view from `place` on, where the last page ended; each is read along an index.

    Its values: firm_id, size, recent_from, at, row_id.
    """
    words = matches(Quote.search_text, typed)
    parts = []
    for number, conditions in enumerate(_branches(view)):
        if place is not None and number < place:
            continue
        if number == place:
            conditions = [*conditions, _AFTER]
        part = scope.columns(Quote, _FIRM_ID, literal(number).label("place"), *_COLUMNS).where(*conditions, *words)
        part = part.order_by(Quote.touched_at.desc(), Quote.id.desc()).limit(_SIZE)
        parts.append(part)
    if len(parts) == 1:
        return parts[0]
    union = union_all(*(select(part.subquery()) for part in parts)).subquery()
    return select(union).order_by(union.c.place, union.c.touched_at.desc(), union.c.id.desc()).limit(_SIZE)


def _branches(view: str) -> list[list[ColumnElement[bool]]]:
    """The conditions of each group of a view, in their order."""
    live = Quote.archived_at.is_(None)
    if view == "aktiva":
        return [
            [live, Quote.turn == "firm"],
            [live, Quote.turn == "customer"],
            [live, Quote.turn == "none", Quote.status == _S.DRAFT],
            [live, Quote.touched_at >= bindparam("recent_from"), Quote.turn == "none", Quote.status != _S.DRAFT],
        ]
    conditions: dict[str, list[ColumnElement[bool]]] = {
        "utkast": [live, Quote.status == _S.DRAFT],
        "godkanda": [live, Quote.status.in_(_APPROVED)],
        "avbojda": [live, Quote.status.in_(_ENDED)],
        "alla": [live],
        "arkiv": [Quote.archived_at.is_not(None)],
    }
    return [conditions.get(view, [false()])]


def _key(row: Row[Any]) -> str:
    return f"{row.place}-{(row.touched_at - _EPOCH) // timedelta(microseconds=1)}-{row.id}"


def _read_key(text: str, places: int) -> tuple[int, datetime, int] | None:
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isdecimal() and len(part) < 18 for part in parts):
        return None
    place, at, row_id = map(int, parts)
    return (place, _EPOCH + timedelta(microseconds=at), row_id) if place < places else None


def _groups(rows: list[Row[Any]], names: Sequence[str], *, is_first: bool, has_more: bool, today: date) -> list[Group]:
    groups: list[Group] = []
    for place, name in enumerate(names):
        items = [_item(row, today) for row in rows if row.place == place]
        if items:
            is_whole = is_first and not (has_more and rows[-1].place == place)
            groups.append(Group(name, items, len(items) if is_whole else None))
    return groups


def _item(row: Row[Any], today: date) -> Item:
    status = shown_status(row, today)
    lies_open = row.status in OPEN and status != _S.EXPIRED and row.sent_at is not None
    amount_ore, word = row.to_pay_ore, row.deducted
    if not word:
        is_net = row.basis == "excl"
        amount_ore, word = (row.net_ore, "excl") if is_net else (row.gross_ore, "incl")
    return Item(
        n=row.n,
        title=row.title,
        customer=row.customer_name,
        status=status,
        amount_ore=amount_ore,
        amount_word=word,
        touched_at=row.touched_at,
        days_left=(row.valid_until - today).days if lies_open else None,
        days_total=max((row.valid_until - stockholm_date(row.sent_at)).days, 1) if lies_open else 1,
        mail_failed=row.mail_failed_at,
    )


def choose_view(view: str, typed: str) -> str:
    """The view asked for; a search without one looks everywhere."""
    if view in VIEWS:
        return view
    return "alla" if typed.strip() else "aktiva"
