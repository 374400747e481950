"""A personnummer goes when no request to Skatteverket can need it any more; what was agreed stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from extensions import db
from jobs import clean_up
from models import Agreement, Applicant, Event, Firm
from services import events
from services.deal import agreements
from services.privacy import numbers
from tests.routes.deal.conftest import MAIL, make_sent

AGREED_AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
EXPECTED = date(2026, 12, 20)


@pytest.fixture
def agreed(app, make):
    """Approved in November 2026, to be paid in December."""
    with time_machine.travel(AGREED_AT, tick=False):
        sent = make_sent(app, make, valid_until=EXPECTED, paid_on=EXPECTED)
        assert sent.post("/godkann", sent.step2()).status_code == 303
        yield sent


def left() -> list[bool]:
    db.session.rollback()
    rows = db.session.query(Applicant).order_by(Applicant.id).all()
    assert {row.personnummer is None for row in rows} == {row.personnummer_index is None for row in rows}
    return [row.personnummer is not None for row in rows]


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T12:00:00+00:00")


def test_one_in_force_is_kept_a_year_longer_than_its_payment_was_expected(agreed):
    for day in ("2027-02-02", "2027-12-31", "2028-01-31"):
        assert numbers.forget(at(day)) == 0
        assert left() == [True]
    assert numbers.forget(at("2028-02-01")) == 1
    assert left() == [False]
    assert numbers.forget(at("2028-02-01")) == 0


def test_one_that_ended_is_kept_until_no_request_of_that_year_can_arrive(app, make, agreed):
    typed = {"name": "Karin Almgren", "email": MAIL, "contract": "2026-001", "once": "withdraw-1"}
    assert agreed.post("/angra", typed).status_code == 303
    assert agreed.quote.status == "withdrawn"
    for day in ("2026-12-31", "2027-02-01"):
        assert numbers.forget(at(day)) == 0
        assert left() == [True]
    assert numbers.forget(at("2027-02-02")) == 1
    assert left() == [False]
    page = app.test_client().log_in(make.owner(agreed.firm)).get(f"/offerter/{agreed.quote.n}").text
    assert "Personnummer togs bort" in page
    assert "Personnummer saknas" not in page


def test_what_was_agreed_stays_and_the_chain_tells(app, make, agreed):
    before = db.session.query(Agreement).one()
    kept = (before.agreed_sha256, before.fastighetsbeteckning, before.deduction_ore)
    names = [row.name for row in agreements.applicants(before)]
    assert clean_up.run(at("2028-02-01")).failed == 0
    db.session.rollback()
    after = db.session.query(Agreement).one()
    assert (after.agreed_sha256, after.fastighetsbeteckning, after.deduction_ore) == kept
    assert [row.name for row in agreements.applicants(after)] == names
    entry = db.session.query(Event).order_by(Event.seq.desc()).first()
    assert (entry.act, '"rule":"request_past"' in entry.entry) == ("data.erased", True)
    assert events.verify(db.session.get_one(Firm, agreed.firm_id)) is None
    owner = app.test_client().log_in(make.owner(agreed.firm))
    page = owner.get(f"/offerter/{agreed.quote.n}").text
    assert "Personnummer togs bort, de behövs inte längre" in page
    assert "••••" not in page
    assert owner.get(f"/offerter/{agreed.quote.n}/personnummer").status_code == 303


def test_more_than_one_batch_and_other_firms(app, make, agreed, monkeypatch):
    monkeypatch.setattr(numbers, "AT_A_TIME", 1)
    young = make_sent(app, make, valid_until=date(2027, 12, 1), paid_on=date(2027, 12, 1))
    with time_machine.travel(AGREED_AT + timedelta(days=1), tick=False):
        assert young.post("/godkann", young.step2()).status_code == 303
    old = make_sent(app, make, valid_until=EXPECTED, paid_on=EXPECTED)
    assert old.post("/godkann", old.step2()).status_code == 303
    assert numbers.forget(at("2028-02-01")) == 2
    assert sorted(left()) == [False, False, True]
    assert numbers.forget(at("2029-02-01")) == 1
