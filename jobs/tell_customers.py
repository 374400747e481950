"""Tell customers that the pages of their agreements will go, or stay after all."""

from __future__ import annotations

from datetime import datetime

from jobs import JobResult, each
from services.deal import farewell


def run(now: datetime) -> JobResult:
    """Cut off anywhere, the next round writes to those who have no letter yet."""
    told = each(farewell.due(now), lambda firm_id: farewell.tell(firm_id, now=now))
    calmed = each(farewell.due_to_calm(now), lambda closing_id: farewell.calm(closing_id, now=now))
    return JobResult(told.done + calmed.done, told.failed + calmed.failed)
