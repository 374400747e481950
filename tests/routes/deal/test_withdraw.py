"""The withdrawal: always received, time-stamped and acknowledged."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from blueprints.shared.filters import day
from domain.clock import STOCKHOLM
from domain.dates_sv import last_withdrawal_day
from extensions import db
from jobs import draw_agreements, send_mail
from models import Closing, Withdrawal
from services.clock import utc_now
from tests import mailed
from tests.routes.deal.conftest import make_sent

FORM = {"name": "Karin Almgren", "contract": "Offert 2026-001", "email": "karin@annan.example", "once": "k1"}


@pytest.fixture
def agreed(sent):
    sent.post("/godkann", sent.step2())
    return sent


def test_two_steps_and_the_words_of_the_law(agreed):
    assert "Ångra avtalet här" in agreed.get("/avtal").text
    page = agreed.get("/angra").text
    assert "Bekräfta frånträde" in page
    assert 'value="Karin Almgren"' in page
    assert 'value="karin.almgren@kund.example"' in page


def test_withdrawing_in_time(agreed):
    answer = agreed.post("/angra", FORM)
    assert answer.status_code == 303
    receipt = agreed.get("/angrat").text
    for words in ("Karin Almgren", "Offert 2026-001", "karin@annan.example", "Mottaget", "kom i tid"):
        assert words in receipt
    assert (agreed.quote.status, agreed.quote.turn) == ("withdrawn", "firm")
    assert "Avtalet är ångrat" in agreed.get("/avtal").text
    assert agreed.acts()[-2:] == ["withdrawal.received", "withdrawal.acknowledged"]
    assert agreed.letters()[-2:] == ["withdrawal_received", "withdrawal_to_firm"]
    assert send_mail.run(utc_now()).failed == 0
    letters = mailed.letters(to="karin@annan.example")
    assert "Offert 2026-001" in letters[0].text
    assert "kl." in letters[0].text


def test_pressing_twice_is_one_statement(agreed):
    for _ in range(2):
        assert agreed.post("/angra", FORM).status_code == 303
    assert db.session.query(Withdrawal).count() == 1
    assert agreed.post("/angra", FORM | {"once": "k2"}).status_code == 303
    assert db.session.query(Withdrawal).count() == 2


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": " "}, "Skriv ditt namn"),
        ({"email": "karin"}, "Skriv en e-postadress med @"),
        ({"contract": ""}, "Skriv vilket avtal"),
        ({"name": "x" * 121}, "högst 120 tecken"),
    ],
)
def test_bad_input(agreed, typed, words):
    answer = agreed.post("/angra", FORM | typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert db.session.query(Withdrawal).count() == 0


@pytest.mark.parametrize(("days", "in_time"), [(0, True), (1, False), (380, False)])
def test_late_statements_are_received_too(agreed, today, days, in_time):
    then = last_withdrawal_day(today) + timedelta(days=days)
    with time_machine.travel(f"{then.isoformat()}T20:30:00Z", tick=False):
        assert agreed.post("/angra", FORM).status_code == 303
        row = db.session.query(Withdrawal).one()
        assert row.in_time is in_time
        assert agreed.quote.status == ("withdrawn" if in_time else "accepted")
        assert agreed.quote.turn == "firm"
        assert "Mottaget" in agreed.get("/angrat").text


def test_a_company_is_heard_too(app, make):
    sent = make_sent(app, make, kind="company", basis="excl")
    sent.post("/godkann", sent.step2())
    assert sent.post("/angra", FORM).status_code == 303
    assert db.session.query(Withdrawal).one().in_time is False


def test_it_works_while_the_firm_is_leaving(agreed):
    now, user_id = utc_now(), agreed.make.owner(agreed.firm).id
    dates = {"confirmed_at": now, "effective_at": now, "erase_after": now + timedelta(days=30)}
    db.session.add(Closing(firm_id=agreed.firm.id, user_id=user_id, choice="erase_all", **dates))
    db.session.commit()
    assert draw_agreements.run(now).done == 1, "what was agreed before is sealed all the same"
    page = agreed.get("/avtal").text.replace("\xa0", " ")
    assert (
        f"Sidan finns till och med {day(dates['erase_after'].astimezone(STOCKHOLM).date())}.".replace("\xa0", " ")
        in page
    )
    for path in ("/offert.pdf", "/avtal.pdf", "/bevispaket.zip", "/angerblankett.pdf", "/angra"):
        assert agreed.get(path).status_code == 200, path
    assert agreed.client.post(f"/o/{agreed.deal_id}/lank").status_code in (200, 303), "the link again"
    assert agreed.post("/angra", FORM).status_code == 303
    assert agreed.quote.status == "withdrawn"


def test_without_an_agreement_there_is_nothing_to_withdraw(sent):
    assert sent.get("/angra").status_code == 404
    assert sent.post("/angra", FORM).status_code == 404
