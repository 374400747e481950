"""An export as a job: one at a time per firm, cancelled, its worker dead, the disk full, the firm erased meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import randbytes
from shutil import rmtree
from types import SimpleNamespace

import pytest
from msgspec.structs import replace
from sqlalchemy import Executable

from extensions import db
from jobs import make_exports, worker
from models import Event, Export, Letter, User
from services import keys, storage, transaction
from services.actors import Actor, system
from services.clock import Clock, utc_now
from services.errors import NotFound
from services.exporting import archive, asking, making
from services.exporting.making import LEASE, MOST_ATTEMPTS
from services.installation import settings

LOCK = "hyvel spik 7 takstol"


class Asked:
    """A firm whose owner has asked for an export, locked with a password."""

    def __init__(self, make) -> None:
        firm = make.firm()
        make.quote(firm, make.customer(firm))
        self.actor: Actor = system(firm.id, firm.public_id)
        self.user: User = make.owner(firm)
        self.now = utc_now()
        self.folder = storage.folder(firm.public_id)
        paper = randbytes(200_000)
        storage.put(firm.id, firm.public_id, paper, purpose="quote", name="x", media_type="image/png", now=self.now)
        db.session.commit()
        self.public_id = asking.ask(self.user, actor=self.actor, now=self.now, password=LOCK).public_id
        self.before = self.files()

    @property
    def export(self) -> Export:
        db.session.rollback()
        return db.session.query(Export).filter_by(public_id=self.public_id).one()

    @property
    def state(self) -> str:
        return self.export.state

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    def told(self) -> list[str]:
        """Acts and letters about exports."""
        acts = [row.act for row in db.session.query(Event).order_by(Event.seq)]
        kinds = [row.kind for row in db.session.query(Letter).order_by(Letter.id)]
        return [word for word in acts + kinds if "export" in word]

    def cancel(self) -> None:
        transaction.may_write()
        asking.cancel(self.user, self.public_id, actor=self.actor, now=self.now)


@pytest.fixture
def asked(app, make) -> Asked:
    return Asked(make)


@pytest.fixture
def midway(monkeypatch) -> Callable[[Callable[[], object]], None]:
    """Have something happen while the first export after this is being written, and every step looked up."""
    monkeypatch.setattr(making, "SECONDS_BETWEEN_NOTES", 0.0)
    whole = archive.parts

    def set_up(happens: Callable[[], object]) -> None:
        def parts(*args):
            for number, piece in enumerate(whole(*args)):
                if number == 1:
                    monkeypatch.setattr(archive, "parts", whole)
                    happens()
                yield piece

        monkeypatch.setattr(archive, "parts", parts)
        monkeypatch.setattr("exchange.zip_stream.PIECE_BYTES", 1000, raising=False)

    return set_up


def beside(statement: Executable) -> Callable[[], object]:
    """As another process does it, while the export reads."""

    def acting() -> None:
        with transaction.beside() as connection:
            connection.execute(statement)

    return acting


def run(at: datetime) -> tuple[int, int]:
    result = make_exports.run(at)
    return result.done, result.failed


def test_cancelled_while_it_is_made(asked, midway):
    midway(beside(db.update(Export).values(state="cancelled", lease_until=None, password=None)))
    assert run(asked.now) == (1, 0)
    assert asked.state == "cancelled"
    assert asked.files() == asked.before
    assert asked.told() == []


def test_cancelled_in_the_moment_it_is_done(asked, monkeypatch):
    """The one who comes first to the row has it: here the cancel, after the file has taken its place."""
    finish = making._finish

    def late(*args):
        asked.cancel()
        finish(*args)

    monkeypatch.setattr(making, "_finish", late)
    assert run(asked.now) == (1, 0)
    assert asked.state == "cancelled"
    assert asked.files() == asked.before
    assert asked.told() == ["export.cancelled"]


def test_what_is_ready_is_not_cancelled(asked):
    assert run(asked.now) == (1, 0)
    asked.cancel()
    assert asked.state == "ready"
    assert asked.told() == ["export.made", "export_ready"]


def test_what_a_dead_worker_left_is_begun_anew(asked):
    order = making.claim(asked.now)
    assert order is not None
    half = storage.path(order.firm_public_id, order.public_id).with_name(f".{order.public_id}.0123abcd")
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_bytes(b"half")
    assert run(asked.now + LEASE / 2) == (0, 0)  # it may live yet
    assert run(asked.now + LEASE + timedelta(seconds=1)) == (1, 0)
    assert not half.exists()
    assert (asked.export.state, asked.export.attempts, asked.export.password) == ("ready", 2, None)


def test_one_who_was_taken_for_dead_writes_nothing_over(asked):
    stale = making.claim(asked.now)
    assert stale is not None
    assert run(asked.now + LEASE * 2) == (1, 0)
    files = asked.files()
    making.make(stale, clock=Clock(asked.now))
    assert asked.files() == files
    assert asked.told() == ["export.made", "export_ready"]
    assert storage.path(stale.firm_public_id, stale.public_id).is_file()


def test_after_three_deaths_it_has_failed(asked):
    now = asked.now
    for _ in range(MOST_ATTEMPTS):
        assert making.claim(now) is not None
        now += LEASE * 2
    assert making.claim(now) is None
    assert (asked.export.state, asked.export.password) == ("failed", None)
    again = asking.ask(asked.user, actor=asked.actor, now=now)
    assert again.public_id != asked.public_id


def test_a_full_disk_is_waited_out(asked, midway, monkeypatch):
    def fill() -> None:
        monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=-1))

    midway(fill)
    now = asked.now
    for _ in range(MOST_ATTEMPTS + 1):
        assert run(now) == (0, 1)
        assert (asked.state, asked.export.attempts) == ("queued", 0)
        assert asking.waits_for(asked.export) == "room"
        assert asked.files() == asked.before
        now += timedelta(minutes=2)
    monkeypatch.undo()
    assert run(now) == (1, 0)
    assert asked.state == "ready"


def test_a_worker_that_must_end_hands_it_back(asked, midway):
    order = making.claim(asked.now)
    assert order is not None
    making.make(order, clock=Clock(asked.now), is_ending=lambda: True)
    assert (asked.state, asked.export.attempts, asked.export.lease_until) == ("queued", 0, None)
    assert asked.files() == asked.before
    assert run(asked.now) == (1, 0)


def test_a_firm_that_is_erased_meanwhile_leaves_no_file(asked, midway):
    midway(beside(db.delete(Export)))
    assert run(asked.now) == (1, 0)
    assert asked.files() == asked.before


def test_a_download_that_has_begun_ends_whole_while_the_firm_is_erased(asked):
    run(asked.now)
    begun = asking.open_file(asked.export, actor=asked.actor, now=asked.now)
    rmtree(asked.folder)
    keys.destroy_firm_key(settings(), asked.actor.firm_public_id)
    assert hashlib.sha256(b"".join(begun)).hexdigest() == asked.export.sha256
    with pytest.raises(NotFound):
        asking.open_file(asked.export, actor=asked.actor, now=asked.now)


def test_progress_counts_rows_and_bytes(asked, midway, monkeypatch):
    seen: list[int] = []
    note = making._Watch._note

    def noting(watch: making._Watch) -> None:
        note(watch)
        seen.append(watch._steps * 10**9 + watch._bytes)

    midway(lambda: None)
    monkeypatch.setattr(making._Watch, "_note", noting)
    assert run(asked.now) == (1, 0)
    assert seen == sorted(seen)
    assert seen[0] < 10**9 * 20 < seen[-1]
    assert seen[-1] % 10**9 > 200_000


def test_a_dead_workers_lease_has_run_out_when_the_next_one_looks():
    assert timedelta(seconds=worker.LEASES_END) > LEASE
    assert "make_exports" in worker.LONG_ONES


def test_a_locked_one_is_never_made_open(asked):
    db.session.query(Export).update({"password": None})
    db.session.commit()
    assert run(asked.now) == (0, 1)
    assert asked.files() == asked.before


def test_orders_tell_attempts_apart(asked):
    order = making.claim(asked.now)
    assert order is not None
    making.make(replace(order, attempt=order.attempt + 1), clock=Clock(asked.now))
    assert asked.state == "running"
