"""Make the sealed papers of new agreements, and mail them to all parties."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from flask import current_app

from jobs import JobResult, stopping
from services.deal import completing
from services.installation import settings


def run(now: datetime) -> JobResult:
    """Complete each agreement that has no paper yet, a batch at a time."""
    due, began = completing.waiting(now), time.monotonic()
    done = failed = 0
    moment = now
    with current_app.test_request_context(base_url=settings().base_url):  # its words are translated like a page's
        while due and not stopping.is_set():
            batch, due = due[: completing.BATCH], due[completing.BATCH :]
            lost = completing.complete(batch, now=moment)
            done, failed = done + len(batch) - lost, failed + lost
            moment = now + timedelta(seconds=time.monotonic() - began)  # after days of standing still there are many
    return JobResult(done, failed)
