"""Reminders as the worker sends them: twice at most, by day, and to nobody who has reacted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from extensions import db
from jobs import JobResult, remind, send_mail
from models import Closing, Event, Firm, Letter, Quote, Reminding
from services import suspending, transaction
from services.deal import answering, links, reminding, thread
from services.quotes import drafting, extending, sending
from tests import mailed
from tests.domain.test_quiet_hours import at
from tests.routes.deal.conftest import MAIL, actor_of, send

SENT = at("2026-11-23 14:32")  # a Monday
DAY = timedelta(days=1)


@dataclass
class Sent:
    """A quote by its numbers: every job ends the session."""

    firm_id: int
    n: int

    @property
    def quote(self) -> Quote:
        db.session.rollback()
        return drafting.get(self.firm_id, self.n)

    @property
    def firm(self) -> Firm:
        return db.session.get_one(Firm, self.firm_id)


def sent(make, days: int, valid_until: date) -> Sent:
    """Sent on Monday, its letter taken at once."""
    firm = make.firm()
    quote = send(make, make.quote(firm, make.customer(firm), valid_until=valid_until), now=SENT)
    told = Sent(quote.firm_id, quote.n)
    if days:
        reminding.choose(told.firm_id, told.n, days, now=SENT)
    taken(SENT)
    return told


@pytest.fixture
def told(make) -> Sent:
    """To be reminded of after seven days."""
    return sent(make, 7, date(2026, 12, 23))


def taken(now: datetime) -> None:
    assert send_mail.run(now).failed == 0


def kinds() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Letter.kind).order_by(Letter.id)))


def row() -> Reminding:
    db.session.rollback()
    return db.session.scalars(db.select(Reminding)).one()


def acts(act: str) -> int:
    db.session.rollback()
    return len(db.session.scalars(db.select(Event).where(Event.act == act)).all())


def days_of_work(first: datetime, days: int) -> list[datetime]:
    """Run the job every hour; when letters were queued."""
    found, before = [], len(kinds())
    for hour in range(24 * days):
        now = first + timedelta(hours=hour)
        result = remind.run(now)
        assert result.failed == 0
        if result.done and len(kinds()) > before:
            found.append(now)
            taken(now)
            before += 1
    return found


def test_those_of_one_moment_go_in_the_order_they_were_made(make):
    for _ in range(3):
        sent(make, 7, date(2026, 12, 23))
    ids = list(db.session.scalars(db.select(Reminding.id).order_by(Reminding.id)))
    assert reminding.due(at("2026-12-01 12:00")) == ids


def test_two_and_no_more(app, told):
    assert days_of_work(SENT, 31) == [at("2026-11-30 14:32"), at("2026-12-07 14:32")]
    assert kinds() == ["quote_sent", "reminder", "reminder"]
    assert acts("reminder.sent") == 2
    assert (row().sent, row().next_at) == (2, None)


def test_the_letter_says_what_when_and_where(app, told):
    remind.run(at("2026-11-30 14:32"))
    taken(at("2026-11-30 14:32"))
    (letter,) = [kept for kept in mailed.letters(firm=told.firm.public_id) if kept.subject.startswith("Påm")]
    assert letter.to == MAIL
    for words in ("Badrum, Granstigen 4", "kr", "Gäller till 23 december", "/l/", "Tacka nej på sidan"):
        assert words in letter.text
    assert len(letter.text) < 900


def test_off_means_none(make):
    sent(make, 0, date(2026, 12, 23))
    assert days_of_work(SENT, 30) == []


def test_the_day_before_the_last_is_one_of_the_two(make):
    sent(make, 14, date(2026, 12, 11))
    assert days_of_work(SENT, 25) == [at("2026-12-07 14:32"), at("2026-12-10 08:32")]


def opened(quote, make):
    quote.seen_at = SENT + DAY


def asked(quote, make):
    quote.question_at = SENT + DAY


def bounced(quote, make):
    quote.mail_failed_at = SENT + DAY


def archived(quote, make):
    quote.archived_at = SENT + DAY


def recalled(quote, make):
    answering.recall(quote, actor=actor_of(make, db.session.get_one(Firm, quote.firm_id)), now=SENT + DAY)


def accepted(quote, make):
    quote.status = "accepted"


def revoked(quote, make):
    actor = actor_of(make, db.session.get_one(Firm, quote.firm_id))
    links.revoke(quote, links.mailed(quote).public_id, actor=actor, now=SENT + DAY)


@pytest.mark.parametrize("reacts", [opened, asked, bounced, archived, recalled, accepted, revoked])
def test_any_reaction_ends_them(told, make, reacts):
    reacts(told.quote, make)
    transaction.commit()
    days_of_work(SENT + 5 * DAY, 12)
    assert "reminder" not in kinds()
    assert row().next_at is None


def test_a_firm_that_is_leaving_reminds_nobody(told, make):
    firm = told.firm
    db.session.add(
        Closing(
            firm_id=firm.id,
            user_id=make.owner(firm).id,
            choice="erase_all",
            confirmed_at=SENT,
            effective_at=SENT + DAY,
            erase_after=SENT + 60 * DAY,
        )
    )
    transaction.commit()
    assert days_of_work(SENT + 6 * DAY, 3) == []


def test_a_suspended_firm_reminds_once_it_is_restored(told):
    public_id, due_at = told.firm.public_id, at("2026-11-30 14:32")
    suspending.suspend(public_id, "request", by="command", now=SENT)
    assert remind.run(due_at) == JobResult()
    reminding.remind(row().id, now=due_at)  # a round that had begun
    assert row().next_at is not None
    suspending.restore(public_id, by="command", now=due_at + 2 * DAY)
    assert remind.run(due_at + 2 * DAY) == JobResult(done=1)
    assert kinds().count("reminder") == 1


def test_a_new_version_begins_anew_only_if_it_is_chosen(told, make):
    remind.run(at("2026-11-30 14:32"))
    send(make, told.quote, valid_until=date(2026, 12, 30), now=at("2026-12-02 10:00"))
    assert (row().sent, row().days, row().next_at) == (0, 0, None)
    now, firm = at("2026-12-03 10:00"), told.firm
    seen = sending.fingerprint(drafting.load(told.firm_id, told.n), firm, make.owner(firm), now=now)
    given = sending.Sending(MAIL, date(2026, 12, 30), "", seen, remind_days=3)
    actor = actor_of(make, firm)
    db.session.rollback()
    transaction.only_read()
    sending.send(told.firm_id, told.n, given, actor=actor, key="again", now=now)
    transaction.may_write()
    assert (row().sent, row().days, row().next_at) == (0, 3, at("2026-12-07 08:00")), "the 6th is a Sunday"


def test_new_time_restarts_nothing(told, make):
    told.quote.status = "expired"
    transaction.commit()
    actor = actor_of(make, told.firm)
    db.session.rollback()
    transaction.only_read()
    extending.extend(told.firm, told.n, actor=actor, now=at("2026-12-28 10:00"))
    transaction.may_write()
    assert (row().days, row().sent, row().next_at) == (0, 0, None)
    taken(at("2026-12-28 10:00"))
    assert days_of_work(at("2026-12-28 10:00"), 20) == []


def test_not_within_two_days_of_another_letter(told, make):
    answered = at("2026-11-29 20:30")
    thread.answer(told.quote, "Vi kan börja i januari.", actor=actor_of(make, told.firm), now=answered)
    taken(answered)
    assert days_of_work(at("2026-11-30 10:32"), 4) == [at("2026-12-02 08:32")]


def test_a_worker_that_slept_does_not_send_at_night(told):
    assert remind.run(at("2026-11-30 22:00")) == JobResult(done=1)
    assert "reminder" not in kinds()
    assert row().next_at == at("2026-12-01 08:00")
    remind.run(at("2026-12-01 08:00"))
    assert kinds()[-1] == "reminder"


def test_a_reminder_that_waited_for_the_server_keeps_quiet_too(told, by_smtp, port):
    remind.run(at("2026-11-30 19:30"))
    send_mail.run(at("2026-11-30 19:30"))  # nobody answers
    send_mail.run(at("2026-11-30 20:30"))
    letter = db.session.scalars(db.select(Letter).where(Letter.kind == "reminder")).one()
    assert (letter.state, letter.attempts, letter.next_at) == ("queued", 0, at("2026-12-01 08:00"))


def test_a_reminder_that_waited_is_not_sent_to_one_who_answered_meanwhile(told, by_smtp, port):
    remind.run(at("2026-11-30 14:32"))
    send_mail.run(at("2026-11-30 14:32"))
    told.quote.seen_at = at("2026-11-30 18:00")
    transaction.commit()
    send_mail.run(at("2026-12-01 09:00"))
    letter = db.session.scalars(db.select(Letter).where(Letter.kind == "reminder")).one()
    assert letter.state == "dropped"


def test_run_twice_it_is_one(told):
    due = at("2026-11-30 14:32")
    assert remind.run(due) == JobResult(done=1)
    assert remind.run(due) == JobResult()
    assert kinds().count("reminder") == 1


# a worker that dies between what it wrote and its commit, or right after
WORKER = """
import os, signal, sys
from datetime import datetime
from app import create_app
from jobs import remind
from services import suspending, transaction
app = create_app()
commit = transaction.commit
def die(**given):
    if sys.argv[2] == "after":
        commit(**given)
    os.kill(os.getpid(), signal.SIGKILL)
with app.app_context():
    transaction.commit = die
    remind.run(datetime.fromisoformat(sys.argv[1]))
"""


@pytest.mark.parametrize(("moment", "found"), [("before", 0), ("after", 1)])
def test_killed_it_is_whole_or_nothing(app, told, moment, found):
    due = at("2026-11-30 14:32")
    settings = app.config["SETTINGS"]
    names = ("DATA_DIR", "DATABASE_URL", "BASE_URL")
    environment = {name: str(getattr(settings, name)) for name in names} | {"PYTHONPATH": os.getcwd()}
    db.session.rollback()
    command = [sys.executable, "-P", "-c", WORKER, due.isoformat(), moment]
    process = subprocess.run(command, env=os.environ | environment, timeout=60, capture_output=True)
    assert process.returncode == -signal.SIGKILL, process.stderr.decode()[-2000:]
    assert kinds().count("reminder") == acts("reminder.sent") == row().sent == found
    remind.run(due)
    remind.run(due + timedelta(minutes=1))
    assert kinds().count("reminder") == acts("reminder.sent") == row().sent == 1


def test_the_worker_and_the_firm_at_the_same_moment_remind_once(app, told, make):
    """Påminn nu while the job runs: whoever is second finds that it has been done."""
    due = at("2026-11-30 14:32")
    actor = actor_of(make, told.firm)
    db.session.rollback()
    gate = threading.Barrier(2)
    faults: list[Exception] = []

    def together(act: Callable[[], object]) -> None:
        with app.app_context():
            gate.wait()
            try:
                act()
            except Exception as error:
                faults.append(error)
            finally:
                db.session.remove()

    acts_at_once = (
        lambda: remind.run(due),
        lambda: reminding.ask(told.firm_id, told.n, actor=actor, now=due),
    )
    threads = [threading.Thread(target=together, args=(act,)) for act in acts_at_once]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert faults == []
    assert kinds().count("reminder") == row().sent == 1
