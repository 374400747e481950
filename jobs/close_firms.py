"""Erase the firms whose last day for undo has passed."""

from __future__ import annotations

from datetime import datetime

from jobs import JobResult, each
from services.privacy import compacting, erasure


def run(now: datetime) -> JobResult:
    """Erase what is due, then compact the database, also for a round that was cut off before it did.

    The journal gets what a power cut has kept from it.
    """
    result = each(erasure.due(now), lambda firm_id: erasure.erase(firm_id, now=now))
    erasure.follow()
    is_compact = compacting.compact()
    return JobResult(result.done, result.failed + (not is_compact))
