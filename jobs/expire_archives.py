"""Erase locked bookkeeping that has passed its legal date."""

from __future__ import annotations

from datetime import datetime

from jobs import JobResult
from services.bookkeeping import archive


def run(now: datetime) -> JobResult:
    """`done` counts the days whose material is gone."""
    return JobResult(archive.expire(now))
