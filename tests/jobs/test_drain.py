"""A queue of letters and a slow mail server: the worker killed in the middle, the server gone for two days."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from config import Settings
from extensions import db
from jobs import send_mail
from models import Event, Letter
from services import outbox, transaction
from services.clock import utc_now
from services.deal import links
from tests.jobs.test_mail_timeline import WORKER as LATER
from tests.routes.deal.conftest import make_sent
from tests.smtp import Sink, serving

LETTERS = 120
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
REAL = "from app import create_app; from jobs.worker import main; main(create_app())"  # what scripts/serve.py forks


class Slow(Sink):
    """Thinks over each letter; calls `at_rcpt` with the count of recipients it has heard of."""

    heard = 0
    at_rcpt: Any = staticmethod(lambda count: None)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.heard += 1
        self.at_rcpt(self.heard)
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(0.002)
        return await super().handle_DATA(server, session, envelope)


def queue(app: Any, make: Any, count: int) -> None:
    """Letters to as many customers, after the one that the quote itself is."""
    sent = make_sent(app, make)
    link = links.mailed(sent.quote)
    assert link is not None
    for number in range(count):
        to, params = f"kund{number}@kund.example", {"link": link.public_id}
        outbox.queue("link_again", to, params, firm_id=link.firm_id, quote_id=link.quote_id, now=utc_now())
    transaction.commit()


def start(settings: Settings, code: str, *arguments: str) -> subprocess.Popen[bytes]:
    names = ("DATA_DIR", "DATABASE_URL", "BASE_URL", "SMTP_HOST", "SMTP_PORT", "SMTP_SECURITY", "MAIL_FROM")
    environment = {name: str(getattr(settings, name)) for name in names} | {"PYTHONPATH": os.getcwd()}
    return subprocess.Popen([sys.executable, "-P", "-c", code, *arguments], env=os.environ | environment)


def states() -> Counter[str]:
    db.session.rollback()
    return Counter(db.session.scalars(db.select(Letter.state)))


def test_killed_in_the_middle_none_is_lost_and_none_doubled(app, make, by_smtp, port):
    """Killed before a letter's text was handed over, it is sent once. Killed after that, but before the server's word
    was written down, nobody can know: it goes again under the same Message-ID, which is how the receiver can tell.
    """
    queue(app, make, LETTERS)
    sink = Slow()
    with serving(sink, port):
        worker = start(by_smtp, REAL)
        sink.at_rcpt = lambda count: worker.send_signal(signal.SIGKILL) if count == LETTERS // 3 else None
        try:
            assert worker.wait(timeout=120) == -signal.SIGKILL
        finally:
            worker.kill()
            worker.wait()
        assert len(sink.got) == LETTERS // 3 - 1

        worker = start(by_smtp, LATER, "3")  # the lease of the letter in hand has ended
        reached = threading.Event()

        def kill_late() -> None:
            if len(sink.got) == LETTERS * 2 // 3 and not reached.is_set():
                reached.set()
                worker.send_signal(signal.SIGKILL)

        sink.at_data = kill_late
        try:
            assert worker.wait(timeout=120) == -signal.SIGKILL
        finally:
            worker.kill()
            worker.wait()
        assert send_mail.run(utc_now() + 6 * MINUTE).failed == 0

    assert states() == {"sent": LETTERS + 1}
    copies = Counter(str(letter["Message-ID"]) for letter in sink.got)
    assert len(copies) == LETTERS + 1, "none is lost"
    assert sorted(copies.values())[-2:] == [1, 2], "only the one whose fate nobody could know came again"
    assert len({str(letter["To"]) for letter in sink.got}) == LETTERS + 1
    taken = db.session.scalars(db.select(Event).where(Event.act == "mail.accepted")).all()
    assert len(taken) == LETTERS + 1, "each is written down once"


def test_two_days_without_a_server_nothing_is_lost_and_all_go_in_their_order(app, make, by_smtp, port):
    queue(app, make, 1)
    begun = utc_now()
    texts: list[str] = []
    for hour in range(48):
        now = begun + timedelta(hours=hour)
        if hour % 6 == 0:
            queue_one(hour, now, texts)
        assert send_mail.run(now).failed == 0
    assert states() == {"queued": 2 + len(texts)}
    sink = Sink()
    with serving(sink, port):
        send_mail.run(begun + timedelta(hours=48))
    assert [str(letter["To"]) for letter in sink.got][2:] == texts
    assert states() == {"sent": 2 + len(texts)}


def queue_one(hour: int, now: datetime, texts: list[str]) -> None:
    row = db.session.scalars(db.select(Letter).where(Letter.kind == "link_again").limit(1)).one()
    to = f"timme{hour}@kund.example"
    outbox.queue("link_again", to, json.loads(row.params), firm_id=row.firm_id, quote_id=row.quote_id, now=now)
    transaction.commit()
    texts.append(to)


def test_after_three_days_without_a_server_it_has_failed(app, make, by_smtp):
    queue(app, make, 0)
    for hour in range(80):
        send_mail.run(utc_now() + timedelta(hours=hour))
    assert states()["failed"] >= 1


def test_one_of_two_recipients_is_refused_and_the_other_gets_the_letter(app, make, by_smtp, port):
    """Each letter has one recipient, so that no answer is about two."""

    class Picky(Sink):
        async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
            if address.startswith("kund0@"):
                return "550 5.1.1 no such user"
            return await super().handle_RCPT(server, session, envelope, address, options)

    queue(app, make, 2)
    sink = Picky()
    with serving(sink, port):
        send_mail.run(utc_now())
    assert [str(letter["To"]) for letter in sink.got if "kund" in str(letter["To"])][-1] == "kund1@kund.example"
    db.session.rollback()
    found = {row.to_address: row.state for row in db.session.scalars(db.select(Letter)) if row.kind == "link_again"}
    assert found == {"kund0@kund.example": "failed", "kund1@kund.example": "sent"}


def test_a_server_that_hangs_up_after_the_text_gets_the_same_letter_again(app, make, by_smtp, port):
    class HangsUp(Sink):
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            answer = await super().handle_DATA(server, session, envelope)
            if len(self.got) == 1:
                server.transport.close()
            return answer

    queue(app, make, 0)
    sink = HangsUp()
    now = utc_now()
    with serving(sink, port):
        send_mail.run(now)
        assert states() == {"queued": 1}
        send_mail.run(now + 2 * MINUTE)
    assert states() == {"sent": 1}
    assert len({str(letter["Message-ID"]) for letter in sink.got}) == 1
