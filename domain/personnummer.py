"""Personnummer and samordningsnummer: read, mask, age.

Source: folkbokföringslagen (1991:481) 18 and 18 a §§; docs/rules/identifiers.md. Written here and not with a library
because the century must follow `today` and the reason for a refusal is shown; a library gives the tests a
second opinion.
"""

from __future__ import annotations

import re
from datetime import date

from domain import luhn

_SHAPE = re.compile(r"([0-9]{2})?([0-9]{2})([0-9]{2})([0-9]{2})([-+]?)([0-9]{4})")
_DASHES = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2212": "-"})
_MASK = "••••"
_LIKE_ONE = re.compile(r"(?<![\d-])(?:\d{2})?\d{6}[-+\u2010-\u2013\u2212 ]?\d{4}(?![\d-])")


class BadPersonnummer(ValueError):
    """Not a personnummer. `reason` is "length", "check_digit", "date" or "future"; the number is not in the text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(text: str, today: date) -> str:
    """12 digits of a personnummer or samordningsnummer, typed with 10 or 12 digits, `-`, `+` or spaces.

    `today` settles the century of 10 digits: `+` from the year in which the person turns 100, else the latest date that
    is not in the future. Raises BadPersonnummer.
    """
    match = _SHAPE.fullmatch("".join(text.split()).translate(_DASHES))
    if not match:
        raise BadPersonnummer("length")
    century, year, month, day, sign, tail = match.groups()
    if not luhn.is_valid(year + month + day + tail):
        raise BadPersonnummer("check_digit")
    if century is None:
        century = _century(int(year), month, day, sign, today)
    number = century + year + month + day + tail
    try:
        born = birth_date(number)
    except ValueError:
        raise BadPersonnummer("date") from None
    if century not in ("18", "19", "20"):
        raise BadPersonnummer("date")
    if born > today:
        raise BadPersonnummer("future")
    return number


def stands_in(text: str, today: date) -> bool:
    """Whether a text holds digits that are a personnummer by date and check digit."""
    for found in _LIKE_ONE.findall(text):
        try:
            parse(found, today)
        except BadPersonnummer:
            continue
        return True
    return False


def birth_date(p12: str) -> date:
    """Date of birth; the day of a samordningsnummer is 60 too high. Raises ValueError if it does not exist."""
    day = int(p12[6:8])
    return date(int(p12[:4]), int(p12[4:6]), day - 60 if day > 60 else day)


def mask(p12: str) -> str:
    """`19571230-••••`, the only form that is shown or printed."""
    return f"{p12[:8]}-{_MASK}"


def turns_18_in(p12: str, year: int) -> bool:
    """Whether the person is 18 at the latest on 31 December of the year."""
    return year - int(p12[:4]) >= 18


def _century(year: int, month: str, day: str, sign: str, today: date) -> str:
    latest = today.year - 100 if sign == "+" else today.year
    full = latest - (latest - year) % 100
    if sign != "+" and full == today.year and _is_future(full, month, day, today):
        full -= 100
    return f"{full // 100:02d}"


def _is_future(year: int, month: str, day: str, today: date) -> bool:
    dom = int(day)
    return (year, int(month), dom - 60 if dom > 60 else dom) > (today.year, today.month, today.day)
