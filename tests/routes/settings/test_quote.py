"""/installningar/offert: what a new quote begins with."""

from __future__ import annotations

import re

import pytest

from extensions import db
from models import Event, Firm
from services import firms

GOOD = {
    "default_valid_days": " 14 ",
    "default_message": "Hej!\r\nTack för besöket.",
    "default_terms": "Betalning inom 30 dagar.",
    "company_basis": "incl",
    "default_work_type": "vvs",
    "default_remind_days": "7",
}


@pytest.fixture
def office(client, make):
    return client.log_in(make.user(make.firm(), role="office"))


def seen(client):
    page = client.get("/installningar/offert").get_data(as_text=True)
    return re.findall(r'name="seen" value="(\w+)"', page)[0]


def save(client, **given):
    return client.post("/installningar/offert", data={"seen": seen(client), **GOOD, **given})


def stored():
    db.session.rollback()
    return firms.values(db.session.query(Firm).one(), firms.QUOTE)


def test_saving(office):
    assert save(office).location == "/installningar/offert"
    read = {"default_valid_days": 14, "default_message": "Hej!\nTack för besöket.", "default_remind_days": 7}
    assert stored() == GOOD | read
    assert [event.act for event in db.session.query(Event)] == ["firm.settings_changed"]
    save(office)
    assert db.session.query(Event).count() == 1


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("default_valid_days", "", "Skriv antal dagar"),
        ("default_valid_days", "0", "Skriv 1 till 365 dagar"),
        ("default_valid_days", "366", "Skriv 1 till 365 dagar"),
        ("default_valid_days", "-1", "Skriv 1 till 365 dagar"),
        ("default_valid_days", "1e309", "Skriv ett helt tal"),
        ("default_valid_days", "1" * 5000, "Skriv ett helt tal"),
        ("default_valid_days", "trettio", "Skriv ett helt tal"),
        ("default_terms", "x" * 10_001, "högst 10000 tecken"),
        ("default_message", "Ring 19840601-2388", "Skriv inte personnummer här"),
    ],
)
def test_bad_input_is_named_and_kept(office, field, typed, words):
    before = stored()
    answer = save(office, **{field: typed})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert page.count(words) == 2
    assert typed in page
    assert stored() == before


@pytest.mark.parametrize(("field", "typed"), [("company_basis", "x"), ("default_work_type", "städning")])
def test_choices_that_do_not_exist(office, field, typed):
    assert save(office, **{field: typed}).status_code == 422


def test_two_tabs(office):
    mine = seen(office)
    save(office)
    late = office.post("/installningar/offert", data={**GOOD, "seen": mine, "default_terms": "Mina villkor."})
    assert late.status_code == 409
    page = late.get_data(as_text=True)
    assert "Betalning inom 30 dagar." in page
    assert "Mina villkor." in page
    assert stored()["default_terms"] == "Betalning inom 30 dagar."
