"""A sending that waits, with several hands on it at the same second: real threads against the real database."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.clock import stockholm_date
from extensions import db
from jobs import send_held
from models import Event, HeldSending, Letter, Quote, QuoteVersion
from services import transaction
from services.clock import utc_now
from services.errors import RuleBroken
from services.quotes import drafting, holding, sending
from tests.routes.deal.conftest import MAIL, actor_of
from tests.security.test_races import together


@pytest.fixture
def case(app, make, monkeypatch):
    monkeypatch.setitem(app.config, "SETTINGS", dataclasses.replace(app.config["SETTINGS"], SEND_HOLD_SECONDS=30))
    firm = make.firm()
    quote = make.quote(firm, make.customer(firm))
    now = utc_now()
    seen = sending.fingerprint(drafting.load(firm.id, quote.n), firm, make.owner(firm), now=now)
    asked = sending.Sending(MAIL, stockholm_date(now) + timedelta(days=30), "Hej", seen)
    firm_id, n, quote_id, actor = firm.id, quote.n, quote.id, actor_of(make, firm)

    def press(key: str) -> str:
        transaction.only_read()
        try:
            holding.press(firm_id, n, asked, actor=actor, key=key, now=now)
        except RuleBroken as broken:
            transaction.rollback()
            return broken.code
        return "held"

    def undo() -> str:
        transaction.may_write()
        return holding.undo(firm_id, n, version=0)

    def work() -> int:
        return send_held.run(now + timedelta(minutes=1)).failed

    return press, undo, work, quote_id


def state(quote_id: int) -> tuple[str, int, str, list[int]]:
    db.session.rollback()
    quote = db.session.get_one(Quote, quote_id, populate_existing=True)
    counts = [db.session.query(table).count() for table in (QuoteVersion, Event, Letter, HeldSending)]
    return quote.status, quote.version, quote.hold, counts


SENT = ("sent", 1, "", [1, 2, 1, 0])
UNDONE = ("draft", 0, "", [0, 0, 0, 0])
HELD = ("draft", 0, "held", [0, 0, 0, 1])


def test_four_workers_send_it_once(app, case):
    press, _undo, work, quote_id = case
    press("k")
    assert together(app, [work] * 4) == [0] * 4
    assert state(quote_id) == SENT


@pytest.mark.parametrize("turn", range(4))
def test_undo_while_it_goes(app, case, turn):
    """It is sent, and the undo says so; or it is undone, and nothing is left. Never both, never neither."""
    press, undo, work, quote_id = case
    press("k")
    acts: list[Callable[[], object]] = [undo, work]
    found = together(app, acts if turn % 2 else acts[::-1])
    said = next(one for one in found if isinstance(one, str))
    assert state(quote_id) == {"undone": UNDONE, "sent": SENT}[said]


def test_two_undo_at_once(app, case):
    press, undo, _work, quote_id = case
    press("k")
    assert sorted(together(app, [undo, undo])) == ["nothing", "undone"]
    assert state(quote_id) == UNDONE


def test_presses_of_one_form_and_of_two_phones(app, case):
    press, _undo, work, quote_id = case
    found = together(app, [lambda: press("k"), lambda: press("k"), lambda: press("other")])
    assert set(found) <= {"held", "on_its_way"}
    assert "held" in found
    assert state(quote_id) == HELD
    db.session.rollback()
    assert db.session.get_one(Quote, quote_id).number.endswith("-001")
    work()
    assert state(quote_id) == SENT
