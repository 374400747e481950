"""/glomt and /nytt-losenord."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from extensions import db
from models import Event, Login
from services import events, passwords
from services.clock import utc_now
from tests import costs
from tests.factories import PASSWORD

NEW = "björkved lampa 31 kanot"


@pytest.fixture
def user(make):
    return make.owner(make.firm())


def test_a_new_password_by_mail(client, user, link, letters, app, user_of):
    thief = app.test_client()
    thief.log_in(user)
    answer = client.post("/glomt", data={"email": user.email})
    assert (answer.status_code, answer.location) == (303, "/glomt/skickat")
    path = link("reset_password")
    assert client.get(path).location == "/nytt-losenord"
    assert user.email in client.get("/nytt-losenord").get_data(as_text=True)
    assert client.post("/nytt-losenord", data={"password": NEW}).location == "/logga-in"
    assert passwords.is_right(user_of(user.email).password_hash, NEW)
    assert thief.get("/mer").status_code == 302  # C-35
    assert client.post("/logga-in", data={"email": user.email, "password": PASSWORD}).status_code == 422
    assert client.post("/logga-in", data={"email": user.email, "password": NEW}).status_code == 303
    assert [kind for kind, _, _ in letters()] == ["reset_password", "password_changed"]
    acts = [event.act for event in db.session.query(Event).order_by(Event.seq)]
    assert acts == ["password.reset_asked", "login.ended", "password.changed", "login.failed", "login.made"]
    assert events.verify(user_of(user.email).firm) is None


def test_known_and_unknown_look_alike(client, user, letters):
    known = client.post("/glomt", data={"email": user.email})
    first = client.get("/glomt/skickat").get_data(as_text=True).replace(user.email, "X")
    unknown = client.post("/glomt", data={"email": "ingen@tumbredd.example"})
    second = client.get("/glomt/skickat").get_data(as_text=True).replace("ingen@tumbredd.example", "X")
    assert (known.status_code, known.location, first) == (unknown.status_code, unknown.location, second)
    assert [to for _, to, _ in letters()] == [user.email]


@pytest.mark.parametrize("other", ["nobody's", "of a firm that has not arrived"])
def test_known_and_unknown_cost_the_same(app, make, user, other):
    email = "ingen@tumbredd.example"
    if other != "nobody's":
        email = make.owner(make.firm(standing="arriving")).email
    seen = []
    for address in (user.email, email):
        with costs.noted() as cost:
            assert app.test_client().post("/glomt", data={"email": address}).status_code == 303
        seen.append(cost)
    assert seen[0] == seen[1]
    assert seen[0][-2:] == ["ends", "wakes"]
    assert seen[0].count("ends") == 2


def test_the_link_confirms_the_address(client, user, link, user_of):
    user.email_confirmed_at = None
    db.session.commit()
    client.post("/glomt", data={"email": user.email})
    client.get(link("reset_password"))
    client.post("/nytt-losenord", data={"password": NEW})
    assert user_of(user.email).email_confirmed_at is not None


@pytest.mark.parametrize(("password", "words"), [("kort", "minst 10 tecken"), ("lösenord123", "lätt att gissa")])
def test_a_weak_password_leaves_the_link_alive(client, user, link, password, words):
    client.post("/glomt", data={"email": user.email})
    client.get(link("reset_password"))
    answer = client.post("/nytt-losenord", data={"password": password})
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert client.post("/nytt-losenord", data={"password": NEW}).status_code == 303


def test_C19_a_link_works_once_and_not_after_another_change(client, user, link, app):
    client.post("/glomt", data={"email": user.email})
    used = link("reset_password")
    other = app.test_client()
    other.get(used)
    client.get(used)
    client.post("/nytt-losenord", data={"password": NEW})
    assert other.post("/nytt-losenord", data={"password": "annat helt ord 44 vind"}).status_code == 410
    assert app.test_client().get(used).status_code == 410
    client.post("/glomt", data={"email": user.email})
    waiting = link("reset_password")
    client.log_in(user)
    client.post("/installningar/mig/losenord", data={"old": NEW, "new": "stuga regn 88 kompass"})
    assert app.test_client().get(waiting).status_code == 410


def test_C19_older_mails_die_when_a_newer_is_sent(client, user, link):
    client.post("/glomt", data={"email": user.email})
    old = link("reset_password")
    client.post("/glomt", data={"email": user.email})
    assert client.get(old).status_code == 410
    assert client.get(link("reset_password")).status_code == 303


def test_C17_a_link_lives_a_day(client, user, link):
    client.post("/glomt", data={"email": user.email})
    path = link("reset_password")
    with time_machine.travel(utc_now() + timedelta(hours=24, seconds=2)):
        answer = client.get(path)
    assert answer.status_code == 410
    assert user.email not in answer.get_data(as_text=True)


def test_letters_are_few(client, user, letters):
    statuses = [client.post("/glomt", data={"email": user.email}).status_code for _ in range(7)]
    assert statuses == [303] * 5 + [429] * 2
    assert len(letters()) == 5


@pytest.mark.parametrize("email", ["", "eva", "eva@\r\nBcc: x@evil.example"])
def test_bad_input(client, email):
    assert client.post("/glomt", data={"email": email}).status_code == 422


def test_without_a_link_there_is_nothing(client):
    assert client.get("/nytt-losenord").status_code == 404
    assert client.post("/nytt-losenord", data={"password": NEW}).status_code == 404
    assert client.get("/glomt/skickat").location == "/glomt"


def test_resetting_ends_every_login(client, user, link, app):
    browsers = [app.test_client().log_in(user) for _ in range(3)]
    client.post("/glomt", data={"email": user.email})
    client.get(link("reset_password"))
    client.post("/nytt-losenord", data={"password": NEW})
    assert [browser.get("/mer").status_code for browser in browsers] == [302] * 3
    db.session.rollback()
    assert db.session.query(Login).filter_by(ended_at=None).count() == 0
