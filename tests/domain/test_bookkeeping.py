"""Through the seventh year after the calendar year in which the fiscal year ended (BFL 7:2)."""

from __future__ import annotations

from datetime import date

import pytest

from domain.bookkeeping import keep_until


@pytest.mark.parametrize(
    ("day", "ends", "until"),
    [
        ("2026-11-20", 12, "2033-12-31"),  # the year ends 2026-12-31
        ("2026-01-01", 12, "2033-12-31"),
        ("2026-12-31", 12, "2033-12-31"),
        ("2026-08-31", 8, "2033-12-31"),  # the year ends 2026-08-31
        ("2025-09-01", 8, "2033-12-31"),
        ("2026-09-01", 8, "2034-12-31"),  # the next one does, 2027-08-31
        ("2026-07-01", 6, "2034-12-31"),  # the year ends 2027-06-30
        ("2027-06-30", 6, "2034-12-31"),
        ("2028-02-29", 2, "2035-12-31"),
        ("2028-03-01", 2, "2036-12-31"),
        ("2026-01-31", 1, "2033-12-31"),
        ("2026-02-01", 1, "2034-12-31"),
    ],
)
def test_kept_until(day, ends, until):
    assert keep_until(date.fromisoformat(day), ends) == date.fromisoformat(until)
