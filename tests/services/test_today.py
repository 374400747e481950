"""The two numbers of Idag: what lies with customers, and what was approved this month in Stockholm."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from bench.counting import statements
from extensions import db
from services import today
from tests.conftest import IS_POSTGRESQL
from tests.routes.home.test_home import agree

NOW = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)  # half past midnight on the first of December in Stockholm
TODAY = date(2026, 12, 1)


@pytest.fixture
def quote(make, firm):
    customer = make.customer(firm)

    def made(**given):
        given = {"status": "sent", "turn": "customer", "valid_until": TODAY, "gross_ore": 100} | given
        return make.quote(given.pop("firm", firm), given.pop("customer", customer), lines=False, **given)

    return made


def test_a_new_firm_has_nothing_out(firm):
    assert today.sums(firm.id, now=NOW) == today.Sums(0, 0)


def test_out_is_what_can_still_be_approved(make, firm, quote):
    other = make.firm("Annan Snickeri")
    quote(gross_ore=1)
    quote(gross_ore=10, status="partly_signed", valid_until=TODAY + timedelta(days=30))
    quote(gross_ore=100, status="countered")
    for given in (
        {"valid_until": TODAY - timedelta(days=1)},  # the day is over; the worker has not told so yet
        {"status": "draft"},
        {"status": "declined"},
        {"status": "accepted"},
        {"archived_at": NOW},
        {"firm": other, "customer": make.customer(other)},
    ):
        quote(**{"gross_ore": 1_000_000, **given})
    db.session.commit()
    assert today.sums(firm.id, now=NOW).out_ore == 111


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (datetime(2026, 11, 30, 22, 59, 59, 999999, UTC), False),  # the last moment of November
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), True),
        (NOW, True),
        (datetime(2026, 11, 1, 12, 0, tzinfo=UTC), False),
    ],
)
def test_a_month_begins_at_midnight_in_stockholm(firm, quote, at, counts):
    agree(quote(status="accepted"), at)
    assert today.sums(firm.id, now=NOW).approved_ore == (1 if counts else 0)


def test_the_month_that_daylight_saving_ends_in(firm, quote):
    agree(quote(status="accepted"), datetime(2026, 9, 30, 22, 0, tzinfo=UTC))  # 00:00 summer time on the first
    assert today.sums(firm.id, now=datetime(2026, 10, 31, 22, 59, tzinfo=UTC)).approved_ore == 1
    assert today.sums(firm.id, now=datetime(2026, 10, 31, 23, 0, tzinfo=UTC)).approved_ore == 0


@pytest.mark.parametrize(
    ("status", "counts"),
    [("accepted", 1), ("signed", 1), ("completed", 1), ("late_acceptance", 0), ("withdrawn", 0), ("cancelled", 0)],
)
def test_approved_is_what_holds(firm, quote, status, counts):
    agree(quote(status=status), NOW)
    assert today.sums(firm.id, now=NOW).approved_ore == counts


def test_what_is_out_is_summed_without_reading_quotes(firm, quote):
    """As SQLite says that it reads; PostgreSQL chooses by the number of rows: its indexes need only be there."""
    quote()
    db.session.commit()
    if IS_POSTGRESQL:
        names = db.session.scalars(text("SELECT indexname FROM pg_indexes")).all()
        assert {"ix_quote_out", "ix_agreement_accepted"} <= set(names)
        return
    firm_id = firm.id
    with statements() as seen:
        today.sums(firm_id, now=NOW)
    values = {f"value{n}": 0 for n in range(seen[0].count("?"))}
    asked = seen[0]
    for name in values:
        asked = asked.replace("?", f":{name}", 1)
    plan = [row[3] for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {asked}"), values)]
    assert any("USING COVERING INDEX ix_quote_out" in step for step in plan), plan
    assert any("USING COVERING INDEX ix_agreement_accepted" in step for step in plan), plan
