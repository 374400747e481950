"""A sent quote's letter against a real mail server: down, later, the worker killed, taken. Read on the timeline."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from config import Settings
from extensions import db
from jobs import JobResult, send_mail
from models import Event
from services.clock import utc_now
from tests.routes.deal.conftest import MAIL, make_sent
from tests.smtp import Sink, serving

MINUTE = timedelta(minutes=1)

# the worker as a process of its own, some minutes later
WORKER = """
import sys
from datetime import timedelta
from app import create_app
from jobs import send_mail
from services.clock import utc_now
app = create_app()
with app.app_context():
    send_mail.run(utc_now() + timedelta(minutes=int(sys.argv[1])))
"""


@pytest.fixture
def timeline(app, make, client):
    """A quote that was just sent; gives the line of its letter on the firm's page."""
    sent = make_sent(app, make)
    client.log_in(make.owner(sent.firm))
    address = f"/offerter/{sent.quote.n}"
    db.session.rollback()

    def read() -> str:
        text: str = client.get(address).text
        db.session.rollback()
        (line,) = [part for part in text.split("<li") if "Mejl med länken" in part]
        return line.split("</li>")[0]

    return read


def accepted() -> int:
    count = len(db.session.scalars(db.select(Event).where(Event.act == "mail.accepted")).all())
    db.session.rollback()
    return count


def test_down_then_later_then_killed_then_taken(by_smtp, port, timeline):
    now = utc_now()
    assert "I kö" in timeline()

    assert send_mail.run(now) == JobResult(done=1)
    assert "Nytt försök" in timeline()
    assert "Connection refused" in timeline()

    sink = Sink(answers=["451 4.3.0 try later", "250 2.0.0 queued as 4711"])
    with serving(sink, port):
        send_mail.run(now + 2 * MINUTE)
        assert "Nytt försök" in timeline()
        assert "451 4.3.0 try later" in timeline()

        killed_after_data(by_smtp, sink, minutes=10)
        assert "I kö" in timeline(), "it could not say that the letter was taken"
        assert accepted() == 0
        assert send_mail.run(now + 11 * MINUTE) == JobResult(), "its lease still runs"

        assert send_mail.run(now + 15 * MINUTE) == JobResult(done=1)
    assert "Mottaget av mejlservern" in timeline()
    assert "250 2.0.0 queued as 4711" in timeline()
    assert accepted() == 1
    assert [letter["To"] for letter in sink.got] == [MAIL] * 3
    assert len({letter["Message-ID"] for letter in sink.got}) == 1, "the receiver can tell that it is the same"


def killed_after_data(settings: Settings, sink: Sink, *, minutes: int) -> None:
    """Run the worker and kill it when the server has the letter, before it has answered."""
    command = [sys.executable, "-P", "-c", WORKER, str(minutes)]
    process = subprocess.Popen(command, env=os.environ | _environment(settings))
    sink.at_data = lambda: process.send_signal(signal.SIGKILL)
    try:
        assert process.wait(timeout=60) == -signal.SIGKILL
    finally:
        process.kill()
        process.wait()
        sink.at_data = lambda: None


def _environment(settings: Settings) -> dict[str, str]:
    names = ("DATA_DIR", "DATABASE_URL", "BASE_URL", "SMTP_HOST", "SMTP_PORT", "SMTP_SECURITY", "MAIL_FROM")
    return {name: str(getattr(settings, name)) for name in names} | {"PYTHONPATH": os.getcwd()}


def test_a_final_no_stands_there_with_its_reason(by_smtp, port, timeline):
    with serving(Sink(rcpt="550 5.1.1 no such user"), port):
        send_mail.run(utc_now())
    assert "Kom inte fram. Adressen finns inte." in timeline()
    assert "550 5.1.1 no such user" in timeline()
