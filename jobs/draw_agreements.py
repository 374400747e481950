"""Make the sealed papers of new agreements, and mail them to all parties."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile

from flask import current_app

from jobs import JobResult, stopping
from services.deal import completing
from services.installation import settings


def run(now: datetime) -> JobResult:
    """Complete each agreement that has no paper yet."""
    due = takewhile(lambda _each: not stopping.is_set(), completing.waiting(now))
    with current_app.test_request_context(base_url=settings().base_url):  # its words are translated like a page's
        return JobResult(*completing.complete(due, now=now))
