"""Send the letters that wait in the outbox."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from jobs import JobResult, each
from services.delivery import Round, Waiting
from services.installation import settings


def run(now: datetime) -> JobResult:
    """Try every letter that is due once."""
    post = Round(now)

    def send(letter: Waiting) -> None:
        try:
            post.deliver(letter)
        except Exception:  # the job loop: `each` logs and counts it
            post.set_aside(letter)
            raise

    # letters hold absolute addresses: url_for builds them from BASE_URL, as it does for a visitor
    with current_app.test_request_context(base_url=settings().base_url):
        try:
            return each(post.letters(), send)
        finally:
            post.close()
