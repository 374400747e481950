"""Users who came along with a firm and have no address here: the owner gives one, its holder takes it or frees it."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import time_machine

from extensions import db
from mail.letters import LETTERS, Unwanted
from models import EarlierHome, Event, Letter, User
from services import notices, user_tokens, users
from services.clock import utc_now
from tests.factories import PASSWORD

HERE, LATE, NEW = "/konto/inflyttad", "/konto/inflyttad/anvandare/{}", "fyra ord utan samband"


@pytest.fixture
def firm(client, make):
    """Has come from elsewhere with two users: one without an address, one whose address nobody has proved."""
    firm = make.firm("Tumbredd Snickeri")
    owner, held, unproved = make.owner(firm), make.user(firm, role="seller"), make.user(firm, role="office")
    home = EarlierHome(firm_id=firm.id, n=1, installation="0" * 16, left_at=utc_now(), arrived_at=utc_now())
    home.archive_sha256, home.seq, home.link = "0" * 64, 0, "0" * 64
    db.session.add(home)
    held.email, held.name, held.password_hash = user_tokens.held_back(held), "Maja Holm", ""
    unproved.email, unproved.password_hash = "nova@annan.example", ""
    db.session.commit()
    client.log_in(owner)
    return firm


def held_id(firm):
    return db.session.query(User.public_id).filter_by(firm_id=firm.id, name="Maja Holm").scalar()


def give(client, user_id, email, key="k1"):
    return client.post(LATE.format(user_id), data={"email": email, "once": key})


def letters(kind):
    db.session.rollback()
    return db.session.query(Letter).filter_by(kind=kind).order_by(Letter.id).all()


def drawn(app, letter):
    with app.test_request_context():
        return LETTERS[letter.kind]({**json.loads(letter.params), "firm_id": letter.firm_id, "now": utc_now()}).text


def opened(app, letter):
    """A browser that has followed the letter's link."""
    fresh = app.test_client()
    assert fresh.get(re.search(r"/nytt-losenord/\S+", drawn(app, letter))[0]).status_code == 303
    return fresh


def test_the_owner_gives_a_user_a_new_address(client, app, firm):
    page = client.get(HERE).text
    assert "Maja Holm" in page
    user_id = held_id(firm)
    wrong = give(client, user_id, "maja")
    assert wrong.status_code == 422
    assert 'value="maja"' in wrong.text
    for _double_press in range(2):
        assert give(client, user_id, "Maja@Ny.example").status_code == 303
    (letter,) = letters("new_address")
    assert letter.to_address == "maja@ny.example"
    assert "maja@ny.example" in client.get(HERE).text
    maja = opened(app, letter)
    assert "maja@ny.example" in maja.get("/nytt-losenord").text
    assert maja.post("/nytt-losenord", data={"password": NEW}).status_code == 303
    assert maja.post("/logga-in", data={"email": "maja@ny.example", "password": NEW}).status_code == 303
    assert "Maja Holm" not in client.get(HERE).text
    assert give(client, user_id, "annan@ny.example", "k2").status_code == 409
    assert len(letters("new_address")) == 1
    acts = [event.act for event in db.session.query(Event).filter_by(obj=f"user:{user_id}").order_by(Event.seq)]
    assert acts == ["user.address_given", "password.changed", "login.made"]


def test_the_answer_is_the_same_for_an_address_that_somebody_has_here(client, app, make, firm):
    other = make.owner(make.firm("Granne AB"))
    user_id, taken = held_id(firm), other.email
    answers = [give(client, user_id, email, email) for email in ("fri@ny.example", taken)]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(303, HERE)}
    shown = client.get(HERE).text
    assert shown.count(f"mejlad till {taken}") == 2  # said once, and beside the user
    first, second = letters("new_address")
    assert {json.loads(row.params)["user"] for row in (first, second)} == {user_id}
    assert "har redan ett konto här" in drawn(app, second)
    assert "/nytt-losenord/" not in drawn(app, second)
    assert app.test_client().post("/logga-in", data={"email": taken, "password": PASSWORD}).status_code == 303


def test_an_address_that_somebody_took_meanwhile_is_not_taken_from_them(client, app, make, firm):
    user_id = held_id(firm)
    give(client, user_id, "maja@ny.example")
    maja = opened(app, letters("new_address")[0])
    other = make.owner(make.firm("Granne AB"))
    other.email = "maja@ny.example"
    db.session.commit()
    assert maja.post("/nytt-losenord", data={"password": NEW}).status_code == 410
    assert db.session.query(User).filter_by(public_id=user_id).one().email.endswith("@upptagen.invalid")


def test_who_may_not(client, app, make, firm):
    user_id = held_id(firm)
    office = app.test_client().log_in(make.user(firm, role="office"))
    stranger = app.test_client().log_in(make.owner(make.firm("Granne AB")))
    owner_id = db.session.query(User.public_id).filter_by(firm_id=firm.id, role="owner").scalar()
    assert give(office, user_id, "x@ny.example").status_code == 403
    assert give(stranger, user_id, "x@ny.example").status_code == 404
    assert give(app.test_client(), user_id, "x@ny.example").headers["Location"].startswith("/logga-in")
    assert client.get(LATE.format(user_id)).status_code == 405
    assert client.post(LATE.format(user_id), csrf=False).status_code == 403
    assert give(client, owner_id, "x@ny.example").status_code == 409
    with time_machine.travel(utc_now() + timedelta(hours=2)):
        assert "/losenord" in give(client, user_id, "x@ny.example").headers["Location"]
    assert letters("new_address") == []


def test_letters_to_one_address_are_limited(client, firm):
    user_id = held_id(firm)
    codes = [give(client, user_id, "x@ny.example", f"k{n}").status_code for n in range(6)]
    assert codes == [303] * 5 + [429]


def test_who_does_not_belong_to_the_firm_frees_the_address_and_registers(client, app, firm):
    texts = app.test_client().get("/registrera").text
    given = {"firm_name": "Nova El", "email": "nova@annan.example", "password": NEW, "accept": "y"}
    given["texts"] = re.search(r'name="texts"[^>]*value="([^"]+)"', texts)[1]
    assert app.test_client().post("/registrera", data=given).status_code == 303
    (letter,) = letters("account_exists")
    assert "Tumbredd Snickeri har flyttat hit" in drawn(app, letter)
    nova = opened(app, letter)
    assert "Hör du inte till Tumbredd Snickeri?" in nova.get("/nytt-losenord").text
    assert nova.post("/nytt-losenord/inte-jag", csrf=False).status_code == 403
    assert nova.get("/nytt-losenord/inte-jag").status_code == 404  # read as a token
    second = opened(app, letter)
    assert nova.post("/nytt-losenord/inte-jag").headers["Location"] == "/registrera"
    assert second.post("/nytt-losenord/inte-jag").status_code == 410
    assert nova.post("/registrera", data=given | {"once": "o" * 22}).status_code == 303
    assert [row.to_address for row in letters("confirm_email")] == ["nova@annan.example"]
    user = db.session.query(User).filter_by(email="nova@annan.example").one()
    assert user.firm.name == "Nova El"
    page = client.get(HERE).text
    assert page.count("Mejla länken") == 2
    assert "nova@annan.example" not in page
    (told,) = letters("address_released")
    owner = db.session.query(User).filter_by(firm_id=firm.id, role="owner").one()
    assert told.to_address == owner.email
    words = drawn(app, told)
    assert "säger sig inte höra till Tumbredd Snickeri" in words
    assert HERE in words
    assert "nova@annan.example" not in words
    user_id = json.loads(told.params)["user"]
    give(client, user_id, "ny@ny.example")
    opened(app, letters("new_address")[0]).post("/nytt-losenord", data={"password": NEW})
    with pytest.raises(Unwanted):  # it waits in the outbox, and somebody logs in by now
        drawn(app, told)


def test_letters_about_the_quotes_of_who_has_none_go_to_an_owner(firm, make):
    held = db.session.query(User).filter_by(name="Maja Holm").one()
    quote = make.quote(firm, make.customer(firm))
    quote.user_id = held.id
    owner = db.session.query(User).filter_by(firm_id=firm.id, role="owner").one()
    notices.tell(quote, notices.ALWAYS, "quote_declined", {"quote": quote.public_id}, now=utc_now())
    held.role = "owner"
    db.session.flush()
    assert [user.id for user in users.owners(firm.id)] == [owner.id]
    db.session.commit()
    assert [row.to_address for row in letters("quote_declined")] == [owner.email]


def test_an_address_that_has_been_opened_is_not_freed(app, make, firm):
    owner = db.session.query(User).filter_by(firm_id=firm.id, role="owner").one()
    app.test_client().post("/glomt", data={"email": owner.email})
    browser = opened(app, letters("reset_password")[0])
    assert "Jag hör inte dit" not in browser.get("/nytt-losenord").text
    assert browser.post("/nytt-losenord/inte-jag").status_code == 410
