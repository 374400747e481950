"""Text messages through the outbox: they go, wait, fail and are told of like letters, and wait for no mail server."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from extensions import db
from jobs import JobResult, send_mail
from mail import letters, sms
from models import Event, Letter, Quote
from services import outbox, transaction
from services.clock import utc_now
from tests import mailed
from tests.mail.test_sms import Provider, provider  # noqa: F401  (a fixture)

MINUTE = timedelta(minutes=1)
PHONE = "+46701740605"


@pytest.fixture
def by_sms(app, monkeypatch, provider) -> Provider:  # noqa: F811
    chosen = dataclasses.replace(app.config["SETTINGS"], SMS_URL=provider.url, SMS_USER="u", SMS_PASSWORD="p")
    monkeypatch.setitem(app.config, "SETTINGS", chosen)
    return provider


@pytest.fixture
def now():
    return utc_now()


@pytest.fixture
def queued(make, monkeypatch, now):
    """Queues a text message about a quote."""
    monkeypatch.setitem(letters.TEXTS, "test_sms", lambda params: "Tumbredd: offert Badrum. http://localhost/l/x")
    firm = make.firm()
    quote = make.quote(firm)

    def queue() -> int:
        row = outbox.queue("test_sms", PHONE, {"n": 1}, firm_id=firm.id, quote_id=quote.id, now=now)
        db.session.flush()
        letter_id = row.id
        transaction.commit()
        return letter_id

    return queue


def state(letter_id: int) -> tuple[str, int, str]:
    db.session.rollback()
    row = db.session.get_one(Letter, letter_id)
    found = (row.state, row.attempts, row.reply)
    db.session.rollback()
    return found


def acts() -> list[str]:
    found = list(db.session.scalars(db.select(Event.act).order_by(Event.seq)))
    db.session.rollback()
    return found


def test_it_is_taken(by_sms, queued, now):
    by_sms.answers = [(200, '{"status":"created","id":"s1"}')]
    row = queued()
    assert send_mail.run(now) == JobResult(done=1)
    assert state(row) == ("sent", 1, "200 created s1")
    assert acts() == ["sms.accepted"]
    assert send_mail.run(now + MINUTE) == JobResult()
    assert len(by_sms.got) == 1


def test_500_then_later_then_taken(by_sms, queued, now):
    by_sms.answers = [(500, "oops"), (200, '{"id":"s1"}')]
    row = queued()
    send_mail.run(now)
    assert state(row) == ("queued", 1, "500 oops")
    assert acts() == []
    send_mail.run(now + 2 * MINUTE)
    assert state(row) == ("sent", 2, "200 s1")
    assert {headers["Idempotency-Key"] for _path, headers, _body in by_sms.got} == {headers_of(row)}


def headers_of(letter_id: int) -> str:
    db.session.rollback()
    return db.session.get_one(Letter, letter_id).public_id


def test_a_lost_answer_is_told_to_the_end(by_sms, queued, now, monkeypatch):
    monkeypatch.setattr(sms, "TIMEOUT_SECONDS", 0.2)
    by_sms.answers = [(0, ""), (500, "oops"), (200, '{"id":"s1"}')]
    row = queued()
    send_mail.run(now)
    assert state(row) == ("queued", 1, letters.LOST)
    send_mail.run(now + 2 * MINUTE)
    assert state(row) == ("queued", 2, f"500 oops; {letters.LOST}")
    send_mail.run(now + 10 * MINUTE)
    assert state(row) == ("sent", 3, f"200 s1; {letters.LOST}")


def test_a_silent_provider_is_asked_once_a_round(by_sms, queued, now, monkeypatch):
    monkeypatch.setattr(sms, "TIMEOUT_SECONDS", 0.2)
    by_sms.answers = [(0, "")]
    rows = [queued(), queued(), queued()]
    send_mail.run(now)
    assert len(by_sms.got) == 1
    assert [state(row)[0] for row in rows] == ["queued"] * 3
    send_mail.run(now + 2 * MINUTE)
    assert [state(row)[0] for row in rows] == ["sent"] * 3


def test_a_bad_number_turns_the_quote_red(by_sms, queued, now):
    by_sms.answers = [(400, "Invalid number")]
    row = queued()
    send_mail.run(now)
    assert state(row) == ("failed", 1, "400 Invalid number")
    assert "sms.failed" in acts()
    quote = db.session.query(Quote).one()
    assert quote.mail_failed_at is not None
    assert quote.turn == "firm"


def test_three_days_without_a_provider_and_it_has_failed(by_sms, queued, now):
    by_sms.answers = [(500, "oops")] * 20
    row, waited = queued(), timedelta()
    while state(row)[0] == "queued" and waited < timedelta(days=10):
        send_mail.run(now + waited)
        waited += timedelta(hours=1)
    assert state(row)[0] == "failed"
    assert timedelta(days=3) <= waited <= timedelta(days=4)


def test_no_mail_server_holds_it_up(app, by_sms, queued, now, make, monkeypatch):
    away = dataclasses.replace(app.config["SETTINGS"], SMTP_HOST="127.0.0.1", SMTP_PORT=1, SMTP_SECURITY="none")
    monkeypatch.setitem(app.config, "SETTINGS", away)
    monkeypatch.setitem(letters.LETTERS, "test", lambda params: letters.Letter("Hej", "text"))
    mail = outbox.queue("test", "a@example.se", {}, firm_id=make.firm().id, now=now)
    db.session.flush()
    mail_id = mail.id
    row = queued()
    send_mail.run(now)
    assert state(row)[0] == "sent"
    assert state(mail_id)[0] == "queued"


def test_on_a_trial_it_lands_in_the_local_mailbox(app, queued, now):
    row = queued()
    send_mail.run(now)
    assert state(row)[0] == "sent"
    kept = mailed.letters()[0]
    assert (kept.to, kept.subject) == (PHONE, "Sms: Tumbredd")
    assert kept.text.strip() == "Tumbredd: offert Badrum. http://localhost/l/x"


def test_without_a_provider_it_waits(app, queued, now, monkeypatch):
    none = dataclasses.replace(app.config["SETTINGS"], SMTP_HOST="127.0.0.1", SMTP_PORT=1)
    monkeypatch.setitem(app.config, "SETTINGS", none)
    monkeypatch.setitem(app.config, "SETTINGS", dataclasses.replace(none, BASE_URL="https://offert.example.se"))
    row = queued()
    send_mail.run(now)
    assert state(row)[0] == "queued"
    assert "SMS_URL" in state(row)[2]
