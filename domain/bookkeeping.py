"""How long bookkeeping material is kept (räkenskapsinformation, bokföringslagen 1999:1078, 7 kap. 2 §)."""

from __future__ import annotations

from datetime import date

LAW = "BFL 7:2"
YEARS = 7  # calendar years after the one in which the fiscal year ended


def fiscal_year_end(day: date, fiscal_year_ends: int) -> tuple[int, int]:
    """Year and month in which the fiscal year that `day` lies in ends; it ends with the month `fiscal_year_ends`."""
    return day.year + (day.month > fiscal_year_ends), fiscal_year_ends


def keep_until(day: date, fiscal_year_ends: int) -> date:
    """The last day on which material of that day is kept.

    Through the seventh year after the end of the calendar year in which the fiscal year ended.
    """
    return date(fiscal_year_end(day, fiscal_year_ends)[0] + YEARS, 12, 31)
