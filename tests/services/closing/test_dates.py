"""When business stops and when everything is erased."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.clock import end_of_day
from domain.closing_dates import BadNotice, closing_dates, earliest_last_day, parse_notice
from services import closing

NOW = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)


def dates(now=NOW, notice=0, days=30):
    return closing_dates(now, notice=parse_notice(str(notice)), closing_days=days, backup_days=35)


@pytest.mark.parametrize(
    ("has_pages", "withdraw_until", "last"),
    [
        (False, None, date(2026, 11, 21)),
        (True, None, date(2026, 12, 5)),  # fourteen days from a letter tomorrow
        (True, date(2026, 12, 4), date(2026, 12, 5)),
        (True, date(2026, 12, 28), date(2026, 12, 28)),
        (False, date(2026, 12, 1), date(2026, 12, 1)),  # no link is left, but the right is
        (False, date(2026, 11, 1), date(2026, 11, 21)),
    ],
)
def test_how_far_the_last_day_is_brought_forward(has_pages, withdraw_until, last):
    day = date(2026, 11, 20)
    assert earliest_last_day(day, has_pages=has_pages, withdraw_until=withdraw_until) == last


def test_without_notice_business_stops_at_once():
    assert dates().effective_at == NOW
    assert dates().last_day == date(2026, 12, 20)
    assert dates().days == 30
    assert dates().backups_gone_on == date(2027, 1, 24)


def test_with_notice_it_stops_at_the_end_of_the_effective_day():
    assert dates(notice=30).effective_on == date(2026, 12, 20)
    assert dates(notice=30).effective_at == datetime(2026, 12, 20, 22, 59, 59, 999999, tzinfo=UTC)
    assert dates(notice=30).last_day == date(2027, 1, 19)


@pytest.mark.parametrize(
    ("text", "day", "ends"),
    [
        ("0", date(2026, 11, 20), date(2026, 11, 20)),
        ("30", date(2026, 11, 20), date(2026, 12, 20)),
        ("30", date(2027, 1, 31), date(2027, 3, 2)),
        ("1m", date(2026, 11, 20), date(2026, 12, 20)),
        ("1m", date(2026, 12, 20), date(2027, 1, 20)),
        ("1m", date(2027, 1, 31), date(2027, 2, 28)),
        ("1m", date(2028, 1, 31), date(2028, 2, 29)),  # leap year
        ("1m", date(2027, 2, 28), date(2027, 3, 28)),
        ("2m", date(2026, 12, 31), date(2027, 2, 28)),
        (" 60 ", date(2026, 11, 20), date(2027, 1, 19)),
    ],
)
def test_the_notice_is_days_or_months_by_the_calendar(text, day, ends):
    assert parse_notice(text).after(day) == ends


@pytest.mark.parametrize("text", ["", "61", "3m", "-1", "1 m", "1M", "m", "1mm", "30 dagar", "1.5", "٣"])
def test_a_notice_that_is_not_understood_or_too_long_is_refused(text):
    with pytest.raises(BadNotice):
        parse_notice(text)


@pytest.mark.parametrize(
    ("notice", "received", "effective", "last"),
    [
        ("0", date(2026, 11, 17), NOW, date(2026, 12, 20)),  # business cannot stop three days ago
        ("1m", date(2026, 11, 17), end_of_day(date(2026, 12, 17)), date(2027, 1, 16)),
        ("1m", date(2026, 10, 20), end_of_day(date(2026, 11, 20)), date(2026, 12, 20)),  # it ends today
        ("1m", date(2026, 9, 1), NOW, date(2026, 12, 20)),  # found in a heap of letters
    ],
)
def test_what_came_in_earlier_counts_from_then_but_stops_nothing_before_now(notice, received, effective, last):
    found = closing_dates(NOW, notice=parse_notice(notice), closing_days=30, backup_days=35, received_on=received)
    assert (found.effective_at, found.last_day) == (effective, last)


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 3, 28)])  # 25 and 23 hours long
def test_both_sides_of_midnight_and_of_summer_time(day):
    last, first = end_of_day(day), end_of_day(day) + timedelta(microseconds=1)
    assert dates(last).effective_on == day
    assert dates(first).effective_on == day + timedelta(days=1)
    assert dates(first).last_day - dates(last).last_day == timedelta(days=1)
    assert dates(last, notice="1m").is_in_notice(dates(last, notice="1m").effective_at - timedelta(microseconds=1))
    assert not dates(last, notice="1m").is_in_notice(dates(last, notice="1m").effective_at)


@pytest.mark.parametrize(
    ("now", "last"),
    [
        (datetime(2026, 11, 20, 23, 30, tzinfo=UTC), date(2026, 12, 21)),  # half past midnight in Stockholm
        (datetime(2027, 3, 1, 12, tzinfo=UTC), date(2027, 3, 31)),  # summer time begins on 28 March
    ],
)
def test_days_are_stockholms(now, last):
    assert dates(now).last_day == last


def test_summer_time_does_not_move_the_last_moment():
    assert dates(datetime(2027, 3, 1, 12, tzinfo=UTC)).erase_after == datetime(
        2027, 3, 31, 21, 59, 59, 999999, tzinfo=UTC
    )


def test_the_settings_decide(app, monkeypatch):
    chosen = dataclasses.replace(app.config["SETTINGS"], NOTICE="30", CLOSING_DAYS=60, BACKUP_DAYS=90)
    monkeypatch.setitem(app.config, "SETTINGS", chosen)
    assert closing.plan(NOW).last_day == date(2027, 2, 18)
    assert closing.plan(NOW).backups_gone_on == date(2027, 5, 19)
