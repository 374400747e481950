"""Accounts that nobody uses: two warnings, then the account is terminated (requirements: 24 months, at 22 and 23).

A clock for a worker that may have slept: what a warning promises counts from the day it had really been delivered, and
no warning is left out because its day has passed.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from msgspec import Struct

from domain.closing_dates import Notice

WARNED_BEFORE = (2, 1)  # months
FEWEST_MONTHS = 3


class Step(StrEnum):
    NOTHING = "nothing"
    WARN = "warn"
    END = "end"


class Course(Struct, frozen=True):
    """Where an account that is not used stands. Days are Stockholm's."""

    used_on: date
    warned: int = 0  # months without use that were last warned of
    told_on: date | None = None  # that warning was delivered to all owners, or given up; None: on its way, or never


class Next(Struct, frozen=True):
    """What is due. With a warning: its `months`, and the last day for a login that it promises."""

    step: Step
    months: int = 0
    last_day: date | None = None


def due(course: Course, *, months: int, today: date) -> Next:
    """What to do today with an account that ends after so many months without use; 0 months end none."""
    if not months:
        return Next(Step.NOTHING)
    first, second = (months - before for before in WARNED_BEFORE)
    end = _later(course.used_on, months)
    if course.warned < first:
        if today < _later(course.used_on, first):
            return Next(Step.NOTHING)
        return Next(Step.WARN, first, max(end, _later(today, WARNED_BEFORE[0])))
    if course.told_on is None:
        return Next(Step.NOTHING)
    a_month_told = _later(course.told_on, 1)
    if course.warned < second:
        if today < max(_later(course.used_on, second), a_month_told):
            return Next(Step.NOTHING)
        return Next(Step.WARN, second, max(end, _later(today, WARNED_BEFORE[1])))
    return Next(Step.END if today > max(end, a_month_told) else Step.NOTHING)


def first_day(today: date, months: int) -> date:
    """Accounts last used on this day or before may be due for something."""
    return _later(today, WARNED_BEFORE[0] - months)


def _later(day: date, months: int) -> date:
    return Notice(months=months).after(day)
