"""Fetch time stamps for sealed papers, where a service is set (TSA_URL)."""

from __future__ import annotations

from datetime import datetime

from jobs import JobResult
from services.deal import stamping


def run(now: datetime) -> JobResult:
    """Stamp a batch of the sealed papers that have none."""
    due = stamping.waiting(now)
    failed = stamping.stamp(due, now=now)
    return JobResult(len(due) - failed, failed)
