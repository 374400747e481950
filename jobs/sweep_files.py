"""Remove files that no row names, and report rows whose file is gone."""

from __future__ import annotations

from datetime import datetime

from jobs import JobResult
from services.importing import receiving
from services.privacy import sweeping


def run(now: datetime) -> JobResult:
    """`failed` counts the missing files."""
    done = sweeping.orphans(now) + receiving.sweep(now)
    return JobResult(done=done, failed=sweeping.rows_without_file())
