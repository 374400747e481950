"""Leaving: three pages, a password, and a way back until the last moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from extensions import db
from jobs import close_firms
from models import Closing, Event, Letter, Login
from services.privacy import erasure
from tests.factories import PASSWORD

NOW = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)
GOOD = {"password": PASSWORD, "has_data": "y", "reason": "Lägger ner firman"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def firm(make):
    return make.firm()


@pytest.fixture
def owner(client, make, firm):
    owner = make.owner(firm)
    client.log_in(owner)
    return owner


def running() -> Closing | None:
    db.session.rollback()
    return db.session.query(Closing).one_or_none()


def is_undone() -> bool:
    closing = running()
    assert closing is not None
    return closing.undone_at is not None


def move(clock, when: datetime) -> None:
    """Another day, the login still alive."""
    clock.move_to(when, tick=False)
    db.session.execute(db.update(Login).values(seen_at=when))
    db.session.commit()


def test_the_consequences_have_dates(client, owner):
    for address in ("/konto", "/konto/avsluta"):
        page = client.get(address).get_data(as_text=True).replace("\xa0", " ")
        assert "20 december" in page
        assert "24 januari" in page  # backups are gone 35 days later
        assert 'href="/konto/avsluta/bekrafta"' in page


def test_open_quotes_are_named(client, owner, make, firm):
    make.quote(db.session.merge(firm), status="sent")
    assert "1 offert väntar på svar hos kund" in client.get("/konto").get_data(as_text=True)


def test_confirming(client, owner):
    assert client.get("/konto/avsluta/bekrafta").status_code == 200
    answer = client.post("/konto/avsluta/bekrafta", data=GOOD)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/konto/avsluta/kvitto")
    closing = running()
    assert closing is not None
    assert closing.reason == "Lägger ner firman"
    assert closing.erase_after == datetime(2026, 12, 20, 22, 59, 59, 999999, tzinfo=UTC)
    receipt = client.get("/konto/avsluta/kvitto").get_data(as_text=True).replace("\xa0", " ")
    assert closing.public_id in receipt
    assert "20 december" in receipt
    assert "24 januari" in receipt
    assert "Kontot stängs 20 december" in receipt
    assert [row.act for row in db.session.query(Event)] == ["firm.close_asked"]
    assert [(row.kind, row.to_address) for row in db.session.query(Letter)] == [("closing_receipt", owner_mail())]


def owner_mail() -> str:
    return "owner1@tumbredd.example"


def test_the_page_of_a_terminated_account_offers_the_way_back(client, owner):
    client.post("/konto/avsluta/bekrafta", data=GOOD)
    page = client.get("/konto").get_data(as_text=True)
    assert "Kontot är uppsagt" in page
    assert 'action="/konto/avsluta/angra"' in page
    for address in ("/konto/avsluta", "/konto/avsluta/bekrafta"):
        assert client.get(address).headers["Location"] == "/konto/avsluta/kvitto"


def test_confirming_twice_is_one(client, owner):
    client.post("/konto/avsluta/bekrafta", data=GOOD)
    assert client.post("/konto/avsluta/bekrafta", data=GOOD).status_code == 303
    assert running() is not None
    assert db.session.query(Letter).count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "fel lösenord 99"}, "Lösenordet stämmer inte."),
        ({"password": ""}, "Skriv ditt lösenord."),
        ({"has_data": None}, "Kryssa i att du har hämtat din data eller inte behöver den."),
        ({"reason": "x" * 2001}, "Skriv högst 2000 tecken."),
    ],
)
def test_what_is_wrong_is_said_and_the_text_kept(client, owner, change, words):
    data = {name: value for name, value in ({**GOOD, **change}).items() if value is not None}
    answer = client.post("/konto/avsluta/bekrafta", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert page.count(words) == 2, "in the summary and at the field"
    assert data["reason"] in page
    assert "<title>Fel: " in page
    assert PASSWORD not in page
    assert running() is None


def test_tries_with_a_wrong_password_are_counted(client, owner):
    wrong = {**GOOD, "password": "fel lösenord 99"}
    answers = [client.post("/konto/avsluta/bekrafta", data=wrong).status_code for _try in range(11)]
    assert answers == [422] * 10 + [429]
    assert running() is None


def test_undo_works_to_the_last_second(client, owner, clock):
    client.post("/konto/avsluta/bekrafta", data=GOOD)
    move(clock, datetime(2026, 12, 20, 22, 59, 59, tzinfo=UTC))
    answer = client.post("/konto/avsluta/angra")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/konto")
    assert is_undone()
    page = client.get("/konto").get_data(as_text=True)
    assert "Uppsägningen är ångrad." in page
    assert "Kontot stängs" not in page
    assert {row.kind for row in db.session.query(Letter)} == {"closing_receipt", "closing_undone"}
    assert [row.act for row in db.session.query(Event).order_by(Event.seq)] == ["firm.close_asked", "firm.close_undone"]


def test_undo_works_while_the_erasure_waits_for_its_hour(client, owner, clock):
    client.post("/konto/avsluta/bekrafta", data=GOOD)
    move(clock, datetime(2026, 12, 20, 23, 0, 0, tzinfo=UTC))
    assert client.post("/konto/avsluta/angra").status_code == 303
    assert is_undone()


def test_undo_after_the_erasure_has_begun_is_too_late(client, owner, clock, monkeypatch):
    client.post("/konto/avsluta/bekrafta", data=GOOD)
    move(clock, datetime(2026, 12, 20, 23, 7, 0, tzinfo=UTC))
    monkeypatch.setattr(erasure, "_erase", lambda *given: None)  # cut off after its first step
    close_firms.run(datetime(2026, 12, 20, 23, 7, 0, tzinfo=UTC))
    assert client.post("/konto/avsluta/angra").status_code == 404
    assert not is_undone()


def test_undo_without_a_termination_is_404(client, owner):
    assert client.post("/konto/avsluta/angra").status_code == 404
    assert client.get("/konto/avsluta/kvitto").status_code == 404


def test_one_can_leave_again(client, owner, clock):
    client.post("/konto/avsluta/bekrafta", data=GOOD)
    client.post("/konto/avsluta/angra")
    assert client.post("/konto/avsluta/bekrafta", data=GOOD).status_code == 303
    assert client.get("/konto/avsluta/kvitto").status_code == 200


@pytest.mark.parametrize("role", ["office", "seller", "worker"])
def test_other_roles_get_403(client, make, firm, role):
    client.log_in(make.user(firm, role=role))
    for address in ("/konto/avsluta", "/konto/avsluta/bekrafta", "/konto/avsluta/kvitto"):
        assert client.get(address).status_code == 403
    assert client.post("/konto/avsluta/bekrafta", data=GOOD).status_code == 403
    assert client.post("/konto/avsluta/angra").status_code == 403
    assert running() is None


def test_another_firm_is_not_touched(client, owner, make):
    client.post("/konto/avsluta/bekrafta", data=GOOD)
    other = client.application.test_client()
    other.log_in(make.owner(make.firm("Annan")))
    assert other.post("/konto/avsluta/angra").status_code == 404
    assert not is_undone()
    assert "Kontot stängs" not in other.get("/konto").get_data(as_text=True)
