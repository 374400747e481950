"""/kontrollera/kontrollpunkter and /kontrollera/nycklar: for anyone, and nothing about whose they are."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from blueprints.checking import points
from domain import canonical, checkpoints
from services import checkpoints as making
from services.clock import utc_now
from services.sealing import keys
from tests.evidence import act

LIST, KEYS = "/kontrollera/kontrollpunkter", "/kontrollera/nycklar"


@pytest.fixture
def five(app, make):
    firm = make.firm("Hemlig Bygg").public_id
    made = []
    for _n in range(5):
        act(firm)
        made.append(making.cover(utc_now()))
    return firm, made


def test_none_yet(client):
    assert "Ingen kontrollpunkt än" in client.get(LIST).text
    assert client.get(LIST + ".json").json == {"v": 1, "checkpoints": [], "before": None}


def test_the_list_goes_on_by_number(client, five, monkeypatch):
    monkeypatch.setattr(points, "ON_A_PAGE", 2)
    page = client.get(LIST)
    assert "Kontrollpunkt 5" in page.text
    assert "Kontrollpunkt 4" in page.text
    assert "Kontrollpunkt 3" not in page.text
    assert f'href="{LIST}?fore=4"' in page.text
    assert [one["checkpoint"]["n"] for one in client.get(f"{LIST}.json?fore=4").json["checkpoints"]] == [3, 2]
    last = client.get(f"{LIST}?fore=2")
    assert "Kontrollpunkt 1" in last.text
    assert "fore=" not in last.text.replace("?fore=2", "")


def test_one_checkpoint_can_be_verified_from_what_is_published(client, five):
    _firm, made = five
    shown = client.get(f"{LIST}/3.json").json
    pems = {one["id"]: one["pem"] for one in client.get(KEYS + ".json").json["keys"]}
    body = canonical.dumps(shown["checkpoint"])
    for name, signature in shown["signatures"].items():
        key: Any = load_pem_public_key(pems[name].encode())
        key.verify(base64.b64decode(signature), body)
        assert hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16] == name
    assert shown["checkpoint"]["prev"] == made[1].id
    assert checkpoints.id_of(body) == made[2].id
    page = client.get(f"{LIST}/3").text
    for text in (made[2].id, made[2].content["root"], f'href="{LIST}/2"', f'href="{LIST}/4"'):
        assert text in page


def test_nothing_tells_whose_they_are(client, five):
    firm, _made = five
    for address in (LIST, LIST + ".json", f"{LIST}/5", f"{LIST}/5.json", KEYS, KEYS + ".json"):
        text = client.get(address).text
        assert firm not in text
        assert "Hemlig" not in text
        assert "heads" not in text


def test_the_same_answer_is_not_sent_twice(client, five):
    for address in (f"{LIST}/5.json", LIST + ".json", KEYS + ".json"):
        first = client.get(address)
        assert (first.mimetype, first.headers["Cache-Control"]) == ("application/json", "private, no-cache")
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("number", ["0", "6", "2147483648", "9" * 400, "-1", "x", "1.0"])
def test_no_such_number(client, five, number):
    assert client.get(f"{LIST}/{number}").status_code == 404
    assert client.get(f"{LIST}/{number}.json").status_code == 404


@pytest.mark.parametrize("before", ["", "0", "-1", "9" * 400, "x", "٣", "1e3", "' or 1=1"])
def test_an_odd_number_to_go_on_from(client, five, before):
    assert client.get(LIST, query_string={"fore": before}).status_code == 200
    assert client.get(LIST + ".json", query_string={"fore": before}).status_code == 200


@pytest.mark.parametrize("address", [LIST, LIST + ".json", LIST + "/1", LIST + "/1.json", KEYS, KEYS + ".json"])
def test_nothing_is_taken_in(client, five, address):
    assert client.post(address).status_code == 405
    assert client.delete(address).status_code == 405


def test_keys_of_before_stay(client, app):
    old = keys.key_id()
    keys.rotate(utc_now())
    text = client.get(KEYS).text
    assert text.index(keys.key_id()) < text.index(old)
    assert "I bruk" in text
    assert "PRIVATE" not in text
    assert "PRIVATE" not in client.get(KEYS + ".json").text


def test_keys_that_cannot_be_read(client, app, monkeypatch):
    def missing():
        raise keys.KeysMissing("away")

    monkeypatch.setattr(keys, "published", missing)
    assert client.get(KEYS).status_code == 503
    assert client.get(KEYS + ".json").status_code == 503


def test_in_english(client, five):
    client.set_cookie("lang", "en")
    assert client.get(LIST).status_code == 200
