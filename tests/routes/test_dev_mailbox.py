"""/dev/mejl: the letters of a trial installation, and nobody else's."""

from __future__ import annotations

import dataclasses

import pytest

from mail.letters import Attachment, Letter
from mail.local_mailbox import LocalMailbox
from mail.message import to_message
from services import mailbox
from services.clock import utc_now
from services.errors import NotFound

HOSTILE = '<script>alert("å")</script>'


@pytest.fixture
def put(app, tmp_path, monkeypatch):
    chosen = dataclasses.replace(app.config["SETTINGS"], DATA_DIR=tmp_path)
    monkeypatch.setitem(app.config, "SETTINGS", chosen)

    def put(text: str = "Hej", html: str = "", subject: str = "Offert") -> None:
        message = to_message(
            Letter(subject, text, html, (Attachment("Avtal Åke.pdf", "application/pdf", b"%PDF-1.7"),)),
            to="karin@example.se",
            sender="post@example.se",
            public_id="brev1",
            host="example.se",
            now=utc_now(),
        )
        LocalMailbox(tmp_path / "mailbox", "firma").send(message, "karin@example.se")

    return put


def test_the_list(client, put):
    assert "Inga brev än" in client.get("/dev/mejl").text
    put(subject=HOSTILE)
    page = client.get("/dev/mejl").text
    assert "karin@example.se" in page
    assert "/dev/mejl/firma/brev1" in page
    assert HOSTILE not in page


def test_the_link_in_a_letter_can_be_followed(client, put):
    put("Öppna (http://localhost/l/abc-_1).\nHej", '<a href="http://localhost/l/abc-_1">Öppna</a>')
    page = client.get("/dev/mejl/firma/brev1").text
    assert '<a class="tlink" href="http://localhost/l/abc-_1">' in page
    assert "&lt;a href=" in page, "the HTML part is shown as its source"


def test_what_a_letter_holds_is_only_text(client, put):
    put(f"{HOSTILE} javascript:alert(1) http://x/\"onclick='a'", HOSTILE)
    page = client.get("/dev/mejl/firma/brev1").text
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


def test_an_attachment_is_downloaded(client, put):
    put()
    answer = client.get("/dev/mejl/firma/brev1/1")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"%PDF-1.7", "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client.get("/dev/mejl/firma/brev1/2").status_code == 404
    assert client.get("/dev/mejl/firma/brev1/0").status_code == 404


@pytest.mark.parametrize("path", ["firma/other", "other/brev1", "../brev1", "%2e%2e/secrets"])
def test_a_letter_that_is_not_there(client, put, path):
    put()
    assert client.get(f"/dev/mejl/{path}").status_code == 404


@pytest.mark.parametrize("given", [{"PRODUCTION": True}, {"SMTP_HOST": "mail.example.se"}], ids=["production", "smtp"])
def test_no_such_page_in_earnest(app, client, put, monkeypatch, given):
    put()
    monkeypatch.setitem(app.config, "SETTINGS", dataclasses.replace(app.config["SETTINGS"], **given))
    for path in ("", "/firma/brev1", "/firma/brev1/1"):
        assert client.get(f"/dev/mejl{path}").status_code == 404
    with pytest.raises(NotFound):
        mailbox.newest()


def test_only_reading(client):
    assert client.post("/dev/mejl").status_code == 405
