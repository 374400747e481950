"""C-55: real threads that ask for, cancel and finish exports of one firm. One at a time, and never half of one."""

from __future__ import annotations

from functools import partial
from threading import Barrier

import pytest

from extensions import db
from jobs import make_exports
from models import Event, Export, Letter, User
from services import storage, transaction
from services.actors import Actor, system
from services.clock import utc_now
from services.exporting import asking, making
from tests.security.test_races import together

ROUNDS = 4


@pytest.fixture
def actor(app, make) -> Actor:
    firm = make.firm()
    make.owner(firm)
    make.user(firm, email="annan@tumbredd.example")
    return system(firm.id, firm.public_id)


def ask(user_n: int, actor: Actor) -> str:
    user = db.session.query(User).order_by(User.id).all()[user_n]
    try:
        return asking.ask(user, actor=actor, now=utc_now()).public_id
    except asking.UnderWay:
        transaction.rollback()
        return ""


def cancel(export: str, actor: Actor) -> None:
    transaction.may_write()
    user = db.session.query(User).order_by(User.id).first()
    transaction.rollback()
    assert user is not None
    asking.cancel(user, export, actor=actor, now=utc_now())


def test_two_users_and_their_second_clicks_are_one_export(app, actor):
    given = together(app, [partial(ask, number % 2, actor) for number in range(8)])
    assert db.session.query(Export).count() == 1
    assert set(given) == {"", db.session.query(Export).one().public_id}


def test_cancelled_and_finished_at_once(app, actor, monkeypatch):
    """Whoever has the row first: ready with file, entry and letter, or cancelled with none of them."""
    finish, both = making._finish, Barrier(2)

    def finishing(*args):
        both.wait(timeout=30)
        finish(*args)

    def cancelling(export: str) -> None:
        both.wait(timeout=30)
        cancel(export, actor)

    monkeypatch.setattr(making, "_finish", finishing)
    ready = 0
    for _ in range(ROUNDS):
        export = ask(0, actor)
        together(app, [partial(make_exports.run, utc_now()), partial(cancelling, export)])
        state = db.session.query(Export).filter_by(public_id=export).one().state
        ready += state == "ready"
        assert state in ("ready", "cancelled")
        assert storage.path(actor.firm_public_id, export).exists() is (state == "ready")
        acts = [row.act for row in db.session.query(Event) if row.obj == f"export:{export}"]
        assert acts == ["export.made" if state == "ready" else "export.cancelled"]
        assert db.session.query(Letter).filter_by(kind="export_ready").count() == ready
