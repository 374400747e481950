"""/drift/incidenter: the operator alone sees what does not hold, and closes it with a reason."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy import select

from extensions import db
from mail.letters import LETTERS, Unwanted
from models import Firm, Incident
from services import incidents, operator_links
from services.clock import utc_now
from services.incidents import Finding

PAGE = "/drift/incidenter"


@pytest.fixture
def case(app, make) -> str:
    firm = make.firm()
    finding = Finding(incidents.CHAIN_BEHIND, firm.id, firm.public_id, "12", 7)
    incidents.note_all([finding, Finding(incidents.DATABASE_OLDER, about="3")], now=utc_now())
    return db.session.scalars(select(Incident.public_id).order_by(Incident.id).limit(1)).one()


@pytest.fixture
def inside(client):
    client.get(f"/drift/in/{operator_links.token()}")
    return client


def row(case: str) -> Incident:
    db.session.expire_all()
    return db.session.scalars(select(Incident).where(Incident.public_id == case)).one()


def test_all_holds(inside):
    assert "Allt håller" in inside.get(PAGE).text


def test_what_is_shown(inside, case):
    text = inside.get(PAGE).text
    assert "Beviskedjan slutar före det som är undertecknat" in text
    assert "Databasen är äldre än kontrollpunkterna" in text
    assert "Hela installationen" in text
    assert case in text


def test_closing_with_a_reason(inside, case):
    assert "Tills incidenten är stängd" in inside.get(f"{PAGE}/{case}/stang").text
    answer = inside.post(f"{PAGE}/{case}/stang", data={"note": "Lade tillbaka kopian. <b>Klart</b>"})
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert row(case).note == "Lade tillbaka kopian. <b>Klart</b>"
    text = inside.get(PAGE).text
    assert "&lt;b&gt;Klart" in text
    again = inside.post(f"{PAGE}/{case}/stang", data={"note": "Ett annat skäl"})
    assert again.status_code == 303
    assert row(case).note.startswith("Lade tillbaka")


@pytest.mark.parametrize("note", ["", "   ", "x" * 2001])
def test_no_closing_without_a_good_reason(inside, case, note):
    answer = inside.post(f"{PAGE}/{case}/stang", data={"note": note})
    assert answer.status_code == 422
    assert note.strip() in answer.text
    assert row(case).closed_at is None


def test_no_such_case(inside, case):
    assert inside.post(f"{PAGE}/nix/stang", data={"note": "skäl"}).status_code == 404
    assert inside.get(f"{PAGE}/nix/stang").status_code == 404
    assert inside.delete(f"{PAGE}/{case}/stang").status_code == 405


def test_nobody_else_comes_in(client, make, case):
    """Not even an owner of the firm: no role leads here."""
    owner = make.owner(db.session.scalars(select(Firm)).one())
    for log_in in (False, True):
        if log_in:
            client.log_in(owner)
        for address in (PAGE, f"{PAGE}/{case}/stang"):
            answer = client.get(address)
            assert answer.status_code == 404
            assert "Beviskedjan" not in answer.text
        assert client.post(f"{PAGE}/{case}/stang", data={"note": "skäl"}).status_code == 404
    assert row(case).closed_at is None


def test_no_closing_without_the_forms_own_key(inside, case):
    assert inside.open(f"{PAGE}/{case}/stang", method="POST", data={"note": "skäl"}).status_code == 403


def test_the_letter_says_what_is_open_when_it_is_sent(app, case, monkeypatch):
    chosen = dataclasses.replace(app.config["SETTINGS"], OPERATOR_CONTACT="drift@handslag.example")
    monkeypatch.setitem(app.config, "SETTINGS", chosen)
    with app.test_request_context():
        letter = LETTERS[incidents.LETTER]({"firm_id": None, "now": utc_now()})
        for text in (letter.text, letter.html):
            assert "2 saker" in text
            assert "http://localhost/drift/incidenter" in text
        for one in db.session.scalars(select(Incident.public_id)).all():
            incidents.close(one, "skäl", now=utc_now())
        with pytest.raises(Unwanted):
            LETTERS[incidents.LETTER]({"firm_id": None, "now": utc_now()})


@pytest.mark.parametrize(
    ("contact", "address"),
    [("drift@x.example", "drift@x.example"), ("Box 1, <d@x.example>, Ort", "d@x.example"), ("Box 1", ""), ("a@b", "")],
)
def test_an_address_in_the_contact(app, monkeypatch, contact, address):
    chosen = dataclasses.replace(app.config["SETTINGS"], OPERATOR_CONTACT=contact)
    monkeypatch.setitem(app.config, "SETTINGS", chosen)
    assert incidents.operator_address() == address
