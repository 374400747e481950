"""The web app: manifest, worker, the page for no network, and what the browser is told has arrived."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
OWNER = re.compile(r'data-me="([^"]+)"')


def told(answer) -> list[str]:
    found = re.search(r'data-arrived="([^"]*)"', answer.get_data(as_text=True))
    return found[1].split() if found else []


def is_there(client, address: str) -> bool:
    with client.get(address) as answer:
        return answer.status_code == 200


@pytest.fixture
def owner(client, make):
    return client.log_in(make.owner(make.firm()))


def test_manifest(client):
    answer = client.get("/manifest.webmanifest")
    manifest = json.loads(answer.data)
    assert answer.mimetype == "application/manifest+json"
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")
    assert all(is_there(client, icon["src"]) for icon in manifest["icons"])


def test_its_colours_are_the_pages(client):
    manifest = json.loads(client.get("/manifest.webmanifest").data)
    sheet = (ROOT / "static" / "css" / "handslag.css").read_text(encoding="utf-8")
    assert f"--bg: {manifest['background_color']}" in sheet
    assert f"--varsel: {manifest['theme_color']}" in sheet


def test_worker_is_asked_for_each_time_and_sent_once(client):
    answer = client.get("/sw.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]
    again = client.get("/sw.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_worker_names_files_that_are_there(client):
    text = client.get("/sw.js").get_data(as_text=True)
    files = re.findall(r'"(/static/[^"]+)"', text)
    assert len(files) == 4
    assert all(is_there(client, file) for file in files)
    assert re.search(r'CACHE = "handslag-[0-9a-f]{10}"', text)


def test_the_page_for_no_network_is_the_same_for_all(client, make):
    before = client.get("/utan-natet").data
    firm = make.firm()
    client.log_in(make.owner(firm))
    assert client.get("/utan-natet").data == before
    assert "csrf" not in before.decode()


def test_only_the_firms_pages_can_be_installed(client, make):
    for path in ("/", "/logga-in", "/villkor"):
        assert "manifest" not in client.get(path).get_data(as_text=True)
    user = make.owner(make.firm())
    client.log_in(user)
    page = client.get("/kunder").get_data(as_text=True)
    assert 'rel="manifest"' in page
    assert OWNER.findall(page) == [user.public_id]


CUSTOMER = {"kind": "private", "name": "Sven Almgren", "email": "sven@kund.example", "utkast": "kund-ny"}


def test_what_was_saved_is_told_once(owner):
    answer = owner.post("/kunder", data=CUSTOMER)
    assert answer.status_code == 303
    assert told(owner.get(answer.headers["Location"])) == ["kund-ny"]
    assert told(owner.get("/kunder")) == []


def test_it_is_no_toast(owner):
    page = owner.get(owner.post("/kunder", data=CUSTOMER).headers["Location"]).get_data(as_text=True)
    assert ">kund-ny<" not in page


def test_what_was_refused_has_not_arrived(owner):
    assert owner.post("/kunder", data=CUSTOMER | {"name": ""}).status_code == 422
    assert told(owner.get("/kunder")) == []


def test_what_met_an_ended_login_has_not_arrived(client, owner, make):
    owner.post("/logga-ut")
    assert "/logga-in" in client.post("/kunder", data=CUSTOMER).headers["Location"]
    client.log_in(make.owner(make.firm()))
    assert told(client.get("/kunder")) == []


@pytest.mark.parametrize("name", ["", "x" * 81])
def test_names_of_no_form_of_ours(owner, name):
    answer = owner.post("/kunder", data=CUSTOMER | {"utkast": name})
    assert told(owner.get(answer.headers["Location"])) == []
