"""Terminations that the operator enters: by phone, letter and mail, and the operator's own."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from extensions import db
from models import Closing, Event, EventValue, Letter
from services import closing
from services.actors import Actor, system
from services.errors import NotFound, RuleBroken
from tests.factories import PASSWORD

NOW = datetime(2026, 11, 23, 9, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def run(app):
    return lambda *words: app.test_cli_runner().invoke(args=["firm", "terminate", *words])


def running() -> Closing | None:
    db.session.rollback()
    return db.session.query(Closing).filter_by(undone_at=None).one_or_none()


def test_by_phone_counts_from_the_day_it_came_in(firm, run):
    answer = run(firm.public_id, "--channel", "phone", "--received", "2026-11-20", "--note", "Ringde själv")
    assert answer.exit_code == 0, answer.output
    entered = running()
    assert entered is not None
    assert answer.output == f"Receipt {entered.public_id}: business stops 2026-11-23, last day 2026-12-23.\n"
    assert (entered.channel, entered.user_id, entered.choice) == ("phone", None, "")
    assert (entered.fees_until, entered.noted) == (date(2026, 11, 20), "Ringde själv")
    event = db.session.query(Event).one()
    entry = json.loads(event.entry)
    assert (event.act, entry["actor"], entry["data"]["received_on"]) == (
        "firm.close_asked",
        "operator:command",
        "2026-11-20",
    )
    assert "Ringde" not in event.entry
    assert db.session.query(EventValue).filter_by(field="note").count() == 1
    assert [row.kind for row in db.session.query(Letter)] == ["closing_receipt"]


def test_entered_twice_is_one(firm):
    first = closing.enter(firm, "letter", NOW.date(), "", NOW).public_id
    assert closing.enter(firm, "letter", NOW.date(), "", NOW).public_id == first
    assert db.session.query(Letter).count() == 1
    with pytest.raises(RuleBroken, match="already_closing"):
        closing.enter(firm, "mail", NOW.date(), "", NOW)


@pytest.mark.parametrize(
    ("channel", "received", "code"),
    [
        ("settings", NOW.date(), "bad_channel"),
        ("inactivity", NOW.date(), "bad_channel"),
        ("phone", NOW.date() + timedelta(days=1), "received_later"),
        ("operator", NOW.date(), "reason_missing"),
    ],
)
def test_refused(firm, channel, received, code):
    with pytest.raises(RuleBroken, match=code):
        closing.enter(firm, channel, received, "", NOW)
    assert running() is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nobody", "--channel", "phone"], "No firm has the id nobody"),
        (["{firm}", "--channel", "operator"], "needs --reason"),
        (["{firm}", "--channel", "phone", "--received", "2027-01-01"], "in the future"),
        (["{firm}"], "Say --channel or --undo"),
        (["{firm}", "--undo"], "has no termination"),
        (["{firm}", "--channel", "phone", "--note", "x" * 301], "at most 300"),
    ],
)
def test_the_command_says_what_is_wrong(firm, run, words, said):
    answer = run(*(word.format(firm=firm.public_id) for word in words))
    assert answer.exit_code in (1, 2)
    assert said in answer.output
    assert running() is None


def test_an_owner_undoes_what_came_by_phone_and_not_what_the_operator_ended(firm, make):
    owner = Actor(firm.id, firm.public_id, f"user:{make.owner(firm).public_id}")
    closing.enter(firm, "phone", NOW.date(), "", NOW)
    closing.undo(actor=owner, now=NOW)
    assert running() is None
    closing.enter(firm, "operator", NOW.date(), "", NOW, reason="breach")
    with pytest.raises(RuleBroken, match="not_yours"):
        closing.undo(actor=owner, now=NOW)
    assert running() is not None
    last = db.session.query(Event).order_by(Event.seq.desc()).first()
    assert last is not None
    assert json.loads(last.entry)["data"]["reason"] == "breach"


def test_the_operator_undoes_what_was_entered_and_not_what_an_owner_confirmed(firm, make, run):
    closing.enter(firm, "operator", NOW.date(), "", NOW, reason="service_ends")
    assert run(firm.public_id, "--undo").output == "The termination is undone.\n"
    assert running() is None
    closing.ask(make.owner(firm), password=PASSWORD, reason="", actor=system(firm.id, firm.public_id), now=NOW)
    assert "only an owner" in run(firm.public_id, "--undo").output
    assert running() is not None
    with pytest.raises(NotFound):
        closing.undo(actor=Actor(make.firm("Annan").id, "", "operator:page"), now=NOW)
