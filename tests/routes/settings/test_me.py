"""/installningar/mig: own name, password and logins."""

from __future__ import annotations

import pytest

from extensions import db
from models import Event, Letter, Login, User
from services import passwords
from tests.chance import without_drawn
from tests.factories import PASSWORD

NEW = "björkved lampa 31 kanot"


@pytest.fixture
def user(make):
    return make.owner(make.firm())


@pytest.fixture
def me(client, user):
    return client.log_in(user)


def stored(user_id):
    db.session.rollback()
    return db.session.get(User, user_id)


def test_name_and_phone(me, user):
    user_id = user.id
    answer = me.post("/installningar/mig", data={"name": " Eva  Ek ", "phone": "0701740605", "role": "worker"})
    assert answer.location == "/installningar/mig"
    found = stored(user_id)
    assert (found.name, found.phone, found.role) == ("Eva Ek", "+46701740605", "owner")
    me.post("/installningar/mig", data={"name": "Eva Ek", "phone": "0701740605"})
    assert [event.act for event in db.session.query(Event)] == ["user.changed"]
    assert "Eva" not in without_drawn(db.session.query(Event).one().entry)


@pytest.mark.parametrize(
    ("given", "words"),
    [({"phone": "ring"}, "Skriv ett telefonnummer"), ({"name": "x" * 121}, "högst 120 tecken")],
)
def test_bad_input(me, given, words):
    answer = me.post("/installningar/mig", data=given)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, page.count(words)) == (422, 2)
    assert next(iter(given.values())) in page


def test_C35_a_new_password_ends_the_other_logins(me, user, app):
    email, user_id = user.email, user.id
    other = app.test_client().log_in(user)
    answer = me.post("/installningar/mig/losenord", data={"old": PASSWORD, "new": NEW})
    assert answer.location == "/installningar/mig"
    assert me.get("/mer").status_code == 200
    assert other.get("/mer").status_code == 302
    assert passwords.is_right(stored(user_id).password_hash, NEW)
    assert [(letter.kind, letter.to_address) for letter in db.session.query(Letter)] == [("password_changed", email)]
    assert [event.act for event in db.session.query(Event).order_by(Event.seq)] == ["login.ended", "password.changed"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"old": "fel lösenord"}, "Lösenordet stämmer inte."),
        ({"old": ""}, "Skriv lösenordet du har nu"),
        ({"new": "kort"}, "minst 10 tecken"),
        ({"new": "tumbredd snickeri"}, "lätt att gissa"),
    ],
)
def test_a_refused_password_changes_nothing(me, user, app, given, words):
    user_id = user.id
    other = app.test_client().log_in(user)
    answer = me.post("/installningar/mig/losenord", data={"old": PASSWORD, "new": NEW} | given)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert page.count(words) >= 2
    assert page.count("Skriv lösenordet igen") == 2  # the other of the two: in the summary and at its field
    assert PASSWORD not in page
    assert passwords.is_right(stored(user_id).password_hash, PASSWORD)
    assert other.get("/mer").status_code == 200


def test_guessing_the_old_password_is_limited(me):
    data = {"old": "fel lösenord", "new": NEW}
    statuses = [me.post("/installningar/mig/losenord", data=data).status_code for _ in range(12)]
    assert statuses == [422] * 10 + [429] * 2


def test_the_list_of_logins(me, user, app):
    user_id = user.id
    other = app.test_client().log_in(user)
    page = me.get("/installningar/mig").get_data(as_text=True)
    assert page.count("Den här") == 1
    here, there = db.session.query(Login).filter_by(user_id=user_id).order_by(Login.id)
    assert f"/inloggningar/{there.public_id}/avsluta" in page
    assert f"/inloggningar/{here.public_id}/avsluta" not in page
    assert me.post(f"/installningar/mig/inloggningar/{there.public_id}/avsluta").status_code == 303
    assert other.get("/mer").status_code == 302
    assert me.get("/mer").status_code == 200
    assert me.post(f"/installningar/mig/inloggningar/{there.public_id}/avsluta").status_code == 404


def test_ending_all_others(me, user, app):
    others = [app.test_client().log_in(user) for _ in range(3)]
    assert me.post("/installningar/mig/inloggningar/avsluta-andra").status_code == 303
    assert [other.get("/mer").status_code for other in others] == [302] * 3
    assert me.get("/mer").status_code == 200


def test_C23_logins_of_others_cannot_be_ended(me, user, make, app):
    colleague = make.user(user.firm, role="office")
    stranger = make.owner(make.firm("Andra"))
    for someone in (colleague, stranger):
        browser = app.test_client().log_in(someone)
        login = db.session.query(Login).filter_by(user_id=someone.id).one()
        assert me.post(f"/installningar/mig/inloggningar/{login.public_id}/avsluta").status_code == 404
        assert browser.get("/mer").status_code == 200


@pytest.mark.parametrize("role", ["office", "seller", "worker"])
def test_C25_every_role_has_its_own_page(client, make, role):
    client.log_in(make.user(make.firm(), role=role))
    assert client.get("/installningar/mig").status_code == 200
    assert client.post("/installningar/mig", data={"name": "Eva Ek"}).status_code == 303
