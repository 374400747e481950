"""Draw the pages of the documents that wait, one at a time: each in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from jobs import JobResult, each
from services.leases import Order
from services.uploads import drawing


def run(now: datetime) -> JobResult:
    """Draw every document that waits."""

    def waiting() -> Iterator[Order]:
        while (order := drawing.claim(now)) is not None:
            yield order

    return each(waiting(), lambda order: drawing.draw(order, now=now))
