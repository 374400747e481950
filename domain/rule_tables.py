"""The dated tables of rot and rut as data: rows with first and last day, source and confidence.

rules_data.json holds the product's rows. A row that is added counts from its first day: of two that cover a day, the
one that begins later wins, so that the open row before it needs no change. Only the forms of rows are known here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")
KINDS = ("rot", "rut")
CERTAIN, LIKELY, UNCERTAIN = "certain", "likely", "uncertain"
PRODUCT_ROWS = Path(__file__).with_name("rules_data.json")


class NoRuleForDate(LookupError):
    """No row of the table covers the payment date."""


class Caps(Struct, frozen=True):
    """Most deduction per person and calendar year of payment, whole kronor; `combined_kr` None: no joint cap."""

    combined_kr: int | None
    rot_kr: int
    rut_kr: int
    rut_kr_if_65: int


class WorkType(Struct, frozen=True):
    """A kind of work as Skatteverket's file names it. `labour_percent`: share of the price that is labour."""

    code: str
    element: str
    fields: str
    valid_from: date
    valid_to: date | None
    labour_percent: int | None = None


class Schablon(Struct, frozen=True):
    """A contract or service at a fixed price: percent of the total incl. VAT that counts as labour."""

    code: str
    kind: str
    percent: int


class Deadline(Struct, frozen=True):
    """Last day of a request, `year_offset` years after the payment's."""

    month: int
    day: int
    year_offset: int
    moves_off_weekends: bool


class Period(Struct, Generic[T], frozen=True):
    """A row: what counts on its days, and how sure that is. `certain_until`: from the day after only likely."""

    first: date
    last: date  # date.max: until another row begins
    value: T
    source: str
    confidence: str
    certain_until: date | None

    def covers(self, on: date) -> bool:
        return self.first <= on <= self.last

    def confidence_on(self, on: date) -> str:
        return LIKELY if self.certain_until is not None and on > self.certain_until else self.confidence


class Lack(Struct, frozen=True):
    """What a year's table lacks: `is_missing` a row for some day, else only certainty."""

    table: str
    year: int
    is_missing: bool


class Tables:
    """The rows of one document, read and checked. Raises KeyError, TypeError or ValueError on rows it cannot read."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.as_of = date.fromisoformat(document["as_of"])
        rates = document["rate_periods"]
        self.rates = {kind: _periods((row for row in rates if row["kind"] == kind), _rate) for kind in KINDS}
        self.caps = _periods(document["cap_periods"], _caps)
        self.deadlines = _periods(document["deadline_periods"], _deadline)
        schablons = document["schablon_labour_percent"]
        self.schablons = {
            code: _periods((row for row in schablons if row["code"] == code), _schablon)
            for code in dict.fromkeys(row["code"] for row in schablons)
        }
        self.work_types = {kind: _in_order(rows, _work_type) for kind, rows in document["work_types"].items()}
        green = document.get("green_tech_periods", ())
        self.green = {
            code: _periods((row for row in green if row["installation"] == code), _rate)
            for code in dict.fromkeys(row["installation"] for row in green)
        }
        self.green_caps = _green_caps(document.get("green_tech_rules"), green)

    def lacks(self, years: Iterable[int]) -> tuple[Lack, ...]:
        """What rates, caps and deadlines lack in these years. A quote written today may be paid in the next one."""
        tables: dict[str, Sequence[Period[Any]]] = {**self.rates, "caps": self.caps, "deadline": self.deadlines}
        tables |= {f"green {code}": rows for code, rows in self.green.items()}
        return tuple(lack for year in years for table, rows in tables.items() for lack in _lack(table, rows, year))


def find(rows: Sequence[Period[T]], on: date, what: object) -> Period[T]:
    """The row that counts on a day. Raises NoRuleForDate."""
    for row in rows:
        if row.first <= on <= row.last:
            return row
    raise NoRuleForDate(what, on)


def from_day(rows: Sequence[Period[T]], on: date) -> list[Period[T]]:
    """The row that counts on a day, if there is one, and those that begin later, in the order of time."""
    later = [row for row in rows if row.first > on]
    current = next((row for row in rows if row.covers(on)), None)
    return ([current] if current else []) + later[::-1]


def product_rows() -> dict[str, Any]:
    """The product's own document."""
    rows: dict[str, Any] = json.loads(PRODUCT_ROWS.read_text(encoding="utf-8"))
    return rows


def joined(document: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """A document with the rows of another after its own. Raises ValueError on what has no rows in the first."""
    result = dict(document)
    for key, value in added.items():
        own = document.get(key)
        if isinstance(own, list) and isinstance(value, list):
            result[key] = own + value
        elif isinstance(own, dict) and isinstance(value, dict):
            result[key] = joined(own, value)
        elif isinstance(own, str) and isinstance(value, str):
            result[key] = value  # as_of
        else:
            raise ValueError(f"{key}: no such table")
    return result


def _periods(rows: Iterable[Mapping[str, Any]], read: Any) -> tuple[Period[Any], ...]:
    """Latest first day first: nearly every question is about today's, and what was added later wins."""
    numbered = sorted(enumerate(_in_order(rows, read)), key=lambda one: (one[1].first, one[0]), reverse=True)
    return tuple(row for _, row in numbered)


def _in_order(rows: Iterable[Mapping[str, Any]], read: Any) -> tuple[Period[Any], ...]:
    return tuple(_period(row, read(row)) for row in rows)


def _period(row: Mapping[str, Any], value: T) -> Period[T]:
    first = date.fromisoformat(row["valid_from"])
    last = date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max
    sure_until = date.fromisoformat(row["certain_until"]) if row.get("certain_until") else None
    confidence, source = row["confidence"], row["source"]
    if last < first or confidence not in (CERTAIN, LIKELY, UNCERTAIN) or not source:
        raise ValueError(f"{first}: a row ends after it begins and has a source and a confidence")
    return Period(first, last, value, str(source), confidence, sure_until)


def _rate(row: Mapping[str, Any]) -> int:
    return _share(row["rate_percent"])


def _share(percent: int) -> int:
    if type(percent) is not int or not 0 < percent < 100:
        raise ValueError(f"{percent!r} is no whole percent between 0 and 100")
    return percent


def _caps(row: Mapping[str, Any]) -> Caps:
    rut = _kronor(row["rut_kr"])
    joint = None if row["combined_kr"] is None else _kronor(row["combined_kr"])
    return Caps(joint, _kronor(row["rot_kr"]), rut, _kronor(row.get("rut_kr_if_65_at_start_of_year", rut)))


def _green_caps(rule: Mapping[str, Any] | None, green: Sequence[Mapping[str, Any]]) -> tuple[Period[int], ...]:
    """The one cap that all installations share, since the first of them counts."""
    if rule is None or not green:
        return ()
    row = {**rule, "valid_from": min(one["valid_from"] for one in green), "valid_to": None}
    return (_period(row, _kronor(rule["cap_kr_per_person_and_year"])),)


def _kronor(amount: int) -> int:
    if type(amount) is not int or amount < 0:
        raise ValueError(f"{amount!r} is no amount of whole kronor")
    return amount


def _deadline(row: Mapping[str, Any]) -> Deadline:
    date(2027, row["month"], row["day"])  # there is such a day every year
    return Deadline(row["month"], row["day"], int(row["year_offset"]), bool(row["weekend_moves_to_next_weekday"]))


def _schablon(row: Mapping[str, Any]) -> Schablon:
    return Schablon(row["code"], row["kind"], _share(row["percent"]))


def _work_type(row: Mapping[str, Any]) -> WorkType:
    last = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
    first = date.fromisoformat(row["valid_from"])
    return WorkType(row["code"], row["element"], row["fields"], first, last, row.get("labour_percent"))


def _lack(table: str, rows: Sequence[Period[Any]], year: int) -> list[Lack]:
    """None, or one lack. Only the days on which something may change are looked at."""
    day = timedelta(days=1)
    edges = {row.first for row in rows} | {row.last + day for row in rows if row.last != date.max}
    edges |= {row.certain_until + day for row in rows if row.certain_until}
    found = []
    for on in sorted({date(year, 1, 1), *(edge for edge in edges if edge.year == year)}):
        try:
            found.append(find(rows, on, table).confidence_on(on))
        except NoRuleForDate:
            return [Lack(table, year, is_missing=True)]
    return [] if set(found) == {CERTAIN} else [Lack(table, year, is_missing=False)]
