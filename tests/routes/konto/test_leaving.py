"""Leaving: three pages, a password, and a way back until the last moment."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import UTC, date, datetime

import pytest
import time_machine

from domain.bookkeeping import keep_until
from domain.clock import STOCKHOLM
from extensions import db
from jobs import close_firms
from models import Attempt, Closing, Event, Firm, Letter, Login
from services import closing
from services.bookkeeping import material
from services.deal import farewell
from services.privacy import erasure
from tests.factories import PASSWORD

NOW = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)
GOOD = {"password": PASSWORD, "has_data": "y", "reason": "Lägger ner firman"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


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
    assert page.count("Skriv lösenordet igen") == (0 if "password" in change else 2)
    assert "<title>Fel: " in page
    assert PASSWORD not in page
    assert running() is None


def test_tries_with_a_wrong_password_are_counted(client, owner):
    wrong = {**GOOD, "password": "fel lösenord 99"}
    answers = [client.post("/konto/avsluta/bekrafta", data=wrong).status_code for _try in range(11)]
    assert answers == [422] * 10 + [429]
    assert running() is None


def test_who_has_tried_too_often_to_leave_logs_in_all_the_same(client, owner, app):
    """The dialog's tries and the login's are counted apart; neither frees the other."""
    wrong = {**GOOD, "password": "fel lösenord 99"}
    for _try in range(10):
        client.post("/konto/avsluta/bekrafta", data=wrong)
    answer = app.test_client().post("/logga-in", data={"email": owner_mail(), "password": PASSWORD})
    assert answer.status_code == 303
    assert client.post("/konto/avsluta/bekrafta", data=GOOD).status_code == 429
    assert client.post("/losenord", data={"password": PASSWORD}).status_code == 429
    assert running() is None


def test_pressing_with_the_right_password_costs_no_try(client, owner):
    for _press in range(12):
        assert client.post("/konto/avsluta/bekrafta", data={**GOOD, "choice": "erase_all"}).status_code == 303
    for _press in range(12):
        assert client.post("/konto/avsluta/tidigare", data=SOONER).status_code == 303
    assert [row.count for row in db.session.query(Attempt)] == [0]
    acts = [row.act for row in db.session.query(Event).order_by(Event.seq)]
    assert acts == ["firm.close_asked", "firm.close_hastened"]


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


def choose(client, choice: str = "lock_bookkeeping", *, ends: str = "6", seen: str | None = None):
    page = client.get("/konto/avsluta/kvitto").get_data(as_text=True)
    drawn = re.search(r'name="seen" value="([^"]*)"', page)
    data = {"choice": choice, "ends": ends, "seen": drawn[1] if drawn and seen is None else seen or ""}
    return client.post("/konto/avsluta/val", data=data)


def test_nothing_is_chosen_beforehand(client, owner):
    page = client.get("/konto/avsluta/bekrafta").get_data(as_text=True)
    assert page.count('name="choice"') == 2
    assert " checked" not in page
    assert '<option selected value="12">' in page


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ("", "Du har inte valt än. Utan svar raderas allt efter 20 december."),
        ("erase_all", "Efter 20 december raderas allt."),
        (
            "lock_bookkeeping",
            "Efter 20 december låses avtalens papper och bevis. Just nu finns inga, så då raderas allt.",
        ),
    ],
)
def test_each_answer_is_told_on_the_receipt(client, owner, choice, words):
    client.post("/konto/avsluta/bekrafta", data={**GOOD, "choice": choice, "ends": "12"})
    closing = running()
    assert closing is not None
    assert (closing.choice, closing.chosen_at) == (choice, NOW if choice else None)
    receipt = client.get("/konto/avsluta/kvitto").get_data(as_text=True).replace("\xa0", " ")
    assert words in receipt
    assert "På sidan Konto och data" in receipt
    assert "20 november" in receipt, "the last day that is paid for"


def test_what_is_locked_has_its_date(client, owner, firm, monkeypatch):
    def counted(firm_id: int) -> material.Material:
        ends = db.session.get_one(Firm, firm_id).fiscal_year_ends
        return material.Material(papers=1, packages=1, last=keep_until(NOW.date(), ends))

    monkeypatch.setattr(material, "counted", counted)
    page = client.get("/konto/avsluta/bekrafta").get_data(as_text=True).replace("\xa0", " ")
    assert "Slutar räkenskapsåret i december låses det sista till och med 31 december 2033." in page
    client.post("/konto/avsluta/bekrafta", data={**GOOD, "choice": "lock_bookkeeping", "ends": "6"})
    receipt = client.get("/konto/avsluta/kvitto").get_data(as_text=True).replace("\xa0", " ")
    assert "det sista till och med 31 december 2034. Allt annat raderas." in receipt


def test_one_chooses_later_and_otherwise(client, owner):
    client.post("/konto/avsluta/bekrafta", data=GOOD)
    assert choose(client).status_code == 303
    assert choose(client).status_code == 303, "the same again is no other act"
    closing = running()
    assert closing is not None
    assert (closing.choice, db.session.get_one(Firm, closing.firm_id).fiscal_year_ends) == ("lock_bookkeeping", 6)
    assert choose(client, "erase_all").status_code == 303
    entries = db.session.query(Event).order_by(Event.seq)
    acts = [(row.act, json.loads(row.entry)["data"].get("choice")) for row in entries]
    assert acts == [
        ("firm.close_asked", ""),
        ("firm.close_chosen", "lock_bookkeeping"),
        ("firm.close_chosen", "erase_all"),
    ]


def test_a_choice_from_an_old_page_is_refused(client, owner):
    client.post("/konto/avsluta/bekrafta", data=GOOD)
    choose(client)
    assert choose(client, "erase_all", seen="").status_code == 409
    closing = running()
    assert closing is not None
    assert closing.choice == "lock_bookkeeping"


def test_a_choice_needs_an_answer_and_a_termination(client, owner):
    assert choose(client).status_code == 404
    client.post("/konto/avsluta/bekrafta", data=GOOD)
    answer = choose(client, "")
    assert answer.status_code == 422
    assert "Välj ett av de två." in answer.get_data(as_text=True)
    client.post("/konto/avsluta/angra")
    assert choose(client).status_code == 404


def test_where_nothing_can_be_locked_nothing_is_asked(client, owner, app, monkeypatch):
    chosen = dataclasses.replace(app.config["SETTINGS"], LOCK_BOOKKEEPING=False)
    monkeypatch.setitem(app.config, "SETTINGS", chosen)
    assert 'name="choice"' not in client.get("/konto/avsluta/bekrafta").get_data(as_text=True)
    client.post("/konto/avsluta/bekrafta", data={**GOOD, "choice": "lock_bookkeeping"})
    closing = running()
    assert closing is not None
    assert closing.choice == "erase_all"
    assert choose(client).status_code == 409


def test_in_the_notice_ordinary_use_goes_on(client, owner, app, monkeypatch, clock, make, firm):
    chosen = dataclasses.replace(app.config["SETTINGS"], NOTICE="1m")
    monkeypatch.setitem(app.config, "SETTINGS", chosen)
    assert "till och med 20 december, och avgifter" in client.get("/konto/avsluta/bekrafta").get_data(
        as_text=True
    ).replace("\xa0", " ")
    client.post("/konto/avsluta/bekrafta", data=GOOD)
    note = "Kontot är uppsagt. Allt fungerar som vanligt till och med 20 december, och 19 januari 2027 stängs det."
    page = client.get("/offerter").get_data(as_text=True).replace("\xa0", " ")
    assert note in page
    assert "Ny offert" in page
    move(clock, datetime(2026, 12, 20, 22, 59, 59, tzinfo=UTC))
    assert note in client.get("/offerter").get_data(as_text=True).replace("\xa0", " ")
    move(clock, datetime(2026, 12, 20, 23, 0, 0, tzinfo=UTC))
    page = client.get("/offerter").get_data(as_text=True).replace("\xa0", " ")
    assert note not in page
    assert "Kontot stängs 19 januari 2027." in page or "Kontot stängs 19 januari." in page


def test_others_of_the_firm_read_the_date_and_have_no_buttons_for_it(client, owner, make, firm):
    client.post("/konto/avsluta/bekrafta", data=GOOD)
    other = client.application.test_client()
    other.log_in(make.user(db.session.merge(firm), role="seller"))
    page = other.get("/offerter").get_data(as_text=True)
    assert "Kontot stängs" in page
    assert "Ångra uppsägningen" not in page
    assert "Hämta din data" not in page


def test_what_the_operator_has_ended_only_the_operator_undoes(client, owner, firm):
    firm = db.session.merge(firm)
    closing.enter(firm, "operator", date(2026, 11, 20), "", NOW, reason="service_ends")
    page = client.get("/konto/avsluta/kvitto").get_data(as_text=True)
    assert "Tjänsten läggs ner" in page
    assert 'action="/konto/avsluta/angra"' not in page
    assert client.post("/konto/avsluta/angra").status_code == 409
    assert not is_undone()


SOONER = {"until": "2026-11-21", "is_sure": "y", "hasten_password": PASSWORD}


def last_day() -> str:
    row = running()
    assert row is not None
    return row.erase_after.astimezone(STOCKHOLM).isoformat()


def test_who_has_fetched_all_closes_tomorrow(client, owner, clock):
    client.post("/konto/avsluta/bekrafta", data={**GOOD, "choice": "erase_all"})
    assert 'value="2026-11-21"' in client.get("/konto/avsluta/kvitto").get_data(as_text=True)
    for _press in range(2):
        assert client.post("/konto/avsluta/tidigare", data=SOONER).status_code == 303
    assert last_day() == "2026-11-21T23:59:59.999999+01:00"
    page = client.get("/konto/avsluta/kvitto").get_data(as_text=True).replace("\xa0", " ")
    assert "Kontot stängs 21 november" in page
    assert "/konto/avsluta/tidigare" not in page
    acts = [row.act for row in db.session.query(Event).order_by(Event.seq)]
    assert acts == ["firm.close_asked", "firm.close_hastened"]
    assert [row.kind for row in db.session.query(Letter)] == ["closing_receipt"] * 2
    move(clock, datetime(2026, 11, 21, 22, 59, 59, tzinfo=UTC))
    assert client.post("/konto/avsluta/angra").status_code == 303


@pytest.mark.parametrize(
    ("choice", "change", "status"),
    [
        ("", {}, 409),  # nobody has said what becomes of what is left
        ("erase_all", {"until": "2026-11-20"}, 409),
        ("erase_all", {"until": "2026-12-21"}, 409),  # later than it was
        ("erase_all", {"until": "i morgon"}, 404),
        ("erase_all", {"is_sure": ""}, 422),
        ("erase_all", {"hasten_password": "fel lösenord 99"}, 422),
    ],
)
def test_it_is_not_closed_sooner(client, owner, choice, change, status):
    client.post("/konto/avsluta/bekrafta", data={**GOOD, "choice": choice})
    assert client.post("/konto/avsluta/tidigare", data={**SOONER, **change}).status_code == status
    assert last_day().startswith("2026-12-20")


def test_without_a_termination_nothing_is_closed_sooner(client, owner):
    assert client.post("/konto/avsluta/tidigare", data=SOONER).status_code == 404


def test_customers_with_agreements_keep_their_time(client, owner, make, firm, monkeypatch):
    client.post("/konto/avsluta/bekrafta", data={**GOOD, "choice": "erase_all"})
    monkeypatch.setattr(farewell, "has_pages", lambda firm_id, now: True)
    assert client.post("/konto/avsluta/tidigare", data=SOONER).status_code == 409
    page = client.get("/konto/avsluta/kvitto").get_data(as_text=True).replace("\xa0", " ")
    assert "Stäng efter 5 december" in page
    assert "Kunder med avtal behöver sin tid" in page
    assert client.post("/konto/avsluta/tidigare", data={**SOONER, "until": "2026-12-05"}).status_code == 303
    assert last_day().startswith("2026-12-05")
