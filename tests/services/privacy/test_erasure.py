"""After the last day nothing of a firm is found, and nothing of the others has moved (C-55 to C-57)."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from threading import Thread

from extensions import db
from jobs import clean_up, close_firms, send_mail
from models import Base, ErasureReceipt, Export, Firm, Letter
from services import closing, events, leaving_letters, storage
from services.actors import system
from services.installation import settings
from services.privacy import compacting, erasure, journal
from services.sealing import keys as sealing_keys
from tables.engine import PATIENCE
from tests.conftest import IS_POSTGRESQL
from tests.erasing import AFTER, DAY, LAST_MOMENT, MARKS, NOW, checksum, found_in_rows, found_on_disk, marks_in


def test_the_markers_are_there_before(leaver):
    """Else the search below proves nothing. What is encrypted is in no file in clear."""
    encrypted = {MARKS.personnummer, MARKS.file, MARKS.browser}
    assert found_in_rows() >= set(MARKS.all()) - encrypted
    if not IS_POSTGRESQL:
        assert found_on_disk() >= set(MARKS.all()) - encrypted


def test_what_is_deflated_is_searched_too(leaver):
    """An export holds its texts only so."""
    export = db.session.query(Export).one()
    archive = b"".join(storage.stream(leaver.public_id, export.public_id))
    assert MARKS.question.encode() not in archive
    assert {MARKS.question, MARKS.customer, MARKS.personnummer} <= marks_in(archive)


def test_until_the_last_moment_everything_is_there(leaver, other):
    before = checksum(leaver)
    for when in (NOW, NOW + 29 * DAY, LAST_MOMENT):
        assert close_firms.run(when).done == 0
        assert checksum(leaver) == before
    assert db.session.query(ErasureReceipt).count() == 0


def test_an_undone_termination_erases_nothing(leaver):
    closing.undo(actor=system(leaver.id, leaver.public_id), now=LAST_MOMENT)
    before = checksum(leaver)
    assert close_firms.run(AFTER).done == 0
    assert checksum(leaver) == before


def test_then_nothing_is_left(leaver, other, caplog):
    caplog.set_level("INFO")
    public_id, firm_id, before = leaver.public_id, leaver.id, checksum(other)
    result = close_firms.run(AFTER)
    assert (result.done, result.failed) == (1, 0)
    assert checksum(other) == before
    assert events.verify(other) is None
    assert send_mail.run(AFTER + timedelta(minutes=1)).failed == 0
    clean_up.run(AFTER + timedelta(hours=1))
    assert found_in_rows() == set()
    assert found_on_disk() == set()
    assert not [mark for mark in MARKS.all() if mark in caplog.text]
    assert db.session.get(Firm, firm_id) is None
    assert not storage.folder(public_id).exists()
    assert not (settings().keys_dir / f"{public_id}.key").exists()
    assert not (settings().DATA_DIR / "mailbox" / public_id).exists()
    for table in Base.metadata.sorted_tables:
        if "firm_id" in table.columns:
            assert not db.session.execute(table.select().where(table.c.firm_id == firm_id)).first()


def test_a_receipt_and_a_letter_are_left(app, leaver, make):
    owner_mail, public_id = make.owner(leaver).email, leaver.public_id
    close_firms.run(AFTER)
    receipt = db.session.query(ErasureReceipt).one()
    assert (receipt.firm_public_id, receipt.confirmed_at, receipt.erased_at) == (public_id, NOW, AFTER)
    assert json.loads(receipt.counts)["rows"] > 30
    # logo, price list, quote, three of an agreement, a mail, export, three of a photo, a document and a page of it
    assert json.loads(receipt.counts)["files"] == 13
    letter = db.session.query(Letter).one()
    assert (letter.kind, letter.firm_id, letter.to_address) == ("firm_erased", None, owner_mail)
    number, params = receipt.number, json.loads(letter.params)
    with app.test_request_context():
        assert number in leaving_letters.firm_erased({"firm_id": None, **params}).text
    send_mail.run(AFTER)
    letter = db.session.query(Letter).one()
    assert (letter.state, letter.to_address) == ("sent", "")


def test_erasing_again_does_nothing(leaver):
    close_firms.run(AFTER)
    assert close_firms.run(AFTER + DAY).done == 0
    assert db.session.query(ErasureReceipt).count() == 1


def test_a_reader_delays_only_the_compacting(leaver, monkeypatch):
    monkeypatch.setattr(compacting, "CHECKPOINT_TRIES", 1)
    inner, took = compacting.empty_log, [0.0]

    def timed() -> bool:
        began = time.monotonic()
        is_empty = inner()
        took.append(time.monotonic() - began)
        return is_empty

    monkeypatch.setattr(compacting, "empty_log", timed)
    with db.engine.connect() as reader:
        reader.connection.driver_connection.execute("BEGIN")  # type: ignore[union-attr]
        reader.connection.driver_connection.execute("SELECT * FROM firm").fetchone()  # type: ignore[union-attr]
        if IS_POSTGRESQL:  # it compacts by itself, but its own transactions must not wait for one another here
            reader.connection.driver_connection.rollback()  # type: ignore[union-attr]
        assert close_firms.run(AFTER).failed == (0 if IS_POSTGRESQL else 1)
        assert max(took) < PATIENCE, "nobody who writes waits for who reads"
    assert close_firms.run(AFTER + timedelta(hours=1)).failed == 0
    assert found_on_disk() == set()


def test_two_workers_at_once_make_one_receipt(app, leaver):
    (due,) = erasure.due(AFTER)  # both have asked
    db.session.remove()

    def work() -> None:
        with app.app_context():
            erasure.erase(due, now=AFTER)
            db.session.remove()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journal.read().begun) == 1
    assert db.session.query(ErasureReceipt).count() == 1
    assert db.session.query(Letter).count() == 1


def test_a_firm_that_is_not_here_yet_is_left_alone(leaver):
    leaver.standing = "arriving"
    db.session.commit()
    before = checksum(leaver)
    assert close_firms.run(AFTER).done == 0
    erasure.erase(leaver.id, now=AFTER)
    assert checksum(leaver) == before
    assert not journal.read().begun


def test_a_suspended_firm_goes_on_the_day_that_its_owner_was_promised(leaver):
    leaver.standing = "suspended"
    db.session.commit()
    assert close_firms.run(LAST_MOMENT).done == 0
    assert close_firms.run(AFTER).done == 1
    assert db.session.query(Firm).count() == 0


def test_without_a_key_to_sign_with_nothing_is_begun(leaver, monkeypatch):
    before = checksum(leaver)
    with monkeypatch.context() as patch:
        patch.setattr(sealing_keys, "_ring", missing)
        assert close_firms.run(AFTER).failed == 1
        assert checksum(leaver) == before
    assert close_firms.run(AFTER).done == 1


def missing() -> None:
    raise sealing_keys.KeysMissing("gone")
