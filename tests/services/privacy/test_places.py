"""Every place that holds something is named, says who ends it, and what is of a firm is erased."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from extensions import db
from jobs import close_firms, schedule, send_mail
from jobs.queue import Queue
from models import Arrival
from services.installation import settings
from services.privacy import places
from tests.erasing import AFTER, a_leaver, marks_in

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("place", places.PLACES, ids=lambda place: place.name)
def test_every_place_says_what_it_holds_and_who_ends_it(place):
    assert place.holds
    assert place.ends
    assert (place.of_firm is None) == (place.erase is None)


def test_every_file_of_the_installation_is_in_a_place(app, make):
    """After the kind of use that the whole suite makes of it: this test's own, and that of all before it."""
    a_leaver(make, choice="lock_bookkeeping", has_export=True)
    queue = Queue(app)
    queue.tick()
    for job in schedule.WHEN:
        queue.wake(job)
    send_mail.run(AFTER)
    close_firms.run(AFTER)
    files = [path for path in settings().DATA_DIR.rglob("*") if path.is_file()]
    assert {places.of(path).name for path in files if places.of(path)} >= {"archive", "receipts", "journal", "marks"}
    assert [path for path in files if places.of(path) is None] == []
    for name in ("queue.db", "queue.db-wal"):
        if (path := settings().DATA_DIR / name).exists():
            assert not marks_in(path.read_bytes())
    queue.huey.storage.flush_all()
    queue.huey.storage.close()


def test_every_file_that_the_program_names_is_in_a_place():
    named = {
        found
        for room in ("services", "jobs", "mail", "blueprints", "scripts")
        for file in (ROOT / room).rglob("*.py")
        for found in re.findall(r'DATA_DIR / f?"([^"]+)"', file.read_text())
    }
    assert {"queue.db", "mailbox", "archive", "arrivals"} <= named
    patterns = [pattern for place in places.PLACES for pattern in place.where]
    unnamed = [
        name
        for name in named
        if not any(re.sub(r"\{.*?\}", "?", name) in (pattern, pattern.partition("/")[0]) for pattern in patterns)
    ]
    assert unnamed == []


def test_what_a_firm_brought_along_goes_with_it(app, make):
    firm = a_leaver(make)
    row = Arrival(asker_firm=firm.public_id, created_at=AFTER)
    other = Arrival(asker_firm="o" * 22, created_at=AFTER)
    db.session.add_all([row, other])
    db.session.commit()
    home = settings().DATA_DIR / "arrivals"
    home.mkdir(exist_ok=True)
    for one in (row, other):
        (home / one.public_id).write_bytes(b"sealed")
    kept = other.public_id
    close_firms.run(AFTER)
    assert [path.name for path in home.iterdir()] == [kept]
    assert [one.public_id for one in db.session.query(Arrival)] == [kept]
    db.session.query(Arrival).delete()
    db.session.commit()
