"""Make the ZIP files that wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from jobs import JobResult, each, stopping
from services.clock import Clock
from services.exporting import making


def run(now: datetime) -> JobResult:
    """Make every export that waits. One that is half made when the worker must end is handed back."""
    clock = Clock(now)

    def waiting() -> Iterator[making.Order]:
        while (order := making.claim(clock.now())) is not None:
            yield order

    return each(waiting(), lambda order: making.make(order, clock=clock, is_ending=stopping.is_set))
