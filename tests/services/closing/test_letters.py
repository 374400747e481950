"""The letters of leaving arrive with dates, number and a way on, in text and in HTML alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from extensions import db
from jobs import close_firms, make_exports, send_mail
from mail import local_mailbox
from models import User
from services import closing
from services.actors import system
from services.exporting import asking, making
from services.installation import settings
from tests import mailed
from tests.client import Page
from tests.factories import PASSWORD, Make

NOW = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def owner(make: Make) -> User:
    return make.owner(make.firm("Ek & Söner"))


def actor(owner: User):
    return system(owner.firm_id, owner.firm.public_id)


def arrived(firm: str) -> local_mailbox.Kept:
    """The one letter the worker brings to the local mailbox."""
    folder = settings().DATA_DIR / "mailbox"
    local_mailbox.forget(folder, firm)
    assert send_mail.run(NOW + timedelta(days=60)).failed == 0
    (letter,) = mailed.letters(firm=firm)
    Page(letter.html).check(whole=False)
    assert "{{" not in letter.text + letter.html
    assert "&amp;" not in letter.text
    return letter


def said(letter: local_mailbox.Kept) -> tuple[str, str]:
    return letter.text.replace("\xa0", " "), letter.html.replace("\xa0", " ")


def test_export_ready(owner):
    firm = owner.firm.public_id
    asked = asking.ask(owner, actor=actor(owner), now=NOW, password="hyvel spik 7 takstol").public_id
    make_exports.run(NOW)
    letter = arrived(firm)
    assert letter.subject == "Din ZIP-fil är klar"
    for words in said(letter):
        assert "21 november 2026 kl. 10.14" in words
        assert f"http://localhost/konto/export/{asked}" in words
        assert "7-Zip" in words


def test_export_failed(owner):
    asked = asking.ask(owner, actor=actor(owner), now=NOW)
    asked.attempts = making.MOST_ATTEMPTS
    db.session.commit()
    firm = owner.firm.public_id
    assert make_exports.run(NOW).done == 0
    letter = arrived(firm)
    assert letter.subject == "Din ZIP-fil gick inte att göra"
    for words in said(letter):
        assert "Vi försökte göra din ZIP-fil tre gånger" in words
        assert "http://localhost/konto" in words


def test_receipt(owner):
    firm = owner.firm.public_id
    number = closing.ask(owner, password=PASSWORD, reason="", actor=actor(owner), now=NOW).public_id
    letter = arrived(firm)
    assert letter.subject == "Kvitto: kontot är uppsagt"
    for words in said(letter):
        assert number in words
        assert "20 november" in words
        assert "till och med 20 december kl. 23.59" in words
        assert "24 januari 2027" in words
        assert "http://localhost/konto/avsluta/kvitto" in words
    assert "Ek & Söner" in letter.text
    assert "Ek &amp; Söner" in letter.html


def test_undone(owner):
    firm, who = owner.firm.public_id, actor(owner)
    closing.ask(owner, password=PASSWORD, reason="", actor=who, now=NOW)
    send_mail.run(NOW)
    closing.undo(actor=who, now=NOW + timedelta(days=1))
    letter = arrived(firm)
    assert letter.subject == "Uppsägningen är ångrad"
    assert all("21 november 2026 kl. 10.14" in words for words in said(letter))


def test_erased(owner):
    who = actor(owner)
    closing.ask(owner, password=PASSWORD, reason="", actor=who, now=NOW)
    close_firms.run(NOW + timedelta(days=31))
    letter = arrived(local_mailbox.NOBODY)
    assert letter.subject == "Kontot är raderat"
    for words in said(letter):
        assert "poster och" in words
        assert "25 januari 2027" in words
