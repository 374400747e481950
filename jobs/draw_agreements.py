"""Draw the papers of new agreements, and mail them to both parties."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from jobs import JobResult, each
from services.deal import agreements
from services.installation import settings


def run(now: datetime) -> JobResult:
    """Draw each agreement that has no paper yet."""
    with current_app.test_request_context(base_url=settings().base_url):  # its words are translated like a page's
        return each(agreements.waiting(), lambda agreement_id: agreements.draw(agreement_id, now=now))
