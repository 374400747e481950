"""Tables as people send them: bytes in any usual encoding, cells parted by semicolon, tab or comma. Nothing is run.

Quoting as RFC 4180. Rows are numbered as a spreadsheet numbers them: an empty one counts, one with line breaks in a
cell is one row.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from domain import unseen

LOST = "\ufffd"  # stands where a sign could not be read
MOST_LINES = 100_000
MOST_LINES_IN_A_ROW = 50
SAMPLE_LINES = 40
SAMPLE_BYTES = 4096
SEPARATORS = (";", "\t", ",")  # of two that fit alike the first: a comma is also a decimal mark
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and ods are ZIP files, xls is an OLE file
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_NAMED_SEPARATOR = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # a first line that only Excel knows
_NO_TEXT = re.compile(r"[\0-\x08\x0e-\x1f]")


class BadFile(ValueError):
    """No table can be read. `code`: empty, spreadsheet, binary, too_many; what reads tables adds its own."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Record(Struct, frozen=True):
    """One row that is not empty. `is_open`: a quotation mark begins in it and never ends; `cells` is then its text."""

    number: int
    cells: Sequence[str]
    is_open: bool = False


def read(data: bytes) -> list[Record]:
    """The rows of a file. Raises BadFile."""
    lines = list(io.StringIO(decode(data), newline=""))
    if len(lines) > MOST_LINES:
        raise BadFile("too_many")
    named = _NAMED_SEPARATOR.fullmatch(lines[0]) if lines else None
    separator = named[1] if named and named[1] != '"' else _guess(lines[:SAMPLE_LINES])
    found = [
        record
        for record in _records(lines, separator)
        if any(cell.strip() for cell in record.cells) and not (named and record.number == 1)
    ]
    if not found:
        raise BadFile("empty")
    return found


def decode(data: bytes) -> str:
    """UTF-8 or UTF-16, with or without a mark first, else Windows-1252. Raises BadFile for what is no text.

    A file of UTF-8 with some bytes that are not keeps LOST in their places; so few wrong ones are no other encoding.
    What nobody sees is left out, as of a form.
    """
    if data.startswith(_SPREADSHEETS):
        raise BadFile("spreadsheet")
    text = _decode(data).removeprefix("\ufeff")
    if _NO_TEXT.search(text):
        raise BadFile("binary")
    return unseen.left_out(text)


def _decode(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if b"\0" in data[:SAMPLE_BYTES]:
        return data.decode(_order_of_bytes(data[:SAMPLE_BYTES]), "replace")
    text = data.decode("utf-8", "replace")
    lost = text.count(LOST)
    if lost and 2 * lost > sum(1 for sign in text if sign > "\x7f"):
        return data.decode("cp1252", "replace")
    return text


def _order_of_bytes(start: bytes) -> str:
    """Which UTF-16 a file without a mark is in: of plain text every other byte is zero. Raises BadFile."""
    evens, odds, half = start[::2].count(0), start[1::2].count(0), len(start) // 2
    if 2 * max(evens, odds) < half or 10 * min(evens, odds) > half:
        raise BadFile("binary")
    return "utf-16-le" if odds > evens else "utf-16-be"


def _guess(lines: list[str]) -> str:
    """The separator that gives most rows the same number of cells, more than one."""

    def alike(separator: str) -> int:
        widths = [len(record.cells) for record in _records(lines, separator) if record.cells]
        return max((widths.count(width) for width in set(widths) if width > 1), default=0)

    return max(SEPARATORS, key=alike)


def _records(lines: list[str], separator: str) -> Iterator[Record]:
    """All rows, the empty ones too. After a quotation mark that never ends reading goes on at the next line."""
    number = start = 0
    while start < len(lines):
        reader = csv.reader(map(lines.__getitem__, range(start, len(lines))), delimiter=separator)
        done = 0  # lines of this reader that lie in finished rows
        try:
            for cells in reader:
                number += 1
                if _is_open(lines[start + done : start + reader.line_num]):
                    break
                done = reader.line_num
                yield Record(number, cells)
            else:
                return
        except csv.Error:  # a cell that is longer than any cell
            number += 1
        yield Record(number, [lines[start + done].strip()], is_open=True)
        start += done + 1


def _is_open(lines: list[str]) -> bool:
    """Whether a row swallowed lines that were not meant: too many, or with a mark that has no partner."""
    if len(lines) == 1:
        return False
    return len(lines) > MOST_LINES_IN_A_ROW or sum(line.count('"') for line in lines) % 2 == 1
