"""After the last day nothing of a firm is found, and nothing of the others has moved (C-55 to C-57)."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config import Settings
from extensions import db
from jobs import clean_up, close_firms, make_exports, send_mail
from models import Base, ErasureReceipt, Firm, Letter
from services import closing, events, leaving_letters, storage
from services.actors import system
from services.exporting import asking
from services.installation import settings
from services.privacy import compacting, erasure, journal
from services.sealing import keys as sealing_keys
from tests.conftest import IS_POSTGRESQL
from tests.factories import PASSWORD, Make
from tests.whole_firm import Markers, fill

MARKS = Markers()
OTHERS = Markers(
    name="Annanfirma",
    email="annanmejl",
    phone="+46700000992",
    street="Annangatan 1",
    orgnr="",
    customer="Annankund",
    line="Annanrad",
    photo="Annanfoto av köket",
    question="Annanfråga",
    decline="Annatnej",
    feedback="Annatomdöme",
    personnummer="198502152393",
    browser="Annanbläddrare",
    file="Annanfil",
)
NOW = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)
DAY = timedelta(days=1)
LAST_MOMENT = datetime(2026, 12, 20, 22, 59, 59, 999999, tzinfo=UTC)
AFTER = LAST_MOMENT + timedelta(minutes=8)


@pytest.fixture(autouse=True)
def _empty_folder(app):
    """No file of an earlier test: the search goes through all there are."""
    for name in ("mailbox", "files"):
        shutil.rmtree(settings().DATA_DIR / name, ignore_errors=True)
    _forget_erasures()
    yield
    _forget_erasures()


def _forget_erasures() -> None:
    for name in (journal.NAME, compacting.VACUUM_DUE):
        (settings().DATA_DIR / name).unlink(missing_ok=True)


@pytest.fixture
def other(make: Make) -> Firm:
    """A firm that stays."""
    firm = make.firm(OTHERS.name, orgnr="", vat_number="", phone=OTHERS.phone, email="annan@example.se")
    fill(make, firm, OTHERS)
    return firm


@pytest.fixture
def leaver(make: Make) -> Firm:
    """A terminated firm with something everywhere: tables, files, an export, a letter in the local mailbox."""
    firm = make.firm(
        MARKS.name, orgnr=MARKS.orgnr, phone=MARKS.phone, street=MARKS.street, email=f"{MARKS.email}@firma.example"
    )
    owner = fill(make, firm, MARKS)
    actor = system(firm.id, firm.public_id)
    asking.ask(owner, actor=actor, now=NOW)
    assert make_exports.run(NOW).done == 1
    closing.ask(owner, password=PASSWORD, reason=MARKS.decline, actor=actor, now=NOW)
    home = settings().DATA_DIR / "mailbox" / firm.public_id
    home.mkdir(parents=True)
    (home / "brev.eml").write_text(f"To: {MARKS.email}@kund.example\n\n{MARKS.question}")
    return firm


def everything() -> list[Path]:
    """Every file the installation keeps: database, write-ahead log, files, queue, mailbox."""
    chosen: Settings = settings()
    kept = [path for path in chosen.DATA_DIR.rglob("*") if path.is_file()]
    if not IS_POSTGRESQL:
        database = Path(chosen.database_url.removeprefix("sqlite:///"))
        kept += database.parent.glob(f"{database.name}*")
    return kept


def found_on_disk() -> set[str]:
    """The markers that a search through all files finds, in either case of letters."""
    found = set()
    for path in everything():
        data = path.read_bytes()
        found |= {mark for mark in MARKS.all() if mark.encode() in data or mark.lower().encode() in data}
    return found


def found_in_rows() -> set[str]:
    db.session.rollback()
    text = repr([tuple(row) for table in Base.metadata.sorted_tables for row in db.session.execute(table.select())])
    return {mark for mark in MARKS.all() if mark in text or mark.lower() in text}


def checksum(firm: Firm) -> str:
    """Of all rows and files of a firm."""
    db.session.rollback()
    digest = hashlib.sha256()
    for table in Base.metadata.sorted_tables:
        if table.name == "firm" or "firm_id" in table.columns:
            mine = table.c.id == firm.id if table.name == "firm" else table.c.firm_id == firm.id
            for row in db.session.execute(table.select().where(mine).order_by(*table.primary_key.columns)):
                digest.update(repr(tuple(row)).encode())
    for path in sorted(storage.folder(firm.public_id).rglob("*")):
        digest.update(path.name.encode() + (path.read_bytes() if path.is_file() else b""))
    digest.update((settings().keys_dir / f"{firm.public_id}.key").read_bytes())
    return digest.hexdigest()


def test_the_markers_are_there_before(leaver):
    """Else the search below proves nothing. What is encrypted is in no file in clear."""
    encrypted = {MARKS.personnummer, MARKS.file, MARKS.browser}
    assert found_in_rows() >= set(MARKS.all()) - encrypted
    if not IS_POSTGRESQL:
        assert found_on_disk() >= set(MARKS.all()) - encrypted


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
    with db.engine.connect() as reader:
        reader.connection.driver_connection.execute("BEGIN")  # type: ignore[union-attr]
        reader.connection.driver_connection.execute("SELECT * FROM firm").fetchone()  # type: ignore[union-attr]
        if IS_POSTGRESQL:  # it compacts by itself, but its own transactions must not wait for one another here
            reader.connection.driver_connection.rollback()  # type: ignore[union-attr]
        assert close_firms.run(AFTER).failed == (0 if IS_POSTGRESQL else 1)
    assert close_firms.run(AFTER + timedelta(hours=1)).failed == 0
    assert found_on_disk() == set()


def test_two_workers_at_once_make_one_receipt(leaver):
    due = erasure.due(AFTER)
    close_firms.run(AFTER)
    erasure.erase(*due, now=AFTER)  # the other one had asked before
    assert db.session.query(ErasureReceipt).count() == 1
    assert db.session.query(Letter).count() == 1


@pytest.mark.parametrize("standing", ["suspended", "arriving"])
def test_a_firm_that_may_not_be_touched_is_left_alone(leaver, standing):
    leaver.standing = standing
    db.session.commit()
    before = checksum(leaver)
    assert close_firms.run(AFTER).done == 0
    erasure.erase(leaver.id, now=AFTER)
    assert checksum(leaver) == before
    assert not journal.read().begun


def test_without_a_key_to_sign_with_nothing_is_begun(leaver, monkeypatch):
    before = checksum(leaver)
    with monkeypatch.context() as patch:
        patch.setattr(sealing_keys, "_ring", missing)
        assert close_firms.run(AFTER).failed == 1
        assert checksum(leaver) == before
    assert close_firms.run(AFTER).done == 1


def missing() -> None:
    raise sealing_keys.KeysMissing("gone")
