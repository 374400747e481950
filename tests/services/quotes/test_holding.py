"""The seconds after Skicka: what they keep, what undo leaves, and that what goes goes once."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import pytest
import time_machine

from domain.clock import stockholm_date
from extensions import db
from jobs import JobResult, send_held
from models import Closing, Event, Firm, HeldSending, Letter, OnceKey, Quote, QuoteLink, QuoteVersion
from services import suspending, transaction
from services.actors import Actor
from services.clock import utc_now
from services.deal import answering
from services.errors import RuleBroken, Stale
from services.quotes import drafting, header, holding, sending
from services.quotes.sending import Sending
from tests.factories import Make

MAIL = "karin.almgren@kund.example"
WAIT = timedelta(seconds=30)


@pytest.fixture
def now() -> datetime:
    return utc_now()


@pytest.fixture(autouse=True)
def woken(app, monkeypatch) -> list[tuple[str, float]]:
    """A hold of thirty seconds, and what the worker was asked for."""
    monkeypatch.setitem(app.config, "SETTINGS", dataclasses.replace(app.config["SETTINGS"], SEND_HOLD_SECONDS=30))
    asked: list[tuple[str, float]] = []
    monkeypatch.setitem(app.extensions, "wake", lambda job, delay=0: asked.append((job, delay)))
    return asked


@pytest.fixture
def case(make):
    firm = make.firm()
    user = make.owner(firm)
    quote = make.quote(firm, make.customer(firm))
    actor = Actor(firm.id, firm.public_id, f"user:{user.public_id}", user.name, user.id, "192.0.2.1", "test")
    return Case(make, firm.id, quote.n, quote.id, actor)


@dataclasses.dataclass
class Case:
    make: Make
    firm_id: int
    n: int
    quote_id: int
    actor: Actor

    @property
    def firm(self) -> Firm:
        return db.session.get_one(Firm, self.firm_id)

    @property
    def quote(self) -> Quote:
        db.session.rollback()
        return db.session.get_one(Quote, self.quote_id, populate_existing=True)

    def asked(self, now: datetime, **given) -> Sending:
        transaction.may_write()
        draft = drafting.load(self.firm_id, self.n)
        seen = sending.fingerprint(draft, self.firm, self.make.owner(self.firm), now=now)
        facts = {"email": MAIL, "valid_until": stockholm_date(now) + timedelta(days=30), "message": "Hej Karin."}
        return Sending(**(facts | {"seen": seen} | given))

    def press(self, now: datetime, *, key: str = "k", asked: Sending | None = None, **given) -> holding.Pressed:
        asked = asked or self.asked(now, **given)
        db.session.rollback()
        transaction.only_read()
        try:
            return holding.press(self.firm_id, self.n, asked, actor=self.actor, key=key, now=now)
        finally:
            transaction.may_write()

    def undo(self, version: int = 0) -> str:
        db.session.rollback()
        return holding.undo(self.firm_id, self.n, version=version)

    def left(self) -> dict[str, int]:
        db.session.rollback()
        return {
            table.__tablename__: db.session.query(table).count()
            for table in (QuoteVersion, Event, Letter, QuoteLink, HeldSending)
            if db.session.query(table).count()
        }


def test_it_waits_and_then_goes(case, now, woken):
    assert case.press(now).due_at == now + WAIT
    quote = case.quote
    assert (quote.status, quote.version, quote.hold) == ("draft", 0, "held")
    assert quote.number == f"{stockholm_date(now).year}-001"
    assert woken == [("send_held", 30)]
    assert case.left() == {"held_sending": 1}

    assert send_held.run(now + timedelta(seconds=29)) == JobResult()
    assert case.left() == {"held_sending": 1}
    assert send_held.run(now + WAIT) == JobResult(done=1)
    quote = case.quote
    assert (quote.status, quote.version, quote.hold, quote.turn) == ("sent", 1, "", "customer")
    assert quote.number == f"{stockholm_date(now).year}-001"
    assert case.left() == {"quote_version": 1, "event": 2, "letter": 1, "quote_link": 1}
    assert [row.act for row in db.session.query(Event).order_by(Event.seq)] == ["doc.frozen", "quote.sent"]
    assert {row.entry.split('"actor":"')[1].split('"')[0] for row in db.session.query(Event)} == {case.actor.ref}
    assert send_held.run(now + 2 * WAIT) == JobResult()


def test_undo_leaves_nothing_but_the_number(case, now):
    case.press(now)
    assert case.undo() == "undone"
    quote = case.quote
    assert (quote.status, quote.version, quote.hold, quote.message) == ("draft", 0, "", "Hej Karin.")
    assert quote.number == f"{stockholm_date(now).year}-001"
    assert case.left() == {}
    assert send_held.run(now + WAIT) == JobResult()
    assert case.left() == {}
    assert case.undo() == "nothing"


def test_after_undo_the_same_form_may_send_and_the_number_stays(case, now):
    asked = case.asked(now)
    case.press(now, asked=asked)
    case.undo()
    assert db.session.query(OnceKey).count() == 0
    case.press(now, asked=asked)
    send_held.run(now + WAIT)
    assert (case.quote.number, case.quote.version) == (f"{stockholm_date(now).year}-001", 1)
    other = case.make.quote(case.firm, case.make.customer(case.firm))
    case.n, case.quote_id = other.n, other.id
    case.press(now, key="other")
    assert case.quote.number == f"{stockholm_date(now).year}-002"


def test_undo_after_it_has_gone_is_told(case, now):
    case.press(now)
    send_held.run(now + WAIT)
    assert case.undo(version=0) == "sent"
    assert case.quote.version == 1


def test_a_double_click_is_one(case, now):
    asked = case.asked(now)
    first, second = case.press(now, asked=asked), case.press(now + timedelta(seconds=2), asked=asked)
    assert first.due_at == second.due_at
    send_held.run(now + WAIT)
    assert case.quote.version == 1
    assert case.press(now + 2 * WAIT, asked=asked) == holding.Pressed()
    assert case.quote.version == 1


def test_another_phone_does_not_send_it_too(case, now):
    case.press(now)
    for way in ("mail", "link"):
        with pytest.raises(RuleBroken, match="on_its_way"):
            case.press(now, key="another", way=way)
    send_held.run(now + WAIT)
    assert case.quote.version == 1


def test_while_it_waits_the_draft_stands_still(case, now):
    case.press(now)
    with pytest.raises(drafting.OnItsWay):
        header.save_title(case.n, "Annat", rev=1, key="k", actor=case.actor, now=now)
    db.session.rollback()
    with pytest.raises(drafting.OnItsWay):
        drafting.load_to_edit(case.firm_id, case.n)
    with pytest.raises(drafting.OnItsWay):
        drafting.read_to_edit(case.firm_id, case.n)


def test_what_changes_all_the_same_is_not_sent_unseen(case, now):
    case.press(now)
    customer = drafting.load(case.firm_id, case.n).customer
    customer.street = "En annan gata 9"
    db.session.commit()
    assert send_held.run(now + WAIT) == JobResult(done=1)
    quote, held = case.quote, db.session.query(HeldSending).one()
    assert (quote.status, quote.hold, quote.turn, held.stopped) == ("draft", "stopped", "firm", "stale")
    assert (held.message, held.email) == ("Hej Karin.", MAIL)
    assert case.left() == {"held_sending": 1}
    assert send_held.run(now + 2 * WAIT) == JobResult()

    case.press(now + 2 * WAIT, key="again")
    send_held.run(now + 3 * WAIT)
    assert (case.quote.version, case.quote.hold) == (1, "")
    assert db.session.query(HeldSending).count() == 0


def test_a_firm_that_closed_meanwhile_sends_nothing(case, now):
    case.press(now)
    dates = {"confirmed_at": now, "effective_at": now, "erase_after": now + timedelta(days=30)}
    db.session.add(Closing(firm_id=case.firm_id, user_id=case.actor.user_id, choice="erase_all", **dates))
    db.session.commit()
    send_held.run(now + WAIT)
    assert db.session.query(HeldSending).one().stopped == "closed"
    assert case.quote.version == 0


def test_while_the_firm_is_suspended_it_waits(case, now):
    case.press(now)
    public_id = case.firm.public_id
    suspending.suspend(public_id, "request", by="command", now=now)
    held_id = db.session.scalar(db.select(HeldSending.id))
    db.session.rollback()
    assert send_held.run(now + WAIT) == JobResult()
    holding.go(held_id, now=now + WAIT)  # a round that had begun
    assert db.session.query(HeldSending).one().stopped == ""
    suspending.restore(public_id, by="command", now=now + 2 * WAIT)
    assert send_held.run(now + 2 * WAIT) == JobResult(done=1)
    assert case.quote.status == "sent"


def test_who_is_not_confirmed_any_more(case, now):
    case.press(now)
    case.make.owner(case.firm).email_confirmed_at = None
    db.session.commit()
    send_held.run(now + WAIT)
    assert db.session.query(HeldSending).one().stopped == "email_not_confirmed"


def test_a_new_version_waits_while_the_old_one_stands(case, now):
    case.press(now)
    send_held.run(now + WAIT)
    case.press(now + 2 * WAIT, key="second", message="Ny hälsning")
    quote = case.quote
    assert (quote.status, quote.version, quote.hold) == ("sent", 1, "held")
    last_day = quote.valid_until
    with pytest.raises(RuleBroken, match="on_its_way"):
        answering.recall(quote, actor=case.actor, now=now)
    assert case.undo(version=1) == "undone"
    quote = case.quote
    assert (quote.status, quote.version, quote.valid_until) == ("sent", 1, last_day)
    assert db.session.query(QuoteVersion).count() == 1


def test_reviewed_before_midnight_goes_after_it(case):
    night = datetime.fromisoformat("2026-11-21T22:59:50+00:00")  # 23:59:50 in Stockholm
    with time_machine.travel(night, tick=False):
        case.press(night)
        send_held.run(night + WAIT)
        assert case.quote.version == 1
        assert '"dated_on":"2026-11-22"' in db.session.query(QuoteVersion).one().content


def test_its_last_day_ends_while_it_waits(case):
    night = datetime.fromisoformat("2026-11-21T22:59:50+00:00")
    with time_machine.travel(night, tick=False):
        case.press(night, valid_until=stockholm_date(night))
        send_held.run(night + WAIT)
        assert db.session.query(HeldSending).one().stopped == "valid_until_past"


def test_cut_off_between_drawing_and_commit_it_goes_with_the_next_round(case, now, monkeypatch):
    """What is killed leaves the transaction undone: the row still waits."""
    case.press(now)

    class Killed(BaseException):
        pass

    def killed() -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("services.transaction.commit", killed)
        with pytest.raises(Killed):
            send_held.run(now + WAIT)
    db.session.rollback()
    assert case.left() == {"held_sending": 1}
    transaction.may_write()
    assert send_held.run(now + 2 * WAIT) == JobResult(done=1)
    assert case.left() == {"quote_version": 1, "event": 2, "letter": 1, "quote_link": 1}


def test_two_workers_send_it_once(case, now, monkeypatch):
    case.press(now)
    draw = sending._draw

    def overtaken(*given):
        monkeypatch.setattr(sending, "_draw", draw)
        drawn = draw(*given)
        assert send_held.run(now + WAIT) == JobResult(done=1)  # the other worker, while this one has drawn
        transaction.only_read()
        return drawn

    monkeypatch.setattr(sending, "_draw", overtaken)
    assert send_held.run(now + WAIT).failed == 0
    assert case.left() == {"quote_version": 1, "event": 2, "letter": 1, "quote_link": 1}


def test_undone_while_it_is_drawn(case, now, monkeypatch):
    case.press(now)
    draw = sending._draw

    def undone(*given):
        drawn = draw(*given)
        transaction.start_writing()
        assert case.undo() == "undone"
        transaction.only_read()
        return drawn

    monkeypatch.setattr(sending, "_draw", undone)
    send_held.run(now + WAIT)
    assert case.left() == {}
    assert case.quote.status == "draft"


def test_a_full_disk_is_tried_again(case, now, monkeypatch):
    from services import storage
    from services.errors import DiskFull

    def full(*given, **more):
        raise DiskFull

    case.press(now)
    with monkeypatch.context() as patch:
        patch.setattr(storage, "put", full)
        assert send_held.run(now + WAIT) == JobResult(failed=1)
    assert case.quote.hold == "held"
    assert send_held.run(now + 2 * WAIT) == JobResult(done=1)


def test_a_link_that_is_handed_over_goes_at_once(case, now):
    pressed = case.press(now, way="qr")
    assert pressed.address.startswith("http://localhost/l/")
    assert (case.quote.version, case.quote.hold) == (1, "")
    assert case.left() == {"quote_version": 1, "event": 2, "quote_link": 1}
    entry = db.session.query(Event).filter_by(act="quote.sent").one().entry
    assert '"channel":"qr"' in entry
    assert case.make.owner(case.firm).last_way == "qr"


def test_a_stale_review_is_refused_at_once(case, now):
    with pytest.raises(Stale):
        case.press(now, seen="0" * 64)
    assert case.left() == {}
    assert case.quote.number is None
