"""Work no visitor waits for. One file per job, each with `run(now) -> JobResult`, safe to run twice."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import TypeVar

from msgspec import Struct

from services import transaction
from services.errors import place_of

T = TypeVar("T")
log = logging.getLogger("handslag.jobs")

stopping = threading.Event()  # set when the worker is asked to end: finish the item in hand, take no other


class JobResult(Struct, frozen=True):
    done: int = 0
    failed: int = 0


def each(items: Iterable[T], handle: Callable[[T], object]) -> JobResult:
    """Handle the items one by one. A bad one is logged and counted, and does not stop the rest."""
    done = failed = 0
    for item in items:
        try:
            handle(item)
            done += 1
        except Exception as error:  # the job loop: whatever is wrong with one item, the others are served
            log.error("One item failed in %s: %s", getattr(handle, "__qualname__", "a job"), place_of(error))
            transaction.rollback()
            failed += 1
        if stopping.is_set():
            break
    return JobResult(done, failed)
