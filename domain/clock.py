"""Stockholm's calendar day against UTC. Nothing here reads a clock: `now` is always an argument."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
_LAST_MOMENT = time(23, 59, 59, 999999)


def stockholm_date(now: datetime) -> date:
    """The calendar day in Stockholm at an aware moment."""
    return now.astimezone(STOCKHOLM).date()


def end_of_day(day: date) -> datetime:
    """23:59:59.999999 Stockholm of the day, as aware UTC: the last moment of a term that ends on that day."""
    return datetime.combine(day, _LAST_MOMENT, STOCKHOLM).astimezone(UTC)


def start_of_day(day: date) -> datetime:
    """00:00 Stockholm of the day, as aware UTC."""
    return datetime.combine(day, time.min, STOCKHOLM).astimezone(UTC)


def start_of_month(now: datetime) -> datetime:
    """00:00 Stockholm of the first day of the month that `now` lies in, as aware UTC."""
    return start_of_day(stockholm_date(now).replace(day=1))
