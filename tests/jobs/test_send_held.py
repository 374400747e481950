"""The worker is killed with a quote in its hands: before anything of it is committed, and it goes once all the same."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from domain.clock import stockholm_date
from extensions import db
from jobs import JobResult, send_held
from models import Event, HeldSending, Letter, Quote, QuoteVersion
from services import transaction
from services.actors import Actor
from services.clock import utc_now
from services.quotes import drafting, holding, sending

# the worker as a process of its own: it has frozen the version, written event and letter, and is about to commit
WORKER = """
import sys, time
from datetime import timedelta
from app import create_app
from config import Settings
from jobs import send_held
from services import transaction
from services.clock import utc_now

def about_to_commit(**given):
    print("now", flush=True)
    time.sleep(60)

with create_app(Settings.from_environment()).app_context():
    transaction.commit = about_to_commit
    send_held.run(utc_now() + timedelta(minutes=1))
"""


@pytest.fixture
def waits(app, monkeypatch):
    chosen = dataclasses.replace(app.config["SETTINGS"], SEND_HOLD_SECONDS=30)
    monkeypatch.setitem(app.config, "SETTINGS", chosen)
    return chosen


def test_killed_with_a_quote_in_its_hands(make, waits):
    firm = make.firm()
    user = make.owner(firm)
    quote = make.quote(firm, make.customer(firm))
    now, quote_id = utc_now(), quote.id
    seen = sending.fingerprint(drafting.load(firm.id, quote.n), firm, user, now=now)
    actor = Actor(firm.id, firm.public_id, f"user:{user.public_id}", user.name, user.id)
    asked = sending.Sending("karin@kund.example", stockholm_date(now) + timedelta(days=30), "Hej", seen)
    holding.press(firm.id, quote.n, asked, actor=actor, key="k", now=now)

    names = ("DATA_DIR", "DATABASE_URL", "BASE_URL")
    environment = {name: str(getattr(waits, name)) for name in names} | {"PYTHONPATH": os.getcwd()}
    command = [sys.executable, "-P", "-c", WORKER]
    with subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    assert (said, process.returncode) == ("now\n", -signal.SIGKILL)

    assert counted(QuoteVersion, Event, Letter, HeldSending) == [0, 0, 0, 1]
    transaction.may_write()
    assert send_held.run(now + timedelta(minutes=2)) == JobResult(done=1)
    assert counted(QuoteVersion, Event, Letter, HeldSending) == [1, 2, 1, 0]
    sent = db.session.get_one(Quote, quote_id)
    assert (sent.status, sent.version) == ("sent", 1)
    assert send_held.run(now + timedelta(minutes=3)) == JobResult()


def counted(*tables) -> list[int]:
    db.session.rollback()
    return [db.session.query(table).count() for table in tables]
