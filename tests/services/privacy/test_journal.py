"""The journal of erasures: what a backup brings back is erased again, what was cut off is finished (C-57)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from extensions import db
from jobs import close_firms
from models import Applicant, ErasureReceipt, Firm, Letter, StoredFile
from services import keys, leaving_letters, storage, vault
from services.doctor import examine
from services.installation import secrets, settings
from services.privacy import erasure, journal, receipts, sweeping
from services.sealing import keys as sealing_keys
from tests.erasing import (
    AFTER,
    DAY,
    a_leaver,
    checksum,
    found_in_rows,
    found_on_disk,
    marks_in,
    put_back,
    rows_of_all,
)
from tests.factories import Make


@pytest.fixture
def leaver(make: Make) -> Firm:
    """Without an export: test_erasure.py looks for that."""
    return a_leaver(make)


def backup(folder: Path) -> dict[str, list[Any]]:
    """Database and files, as docs/operations.md has it: the keys lie apart."""
    shutil.copytree(settings().files_dir, folder / "files")
    return rows_of_all()


def restore(rows: dict[str, list[Any]], folder: Path) -> None:
    put_back(rows)
    shutil.copytree(folder / "files", settings().files_dir, dirs_exist_ok=True)


def letters() -> int:
    return db.session.query(Letter).filter_by(kind="firm_erased").count()


def test_a_backup_opens_nothing_and_what_it_brings_back_goes(leaver, other, tmp_path):
    public_id, before = leaver.public_id, checksum(other)
    rows = backup(tmp_path)
    close_firms.run(AFTER)
    receipt = db.session.query(ErasureReceipt).one().receipt
    restore(rows, tmp_path)
    sealed = db.session.query(Applicant).filter(Applicant.firm_id == leaver.id).order_by(Applicant.id).first()
    with pytest.raises(keys.KeyMissing):
        vault.unseal(public_id, sealed.personnummer, "applicant", sealed.public_id, "personnummer")
    for file in db.session.query(StoredFile).filter(StoredFile.firm_id == leaver.id):
        with pytest.raises(keys.KeyMissing):
            storage.read(public_id, file)
        assert not marks_in(storage.path(public_id, file.public_id).read_bytes())
    assert found_in_rows()

    assert erasure.replay(AFTER + DAY) == 1
    assert found_in_rows() == set()
    assert found_on_disk() == set()
    assert not storage.folder(public_id).exists()
    assert (letters(), db.session.query(ErasureReceipt).one().receipt) == (0, receipt)  # they have been told before
    assert checksum(other) == before
    assert erasure.replay(AFTER + 2 * DAY) == 0


def test_a_new_key_of_the_same_id_opens_nothing_old(leaver, tmp_path):
    """As of a firm that has come back: its key is another, and every process takes the one that is there."""
    sealed = vault.seal(leaver.public_id, b"x", "a", "b")
    (settings().keys_dir / f"{leaver.public_id}.key").unlink()  # by another process
    with pytest.raises(keys.KeyMissing):
        vault.unseal(leaver.public_id, sealed, "a", "b")
    keys.create_firm_key(settings(), secrets(), leaver.public_id)
    with pytest.raises(InvalidTag):
        vault.unseal(leaver.public_id, sealed, "a", "b")


def test_files_and_key_that_come_back_alone_go_again(leaver):
    public_id = leaver.public_id
    close_firms.run(AFTER)
    storage.folder(public_id).mkdir(parents=True)
    (storage.folder(public_id) / "x").write_bytes(b"x")
    keys.create_firm_key(settings(), secrets(), public_id)
    assert erasure.replay(AFTER + DAY) == 0
    assert not storage.folder(public_id).exists()
    assert not (settings().keys_dir / f"{public_id}.key").exists()


def test_a_database_that_lacks_receipts_gets_them_back(leaver):
    close_firms.run(AFTER)
    row = db.session.query(ErasureReceipt).one()
    before = (row.number, row.receipt, row.signature, row.counts, row.erased_at)
    db.session.delete(row)
    db.session.commit()
    assert erasure.replay(AFTER + DAY) == 0
    row = db.session.query(ErasureReceipt).one()
    assert (row.number, row.receipt, row.signature, row.counts, row.erased_at) == before


def come_back(rows: dict[str, list[Any]], public_id: str) -> None:
    """By an import: the firm is here, under a new key, and its first receipt stays."""
    first = [row for table, found in rows_of_all().items() if table == "erasure_receipt" for row in found]
    put_back({**rows, "erasure_receipt": first})
    keys.create_firm_key(settings(), secrets(), public_id)


def test_a_firm_that_has_come_back_is_left_alone_and_may_leave_again(leaver, tmp_path):
    public_id = leaver.public_id
    rows = rows_of_all()
    close_firms.run(AFTER)
    come_back(rows, public_id)
    assert not erasure.has_begun(public_id)
    assert erasure.replay(AFTER + DAY) == 0  # the database knows the receipt: the firm is younger
    erasure.returned(public_id, AFTER + DAY)
    erasure.returned(public_id, AFTER + DAY)
    assert erasure.gone() == set()
    db.session.query(ErasureReceipt).delete()  # of a backup between: the journal says that it is back
    db.session.commit()
    assert erasure.replay(AFTER + DAY) == 0
    sweeping.orphans(AFTER + 90 * DAY)
    assert (settings().keys_dir / f"{public_id}.key").exists()

    assert close_firms.run(AFTER + 2 * DAY).done == 1
    first, second = db.session.query(ErasureReceipt).order_by(ErasureReceipt.id)
    assert first.firm_public_id == second.firm_public_id == public_id
    assert first.number != second.number
    assert erasure.gone() == {public_id}


def test_a_firm_on_its_way_here_is_left_alone(leaver):
    rows, public_id = rows_of_all(), leaver.public_id
    close_firms.run(AFTER)
    put_back(rows)
    db.session.query(Firm).update({"standing": "arriving"})
    db.session.commit()
    assert erasure.replay(AFTER + DAY) == 0
    assert db.session.query(Firm).one().public_id == public_id
    erasure.returned(public_id, AFTER + DAY)  # and then its opening fails
    for _again in range(2):
        journal.gone_again(public_id)
    assert journal.read().erased.keys() == {public_id}


class Cut(BaseException):
    """The process is gone."""


def test_cut_off_before_the_letter_the_next_start_finishes_it(leaver, monkeypatch):
    def cut(*given, **named):
        raise Cut

    with monkeypatch.context() as patch:
        patch.setattr(leaving_letters, "queue_firm_erased", cut)
        with pytest.raises(Cut):
            close_firms.run(AFTER)
    db.session.rollback()
    assert erasure.replay(AFTER) == 1
    assert (db.session.query(ErasureReceipt).count(), letters()) == (1, 1)
    assert found_in_rows() == set()
    assert close_firms.run(AFTER).done == 0


def test_a_start_without_a_key_to_sign_with_goes_on_and_the_next_hour_finishes(leaver, monkeypatch):
    def cut(*given, **named):
        raise Cut

    def missing():
        raise sealing_keys.KeysMissing

    with monkeypatch.context() as patch:
        patch.setattr(erasure, "_made", cut)
        with pytest.raises(Cut):
            close_firms.run(AFTER)
    db.session.rollback()
    with monkeypatch.context() as patch:
        patch.setattr(sealing_keys, "_ring", missing)
        erasure.replay(AFTER)
    assert db.session.query(ErasureReceipt).count() == 0
    assert close_firms.run(AFTER).done == 1
    assert (db.session.query(ErasureReceipt).count(), letters()) == (1, 1)


def test_cut_off_before_the_last_line_the_next_hour_writes_it(leaver, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(erasure, "_note_done", lambda row: None)
        close_firms.run(AFTER)
    assert journal.read().done == {}
    close_firms.run(AFTER + DAY)
    assert list(journal.read().done) == [db.session.query(ErasureReceipt).one().number]


def test_of_a_firm_that_left_twice_a_lost_journal_gets_the_last_one_last(app):
    for days, number in enumerate(("first", "second", "third")):
        times = {"confirmed_at": AFTER, "erased_at": AFTER + days * DAY}
        counts = json.dumps({"rows": 1, "files": 0, "papers": {}})
        db.session.add(ErasureReceipt(number=number, firm_public_id="f" * 22, counts=counts, **times))
        db.session.commit()
    erasure.follow()
    assert list(journal.read().done) == ["first", "second", "third"]
    assert journal.read().erased["f" * 22].number == "third"


def test_half_a_line_is_passed_over(make, leaver):
    """Of a power cut, or a copy made while it was written: what it was to say has not been acted on."""
    journal.path().write_text('{"firm": "abc", "num')
    assert erasure.replay(AFTER) == 0
    assert close_firms.run(AFTER).done == 1
    _half, begun, done = journal.path().read_text().splitlines()
    assert json.loads(done)["number"] == json.loads(begun)["number"]
    journal.path().write_text(begun + "\n" + done[: len(done) // 2])
    close_firms.run(AFTER + DAY)
    assert json.loads(journal.path().read_text().splitlines()[-1]) == json.loads(done)


def test_lines_of_before_are_read(leaver):
    """As they were written when the receipt was a row of counts alone."""
    line = {"firm": leaver.public_id, "number": "n" * 22, "confirmed_at": AFTER.isoformat(), "rows": 7, "files": 2}
    journal.append(line)
    assert erasure.has_begun(leaver.public_id)
    assert close_firms.run(AFTER).done == 1
    receipt = receipts.find("n" * 22)
    assert json.loads(receipt.counts)["rows"] == 7
    assert receipts.told(receipt)["rows"] == {}


def test_the_doctor_misses_a_journal_that_was_lost(leaver):
    def said() -> list[tuple[bool | None, str]]:
        return [(one.is_wrong, one.sentence) for one in examine(AFTER) if one.about == "erasures"]

    close_firms.run(AFTER)
    assert [wrong for wrong, _ in said()] == [False]
    number = db.session.query(ErasureReceipt).one().number
    kept = journal.path().read_bytes()
    journal.path().unlink()
    ((wrong, sentence),) = said()
    assert (wrong, "erasures.jsonl" in sentence) == (True, True)
    close_firms.run(AFTER + DAY)  # what the database knows is written into it again
    assert number in journal.read().done
    assert [wrong for wrong, _ in said()] == [False]
    journal.path().unlink()
    db.session.query(ErasureReceipt).delete()  # and of an older database only the papers tell
    db.session.commit()
    assert [wrong for wrong, _ in said()] == [True]
    journal.path().write_bytes(kept)
    assert [wrong for wrong, _ in said()] == [False]
