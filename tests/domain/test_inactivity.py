"""When accounts that nobody uses are warned and ended."""

from datetime import date, timedelta

import pytest

from domain.inactivity import Course, Step, due, first_day

USED = date(2026, 11, 21)
AT_22, AT_23, AT_24 = date(2028, 9, 21), date(2028, 10, 21), date(2028, 11, 21)
A_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("warned", "told_on", "today", "step", "months", "last_day"),
    [
        (0, None, AT_22 - A_DAY, "nothing", 0, None),
        (0, None, AT_22, "warn", 22, AT_24),
        (22, None, AT_24 + A_DAY, "nothing", 0, None),  # the letter has not gone yet
        (22, AT_22, AT_23 - A_DAY, "nothing", 0, None),
        (22, AT_22, AT_23, "warn", 23, AT_24),
        (22, AT_22 + 3 * A_DAY, AT_23, "nothing", 0, None),
        (23, None, AT_24 + A_DAY, "nothing", 0, None),
        (23, AT_23, AT_24, "nothing", 0, None),  # a login on the last day is in time
        (23, AT_23, AT_24 + A_DAY, "end", 0, None),
        (23, AT_23 + 3 * A_DAY, AT_24 + 3 * A_DAY, "nothing", 0, None),
        (23, AT_23 + 3 * A_DAY, AT_24 + 4 * A_DAY, "end", 0, None),
        # the worker slept until the 25th month: both warnings come, each in its time
        (0, None, date(2028, 12, 30), "warn", 22, date(2029, 2, 28)),
        (22, date(2028, 12, 30), date(2029, 1, 29), "nothing", 0, None),
        (22, date(2028, 12, 30), date(2029, 1, 30), "warn", 23, date(2029, 2, 28)),
        (23, date(2029, 1, 30), date(2029, 2, 28), "nothing", 0, None),
        (23, date(2029, 1, 30), date(2029, 3, 1), "end", 0, None),
    ],
)
def test_what_is_due(warned, told_on, today, step, months, last_day):
    found = due(Course(USED, warned, told_on), months=24, today=today)
    assert (found.step, found.months, found.last_day) == (step, months, last_day)


def test_off():
    assert due(Course(USED), months=0, today=date(2099, 1, 1)).step is Step.NOTHING


def test_who_may_be_due():
    assert first_day(AT_22, 24) == USED
    assert first_day(date(2026, 12, 31), 3) == date(2026, 11, 30)
