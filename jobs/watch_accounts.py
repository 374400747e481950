"""Warn those whose account nobody uses, and terminate it when that has not helped."""

from __future__ import annotations

from datetime import datetime

from jobs import JobResult, each
from services import watching


def run(now: datetime) -> JobResult:
    """Each firm in a transaction of its own."""
    watching.begin_counting()
    return each(watching.due(now), lambda firm_id: watching.watch(firm_id, now=now))
