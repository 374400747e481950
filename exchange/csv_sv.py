"""CSV as Excel reads it in Sweden: semicolons, decimal comma, UTF-8 with a mark first, CR LF.

Quoting as RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe (security.md A-16); numbers
stay numbers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from domain.clock import STOCKHOLM

MARK = b"\xef\xbb\xbf"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
ROWS_A_PIECE = 200

Cell = str | int | bool | Decimal | date | datetime | None


def lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The file in pieces, the header first."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    yield MARK + _take(text)
    for number, row in enumerate(rows, start=1):
        writer.writerow([shown(cell) for cell in row])
        if number % ROWS_A_PIECE == 0:
            yield _take(text)
    yield _take(text)


def shown(cell: Cell) -> str:
    """A value as a cell: decimal comma, ja or nej, Stockholm time, guarded text."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "ja" if cell else "nej"
    if isinstance(cell, int | Decimal):
        return f"{cell:f}".replace(".", ",") if isinstance(cell, Decimal) else str(cell)
    if isinstance(cell, datetime):
        return cell.astimezone(STOCKHOLM).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return cell.isoformat()
    return "'" + cell if cell.startswith(FORMULA_STARTS) else cell


def _take(text: io.StringIO) -> bytes:
    taken = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return taken
