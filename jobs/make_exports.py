"""Make the ZIP files that wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from jobs import JobResult, each
from services.exporting import making


def run(now: datetime) -> JobResult:
    """Make every export that waits."""

    def waiting() -> Iterator[making.Order]:
        while (order := making.claim(now)) is not None:
            yield order

    return each(waiting(), lambda order: making.make(order, now=now))
