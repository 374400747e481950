"""/installningar/underskrift: from which amounts more is asked for than a word."""

from __future__ import annotations

import json
import re

import pytest

from extensions import db
from models import Event, Firm

PAGE = "/installningar/underskrift"


@pytest.fixture
def office(client, make):
    return client.log_in(make.user(make.firm(), role="office"))


def seen(client):
    return re.findall(r'name="seen" value="(\w+)"', client.get(PAGE).text)[0]


def save(client, **given):
    return client.post(PAGE, data={"seen": seen(client), "link_from": "", "code_from": "", **given})


def rules():
    db.session.rollback()
    return json.loads(db.session.query(Firm).one().signing_rules)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({}, []),
        ({"link_from": "0"}, [{"from_kr": 0, "method": "link"}]),
        ({"code_from": "50 000 kr"}, [{"from_kr": 50000, "method": "link_code"}]),
        (
            {"link_from": "0", "code_from": "100000"},
            [{"from_kr": 0, "method": "link"}, {"from_kr": 100000, "method": "link_code"}],
        ),
        ({"link_from": "5000", "code_from": "5000"}, [{"from_kr": 5000, "method": "link_code"}]),
    ],
)
def test_saving(office, typed, kept):
    assert save(office, **typed).location == PAGE
    assert rules() == kept
    fields = dict(re.findall(r'<input[^>]*name="(\w+_from)"[^>]*value="([^"]*)"', office.get(PAGE).text))
    assert {name for name, value in fields.items() if value} == {
        {"link": "link_from", "link_code": "code_from"}[rule["method"]] for rule in kept
    }
    assert [event.act for event in db.session.query(Event)] == ["firm.settings_changed"] * bool(kept)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"code_from": "mycket"}, "Skriv beloppet med siffror"),
        ({"code_from": "-1"}, "Skriv hela kronor"),
        ({"code_from": "10,50"}, "Skriv hela kronor"),
        ({"link_from": "9" * 40}, "kr"),
        ({"link_from": "60000", "code_from": "50000"}, "Där krävs redan engångskod"),
    ],
)
def test_what_cannot_be_kept(office, typed, words):
    answer = save(office, **typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert rules() == []


def test_two_at_once(office):
    mine = seen(office)
    save(office, code_from="20000")
    late = office.post(PAGE, data={"seen": mine, "link_from": "0", "code_from": ""})
    assert late.status_code == 409
    assert "20\u00a0000 kr" in late.text
    assert rules() == [{"from_kr": 20000, "method": "link_code"}]


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("office", 200), ("seller", 403), ("worker", 403)])
def test_who_may(client, make, role, status):
    firm = make.firm()
    client.log_in(make.user(firm, role=role) if role != "owner" else make.owner(firm))
    assert client.get(PAGE).status_code == status
