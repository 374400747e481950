"""/bekrafta: the mailed link confirms by a button, once, and logs in."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from extensions import db
from models import Event, UserToken
from services.clock import utc_now
from tests import costs


def test_the_link_confirms_and_logs_in(register, client, link, user_of):
    register()
    path = link("confirm_email")
    first = client.get(path)
    assert (first.status_code, first.location) == (303, "/bekrafta")
    assert path.rsplit("/", 1)[1] not in client.get("/bekrafta").get_data(as_text=True)
    assert user_of("eva@tumbredd.example").email_confirmed_at is None
    answer = client.post("/bekrafta")
    assert (answer.status_code, answer.location) == (303, "/")
    assert user_of("eva@tumbredd.example").email_confirmed_at is not None
    page = client.get("/").get_data(as_text=True)
    assert "Kom igång" in page
    assert "Fyll i företagets uppgifter" in page
    assert "Gör din första offert" in page
    acts = {event.act for event in db.session.query(Event)}
    assert {"user.email_confirmed", "login.made"} <= acts


def test_a_scanner_uses_nothing_up(register, client, link, app):
    register()
    path = link("confirm_email")
    scanner = app.test_client()
    for _ in range(20):
        scanner.get(path)
        scanner.get("/bekrafta")
        scanner.head(path)
    client.get(path)
    assert client.post("/bekrafta").location == "/"


def test_a_link_works_once(register, client, link, app):
    register()
    path = link("confirm_email")
    client.get(path)
    client.post("/bekrafta")
    other = app.test_client()
    assert other.get(path).status_code == 410
    assert other.post("/bekrafta").status_code == 404


def test_a_link_already_open_elsewhere_is_dead_after_use(register, client, link, app):
    register()
    path = link("confirm_email")
    other = app.test_client()
    other.get(path)
    client.get(path)
    client.post("/bekrafta")
    assert other.post("/bekrafta").status_code == 410


def test_a_newer_link_ends_the_older(register, client, link):
    register()
    old = link("confirm_email")
    assert client.post("/registrera/skicka-igen").location == "/registrera/skickat"
    assert client.get(old).status_code == 410
    client.get(link("confirm_email"))
    assert client.post("/bekrafta").location == "/"


def test_an_old_link_says_so(register, client, link):
    register()
    path = link("confirm_email")
    with time_machine.travel(utc_now() + timedelta(days=7, seconds=1)):
        answer = client.get(path)
    assert answer.status_code == 410
    assert "eva@" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("token", ["x", "a" * 10_000, "WyJyZXNldF9wYXNzd29yZCJd.aaaa.bbbb", "å"])
def test_what_is_not_ours_is_unknown(client, token):
    assert client.get(f"/bekrafta/{token}").status_code == 404


def test_every_changed_character_is_unknown(register, client, link):
    register()
    path = link("confirm_email")
    start = len("/bekrafta/")
    for at in range(start, len(path) - 1):
        other = "A" if path[at] != "A" else "B"
        assert client.get(path[:at] + other + path[at + 1 :]).status_code == 404, at


def test_a_token_of_one_purpose_opens_no_other_door(register, client, link, letters):
    """C-16: only the diagonal works."""
    register()
    client.post("/glomt", data={"email": "eva@tumbredd.example"})
    confirm = link("confirm_email").rsplit("/", 1)[1]
    reset = link("reset_password").rsplit("/", 1)[1]
    assert client.get(f"/nytt-losenord/{confirm}").status_code == 404
    assert client.get(f"/bekrafta/{reset}").status_code == 404
    assert client.get(f"/bekrafta/{confirm}").status_code == 303
    assert client.get(f"/nytt-losenord/{reset}").status_code == 303


def test_nothing_to_confirm_is_unknown(client):
    assert client.get("/bekrafta").status_code == 404
    assert client.post("/bekrafta").status_code == 404


def test_the_link_again_needs_an_address(client):
    assert client.post("/registrera/skicka-igen").location == "/logga-in"


def test_the_link_again_from_idag(client, make, letters):
    user = make.owner(make.firm())
    user.email_confirmed_at = None
    db.session.commit()
    client.log_in(user)
    assert "Bekräfta din e-postadress" in client.get("/").get_data(as_text=True)
    assert client.post("/registrera/skicka-igen").location == "/"
    assert [kind for kind, _, _ in letters()] == ["confirm_email"]


def test_letters_on_demand_are_few(register, client):
    register()
    statuses = [client.post("/registrera/skicka-igen").status_code for _ in range(6)]
    assert statuses == [303] * 5 + [429]
    db.session.rollback()
    assert db.session.query(UserToken).filter_by(used_at=None, revoked_at=None).count() == 1


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_known_and_unknown_cost_the_same(app, make, is_confirmed):
    user = make.owner(make.firm())
    user.email_confirmed_at = utc_now() if is_confirmed else None
    db.session.commit()
    seen = []
    for address in (user.email, "ingen@tumbredd.example"):
        client = app.test_client()
        with client.session_transaction() as session:
            session["sent_to"] = address
        with costs.noted() as cost:
            assert client.post("/registrera/skicka-igen").location == "/registrera/skickat"
        seen.append(cost)
    assert seen[0] == seen[1]
    assert seen[0][-2:] == ["ends", "wakes"]
