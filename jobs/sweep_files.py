"""Remove files that no row names, and report rows whose file is gone."""

from __future__ import annotations

from datetime import datetime

from jobs import JobResult
from services.privacy import sweeping


def run(now: datetime) -> JobResult:
    """`failed` counts the missing files."""
    return JobResult(done=sweeping.orphans(now), failed=sweeping.rows_without_file())
