"""Take in the firms that have come as archives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from jobs import JobResult, each, stopping
from services.clock import Clock
from services.importing import taking_in
from services.importing.course import Order


def run(now: datetime) -> JobResult:
    """Take in every archive that waits, and take back those that were called off. One that is half done when the
    worker must end is handed back.
    """
    clock = Clock(now)

    def waiting() -> Iterator[Order]:
        while (order := taking_in.claim(clock.now())) is not None:
            yield order

    return each(waiting(), lambda order: taking_in.take_in(order, clock.now(), is_ending=stopping.is_set))
