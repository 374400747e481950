"""POST /registrera: a firm with all that belongs to it, and the same answer for a known address."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from extensions import db
from models import Acceptance, Event, Firm, User
from services import events, legal, passwords
from services.clock import utc_now
from services.installation import settings
from services.keys import firm_cipher
from tests import costs


def test_a_firm_comes_in(register, client, letters, app):
    answer = register()
    assert (answer.status_code, answer.location) == (303, "/registrera/skickat")
    db.session.rollback()
    firm = db.session.query(Firm).one()
    user = db.session.query(User).one()
    assert (firm.name, user.email, user.role, user.email_confirmed_at) == (
        "Tumbredd Snickeri",
        "eva@tumbredd.example",
        "owner",
        None,
    )
    assert firm_cipher(settings(), app.config["SECRETS"], firm.public_id)
    rows = db.session.query(Acceptance).order_by(Acceptance.id).all()
    assert [(row.document, row.version, row.text_sha256, row.ip) for row in rows] == [
        (name, legal.current(name).version, legal.current(name).sha256, "127.0.0.1") for name in legal.ACCEPTED
    ]
    assert all(row.accepted_at and row.user_id == user.id for row in rows)
    acts = [event.act for event in db.session.query(Event).order_by(Event.seq)]
    assert acts == ["firm.registered", "user.created", *["terms.accepted"] * 3]
    assert events.verify(firm) is None
    assert [(kind, to) for kind, to, _ in letters()] == [("confirm_email", "eva@tumbredd.example")]
    assert "eva@tumbredd.example" in client.get("/registrera/skickat").get_data(as_text=True)


def test_the_chain_holds_no_address(register):
    register()
    assert not [event for event in db.session.query(Event) if "tumbredd" in event.entry.lower()]


def test_registering_does_not_log_in(register, client):
    register()
    assert client.get("/mer").status_code == 302


def test_a_known_address_gets_the_same_answer_and_another_letter(register, client, letters, time_machine):
    time_machine.move_to(utc_now(), tick=False)  # the hidden token holds the second
    first = register()
    told = client.get("/registrera/skickat").get_data(as_text=True)
    second = register(firm_name="En annan", password="fyra andra ord helt 9")
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert client.get("/registrera/skickat").get_data(as_text=True) == told
    db.session.rollback()
    assert db.session.query(Firm).count() == 1
    assert [kind for kind, _, _ in letters()] == ["confirm_email", "account_exists"]
    assert len(list(settings().keys_dir.glob(f"{db.session.query(Firm).one().public_id}.key"))) == 1


def test_a_known_address_leaves_no_key_behind(register):
    register()
    before = set(settings().keys_dir.iterdir())
    register()
    assert set(settings().keys_dir.iterdir()) == before


def test_a_double_click_sends_one_letter(client, register, letters):
    page = client.get("/registrera").get_data(as_text=True)
    once = page.split('name="once" value="')[1].split('"')[0]
    assert [register(once=once).status_code for _ in range(2)] == [303, 303]
    assert len(letters()) == 1


def test_known_and_unknown_take_alike(register, monkeypatch):
    """The costly steps are the same; the clock itself is measured by hand (operations), not in a test."""
    hashed = []
    real = passwords.hash_password

    def count(text):
        hashed.append(text)
        return real(text)

    monkeypatch.setattr(passwords, "hash_password", count)
    register()
    register()
    assert len(hashed) == 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"firm_name": " "}, "Skriv företagets namn"),
        ({"firm_name": "x" * 121}, "högst 120 tecken"),
        ({"email": "eva"}, "Skriv en e-postadress med @"),
        ({"email": ""}, "Skriv din e-postadress"),
        ({"password": "kort"}, "minst 10 tecken"),
        ({"password": "sommar2026"}, "lätt att gissa"),
        ({"password": "tumbredd snickeri"}, "lätt att gissa"),
        ({"password": "å" * 129}, "högst 128 tecken"),
        ({"accept": ""}, "Godkänn villkoren"),
        ({"texts": "older"}, "Villkoren har ändrats"),
    ],
)
def test_bad_input_is_named_and_what_was_typed_is_kept(register, given, words):
    answer = register(**given)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert page.count(words) == 2  # in the summary and at the field
    assert "<title>Fel: " in page
    assert given.get("firm_name", "Tumbredd Snickeri").strip() in page
    db.session.rollback()
    assert db.session.query(Firm).count() == 0


@pytest.mark.parametrize(
    ("typed", "words"), [("fyra ord utan mening 4", "Skriv lösenordet igen"), ("kort", "10 tecken<")]
)
def test_a_password_that_is_lost_to_another_fault_is_asked_for_again(register, typed, words):
    page = register(email="eva", password=typed).text
    assert page.count(words) == 2  # in the summary and at the field
    assert typed not in page
    assert "Skriv lösenordet igen" not in register(email="eva", password="").text


def test_forbidden_fields_are_not_stored(register, user_of):
    forbidden = {"firm_id": "7", "id": "9", "role": "worker", "email_confirmed_at": "2026-01-01", "is_sample": "1"}
    register(**forbidden, public_id="x", created_at="1999-01-01", default_valid_days="1")
    user = user_of("eva@tumbredd.example")
    assert (user.role, user.email_confirmed_at, user.firm.is_sample, user.firm.default_valid_days) == (
        "owner",
        None,
        False,
        30,
    )
    assert user.created_at.year >= 2026


@pytest.mark.parametrize("name", ["A\r\nBcc: x@evil.example", '"><img src=x onerror=alert(1)>{{7*7}}'])
def test_hostile_names_stay_text(register, letters, client, link, name):
    register(firm_name=name)
    letter = letters()[0][2]
    assert "\n" not in letter.subject
    assert "<img" not in letter.html
    assert "49" not in letter.subject
    client.get(link("confirm_email"))
    assert "<img src=x" not in client.get("/bekrafta").get_data(as_text=True)


def test_a_forged_host_writes_no_letter(client, register, letters):
    """C-41: links come from BASE_URL; a foreign Host is refused, a forwarded one is not heard."""
    page = client.get("/registrera", headers={"Host": "evil.example"})
    assert page.status_code == 400
    register()
    client.post("/glomt", data={"email": "eva@tumbredd.example"}, headers={"X-Forwarded-Host": "evil.example"})
    assert [kind for kind, _, _ in letters()] == ["confirm_email", "reset_password"]
    assert "evil." not in json.dumps([letter.text + letter.html for _, _, letter in letters()])


def test_too_many_registrations_from_one_place(register):
    statuses = [register(email=f"a{n}@tumbredd.example", password="x").status_code for n in range(3)]
    assert statuses == [422] * 3  # a refused form is no try


def test_someone_logged_in_goes_to_idag(client, make):
    client.log_in(make.owner(make.firm()))
    assert client.get("/registrera").location == "/"


def test_sent_without_a_registration_leads_to_login(client):
    assert client.get("/registrera/skickat").location == "/logga-in"


@pytest.mark.parametrize("path", ["/logga-in?next=%00", "/villkor/%00"])
def test_C05_nul_is_refused_everywhere(client, register, path):
    """PostgreSQL takes no NUL in a text; a 500 would be our fault."""
    assert client.get(path).status_code == 400
    assert register(firm_name="Tum\0bredd").status_code == 400


def test_a_new_user_reads_what_the_page_of_registering_spoke(register, client):
    client.get("/registrera?sprak=en")
    register()
    assert db.session.query(User).one().language == "en"


@pytest.mark.parametrize("standing", ["active", "arriving"])
def test_known_and_unknown_cost_the_same(register, make, standing):
    email = make.owner(make.firm("Annan Snickeri", standing=standing)).email
    seen = []
    for address in ("ny@tumbredd.example", email):
        with costs.noted() as cost:
            assert register(email=address).location == "/registrera/skickat"
        seen.append(Counter(cost))
    assert seen[0] == seen[1]
