from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from documents import format as shown


@pytest.mark.parametrize(
    ("ore", "text"),
    [
        (0, "0"),
        (129_000, "1\u00a0290"),
        (129_050, "1\u00a0290,50"),
        (5, "0,05"),
        (-1_510_800, "−15\u00a0108"),
        (100_000_000_000, "1\u00a0000\u00a0000\u00a0000"),
    ],
)
def test_kronor(ore, text):
    assert shown.kronor(ore) == text


@pytest.mark.parametrize(
    ("milli", "text"), [(16_000, "16"), (5_500, "5,5"), (125, "0,125"), (1_234_050, "1\xa0234,05")]
)
def test_quantity(milli, text):
    assert shown.quantity(milli) == text


@pytest.mark.parametrize(("bp", "text"), [(1250, "12,5\u00a0%"), (1000, "10\u00a0%"), (5, "0,05\u00a0%")])
def test_percent(bp, text):
    assert shown.percent(bp) == text


def test_moments_are_shown_in_swedish_time():
    winter, summer = datetime(2026, 11, 20, 8, 14, 36, tzinfo=UTC), datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert (shown.local_seconds(winter), shown.zone(winter)) == ("2026-11-20 09.14.36", "CET")
    assert (shown.local_seconds(summer), shown.zone(summer)) == ("2026-07-02 00.30.00", "CEST")
    assert shown.local_minute(winter) == "20 november 2026 kl.\u00a009.14"
    assert shown.day_in_words(date(2026, 12, 4)) == "4 december 2026"


def test_a_moment_without_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        shown.moment("2026-11-20T08:14:36")
