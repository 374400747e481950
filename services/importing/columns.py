"""What a row of an archive may hold: the table's own columns, types, lengths, rules and keys, and words that are known.

The database would refuse some of it too, but SQLite knows no types and no lengths, and both would do so half way.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy import Table as SqlTable

import languages
from domain.changes import MODES
from domain.choices import Choice
from domain.clauses import Audience
from domain.deal_kinds import DealKind
from domain.home_rules import HomeKind
from domain.price_types import PriceType
from domain.signing_methods import Level, Method
from services import legal
from services.exporting import rows as exported
from services.exporting.ranks import references
from services.importing import shapes
from services.privacy.register import Table
from tables.columns import UtcDateTime

Fits = Callable[[Any], bool]
ID = re.compile(r"[0-9A-Za-z_-]{22}")
YEARS = range(2, 9999)  # whatever is reckoned from them is a date too
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_HEX = re.compile(r"(?:[0-9a-f]{2})*")
_ADDRESS = re.compile(r"[!#$%&'*+\-./0-9=?A-Z^_`a-z{|}~]+@[0-9A-Za-z.-]+")  # as forms keep it, in ASCII
# one spelling, one user; or an address that waits, which is nobody's (services/importing/merging.py)
_LOGIN = re.compile(rf"{_ADDRESS.pattern.replace('A-Z', '')}|{ID.pattern}@upptagen\.invalid")
_NUMBER = re.compile(r"\+[0-9]{6,15}")  # of a text message, which the installation pays for
_REACHED = re.compile(rf"{_ADDRESS.pattern}|{_NUMBER.pattern}")
_WEB = re.compile(r"(?:https?://[^\s\\@]+|[^\s\\@:/][^\s\\@:]*)")  # forms let the scheme be left out
_FILE = re.compile("[^\x00-\x1f\x7f\x80-\x9f\u2028-\u202e\u2066-\u2069]*")  # it is written into a header on its way out
_LANGUAGES = (languages.SWEDISH, languages.ENGLISH)
PURPOSES = (
    *("quote", "agreement", "package", "manual", "document", "document_page", "logo"),
    *("photo_in", "photo", "photo_paper", "photo_thumb", "article_import"),
)
MEDIA_TYPES = (
    *("application/pdf", "application/zip", "application/octet-stream", "text/csv"),
    *("image/png", "image/jpeg", "image/webp"),
)


def _among(*words: str) -> Fits:
    return frozenset(words).__contains__


def _like(pattern: re.Pattern[str], *, empty: bool = True) -> Fits:
    return lambda value: bool(pattern.fullmatch(value)) or (empty and value == "")


# What the columns say in words that the code reads, besides the rules of the database.
KNOWN: dict[str, Fits] = {
    "user.email": _like(_LOGIN, empty=False),
    "user.language": _among(*_LANGUAGES),
    "firm.website": _like(_WEB),
    "firm.email": _like(_ADDRESS),
    "firm.signing_rules": shapes.signing_rules,
    "customer.language": _among(*_LANGUAGES),
    "customer.email": _like(_ADDRESS),
    "quote.language": _among(*_LANGUAGES),
    "quote.kind": _among(*DealKind),
    "quote.price_type": _among(*PriceType),
    "quote.home": _among("", *HomeKind),
    "quote.signing_method": _among(*Method),
    "quote.payment_plan": shapes.payment_plan,
    "acceptance.document": _among(*legal.ACCEPTED),
    "quote_section.price_mode": _among(*MODES),
    "quote_section.choice": _among(*Choice),
    "quote_link.email": _like(_ADDRESS),
    "quote_link.phone": _like(_NUMBER),
    "quote_link.picked": shapes.picked,
    "quote_template.content": shapes.template,
    "quote_version.content": shapes.quote,
    "contract_template.audience": _among(*Audience),
    "contract_template_version.clauses": shapes.clauses,
    "recipient.email": _like(_ADDRESS),
    "recipient.phone": _like(_NUMBER),
    "recipient.stands_for": _like(ID),
    "inquiry.email": _like(_ADDRESS),
    "letter.to_address": _like(_REACHED),
    "letter.params": shapes.params,
    "agreement.agreed": shapes.agreed,
    "agreement.method": _among(*Method),
    "agreement.level": _among(*Level),
    "agreement.email": _like(_ADDRESS),
    "approval.method": _among(*Method),
    "approval.level": _among(*Level),
    "approval.consents": shapes.consents,
    "applicant.email": _like(_ADDRESS),
    "held_sending.email": _like(_ADDRESS),
    "held_sending.phone": _like(_NUMBER),
    "stored_file.name": _like(_FILE),
    "stored_file.purpose": _among(*PURPOSES),
    "stored_file.media_type": _among(*MEDIA_TYPES),
    "earlier_home.installation": shapes.installation,
    "earlier_home.address": _like(_WEB),
    "earlier_home.keys": shapes.keys,
    "earlier_home.checkpoints": shapes.json_lines,
    "earlier_home.proof": shapes.proof,
}


class BadRow(Exception):
    """A row that does not fit. `code`: columns, value, rank; `column` is the first that is wrong."""

    def __init__(self, code: str, column: str) -> None:
        super().__init__(code)
        self.code, self.column = code, column


class Columns:
    """The rules of one table. `is_older`: of an archive of an older schema, which may lack columns with a default.

    `database`: any SQLite, which is asked the table's CHECK constraints; it keeps nothing of them.
    """

    def __init__(
        self, table: Table, counts: Mapping[str, int], database: sqlite3.Connection, *, is_older: bool
    ) -> None:
        self.table = exported.sql_table(table)
        names = [name for name, _kind in exported.columns(table)]
        own = {column.name: column for column in self.table.columns}
        self._fits = {name: _fits(table.name, own[name]) if name in own else _OPENED[name] for name in names}
        self._may_lack = {name for name in names if is_older and name in own and _has_default(own[name])}
        self._most = {name: counts.get(other, 0) for name, other in references(table.name).items()}
        self._holds = _rules(self.table, names, database)

    def check(self, row: Mapping[str, Any], rank: int) -> None:
        """Raises BadRow. `rank` is the row's place in its file, from 1."""
        if row.keys() != self._fits.keys():
            for name in row.keys() ^ self._fits.keys():
                if name not in self._may_lack:
                    raise BadRow("columns", name if name in self._fits else "")
        for name, value in row.items():
            if not self._fits[name](value):
                raise BadRow("value", name)
        for name, most in self._most.items():
            if (value := row.get(name)) is not None and not 0 < value <= most:
                raise BadRow("rank", name)
        if row.get("id", rank) != rank:
            raise BadRow("rank", "id")
        if not self._holds(row):
            raise BadRow("value", "")


def _text(value: Any) -> bool:
    return isinstance(value, str)


_OPENED: dict[str, Fits] = {  # of event_value; none: it could not be read
    "salt": lambda value: value is None or (_text(value) and bool(_SHA256.fullmatch(value))),
    "value": lambda value: value is None or _text(value),
}


def _fits(table: str, column: Column[Any]) -> Fits:
    of_kind, known = _of_kind(column), KNOWN.get(f"{table}.{column.name}")
    fits = of_kind if known is None else (lambda value: of_kind(value) and known(value))
    return (lambda value: value is None or fits(value)) if column.nullable else fits


def _of_kind(column: Column[Any]) -> Fits:
    kind = column.type
    if isinstance(kind, UtcDateTime):
        return is_time
    if isinstance(kind, Date):
        return is_day
    if isinstance(kind, Boolean):
        return lambda value: isinstance(value, bool)
    if isinstance(kind, Integer):
        return lambda value: isinstance(value, int) and not isinstance(value, bool)
    if isinstance(kind, LargeBinary):
        return lambda value: _text(value) and bool(_HEX.fullmatch(value))
    if not isinstance(kind, String):
        raise TypeError(f"no rule for {column}")
    if column.name in ("public_id", "link_public_id"):
        return lambda value: _text(value) and bool(ID.fullmatch(value))
    if column.name.endswith("sha256") or (column.name in ("link", "content") and kind.length == 64):
        return lambda value: _text(value) and (value == "" or bool(_SHA256.fullmatch(value)))
    most = kind.length
    return _text if most is None else (lambda value: _text(value) and len(value) <= most)


def is_time(value: Any) -> bool:
    if not _text(value) or not _TIME.fullmatch(value) or int(value[:4]) not in YEARS:
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_day(value: Any) -> bool:
    if not _text(value) or not _DAY.fullmatch(value) or int(value[:4]) not in YEARS:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _has_default(column: Column[Any]) -> bool:
    return column.nullable or column.default is not None or column.server_default is not None


def _rules(table: SqlTable, names: list[str], database: sqlite3.Connection) -> Callable[[Mapping[str, Any]], bool]:
    """The table's CHECK constraints, asked of a database: they are its own words."""
    rules = [str(rule.sqltext) for rule in table.constraints if isinstance(rule, CheckConstraint)]
    used = [name for name in names if any(re.search(rf"\b{name}\b", rule) for rule in rules)]
    if not rules:
        return lambda row: True
    given = ", ".join(f'? AS "{name}"' for name in used)
    asked = " AND ".join(f"(({rule}) IS NOT 0)" for rule in rules)
    statement = f"SELECT {asked} FROM (SELECT {given})"  # noqa: S608  (of our own tables' rules and names)

    def holds(row: Mapping[str, Any]) -> bool:
        # a column that an older archive lacks has its default, which the rules allow
        if any(name not in row for name in used):
            return True
        return bool(database.execute(statement, [row[name] for name in used]).fetchone()[0])

    return holds


def unique(table: SqlTable) -> Iterator[tuple[str, ...]]:
    """The columns that no two rows of a firm may have alike."""
    found = {tuple(c.name for c in rule.columns) for rule in table.constraints if isinstance(rule, UniqueConstraint)}
    found |= {tuple(column.name for column in index.columns) for index in table.indexes if index.unique}
    found |= {(column.name,) for column in table.columns if column.unique}
    found.add(tuple(column.name for column in table.primary_key.columns))
    for names in sorted(found):  # the first that is alike is told of, on each run the same
        own = tuple(name for name in names if name != "firm_id")
        if own and own != ("id",):
            yield own


def ids(table: SqlTable) -> list[Column[Any]]:
    """Random ids that no other row here may have, of any firm."""
    return [
        column
        for column in table.columns
        if column.name in ("public_id", "link_public_id") and (column.name,) in set(unique(table))
    ]
