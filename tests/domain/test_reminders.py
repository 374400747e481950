"""When a quote is reminded of, and what ends it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import quiet_hours, reminders
from domain.clock import end_of_day, stockholm_date
from domain.reminders import Course, Facts
from tests.domain.test_quiet_hours import at

SENT = at("2026-11-23 14:32")  # a Monday
FACTS = Facts("sent", None, None, None, False, True, False, date(2026, 12, 23))


def course(days: int, sent: int = 0, last: str = "") -> Course:
    return Course(days, sent, SENT, at(last) if last else None)


@pytest.mark.parametrize(
    ("days", "valid_until", "expected"),
    [
        (0, "2026-12-23", None),
        (7, "2026-12-23", "2026-11-30 14:32"),
        (3, "2026-12-23", "2026-11-26 14:32"),
        (14, "2026-12-23", "2026-12-07 14:32"),
        (7, "2026-11-28", "2026-11-27 08:00"),  # the day before the last comes sooner
        (7, "2026-11-30", "2026-11-28 08:00"),  # a Sunday before the last day: the Saturday
        (14, "2026-12-27", "2026-12-07 14:32"),
    ],
)
def test_the_first(days, valid_until, expected):
    found = reminders.next_at(course(days), date.fromisoformat(valid_until), now=SENT)
    assert found == (at(expected) if expected else None)


def test_the_second_is_as_many_days_after_the_first():
    last = "2026-12-01 08:00"
    assert reminders.next_at(course(7, 1, last), date(2026, 12, 23), now=at(last)) == at("2026-12-08 08:00")
    assert reminders.next_at(course(14, 1, last), date(2026, 12, 12), now=at(last)) == at("2026-12-11 08:00")


def test_there_is_no_third():
    assert reminders.next_at(course(3, 2, "2026-12-01 08:00"), date(2026, 12, 23), now=SENT) is None


def test_over_christmas_it_goes_before_when_the_last_day_is_in_it():
    assert reminders.next_at(course(14), date(2026, 12, 27), now=at("2026-12-14 09:00")) == at("2026-12-23 08:00")


def test_chosen_long_after_it_was_sent_it_does_not_go_at_once():
    now = at("2026-12-10 09:00")
    assert reminders.next_at(course(3), date(2026, 12, 23), now=now) == at("2026-12-14 08:00")  # the 13th is a Sunday


@given(
    st.sampled_from(reminders.CHOICES),
    st.integers(0, 2),
    st.integers(0, 60),
    st.integers(0, 3 * 365 * 24 * 60),
)
def test_never_quiet_never_past_never_after_the_last_day(days, sent, valid_days, begun):
    now = SENT + timedelta(minutes=begun)
    last = stockholm_date(now) + timedelta(days=valid_days)
    found = reminders.next_at(Course(days, sent, now, now if sent else None), last, now=now)
    if found is not None:
        assert found >= now
        assert not quiet_hours.is_quiet(found)
        assert found <= end_of_day(last)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, ""),
        ({"is_closed": True}, "closed"),
        ({"is_archived": True}, "archived"),
        ({"status": "expired"}, "expired"),
        ({"valid_until": date(2026, 11, 22)}, "expired"),
        ({"question_at": SENT}, "question"),
        ({"mail_failed_at": SENT}, "bounced"),
        ({"has_link": False}, "no_link"),
        ({"seen_at": SENT}, "seen"),
        ({"seen_at": SENT, "status": "partly_signed"}, ""),  # the others have not signed
        *(
            ({"status": status}, "answered")
            for status in (
                "accepted",
                "signed",
                "declined",
                "recalled",
                "late_acceptance",
                "withdrawn",
            )
        ),
    ],
)
def test_what_ends_it(change, why):
    facts = Facts(**{**{name: getattr(FACTS, name) for name in Facts.__struct_fields__}, **change})
    assert reminders.stopped(facts, asked_at=None, now=SENT) == why


def test_what_the_firm_asks_for_goes_to_one_who_has_read_and_stops_at_one_who_reads_after():
    read = Facts("sent", SENT, None, None, False, True, False, date(2026, 12, 23))
    after, before = SENT + timedelta(hours=1), SENT - timedelta(hours=1)
    assert reminders.stopped(read, asked_at=after, now=after) == ""
    assert reminders.stopped(read, asked_at=before, now=after) == "seen"


def test_two_days_after_another_letter_and_not_at_night():
    assert reminders.now_or_later(SENT, None, FACTS.valid_until) == SENT
    assert reminders.now_or_later(SENT, SENT - timedelta(days=3), FACTS.valid_until) == SENT
    assert reminders.now_or_later(SENT, SENT - timedelta(hours=1), FACTS.valid_until) == at("2026-11-25 13:32")
    assert reminders.now_or_later(at("2026-11-23 22:00"), None, FACTS.valid_until) == at("2026-11-24 08:00")
    assert reminders.now_or_later(at("2026-12-23 20:00"), None, FACTS.valid_until) is None
