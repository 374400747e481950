"""Offers end at 23:59:59 Stockholm of their last day: winter, summer, when the clocks change, at the end of a year."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from domain.clock import STOCKHOLM, end_of_day
from extensions import db
from jobs import JobResult, expire_quotes
from models import Event, Letter, Quote
from services import today
from services.deal import expiring
from tests.domain.test_quiet_hours import at
from tests.routes.deal.conftest import send

LAST_DAYS = [
    date(2026, 6, 15),  # summer: the day ends at 22 UTC
    date(2026, 12, 15),  # winter: at 23 UTC
    date(2026, 10, 24),  # the day before the clocks go back
    date(2026, 10, 25),  # the day of 25 hours
    date(2027, 3, 28),  # the day of 23 hours
    date(2026, 12, 31),
    date(2028, 2, 29),
]


def status() -> str:
    db.session.rollback()
    found: str = db.session.scalars(db.select(Quote.status)).one()
    db.session.rollback()
    return found


@pytest.mark.parametrize("last", LAST_DAYS, ids=str)
def test_the_last_second_still_holds_and_the_next_does_not(make, last):
    firm = make.firm()
    send(make, make.quote(firm, make.customer(firm)), valid_until=last, now=end_of_day(last) - timedelta(days=20))
    last_second = datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=STOCKHOLM)
    assert expire_quotes.run(last_second) == JobResult()
    assert status() == "sent"
    assert expire_quotes.run(last_second + timedelta(seconds=1)) == JobResult(done=1)
    assert status() == "expired"
    assert expire_quotes.run(last_second + timedelta(seconds=2)) == JobResult()
    (event,) = db.session.scalars(db.select(Event).where(Event.act == "doc.expired"))
    assert f'"valid_until":"{last.isoformat()}"' in event.entry


def test_quotes_of_one_day_end_in_the_order_they_were_made(make):
    firm = make.firm()
    customer = make.customer(firm)
    given = {"valid_until": date(2026, 12, 31), "now": at("2026-12-10 10:00")}
    sent = [send(make, make.quote(firm, customer), **given).id for _ in range(3)]
    assert expiring.due(at("2027-01-01 00:00")) == sent


def test_it_is_the_firms_turn_and_no_letter_goes(make):
    """The customer could read the last day from the first; that it has passed is for the firm to act on."""
    firm = make.firm()
    firm_id = firm.id
    send(make, make.quote(firm, make.customer(firm)), valid_until=date(2026, 12, 31), now=at("2026-12-10 10:00"))
    expire_quotes.run(at("2027-01-01 00:00"))
    (waiting,) = today.waiting(firm_id, now=at("2027-01-01 08:00"))
    assert waiting.reason == "expired"
    assert db.session.scalars(db.select(Letter.kind)).all() == ["quote_sent"]
