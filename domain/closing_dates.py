"""The dates of a termination (the notice, the days of reading and export, the backups).

Without a notice period sending and approving stop at the confirmation; with one, ordinary use goes on to the end of
the effective day. Then reading, export and the customers' links go on for the closing days, to 23:59:59 Stockholm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.clock import end_of_day, stockholm_date


@dataclass(frozen=True, slots=True)
class ClosingDates:
    effective_at: datetime  # sending and approving stop
    erase_after: datetime  # the last moment for undo
    backup_days: int  # how long copies of erased data may remain

    @property
    def effective_on(self) -> date:
        return stockholm_date(self.effective_at)

    @property
    def last_day(self) -> date:
        return stockholm_date(self.erase_after)

    @property
    def days(self) -> int:
        """Days of reading and export after the effective day."""
        return (self.last_day - self.effective_on).days

    @property
    def backups_gone_on(self) -> date:
        return self.last_day + timedelta(days=self.backup_days)


def closing_dates(now: datetime, *, notice_days: int, closing_days: int, backup_days: int) -> ClosingDates:
    """The dates of a termination confirmed now."""
    effective_on = stockholm_date(now) + timedelta(days=notice_days)
    return ClosingDates(
        effective_at=end_of_day(effective_on) if notice_days else now,
        erase_after=end_of_day(effective_on + timedelta(days=closing_days)),
        backup_days=backup_days,
    )
