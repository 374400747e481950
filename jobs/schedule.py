"""The list of jobs and when they run by themselves. What must not wait is woken as well (services/nudge.py)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module

from jobs import JobResult


def every_minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def hourly(now: datetime) -> datetime:
    at = every_minute(now).replace(minute=7)
    return at if at <= now else at - timedelta(hours=1)


def nightly(now: datetime) -> datetime:
    """Once between 02 and 04 Stockholm time, whatever the season."""
    at = hourly(now).replace(hour=1, minute=37)
    return at if at <= now else at - timedelta(days=1)


def daily(now: datetime) -> datetime:
    """By day in Stockholm: it writes letters to people."""
    at = hourly(now).replace(hour=9, minute=23)
    return at if at <= now else at - timedelta(days=1)


WHEN: dict[str, Callable[[datetime], datetime]] = {  # name of the module in jobs/ -> when it last was its turn
    "send_held": every_minute,
    "send_mail": every_minute,
    "draw_agreements": every_minute,
    "draw_photos": every_minute,
    "stamp_papers": every_minute,
    "draw_documents": every_minute,
    "expire_quotes": every_minute,
    "remind": every_minute,
    "make_exports": every_minute,
    "take_in": every_minute,
    "notice_restore": every_minute,
    "make_checkpoint": hourly,
    "clean_up": hourly,
    "close_firms": hourly,
    "remind_owners": hourly,
    "tell_customers": hourly,
    "watch_accounts": daily,
    "expire_archives": nightly,
    "sweep_files": nightly,
    "verify_evidence": nightly,
}


def due(now: datetime, since: datetime | None) -> list[str]:
    """Whose turn came after `since`, when the clock was last heard: once each, however long nobody worked.

    None, or later than now: a first start, or a clock that was set back.
    """
    if since is None or since > now:
        since = now - timedelta(minutes=1)
    return [name for name, last in WHEN.items() if last(now) > since or last is every_minute]


def run(name: str, now: datetime) -> JobResult:
    """Run one job once. It is imported here, so that the web processes never load what only jobs need."""
    result = import_module(f"jobs.{name}").run(now)
    assert isinstance(result, JobResult)  # noqa: S101
    return result
