"""What has served its time goes, what is needed stays, and a missing file is reported."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from extensions import db
from jobs import clean_up, make_exports, sweep_files
from models import ErasureReceipt, Export, Login, OnceKey, Quote, QuoteLine, StoredFile, UserToken
from services import keys, limits, logins, scope, storage, transaction
from services.actors import system
from services.clock import utc_now
from services.exporting import asking
from services.installation import secrets, settings
from services.quotes import drafting
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


def age(path, days: float = 31) -> None:
    then = path.stat().st_mtime - days * 86400
    os.utime(path, (then, then))


def test_orphans_older_than_thirty_days_are_removed(firm, now):
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


def leftovers(name):
    """Files, letters and key of a firm that has no row."""
    homes = [settings().files_dir / name, settings().DATA_DIR / "mailbox" / name]
    for home in homes:
        home.mkdir(parents=True, exist_ok=True)
        (home / "x").write_bytes(b"x")
        age(home)
    keys.create_firm_key(settings(), secrets(), name)
    return [*homes, settings().keys_dir / f"{name}.key"]


def test_what_an_erased_firm_left_is_removed(firm, now):
    left = leftovers("erased-firm")
    db.session.add(
        ErasureReceipt(number="n", firm_public_id="erased-firm", confirmed_at=now, erased_at=now, counts="{}")
    )
    db.session.commit()
    assert sweep_files.run(now).done == 3
    assert [path.exists() for path in left] == [False] * 3
    assert (settings().keys_dir / f"{firm.public_id}.key").exists()


def test_a_firm_of_another_database_is_left_alone(firm, now):
    left = leftovers("other-database")
    assert sweep_files.run(now).done == 0
    assert all(path.exists() for path in left)


def test_old_news_leave_the_turn_and_what_wants_an_answer_stays(make, now):
    firm = make.firm()
    then = now - timedelta(days=15)
    told = {"turn": "firm", "touched_at": then}
    rows = {
        "accepted": make.quote(firm, status="accepted", **told),
        "asked": make.quote(firm, status="accepted", question_at=then, **told),
        "bounced": make.quote(firm, status="sent", mail_failed_at=then, **told),
        "late": make.quote(firm, status="late_acceptance", **told),
        "new": make.quote(firm, status="declined", turn="firm"),
    }
    numbers = {name: row.id for name, row in rows.items()}
    clean_up.run(now)
    turns = {name: db.session.get_one(Quote, row_id, populate_existing=True).turn for name, row_id in numbers.items()}
    assert turns == {"accepted": "none", "asked": "firm", "bounced": "firm", "late": "firm", "new": "firm"}


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


def test_the_number_of_a_removed_line_is_never_used_again(make, firm, now):
    quote = make.quote(firm)
    last = scope.rows(QuoteLine, firm.id, QuoteLine.quote_id == quote.id, QuoteLine.n == 4)[0]
    last.removed_at = now
    quote.sent_at = now + timedelta(hours=1)
    db.session.commit()
    clean_up.run(now + DAY)
    assert drafting.next_n(QuoteLine, db.session.get_one(Quote, quote.id)) == 5
