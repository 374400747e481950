"""08-20 Stockholm time, no red days, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import quiet_hours
from domain.clock import STOCKHOLM

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        ("2026-11-23 08:00", "2026-11-23 08:00"),
        ("2026-11-23 07:59", "2026-11-23 08:00"),
        ("2026-11-23 19:59", "2026-11-23 19:59"),
        ("2026-11-23 20:00", "2026-11-24 08:00"),
        ("2026-11-23 23:30", "2026-11-24 08:00"),
        ("2026-11-24 00:30", "2026-11-24 08:00"),
        ("2026-11-21 12:00", "2026-11-21 12:00"),  # a Saturday
        ("2026-11-21 21:00", "2026-11-23 08:00"),  # into a Sunday
        ("2026-11-22 12:00", "2026-11-23 08:00"),
        ("2026-12-23 20:30", "2026-12-28 08:00"),  # julafton to annandagen, then a Sunday
        ("2026-12-30 21:00", "2027-01-02 08:00"),  # nyårsafton and nyårsdagen
        ("2026-10-24 21:00", "2026-10-26 08:00"),  # the clocks go back on the Sunday
        ("2027-03-27 21:00", "2027-03-30 08:00"),  # they go forward on påskdagen
    ],
)
def test_when_it_may_go(moment, allowed):
    assert quiet_hours.next_allowed(at(moment)) == at(allowed)


@pytest.mark.parametrize("day", ["2026-10-25", "2026-03-29"])
def test_on_the_days_the_clocks_change_eight_is_eight(day):
    before = datetime.fromisoformat(f"{day} 12:00+00:00") - timedelta(days=1)
    opening = quiet_hours.opening((before + timedelta(days=1)).date()).astimezone(STOCKHOLM)
    assert (opening.hour, opening.minute) == (8, 0)


@given(st.integers(0, 5 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes)))
def test_it_is_never_quiet_when_it_goes_and_never_earlier(moment):
    allowed = quiet_hours.next_allowed(moment)
    assert allowed >= moment
    assert not quiet_hours.is_quiet(allowed)
    assert 8 <= allowed.astimezone(STOCKHOLM).hour < 20
    assert allowed - moment <= timedelta(days=6)
    assert quiet_hours.next_allowed(allowed) == allowed
