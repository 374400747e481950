"""When business stops and when everything is erased."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.closing_dates import closing_dates
from models import Closing
from services import closing

NOW = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)


def dates(now=NOW, notice=0, days=30):
    return closing_dates(now, notice_days=notice, closing_days=days, backup_days=35)


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


def row(**given) -> Closing:
    values = {"effective_at": NOW, "erase_after": NOW + timedelta(days=30), "undone_at": None} | given
    return Closing(**values)


@pytest.mark.parametrize(
    ("running", "now", "is_closed"),
    [
        (None, NOW, False),
        (row(), NOW, True),
        (row(), NOW - timedelta(microseconds=1), False),
        (row(effective_at=NOW + timedelta(days=30)), NOW, False),
        (row(undone_at=NOW), NOW + timedelta(days=1), False),
    ],
)
def test_closed_for_business(running, now, is_closed):
    assert closing.is_closed_for_business(running, now) is is_closed


def test_the_settings_decide(app, monkeypatch):
    chosen = dataclasses.replace(app.config["SETTINGS"], NOTICE_DAYS=30, CLOSING_DAYS=60, BACKUP_DAYS=90)
    monkeypatch.setitem(app.config, "SETTINGS", chosen)
    assert closing.plan(NOW).last_day == date(2027, 2, 18)
    assert closing.plan(NOW).backups_gone_on == date(2027, 5, 19)
