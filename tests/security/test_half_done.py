"""C-58, A-24: whatever fails inside an act, nothing of it is left; the page says so and keeps its status."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from extensions import db
from jobs import draw_agreements
from models import Letter, StoredFile
from services import checkpoints, events, outbox, storage
from services.clock import utc_now
from tests.factories import PASSWORD
from tests.routes.deal.conftest import Sent, make_sent
from tests.security.web import filled, form_on, stored

COUNTS = {"attempt"}  # tries are counted whatever becomes of them


@dataclass
class Scene:
    sent: Sent
    owner: Any
    visitor: Any


@pytest.fixture
def scene(app, make) -> Scene:
    sent = make_sent(app, make)
    sent.client.environ_base.pop("handslag.raise_errors")
    make.quote(sent.firm, make.customer(sent.firm), title="Ett utkast")
    return Scene(sent, app.test_client().log_in(make.owner(sent.firm)), app.test_client())


def of_form(client, page: str, action: str, **typed: str) -> Callable[[], Any]:
    form = form_on(client, page, action)
    return lambda: client.post(form.action, data={**filled(form), **typed})


def send(scene: Scene) -> Callable[[], Any]:
    return of_form(scene.owner, "/offerter/2/granska", "/skicka")


def resend(scene: Scene) -> Callable[[], Any]:
    return lambda: scene.owner.post("/offerter/1/skicka-igen", data={"email": "ny@kund.example"})


def recall(scene: Scene) -> Callable[[], Any]:
    return lambda: scene.owner.post("/offerter/1/ta-tillbaka")


def answer(scene: Scene) -> Callable[[], Any]:
    scene.sent.post("/fraga", {"question": "Hur då?"})
    return lambda: scene.owner.post("/offerter/1/svara", data={"answer": "Så här."})


def approve(scene: Scene) -> Callable[[], Any]:
    form = scene.sent.step2()
    return lambda: scene.sent.post("/godkann", form)


def decline(scene: Scene) -> Callable[[], Any]:
    return lambda: scene.sent.post("/nej", {"version": "1", "reason": "price"})


def ask(scene: Scene) -> Callable[[], Any]:
    return lambda: scene.sent.post("/fraga", {"question": "Hur då?"})


def withdraw(scene: Scene) -> Callable[[], Any]:
    assert scene.sent.post("/godkann", scene.sent.step2()).status_code == 303
    typed = {"name": "Karin", "contract": "Offert 1", "email": "karin@kund.example", "once": "w"}
    return lambda: scene.sent.post("/angra", typed)


def register(scene: Scene) -> Callable[[], Any]:
    typed = {"firm_name": "Ny Firma", "email": "ny@firma.example", "password": "sju gröna ekar vid ån", "accept": "y"}
    return of_form(scene.visitor, "/registrera", "/registrera", **typed)


def close(scene: Scene) -> Callable[[], Any]:
    return lambda: scene.owner.post("/konto/avsluta/bekrafta", data={"has_data": "y", "password": PASSWORD})


WITH_EVENT = [send, resend, recall, answer, approve, decline, ask, withdraw, register, close]
WITH_LETTER = [send, resend, recall, answer, decline, ask, withdraw, register, close]


def fail(*given: Any, **named: Any) -> Any:
    raise RuntimeError("a fault of ours, with 19840601-2388 in its text")


def check(act: Callable[[], Any], status: int) -> None:
    before = stored()
    answer = act()
    assert answer.status_code == status
    assert "19840601" not in answer.text
    assert "Traceback" not in answer.text
    assert {name for name, mark in stored().items() if mark != before[name]} <= COUNTS


@pytest.mark.parametrize("prepare", WITH_EVENT)
def test_a24_without_its_event_an_act_is_not_done(scene, monkeypatch, prepare):
    act = prepare(scene)
    monkeypatch.setattr(events, "record", fail)
    check(act, 500)
    monkeypatch.undo()
    assert act().status_code == 303, "and after the fault it can be done"


@pytest.mark.parametrize("prepare", WITH_EVENT)
def test_a24_nor_when_the_last_of_its_events_fails(scene, monkeypatch, prepare):
    """The first entries are written before the fault: they must go too."""
    act, calls, record = prepare(scene), [], events.record

    def late(*given: Any, **named: Any) -> Any:
        calls.append(given)
        if len(calls) > 1:
            fail()
        return record(*given, **named)

    monkeypatch.setattr(events, "record", late)
    before = stored()
    answer = act()
    if len(calls) > 1:
        assert answer.status_code == 500
        assert {name for name, mark in stored().items() if mark != before[name]} <= COUNTS


@pytest.mark.parametrize("prepare", WITH_LETTER)
def test_c58_without_its_letter_an_act_is_not_done(scene, monkeypatch, prepare):
    act = prepare(scene)
    monkeypatch.setattr(outbox, "queue", fail)
    check(act, 500)
    monkeypatch.undo()
    assert act().status_code == 303
    assert db.session.query(Letter).count() > 0


@pytest.mark.parametrize("prepare", WITH_EVENT)
def test_c58_when_the_commit_itself_fails(scene, monkeypatch, prepare):
    act = prepare(scene)
    with full_database():
        check(act, 503)
    assert act().status_code == 303


class full_database:
    """Every statement that writes answers as SQLite does on a full disk."""

    def __enter__(self) -> None:
        event.listen(db.engine, "before_cursor_execute", self.refuse)

    def __exit__(self, *error: object) -> None:
        event.remove(db.engine, "before_cursor_execute", self.refuse)

    @staticmethod
    def refuse(connection, cursor, statement, parameters, context, executemany) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            raise OperationalError(statement, None, Exception("database or disk is full"))


def test_a_full_database_is_said_so(scene):
    act = send(scene)
    with full_database():
        page = act()
    assert page.status_code == 503
    assert "Traceback" not in page.text
    assert "<h1" in page.text


@pytest.fixture
def full_disk(monkeypatch) -> Iterator[None]:
    """The disk of the files is full: the write is there, its flush fails."""

    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("services.storage.os.fsync", refuse)
    yield
    monkeypatch.undo()


def test_a_full_disk_while_sending(scene, full_disk):
    check(send(scene), 503)
    folder = storage.folder(scene.sent.firm.public_id)
    known = {row.public_id for row in db.session.query(StoredFile)}
    assert {path.name for path in folder.rglob("*") if path.is_file()} == known, "no half file is left"


def test_a_fault_in_the_middle_of_drawing_the_agreement(scene, monkeypatch):
    """The paper comes later: the agreement stands, a later round draws it, and both letters go once."""
    assert scene.sent.post("/godkann", scene.sent.step2()).status_code == 303
    now = utc_now()
    checkpoints.cover(now)
    for broken in ((storage, "take"), (outbox, "queue"), (events, "record")):
        monkeypatch.setattr(*broken, fail)
        before = stored()
        assert draw_agreements.run(now).failed == 1
        # the agreement keeps that it was tried
        assert {name for name, mark in stored().items() if mark != before[name]} == {"agreement"}
        monkeypatch.undo()
        now += timedelta(minutes=30)
    assert draw_agreements.run(now).done == 1
    assert sorted(scene.sent.letters()) == ["quote_approved", "quote_approved_to_firm", "quote_sent"]


def test_c58_every_route_answers_a_fault_with_a_page(app, client, monkeypatch):
    """A 500 has an id, no trace, and works while the login cannot be loaded either."""
    monkeypatch.setitem(app.view_functions, "accounts.login", fail)
    page = client.get("/logga-in")
    assert page.status_code == 500
    assert "Traceback" not in page.text
    assert "19840601" not in page.text
    assert "RuntimeError" not in page.text
