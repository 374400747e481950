"""The dates of a termination (the notice, the days of reading and export, the backups).

Without a notice period sending and approving stop at the confirmation; with one, ordinary use goes on to the end of
the effective day. Then reading, export and the customers' links go on for the closing days, to 23:59:59 Stockholm.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta

from msgspec import Struct

from domain.clock import end_of_day, stockholm_date

LONGEST_DAYS, LONGEST_MONTHS = 60, 2  # of notice: at most two months, (EU) 2023/2854 (Data Act) art. 25
FEWEST_DAYS = 30  # to fetch one's data after the end, the same article
CUSTOMERS_TOLD_AFTER = timedelta(days=1)  # an undo within the first day disturbs no customer
CUSTOMERS_NOTICE_DAYS = 14  # that customers have before a last day that is brought forward
REMINDER_DAYS = 7  # before the last day, to owners who have not chosen
_NOTICE = re.compile(r"([0-9]{1,2})(m?)")


class BadNotice(ValueError):
    """A notice period that is not understood, or longer than the law allows."""


class Notice(Struct, frozen=True):
    """How long ordinary use goes on after a termination: days, or months by the calendar."""

    days: int = 0
    months: int = 0

    def __bool__(self) -> bool:
        return bool(self.days or self.months)

    def after(self, day: date) -> date:
        """The day on which it ends: 20 November and a month is 20 December, 31 January and a month the last of
        February."""
        year, month = divmod(day.year * 12 + day.month - 1 + self.months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last)) + timedelta(days=self.days)


def parse_notice(text: str) -> Notice:
    """A setting: "0" and "30" are days, "1m" a month by the calendar. Raises BadNotice."""
    found = _NOTICE.fullmatch(text.strip())
    if found is None:
        raise BadNotice(text)
    number, is_months = int(found[1]), bool(found[2])
    if number > (LONGEST_MONTHS if is_months else LONGEST_DAYS):
        raise BadNotice(text)
    return Notice(months=number) if is_months else Notice(days=number)


class ClosingDates(Struct, frozen=True):
    effective_at: datetime  # sending and approving stop
    erase_after: datetime  # the last moment that is promised for undo
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

    def is_in_notice(self, now: datetime) -> bool:
        """Whether ordinary use still goes on."""
        return now < self.effective_at


def closing_dates(
    now: datetime, *, notice: Notice, closing_days: int, backup_days: int, received_on: date | None = None
) -> ClosingDates:
    """The dates of a termination entered now, which came in on a day (Stockholm) that may lie before.

    The notice counts from that day; nothing stops before now.
    """
    today = stockholm_date(now)
    ends_on = notice.after(received_on or today)
    effective_on = max(ends_on, today)
    return ClosingDates(
        effective_at=end_of_day(ends_on) if notice and ends_on >= today else now,
        erase_after=end_of_day(effective_on + timedelta(days=closing_days)),
        backup_days=backup_days,
    )


def earliest_last_day(today: date, *, has_pages: bool, withdraw_until: date | None) -> date:
    """How far an owner may bring the last day forward: to tomorrow where no customer is the worse for it.

    Customers with the page of an agreement have their days from the letter that names the new day, which goes out
    tomorrow at the latest; and while a consumer can withdraw the page is there.
    """
    tomorrow = today + timedelta(days=1)
    told = tomorrow + timedelta(days=CUSTOMERS_NOTICE_DAYS) if has_pages else tomorrow
    return max(told, withdraw_until or tomorrow)


def fees_until(notice: Notice, received_on: date) -> date:
    """The last day that is paid for: the effective day as reckoned from the day the termination came in."""
    return notice.after(received_on)
