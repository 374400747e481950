"""Issue 7: kill -9 in the middle of an import: it goes on, and the firm is wholly here or not to be seen."""

from __future__ import annotations

import hashlib
import zipfile
from datetime import timedelta
from functools import partial

from sqlalchemy import func, select

from domain.standing import Standing
from exchange import manifests
from extensions import db
from jobs import take_in
from models import Arrival, Base, Firm, StoredFile, new_public_id
from services import events, storage
from services.clock import utc_now
from services.exporting import operating, rows
from services.importing import checking, kept
from services.installation import settings
from tests.conftest import empty_database
from tests.killing import killed_at
from tests.whole_firm import Markers, fill

FIRST, STRIDE, FEWEST = 25, 5, 9


def test_an_import_is_killed_wherever_it_is(app, make, tmp_path, monkeypatch):
    firm = make.firm()
    public_id = firm.public_id
    fill(make, firm, Markers())
    path = tmp_path / "a.zip"
    operating.write(public_id, path, now=utc_now())
    empty_database()
    (settings().keys_dir / f"{public_id}.key").unlink()
    now, data = utc_now(), path.read_bytes()
    waiting_id = new_public_id()
    kept.write(waiting_id, [data])
    db.session.add(Arrival(created_at=now, sha256=hashlib.sha256(data).hexdigest(), public_id=waiting_id))
    db.session.commit()
    monkeypatch.setattr(checking, "check", lambda *_given, **_named: None)  # it writes nothing, and is tried elsewhere
    kills, point = 0, FIRST
    while killed_at(point, partial(take_in.run, now)):
        kills, point, now = kills + 1, point + STRIDE, now + timedelta(minutes=10)
        state, standing = _seen()
        assert (state == "done") == (standing == Standing.ACTIVE), kills
    assert kills >= FEWEST
    assert _seen() == ("done", Standing.ACTIVE)
    _is_whole(public_id, path)
    assert not (settings().DATA_DIR / "arrivals" / waiting_id).exists()


def _seen() -> tuple[str, str | None]:
    db.session.rollback()
    return db.session.scalars(select(Arrival.state)).one(), db.session.scalar(select(Firm.standing))


def _is_whole(public_id: str, path) -> None:
    with zipfile.ZipFile(path) as archive, archive.open("manifest.json") as file:
        about, _files = manifests.read(file)
    more = {"event": 1, "earlier_home": 1, "letter": 1}
    for table in rows.tables():
        there = db.session.scalar(select(func.count()).select_from(Base.metadata.tables[table.name]))
        assert (table.name, there) == (table.name, about.rows[table.name] + more.get(table.name, 0))
    firm = db.session.scalars(select(Firm)).one()
    assert events.verify(firm) is None
    for row in db.session.scalars(select(StoredFile)):
        assert hashlib.sha256(storage.read(public_id, row)).hexdigest() == row.sha256
