"""kill -9 of the worker while it makes an export: begun anew each time, and one whole file in the end."""

from __future__ import annotations

import hashlib
from functools import partial

from extensions import db
from jobs import make_exports
from models import Event, Export, Letter
from services import storage
from services.actors import system
from services.clock import utc_now
from services.exporting import asking
from services.exporting.making import LEASE
from tests.killing import killed_at
from tests.whole_firm import Markers, fill

FEWEST = 10
STRIDE = 13


def told() -> tuple[int, int]:
    """How often the chain says that an export was made, and letters that one is ready."""
    db.session.rollback()
    made = sum(1 for row in db.session.query(Event) if row.act == "export.made")
    return made, db.session.query(Letter).filter_by(kind="export_ready").count()


def test_the_worker_is_killed_while_it_exports(app, make):
    firm = make.firm()
    fill(make, firm, Markers())
    public_id, now, owner = firm.public_id, utc_now(), make.owner(firm)
    db.session.query(Export).delete()
    db.session.commit()
    files, (made, letters) = set(storage.folder(public_id).rglob("*")), told()
    export = asking.ask(owner, actor=system(firm.id, public_id), now=now, password="hyvel spik 7 takstol").public_id
    point = kills = 0
    while True:
        point, now = point + STRIDE, now + LEASE * 2
        alive = not killed_at(point, partial(make_exports.run, now))
        ready = db.session.query(Export).one().state == "ready"
        assert told() == (made + ready, letters + ready)
        if alive:
            break
        kills += 1
        db.session.query(Export).update({"attempts": 0})  # the third death would be the last
        db.session.commit()
    assert kills >= FEWEST
    assert make_exports.run(now + LEASE * 2).done == 0
    row, data = db.session.query(Export).one(), b"".join(storage.stream(public_id, export))
    assert (row.state, row.sha256, row.password) == ("ready", hashlib.sha256(data).hexdigest(), None)
    left = {path for path in storage.folder(public_id).rglob("*") if path.is_file()} - files
    assert [path.name for path in left] == [export]
