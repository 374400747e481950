"""CSV as Excel reads it in Sweden: semicolons, decimal comma, UTF-8 with a mark first, CR LF.

Quoting as RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe; numbers
stay numbers. A column's values all go through one of the functions here, chosen once (None: they are shown as they
are), since a firm's lines are many.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from domain.clock import STOCKHOLM

MARK = b"\xef\xbb\xbf"
FORMULA_STARTS = frozenset("=+-@\t\r\n")

Show = Callable[[Any], str]


def lines(
    header: Sequence[str], shows: Sequence[Show | None], chunks: Iterable[Iterable[Sequence[Any]]]
) -> Iterator[bytes]:
    """The file in pieces, one per chunk of rows, the header first. A missing value is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    yield MARK + _take(text)
    changes = [(place, show) for place, show in enumerate(shows) if show is not None]
    for chunk in chunks:
        for row in chunk:
            cells = list(row)
            for place, show in changes:
                value = cells[place]
                if value is not None:
                    cells[place] = show(value)
            writer.writerow(cells)
        yield _take(text)


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _is_like_a_formula(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith("'") and _is_like_a_formula(text) else text


def _is_like_a_formula(text: str) -> bool:
    """Apostrophes first are looked past: what has got one is told from what began with one."""
    return bool(text) and (text[0] in FORMULA_STARTS or (text[0] == "'" and text.lstrip("'")[:1] in FORMULA_STARTS))


def yes_or_no(value: bool) -> str:
    return "ja" if value else "nej"


def stockholm(at: datetime) -> str:
    """2026-11-20 09:14:36"""
    return at.astimezone(STOCKHOLM).isoformat(" ", "seconds")[:19]


def hundredths(value: int) -> str:
    """-129050 -> -1290,50"""
    whole, rest = divmod(abs(value), 100)
    return f"{'-' if value < 0 else ''}{whole},{rest:02d}"


def thousandths(value: int) -> str:
    """5500 -> 5,5"""
    whole, rest = divmod(abs(value), 1000)
    return f"{'-' if value < 0 else ''}{whole}" + (f",{rest:03d}".rstrip("0") if rest else "")


def _take(text: io.StringIO) -> bytes:
    taken = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return taken
