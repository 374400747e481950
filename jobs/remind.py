"""Send the reminders whose time has come."""

from __future__ import annotations

from datetime import datetime

from jobs import JobResult, each
from services.deal import reminding


def run(now: datetime) -> JobResult:
    """Each in a transaction of its own: cut off in the middle, it is as if it had not begun."""
    return each(reminding.due(now), lambda reminding_id: reminding.remind(reminding_id, now=now))
