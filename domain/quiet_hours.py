"""When a reminder may reach a customer: 08-20 Stockholm time, not on Sundays and red days.

Nobody has asked for a reminder, so it comes when a tradesman could have called: at night it wakes, and on Christmas
Eve it looks like a machine's. Saturdays are left in: that is when a family decides on its bathroom. A letter that the
customer waits for (an answer, an agreement, a receipt) knows no quiet hours.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from domain.clock import STOCKHOLM
from domain.dates_sv import is_red_day

OPENS, CLOSES = time(8), time(20)


def is_quiet(at: datetime) -> bool:
    """Whether a reminder must wait at this aware moment."""
    local = at.astimezone(STOCKHOLM)
    return is_red_day(local.date()) or not OPENS <= local.time() < CLOSES


def next_allowed(at: datetime) -> datetime:
    """The moment itself, or the next 08.00 Stockholm of a day that is not red, as aware UTC."""
    if not is_quiet(at):
        return at
    local = at.astimezone(STOCKHOLM)
    day = local.date() + timedelta(days=1) if local.time() >= CLOSES else local.date()
    while is_red_day(day):
        day += timedelta(days=1)
    return opening(day)


def opening(day: date) -> datetime:
    """08.00 Stockholm of the day, as aware UTC. No clock is put forward or back at that hour."""
    return datetime.combine(day, OPENS, STOCKHOLM).astimezone(UTC)
