"""Send the quotes whose seconds for undo are over."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from jobs import JobResult, each
from services.installation import settings
from services.quotes import holding


def run(now: datetime) -> JobResult:
    """Send each that is due, the oldest first."""
    with current_app.test_request_context(base_url=settings().base_url):  # papers are worded like a page
        return each(holding.due(now), lambda held_id: holding.go(held_id, now=now))
