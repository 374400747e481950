"""Remind owners of an account that closes soon, if they have not chosen what becomes of what is left."""

from __future__ import annotations

from datetime import datetime

from jobs import JobResult, each
from services import closing


def run(now: datetime) -> JobResult:
    """One letter for each termination."""
    return each(closing.unanswered(now), lambda firm_id: closing.remind(firm_id, now=now))
