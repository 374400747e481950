"""The list of jobs and when they run by themselves. What must not wait is woken as well (services/nudge.py)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib import import_module

from jobs import JobResult


def every_minute(now: datetime) -> bool:
    return True


def hourly(now: datetime) -> bool:
    return now.minute == 7


def nightly(now: datetime) -> bool:
    """Once between 02 and 04 Stockholm time, whatever the season."""
    return (now.hour, now.minute) == (1, 37)


WHEN: dict[str, Callable[[datetime], bool]] = {  # name of the module in jobs/ -> is it due at this UTC minute
    "send_held": every_minute,
    "send_mail": every_minute,
    "draw_agreements": every_minute,
    "draw_photos": every_minute,
    "stamp_papers": every_minute,
    "draw_documents": every_minute,
    "expire_quotes": every_minute,
    "remind": every_minute,
    "make_exports": every_minute,
    "notice_restore": every_minute,
    "make_checkpoint": hourly,
    "clean_up": hourly,
    "close_firms": hourly,
    "sweep_files": nightly,
    "verify_evidence": nightly,
}


def run(name: str, now: datetime) -> JobResult:
    """Run one job once. It is imported here, so that the web processes never load what only jobs need."""
    result = import_module(f"jobs.{name}").run(now)
    assert isinstance(result, JobResult)  # noqa: S101
    return result
