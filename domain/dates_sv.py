"""Dates as Swedes write them, days off, and how the withdrawal period is counted.

Source: lag (1989:253) om allmänna helgdagar; lag (1930:173) 2 §; lag (2005:59) 2 kap. 12 §; docs/rules/withdrawal.md.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

WITHDRAWAL_DAYS = 14

_ISO = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")
_NUMERIC = re.compile(r"([0-9]{1,2})[/.]([0-9]{1,2})\.?(?:[/.\- ]([0-9]{4}|[0-9]{2}))?")
_NAMED = re.compile(r"(?:den )?([0-9]{1,2})(?::?e)? ?([a-zåäö]{3,9})\.?,?(?: ([0-9]{4}))?")
_MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)
_NEAR = {"idag": 0, "i dag": 0, "imorgon": 1, "i morgon": 1}


class NotADate(ValueError):
    """The text is no date."""


def parse_date(text: str, today: date) -> date:
    """`2026-12-18`, `18/12`, `18.12.2026`, `18 dec`, `18 december 2026`, `i dag`. Raises NotADate.

    Without a year it is the first such day from `today` on: what is typed here (validity, start, payment) lies ahead.
    """
    tidy = " ".join(text.split()).lower()
    if tidy in _NEAR:
        return today + timedelta(days=_NEAR[tidy])
    if match := _ISO.fullmatch(tidy):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMERIC.fullmatch(tidy):
        return _dated(match[3], int(match[2]), int(match[1]), today)
    if match := _NAMED.fullmatch(tidy):
        return _dated(match[3], _month(match[2]), int(match[1]), today)
    raise NotADate


def is_non_working_day(day: date) -> bool:
    """Saturday, Sunday, public holiday, midsommarafton, julafton or nyårsafton: a term never ends on it."""
    return day.weekday() >= 5 or day in _days_off(day.year)


def is_red_day(day: date) -> bool:
    """Sunday, public holiday, midsommarafton, julafton or nyårsafton."""
    return day.weekday() == 6 or day in _days_off(day.year)


def next_working_day(day: date) -> date:
    """The day itself, or the first working day after it."""
    while is_non_working_day(day):
        day += timedelta(days=1)
    return day


def last_withdrawal_day(contract_day: date) -> date:
    """Last day to withdraw from a service: day 14 after the contract day, moved to a working day."""
    return next_working_day(contract_day + timedelta(days=WITHDRAWAL_DAYS))


def longest_withdrawal_day(contract_day: date) -> date:
    """Last day when the information on withdrawal failed: one year after the period would have ended, moved likewise.

    The year runs from the moved last day, which never is shorter for the consumer.
    """
    ordinary = last_withdrawal_day(contract_day)
    try:
        later = ordinary.replace(year=ordinary.year + 1)
    except ValueError:
        later = date(ordinary.year + 1, 3, 1)
    return next_working_day(later)


@lru_cache(maxsize=32)
def _days_off(year: int) -> frozenset[date]:
    easter = _easter_sunday(year)
    midsummer_eve = date(year, 6, 19) + timedelta(days=(4 - date(year, 6, 19).weekday()) % 7)
    all_saints = date(year, 10, 31) + timedelta(days=(5 - date(year, 10, 31).weekday()) % 7)
    fixed = ((1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31))
    moving = (easter + timedelta(days=days) for days in (-2, 0, 1, 39, 49))
    return frozenset(
        (*(date(year, *day) for day in fixed), *moving, midsummer_eve, midsummer_eve + timedelta(days=1), all_saints)
    )


def _easter_sunday(year: int) -> date:
    """Gregorian Easter by the anonymous algorithm (Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _month(name: str) -> int:
    found = [
        number
        for number, full in enumerate(_MONTHS, 1)
        if full == name or full[:3] == name or (name == "sept" and number == 9)
    ]
    if not found:
        raise NotADate
    return found[0]


def _dated(year: str | None, month: int, day: int, today: date) -> date:
    if year is not None:
        return _day(int(year) + (2000 if len(year) == 2 else 0), month, day)
    if (month, day) < (today.month, today.day):
        return _day(today.year + 1, month, day)
    return _day(today.year, month, day)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NotADate from None
