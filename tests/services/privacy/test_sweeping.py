"""What has served its time goes, what is needed stays, and a missing file is reported."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from extensions import db
from jobs import clean_up, make_exports, sweep_files
from models import Export, Login, OnceKey, Quote, QuoteLine, StoredFile, UserToken
from services import keys, limits, logins, scope, storage, transaction
from services.actors import system
from services.clock import utc_now
from services.exporting import asking
from services.installation import secrets, settings
from tests.whole_firm import Markers, fill

DAY = timedelta(days=1)


@pytest.fixture
def now():
    return utc_now()


@pytest.fixture
def firm(make):
    firm = make.firm()
    fill(make, firm, Markers())
    return firm


def age(path, days: float = 2) -> None:
    then = path.stat().st_mtime - days * 86400
    os.utime(path, (then, then))


def test_orphans_older_than_a_day_are_removed(firm, now):
    named = scope.rows(StoredFile, firm.id)
    for row in named:
        age(storage.path(firm.public_id, row.public_id))
    old, young = (storage.path(firm.public_id, name) for name in ("oldorphan", "youngorphan"))
    for name in ("oldorphan", "youngorphan"):
        storage.write(firm.public_id, name, [b"x"])
    age(old)
    result = sweep_files.run(now)
    assert (result.done, result.failed) == (1, 0)
    assert (old.exists(), young.exists()) == (False, True)
    assert all(storage.path(firm.public_id, row.public_id).exists() for row in named)


def test_an_export_is_no_orphan(make, firm, now):
    asked = asking.ask(make.owner(firm), actor=system(firm.id, firm.public_id), now=now)
    make_exports.run(now)
    path = storage.path(firm.public_id, asked.public_id)
    age(path)
    assert sweep_files.run(now).done == 0
    assert path.exists()


def test_what_no_firm_names_is_removed(firm, now):
    folder = settings().files_dir / "nobody"
    letters = settings().DATA_DIR / "mailbox" / "nobody"
    of_none = settings().DATA_DIR / "mailbox" / "_"
    for home in (folder, letters, of_none):
        home.mkdir(parents=True, exist_ok=True)
        (home / "x").write_bytes(b"x")
        age(home)
    keys.create_firm_key(settings(), secrets(), "nobody")
    age(settings().keys_dir / "nobody.key")
    assert sweep_files.run(now).done == 3
    assert not folder.exists()
    assert not letters.exists()
    assert of_none.exists()
    assert not (settings().keys_dir / "nobody.key").exists()
    assert (settings().keys_dir / f"{firm.public_id}.key").exists()


def test_a_row_without_its_file_is_reported(firm, now, caplog):
    lost = scope.rows(StoredFile, firm.id)[0].public_id
    storage.remove(firm.public_id, lost)
    db.session.rollback()
    assert sweep_files.run(now).failed == 1
    assert lost in caplog.text


def test_old_exports_lose_their_file(make, firm, now):
    asked = asking.ask(make.owner(firm), actor=system(firm.id, firm.public_id), now=now)
    make_exports.run(now)
    db.session.refresh(asked)
    path = storage.path(firm.public_id, asked.public_id)
    late = asked.expires_at
    assert late is not None
    clean_up.run(late - timedelta(seconds=1))
    assert path.exists()
    db.session.refresh(asked)
    clean_up.run(late)
    assert not path.exists()
    db.session.refresh(asked)
    assert (asked.state, asked.size_bytes) == ("gone", 0)
    assert db.session.query(Export).count() == 1


def test_tries_and_one_time_keys_are_forgotten(firm, now):
    limits.count("login", "x", limit=5, now=now - timedelta(hours=1))
    clean_up.run(now + 29 * DAY)
    assert db.session.query(OnceKey).count() == 1
    clean_up.run(now + 31 * DAY)
    assert db.session.query(OnceKey).count() == 0


def test_links_of_users_go_30_days_after_their_end(firm, now):
    clean_up.run(now + 36 * DAY)
    assert db.session.query(UserToken).count() == 1
    clean_up.run(now + 38 * DAY)
    assert db.session.query(UserToken).count() == 0


def test_logins_go_90_days_after_they_ended(make, firm, now):
    db.session.query(Login).delete()
    logins.open_login(make.owner(firm), ip="192.0.2.7", user_agent="x", now=now)
    transaction.commit()
    db.session.query(Login).update({"ended_at": now})
    db.session.commit()
    clean_up.run(now + 89 * DAY)
    assert db.session.query(Login).count() == 1
    clean_up.run(now + 91 * DAY)
    assert db.session.query(Login).count() == 0


def test_a_login_that_was_left_open_goes_too(make, firm, now):
    clean_up.run(now + 103 * DAY)  # 14 idle days, then 90
    assert db.session.query(Login).count() == 1
    clean_up.run(now + 105 * DAY)
    assert db.session.query(Login).count() == 0


def test_removed_lines_go_when_the_quote_is_sent(make, firm, now):
    quote = make.quote(firm)
    before = db.session.query(QuoteLine).count()
    line = scope.rows(QuoteLine, firm.id, QuoteLine.quote_id == quote.id)[0]
    line.removed_at = now
    db.session.commit()
    clean_up.run(now + DAY)
    assert db.session.query(QuoteLine).count() == before, "still a draft: undo must work"
    db.session.query(Quote).filter_by(id=quote.id).update({"sent_at": now + timedelta(hours=1)})
    db.session.commit()
    clean_up.run(now + DAY)
    assert db.session.query(QuoteLine).count() == before - 1
