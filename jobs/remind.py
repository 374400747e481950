"""Send the reminders whose time has come."""

from __future__ import annotations

from datetime import datetime

from jobs import JobResult, each
from services.deal import inviting, reminding


def run(now: datetime) -> JobResult:
    """Each in a transaction of its own: cut off in the middle, it is as if it had not begun."""
    waiting = each(reminding.due(now), lambda reminding_id: reminding.remind(reminding_id, now=now))
    missing = each(inviting.due(now), lambda agreement_id: inviting.remind(agreement_id, now=now))
    return JobResult(waiting.done + missing.done, waiting.failed + missing.failed)
