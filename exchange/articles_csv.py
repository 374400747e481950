"""The price list as a file for Excel, and back: bytes <-> rows. What is written here is read back unchanged.

Columns are known by their headings, in Swedish or English and in any order; without headings by what the first row
holds. A cell is text and never a formula. A row that cannot be taken is named by its number, with what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from domain import numbers_sv, personnummer
from domain.quotes import PriceBasis, convert_price
from domain.vat import VAT_RATES
from exchange import articles_words as words
from exchange import csv_sv, text_table
from exchange.text_table import LOST, BadFile, Record

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
MOST_ORE = 10_000_000_000  # 100 million kronor, as in the form of an article
LONGEST_NAME, LONGEST_UNIT = 200, 12
LONGEST_TYPED = 60  # signs of a wrong cell that are repeated

_WITH_OR_WITHOUT_VAT = re.compile(r"\b(?:(inkl|incl)\w*|(?:exkl|excl|ex|utan)\w*)\b\.?\s*(?:moms|vat)\b", re.IGNORECASE)
_CURRENCY = re.compile(r"\b(?:kr|sek|kronor)\b|[()%]", re.IGNORECASE)


class Row(Struct, frozen=True):
    """A row that can be taken. `values` holds only what the file says, by the names of the article's columns."""

    number: int
    name: str
    values: dict[str, Any]


class Fault(Struct, frozen=True):
    """What is wrong with a cell, or with a whole row (no field). `typed` is the cell's own text."""

    number: int
    code: str
    field: str = ""
    typed: str = ""
    other: int | None = None  # the row that it quarrels with


class Sheet(Struct, frozen=True):
    """What a file holds. `columns`: field and heading (or number) of each that is read; `ignored`: other headings."""

    rows: list[Row]
    faults: list[Fault]
    columns: list[tuple[str, str]]
    ignored: list[str]
    has_headings: bool


class _Column(Struct, frozen=True):
    place: int
    field: str
    heading: str
    basis: str = ""  # of a price whose heading says it
    means: str = ""  # rot or rut: what a mere yes in the column stands for


class _Bad(ValueError):
    """A cell that cannot be read. Its text is the code of the fault."""


def write(rows: Iterable[Sequence[Any]], *, with_purchase: bool) -> Iterator[bytes]:
    """A file of rows of name, unit, price, basis, VAT, kind, (deduction, work type), purchase price."""
    shows = [
        csv_sv.guarded,
        csv_sv.guarded,
        csv_sv.hundredths,
        words.BASES.__getitem__,
        None,
        words.KINDS.__getitem__,
        _deduction_word,
        csv_sv.hundredths,
    ]
    width = len(words.HEADINGS) if with_purchase else len(words.HEADINGS) - 1
    return csv_sv.lines(words.HEADINGS[:width], shows[:width], [[row[:width] for row in rows]])


def read(data: bytes, *, today: date) -> Sheet:
    """The rows of a file and what is wrong with the others. Raises BadFile.

    Its codes, besides those of text_table: too_large, too_many (rows), no_name, no_price (columns).
    """
    if len(data) > MOST_BYTES:
        raise BadFile("too_large")
    records = text_table.read(data)
    columns, ignored = _headings(records[0])
    has_headings, width = bool(columns), len(records[0].cells)
    if has_headings:
        records = records[1:]
    else:
        columns = _guessed(records[0])
    if len(records) > MOST_ROWS:
        raise BadFile("too_many")
    for field, code in (("name", "no_name"), ("unit_price_ore", "no_price")):
        if all(column.field != field for column in columns):
            raise BadFile(code)
    if not records:
        raise BadFile("empty")
    columns.sort(key=lambda column: _ORDER.index(column.field))
    rows: list[Row] = []
    faults: list[Fault] = []
    for record in records:
        found, wrong = _row(record, columns, width, today)
        faults += wrong
        if found:
            rows.append(found)
    return Sheet(rows, faults, [(column.field, column.heading) for column in columns], ignored, has_headings)


def _headings(record: Record) -> tuple[list[_Column], list[str]]:
    """The known columns of a row of headings, and the headings of the others; none if it is a row of data."""
    columns: list[_Column] = []
    ignored: list[str] = []
    for place, cell in enumerate(record.cells):
        heading = csv_sv.unguarded(" ".join(cell.split()))
        said = _WITH_OR_WITHOUT_VAT.search(heading)
        letters = words.letters(_CURRENCY.sub("", _WITH_OR_WITHOUT_VAT.sub("", heading)))
        field = words.FIELD_OF.get(letters, "")
        if field and (field == "deduction" or all(column.field != field for column in columns)):
            basis = ("incl" if said[1] else "excl") if said else ""
            means = letters[:3] if letters[:3] in ("rot", "rut") and letters[:6] != "rotrut" else ""
            columns.append(_Column(place, field, heading, basis, means))
        elif heading:
            ignored.append(heading)
    is_data = any(_is_price(cell) for cell in record.cells)
    if is_data or all(column.field not in ("name", "unit_price_ore") for column in columns):
        return [], []
    return columns, ignored


def _guessed(record: Record) -> list[_Column]:
    """Columns of a file without headings: the name, then of numbers price and VAT, of texts unit, kind, deduction."""
    numbers, texts = ["unit_price_ore", "vat_percent"], ["unit", "kind", "deduction"]
    columns = [_Column(0, "name", "1")]
    for place, cell in enumerate(record.cells[1:], 1):
        kin = numbers if _is_price(cell) else texts
        if cell.strip() and kin:
            columns.append(_Column(place, kin.pop(0), str(place + 1)))
    return columns


def _row(record: Record, columns: list[_Column], width: int, today: date) -> tuple[Row | None, list[Fault]]:
    if record.is_open:
        return None, [Fault(record.number, "open_quote", "", record.cells[0][:LONGEST_TYPED])]
    if any(cell.strip() for cell in record.cells[width:]):
        return None, [Fault(record.number, "too_wide", "", ";".join(record.cells)[:LONGEST_TYPED])]
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for column in columns:
        cell = record.cells[column.place] if column.place < len(record.cells) else ""
        cell = csv_sv.unguarded(" ".join(cell.split()))
        try:
            if LOST in cell:
                raise _Bad("lost_sign")
            _READERS[column.field](values, cell, column)
            if column.field == "name" and personnummer.stands_in(cell, today):
                raise _Bad("personnummer")
        except _Bad as bad:
            faults.append(Fault(record.number, str(bad), column.field, cell[:LONGEST_TYPED]))
    if values.get("deduction") and values.setdefault("kind", "labour") != "labour":
        faults.append(Fault(record.number, "not_labour", "deduction", values["deduction"].upper()))
    if values.get("deduction") == "rut" and not values.get("work_type"):
        faults.append(Fault(record.number, "which_work", "deduction", "RUT"))
    if faults:
        return None, faults
    return Row(record.number, values.pop("name"), values), []


def _read_name(values: dict[str, Any], cell: str, column: _Column) -> None:
    if not cell:
        raise _Bad("name_missing")
    if len(cell) > LONGEST_NAME:
        raise _Bad("name_long")
    values["name"] = cell


def _read_unit(values: dict[str, Any], cell: str, column: _Column) -> None:
    unit = words.UNIT_OF.get(words.letters(cell), cell) if cell.rstrip(".").isalnum() else cell
    if len(unit) > LONGEST_UNIT:
        raise _Bad("unit_long")
    if unit:
        values["unit"] = unit


def _read_price(values: dict[str, Any], cell: str, column: _Column) -> None:
    if not cell:
        raise _Bad("price_missing")
    values["unit_price_ore"] = _ore(cell, -MOST_ORE)
    if column.basis:
        values.setdefault("basis", column.basis)


def _read_purchase(values: dict[str, Any], cell: str, column: _Column) -> None:
    """Kept excl. VAT, whatever the file's heading says it is."""
    values["purchase_price_ore"] = None
    if cell:
        basis, rate = column.basis or PriceBasis.EXCL, values.get("vat_percent", VAT_RATES[0])
        values["purchase_price_ore"] = convert_price(_ore(cell, 0), rate, from_basis=basis, to_basis=PriceBasis.EXCL)


def _read_basis(values: dict[str, Any], cell: str, column: _Column) -> None:
    letters = words.letters(cell)
    if letters.startswith(("inkl", "incl")):
        values["basis"] = "incl"
    elif letters.startswith(("exkl", "excl", "exmoms", "utan")):
        values["basis"] = "excl"
    elif letters:
        raise _Bad("basis")


def _read_vat(values: dict[str, Any], cell: str, column: _Column) -> None:
    if not cell:
        return
    try:
        bp = numbers_sv.parse_percent(cell)
    except numbers_sv.NotANumber:
        raise _Bad("vat") from None
    rate, rest = (bp, 0) if bp < 100 and "%" not in cell else divmod(bp, 100)  # 0,25 is how a sheet keeps 25 %
    if rest or rate not in VAT_RATES:
        raise _Bad("vat")
    values["vat_percent"] = rate


def _read_kind(values: dict[str, Any], cell: str, column: _Column) -> None:
    letters = words.letters(cell)
    if letters and letters not in words.KIND_OF:
        raise _Bad("kind")
    if letters:
        values["kind"] = words.KIND_OF[letters]


def _read_deduction(values: dict[str, Any], cell: str, column: _Column) -> None:
    """rot, ROT, Bygg, rot:bygg, Bygg, or a yes in a column named ROT. Empty: none."""
    letters = words.letters(cell)
    values.setdefault("deduction", None)
    values.setdefault("work_type", None)
    if letters in words.NO:
        return
    kind, rest = (letters[:3], letters[3:]) if letters[:3] in ("rot", "rut") else (column.means, letters)
    if rest in words.YES:
        rest = ""
    found_kind, code = words.WORK_OF.get(rest, (kind, None))
    if not found_kind or (rest and code is None) or kind not in ("", found_kind):
        raise _Bad("deduction")
    values["deduction"], values["work_type"] = found_kind, code or values["work_type"]


def _read_work_type(values: dict[str, Any], cell: str, column: _Column) -> None:
    letters = words.letters(cell)
    if not letters:
        return
    if letters not in words.WORK_OF:
        raise _Bad("work_type")
    kind, code = words.WORK_OF[letters]
    if values.get("deduction") not in (None, kind):
        raise _Bad("work_type")
    values["deduction"], values["work_type"] = kind, code


def _ore(cell: str, least: int) -> int:
    try:
        ore = numbers_sv.parse_kronor(cell)
    except numbers_sv.NotANumber:
        raise _Bad("price") from None
    if not least <= ore <= MOST_ORE:
        raise _Bad("price_range")
    return ore


def _is_price(cell: str) -> bool:
    try:
        numbers_sv.parse_kronor(cell)
    except numbers_sv.NotANumber:
        return False
    return True


def _deduction_word(pair: tuple[str, str | None]) -> str:
    """ROT, Bygg"""
    kind, code = pair
    return f"{kind.upper()}, {words.WORK_TYPES.get(code, code)}" if code else kind.upper()


# in the order in which a row is read: a purchase price may need the VAT, a work type the deduction
_READERS: dict[str, Callable[[dict[str, Any], str, _Column], None]] = {
    "name": _read_name,
    "unit": _read_unit,
    "unit_price_ore": _read_price,
    "basis": _read_basis,
    "vat_percent": _read_vat,
    "kind": _read_kind,
    "deduction": _read_deduction,
    "work_type": _read_work_type,
    "purchase_price_ore": _read_purchase,
}
_ORDER = list(_READERS)
