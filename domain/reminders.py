"""When a quote is reminded of, and what ends it: at most two times, never pushed upon someone who has answered."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from msgspec import Struct

from domain import quiet_hours
from domain.clock import end_of_day
from domain.dates_sv import is_red_day
from domain.quote_states import QuoteStatus

CHOICES = (0, 3, 7, 14)  # days; 0 is off
MOST = 2
APART = timedelta(hours=48)  # from any other letter about the quote


class Course(Struct, frozen=True):
    """How far the reminders of a version have come."""

    days: int
    sent: int
    since: datetime  # when the version was sent, or the choice made
    last_at: datetime | None  # of the latest reminder


class Facts(Struct, frozen=True):
    """What decides whether the customer may be reminded."""

    status: str
    seen_at: datetime | None
    question_at: datetime | None
    mail_failed_at: datetime | None
    is_archived: bool
    has_link: bool  # a mailed one that is open
    is_closed: bool  # the firm is leaving
    valid_until: date


def stopped(facts: Facts, *, asked_at: datetime | None, now: datetime) -> str:
    """Why the customer is not to be reminded, "" if nothing stands against it.

    closed, archived, answered, expired, question, bounced, no_link, seen. What the firm asks for itself (`asked_at`)
    also goes to one who has read the quote before that and not answered. Once one of several has signed, all who have
    wait for the others, so that having read it ends nothing.
    """
    if facts.is_closed:
        return "closed"
    if facts.is_archived:
        return "archived"
    if facts.status not in (QuoteStatus.SENT, QuoteStatus.PARTLY_SIGNED, QuoteStatus.EXPIRED):
        return "answered"
    if facts.status == QuoteStatus.EXPIRED or now > end_of_day(facts.valid_until):
        return "expired"
    if facts.question_at is not None:
        return "question"
    if facts.mail_failed_at is not None:
        return "bounced"
    if not facts.has_link:
        return "no_link"
    if facts.status == QuoteStatus.PARTLY_SIGNED:
        return ""
    if facts.seen_at is not None and (asked_at is None or facts.seen_at > asked_at):
        return "seen"
    return ""


def next_at(course: Course, valid_until: date, *, now: datetime) -> datetime | None:
    """When the next one goes by itself: so many days after the quote or the reminder before it, and in time for the
    day before the last. None when there is none left, or no day left for it.
    """
    if not course.days or course.sent >= MOST:
        return None
    wait, begun = timedelta(days=course.days), course.last_at or course.since
    due = begun + wait
    if due < now:  # chosen late: nobody expects a letter at the press of a setting
        due = now + wait
    last_call = quiet_hours.opening(_day_before(valid_until))
    if last_call > now:
        due = min(due, last_call)
    due = quiet_hours.next_allowed(due)
    return due if due <= end_of_day(valid_until) else None


def now_or_later(now: datetime, newest_letter_at: datetime | None, valid_until: date) -> datetime | None:
    """When a reminder can go at the earliest; None if that is after the last day."""
    at = now if newest_letter_at is None else max(now, newest_letter_at + APART)
    at = quiet_hours.next_allowed(at)
    return at if at <= end_of_day(valid_until) else None


def _day_before(last: date) -> date:
    """The day before the last day, or the nearest one before it that is not red."""
    day = last - timedelta(days=1)
    while is_red_day(day):
        day -= timedelta(days=1)
    return day
