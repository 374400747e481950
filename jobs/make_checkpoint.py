"""Make a checkpoint where something was signed since the last one; by night there is one in any case."""

from __future__ import annotations

from datetime import datetime

from jobs import JobResult
from services import checkpoints, transaction


def run(now: datetime) -> JobResult:
    with transaction.reading():
        is_due = checkpoints.is_signed_since()
    return JobResult(1 if is_due and checkpoints.cover(now) is not None else 0)
