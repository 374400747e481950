"""What becomes of a letter: taken, later, never. test_mail_timeline.py kills the worker as well."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import url_for

from extensions import db
from jobs import JobResult, send_mail
from mail import letters
from models import Event, Letter
from services import doctor, outbox, readiness, transaction
from services.clock import utc_now
from tests import mailed
from tests.smtp import Sink, serving

MINUTE = timedelta(minutes=1)


@pytest.fixture
def now() -> datetime:
    return utc_now()


@pytest.fixture
def queued(make, monkeypatch, now):
    """Queues a letter about a quote, of a kind that draws `draw`."""

    def queue(draw=lambda params: letters.Letter("Offert", "Hej", from_name="Tumbredd")) -> int:
        monkeypatch.setitem(letters.LETTERS, "test", draw)
        firm = make.firm()
        quote = make.quote(firm)
        letter = outbox.queue("test", "karin@example.se", {"n": 1}, firm_id=firm.id, quote_id=quote.id, now=now)
        db.session.flush()
        letter_id = letter.id
        transaction.commit()
        return letter_id

    return queue


def state(letter_id: int) -> tuple[str, int, str]:
    db.session.rollback()
    letter = db.session.get_one(Letter, letter_id)
    found = (letter.state, letter.attempts, letter.reply)
    db.session.rollback()
    return found


def acts() -> list[str]:
    found = [act for act in db.session.scalars(db.select(Event.act).order_by(Event.seq)) if act.startswith("mail.")]
    db.session.rollback()
    return found


def test_down_then_later_then_taken(by_smtp, port, queued, now):
    letter = queued()

    assert send_mail.run(now) == JobResult(done=1)
    assert state(letter)[:2] == ("queued", 0), "that nobody answered is no try of the letter's"
    assert "refused" in state(letter)[2]
    assert send_mail.run(now) == JobResult(), "it waits its minute"
    assert send_mail.run(now + MINUTE) == JobResult(done=1), "which is over at the next tick"

    sink = Sink(answers=["451 4.3.0 try later", "250 2.0.0 queued as 4711"])
    with serving(sink, port):
        send_mail.run(now + 2 * MINUTE)
        assert state(letter) == ("queued", 1, "451 4.3.0 try later")
        assert acts() == []
        send_mail.run(now + 10 * MINUTE)
    assert state(letter) == ("sent", 2, "250 2.0.0 queued as 4711")
    assert acts() == ["mail.accepted"]
    assert len({got["Message-ID"] for got in sink.got}) == 1
    assert sink.got[-1]["Auto-Submitted"] == "auto-generated"


def test_a_server_that_is_away_for_long_is_seen_by_who_watches(app, by_smtp, port, queued, now, caplog):
    queued()
    for minutes in range(0, 20, 2):
        send_mail.run(now + minutes * MINUTE)
    assert "no mail server is reached, letters wait: [Errno 111]" in caplog.text
    assert readiness.examine(now + 10 * MINUTE)["letters"], "it is mended within minutes, as a rule"
    assert not readiness.examine(now + 19 * MINUTE)["letters"]
    (found,) = [one for one in doctor.examine(now + 19 * MINUTE) if one.about == "letters"]
    assert found.is_wrong
    assert found.sentence.endswith("UTC; the mail server: [Errno 111] Connection refused")

    with serving(Sink(answers=["450 greylisted"]), port):
        send_mail.run(now + 20 * MINUTE)
    assert readiness.examine(now + 21 * MINUTE)["letters"], "the server has its reasons for one letter"


def test_a_final_no_is_final(by_smtp, port, queued, now):
    letter = queued()
    with serving(Sink(rcpt="550 5.1.1 no such user"), port):
        send_mail.run(now)
    assert state(letter) == ("failed", 1, "550 5.1.1 no such user")
    assert acts() == ["mail.bounced"]
    assert send_mail.run(now + timedelta(days=5)) == JobResult()


def test_after_three_days_of_silence_it_has_failed(by_smtp, queued, now):
    letter = queued()
    tried_for = timedelta()
    while state(letter)[0] == "queued" and tried_for < timedelta(days=10):
        send_mail.run(now + tried_for)
        tried_for += timedelta(hours=1)
    assert state(letter)[0] == "failed"
    assert timedelta(days=3) <= tried_for <= timedelta(days=4)
    assert acts() == ["mail.bounced"]


def test_one_bad_letter_does_not_stop_the_others(app, queued, now, caplog):
    def broken(params):
        raise LookupError("the quote is gone")

    first = queued(broken)
    letter = db.session.get_one(Letter, first)
    other = outbox.queue("good", "a@example.se", {}, firm_id=letter.firm_id, now=now)
    letters.LETTERS["good"] = lambda params: letters.Letter("Hej", "text")
    transaction.commit()
    second = other.id
    try:
        assert send_mail.run(now) == JobResult(done=1, failed=1)
    finally:
        del letters.LETTERS["good"]
    assert state(first) == ("queued", 1, "the letter could not be written")
    assert state(second)[0] == "sent"
    assert "karin@example.se" not in caplog.text


def test_without_a_mail_server_it_lands_in_the_firms_mailbox(app, queued, now):
    letter = queued(lambda params: letters.Letter("Offert", url_for("dev.letters", _external=True)))
    send_mail.run(now)
    assert state(letter) == ("sent", 1, "250 /dev/mejl")
    row = db.session.get_one(Letter, letter)
    kept = mailed.letters()[0]
    assert kept.id == row.public_id
    assert kept.text.strip() == "http://localhost/dev/mejl", "addresses are built from BASE_URL"
    db.session.rollback()


def test_drawing_a_letter_cannot_write(app, queued, now):
    def writes(params):
        db.session.execute(db.update(Letter).values(reply="changed"))
        return letters.Letter("Hej", "text")

    letter = queued(writes)
    assert send_mail.run(now) == JobResult(failed=1)
    assert state(letter) == ("queued", 1, "the letter could not be written")


def test_a_letter_that_waits_for_next_year_is_sent(queued, now):
    """The clock was ahead when it was queued."""
    letter = queued()
    assert send_mail.run(now - timedelta(days=365)) == JobResult(done=1)
    assert state(letter)[0] == "sent"
