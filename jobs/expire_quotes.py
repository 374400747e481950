"""End the offers whose last day, Stockholm, has passed."""

from __future__ import annotations

from datetime import datetime

from jobs import JobResult, each
from services.deal import expiring


def run(now: datetime) -> JobResult:
    """Expire each open quote that was valid until yesterday or before."""
    return each(expiring.due(now), lambda quote_id: expiring.expire(quote_id, now=now))
