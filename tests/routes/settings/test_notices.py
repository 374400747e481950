"""/installningar/mig, "Mejl till mig": one switch per event, each user's own."""

from __future__ import annotations

import pytest

from domain import notices
from extensions import db
from models import Event, User

PATH = "/installningar/mig/mejl"


def kept(user_id):
    db.session.rollback()
    return db.session.get_one(User, user_id).notices


def test_the_fold_shows_what_is_on_and_what_always_comes(make, client):
    page = client.log_in(make.owner(make.firm())).get("/installningar/mig").text
    fold = page.split('id="mejl"')[1].split("</details>")[0]
    for event, is_on in notices.DEFAULTS.items():
        box = fold.split(f'name="{event}"')[1].split(">")[0]
        assert ("checked" in box) is is_on, event
    assert "Det här kommer alltid: avtalet" in fold


def test_switches_are_kept_each_users_own(make, client):
    firm = make.firm()
    owner, other = make.owner(firm), make.user(firm, role="worker")
    owner_id, other_id = owner.id, other.id
    answer = client.log_in(owner).post(PATH, data={"opened": "y", "declined": "y"})
    assert answer.location == "/installningar/mig#mejl"
    assert set(notices.chosen(kept(owner_id))) == {"opened", "declined"}
    assert kept(other_id) == ""
    client.post(PATH, data={"opened": "y", "declined": "y"})
    assert [event.act for event in db.session.query(Event)] == ["user.changed"], "the same again says nothing"
    page = client.get("/installningar/mig").text
    assert "checked" in page.split('name="opened"')[1].split(">")[0]
    assert "checked" not in page.split('name="question"')[1].split(">")[0]


def test_all_off_is_a_choice(make, client):
    owner = make.owner(make.firm())
    user_id = owner.id
    client.log_in(owner).post(PATH, data={})
    assert notices.chosen(kept(user_id)) == []


@pytest.mark.parametrize("field", ["agreement", "withdrawal", "password_changed"])
def test_what_must_come_cannot_be_switched(make, client, field):
    """No such switch: the name is not known, and what it would end goes out by ALWAYS."""
    owner = make.owner(make.firm())
    user_id = owner.id
    client.log_in(owner).post(PATH, data={field: "", **dict.fromkeys(notices.chosen(""), "y")})
    assert kept(user_id) == ""
    assert field not in notices.DEFAULTS


def test_nobody_and_wrong_method(make, client, app):
    assert client.post(PATH).status_code in (302, 303)
    client.log_in(make.owner(make.firm()))
    assert client.get(PATH).status_code == 405
    assert client.post(PATH, data={}, csrf=False).status_code == 403
