"""Statements past the ORM and the ORM itself in one transaction, whichever of them begins it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from extensions import db
from models import Attempt, Firm
from services import nudge, transaction
from services.clock import utc_now
from tables.engine import read_only

COUNT = text("SELECT count(*) FROM attempt")


def add_plain() -> None:
    values = {"key": "plain", "window_at": utc_now(), "count": 1}
    transaction.connection().execute(db.insert(Attempt), values)


def add_by_the_orm() -> None:
    db.session.add(Attempt(key="orm", window_at=utc_now(), count=1))
    db.session.flush()


BOTH = [(add_plain, add_by_the_orm), (add_by_the_orm, add_plain)]


def counted() -> int:
    """As another transaction sees it, which waits for no writer."""
    before = read_only.set(True)
    try:
        with db.engine.connect() as other:
            return int(other.execute(COUNT).scalar_one())
    finally:
        read_only.reset(before)


@pytest.fixture
def woken(app, monkeypatch):
    seen: list[tuple[str, int]] = []
    monkeypatch.setitem(app.extensions, "wake", lambda job, delay=0: seen.append((job, counted())))
    return seen


@pytest.mark.parametrize("steps", [*BOTH, (add_plain,), (add_by_the_orm,)])
def test_what_both_did_is_kept_at_once(app, steps):
    for step in steps:
        step()
    assert transaction.connection().execute(COUNT).scalar() == len(steps), "both see the same"
    assert counted() == 0
    transaction.commit()
    assert counted() == len(steps)


@pytest.mark.parametrize("steps", [*BOTH, (add_plain,), (add_by_the_orm,)])
@pytest.mark.parametrize("end", [transaction.rollback, transaction.start_writing, db.session.remove])
def test_what_both_did_is_undone_at_once(app, steps, end):
    for step in steps:
        step()
    end()
    assert transaction.connection().execute(COUNT).scalar() == 0
    transaction.commit()
    assert counted() == 0


def test_what_is_added_and_not_yet_written_is_kept(app):
    add_plain()
    db.session.add(Attempt(key="orm", window_at=utc_now(), count=1))
    transaction.commit()
    assert counted() == 2


def test_a_failed_flush_takes_the_plain_ones_along(app, firm):
    add_plain()
    db.session.add(Firm(id=firm.id))
    with pytest.raises(Exception, match="firm"):
        transaction.commit()
    transaction.rollback()
    assert counted() == 0
    add_by_the_orm()
    transaction.commit()
    assert counted() == 1


def test_a_savepoint_holds_both(app):
    add_plain()
    with pytest.raises(RuntimeError), db.session.begin_nested():
        add_by_the_orm()
        transaction.connection().execute(text("UPDATE attempt SET count = 7"))
        raise RuntimeError
    transaction.commit()
    (row,) = db.session.execute(select(Attempt.key, Attempt.count)).tuples()
    assert row == ("plain", 1)


def test_who_is_woken_finds_the_row(app, woken):
    add_plain()
    nudge.after_commit("send_mail")
    assert woken == []
    transaction.commit()
    assert woken == [("send_mail", 1)]


def test_nobody_is_woken_for_what_was_undone(app, woken):
    nudge.after_commit("send_mail")
    transaction.rollback()
    add_plain()
    transaction.commit()
    assert woken == []


def test_a_reading_transaction_writes_nothing(app):
    transaction.only_read()
    try:
        with pytest.raises(Exception, match="read"):
            add_plain()
    finally:
        transaction.rollback()
        transaction.may_write()
