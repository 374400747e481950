"""Typed dates, days off, the withdrawal period, and Stockholm's day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import end_of_day, start_of_day, start_of_month, stockholm_date
from domain.dates_sv import (
    NotADate,
    is_non_working_day,
    last_withdrawal_day,
    longest_withdrawal_day,
    parse_date,
)

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-18",
        "20261218",
        "18/12",
        "18/12 2026",
        "18/12-26",
        "18.12.2026",
        "18 dec",
        "18 dec.",
        "18 December 2026",
        "den 18 dec",
        "18:e december",
        "  18   december  ",
    ],
)
def test_ways_to_write_a_day(text):
    assert parse_date(text, TODAY) == date(2026, 12, 18)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20/11", "2026-11-20"),
        ("19/11", "2027-11-19"),
        ("3 jan", "2027-01-03"),
        ("1 sept 2027", "2027-09-01"),
        ("i dag", "2026-11-20"),
        ("Imorgon", "2026-11-21"),
    ],
)
def test_a_day_without_year_lies_ahead(text, expected):
    assert parse_date(text, TODAY) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    "text", ["", "31/11", "2026-02-29", "29 feb", "18 foo", "18", "12/18", "0/1", "2026-13-01", "i går"]
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(NotADate):
        parse_date(text, TODAY)


@pytest.mark.parametrize(
    "day",
    [
        "2026-01-01",
        "2026-01-06",
        "2026-04-03",
        "2026-04-05",
        "2026-04-06",
        "2026-05-01",
        "2026-05-14",
        "2026-05-24",
        "2026-06-06",
        "2026-06-19",
        "2026-06-20",
        "2026-10-31",
        "2026-12-24",
        "2026-12-25",
        "2026-12-26",
        "2026-12-31",
        "2026-11-21",
        "2026-11-22",
        "2025-04-18",
        "2025-06-20",
        "2025-11-01",
        "2027-03-26",
        "2027-05-06",
        "2027-06-25",
    ],
)
def test_days_off(day):
    assert is_non_working_day(date.fromisoformat(day))


@pytest.mark.parametrize(
    "day",
    [
        "2026-11-20",
        "2026-01-02",
        "2026-01-05",
        "2026-04-02",
        "2026-04-07",
        "2026-06-18",
        "2026-06-22",
        "2026-10-30",
        "2026-12-30",
    ],
)
def test_working_days(day):
    assert not is_non_working_day(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("contract", "last", "longest"),
    [
        pytest.param("2026-11-20", "2026-12-04", "2027-12-06", id="Friday to Friday; a year later is a Saturday"),
        pytest.param("2026-12-12", "2026-12-28", "2027-12-28", id="day 14 is Boxing Day, a Saturday"),
        pytest.param("2026-12-10", "2026-12-28", "2027-12-28", id="julafton, and then three days off"),
        pytest.param("2026-12-17", "2027-01-04", "2028-01-04", id="nyårsafton"),
        pytest.param("2026-06-05", "2026-06-22", "2027-06-22", id="midsommarafton"),
        pytest.param("2028-02-15", "2028-02-29", "2029-03-01", id="leap day"),
    ],
)
def test_withdrawal_days(contract, last, longest):
    assert last_withdrawal_day(date.fromisoformat(contract)) == date.fromisoformat(last)
    assert longest_withdrawal_day(date.fromisoformat(contract)) == date.fromisoformat(longest)


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_the_period_is_14_days_or_a_little_more(day):
    last = last_withdrawal_day(day)
    assert 14 <= (last - day).days <= 14 + 5
    assert not is_non_working_day(last)
    assert longest_withdrawal_day(day) >= last + timedelta(days=365)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-11-20T22:59:59", "2026-11-20"),
        ("2026-11-20T23:00:00", "2026-11-21"),
        ("2026-07-01T21:59:59", "2026-07-01"),
        ("2026-07-01T22:00:00", "2026-07-02"),
    ],
)
def test_the_day_in_stockholm(now, day):
    assert stockholm_date(datetime.fromisoformat(now).replace(tzinfo=UTC)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("day", "end"), [("2026-12-18", "2026-12-18T22:59:59.999999"), ("2026-07-01", "2026-07-01T21:59:59.999999")]
)
def test_a_term_ends_at_the_last_moment_of_its_day(day, end):
    assert end_of_day(date.fromisoformat(day)) == datetime.fromisoformat(end).replace(tzinfo=UTC)


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_days_follow_one_another_without_a_gap(day):
    assert start_of_day(day + timedelta(days=1)) - end_of_day(day) == timedelta(microseconds=1)
    assert stockholm_date(start_of_day(day)) == stockholm_date(end_of_day(day)) == day
    assert start_of_month(end_of_day(day)) == start_of_month(start_of_day(day)) == start_of_day(day.replace(day=1))
