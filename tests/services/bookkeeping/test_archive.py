"""Locked bookkeeping: moved before the rest is erased, out of reach, and gone on its day."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from extensions import db
from jobs import close_firms, expire_archives
from models import Agreement, ErasureReceipt, StoredFile
from services import keys, storage
from services.bookkeeping import archive
from services.doctor import examine
from services.errors import NotFound
from services.installation import settings
from services.privacy import receipts
from tests.erasing import AFTER, MARKS, a_leaver, forget_erasures, marks_in

LAST = date(2033, 12, 31)
LAST_DAY = datetime(2033, 12, 31, 22, 59, tzinfo=UTC)  # 23.59 in Stockholm
DAY_AFTER = datetime(2033, 12, 31, 23, 1, tzinfo=UTC)
A_YEAR_AFTER = datetime(2034, 12, 31, 23, 1, tzinfo=UTC)
IN_CLEAR = re.compile(r"[\w-]{22}/(\d{4}-12-31/([\w-]{22}|index)|whole|openings)\Z")


@pytest.fixture
def papers(app, make) -> Iterator[dict[str, bytes]]:
    """The clear bytes of the material of a firm that has been erased since, by their SHA-256."""
    forget_erasures()
    firm = a_leaver(make, choice="lock_bookkeeping")
    agreement = db.session.query(Agreement).one()
    agreement.accepted_at = AFTER
    db.session.commit()
    rows = [db.session.get_one(StoredFile, n) for n in (agreement.stamped_id, agreement.package_id)]
    found = {row.sha256: storage.read(firm.public_id, row) for row in rows}
    assert close_firms.run(AFTER).done == 1
    yield found
    forget_erasures()


def number() -> str:
    return db.session.query(ErasureReceipt).one().number


def key() -> Path:
    return settings().keys_dir / f"archive-{number()}.key"


def test_it_is_moved_first_and_only_ids_and_dates_are_in_clear(papers):
    found = archive.read(number())
    assert found is not None
    assert (found.days, key().exists()) == ({LAST: 2}, True)
    files = [path for path in archive.home().rglob("*") if path.is_file()]
    assert [path for path in files if not IN_CLEAR.match(path.relative_to(archive.home()).as_posix())] == []
    assert not [path for path in files if marks_in(path.read_bytes())]
    kept = receipts.told(receipts.find(number()))["kept"]
    assert kept[0] == {"what": "bookkeeping", "files": 2, "law": "BFL 7:2", "until": "2033-12-31"}
    assert [one.number for one in archive.listed()] == [number()]
    assert [one for one in examine(AFTER) if one.about == "archive"] == []
    key().write_bytes(b"x" * 60)
    ((about, wrong),) = [(one.about, one.is_wrong) for one in examine(AFTER) if number() in one.sentence]
    assert (about, wrong) == ("archive", True)


def test_it_is_opened_by_the_operator_alone_who_says_why(app, papers, tmp_path):
    runner, target = app.test_cli_runner(), tmp_path / "out"
    refused = runner.invoke(args=["archive", "open", number(), str(target), "--why", "  "])
    assert (refused.exit_code, target.exists()) == (1, False)
    opened = runner.invoke(args=["archive", "open", number(), str(target), "--why", "Revision 2030"])
    assert opened.exit_code == 0, opened.output
    index = json.loads((target / "index.json").read_text())
    assert {one["sha256"]: (target / one["name"]).read_bytes() for one in index} == papers
    assert MARKS.file.encode() in b"".join(papers.values())
    assert {path.stat().st_mode & 0o077 for path in (target, *target.iterdir())} == {0}
    assert "Revision 2030" in runner.invoke(args=["archive", "log", number()]).output
    assert b"Revision" not in (archive.home() / number() / "openings").read_bytes()
    assert f"{number()}  2 files until 2033-12-31" in runner.invoke(args=["archive", "list"]).output
    assert runner.invoke(args=["archive", "open", number(), str(target), "--why", "x"]).exit_code == 1
    for other in ("x" * 22, "..", "../" + number()):
        with pytest.raises(NotFound):
            archive.open_into(other, tmp_path / "x", who="x", why="x", now=AFTER)


def test_no_page_leads_there():
    room = Path(__file__).resolve().parents[3] / "blueprints"
    assert [file for file in room.rglob("*.py") if "bookkeeping import archive" in file.read_text()] == []


def test_it_stays_to_its_last_day_and_then_the_key_goes_too(papers):
    later = archive.home() / number() / "2034-12-31"
    later.mkdir()
    (later / ("i" * 22)).write_bytes(b"sealed")
    assert expire_archives.run(LAST_DAY).done == 0
    assert archive.read(number()).files == 3
    assert expire_archives.run(DAY_AFTER).done == 1
    assert (archive.read(number()).days, key().exists()) == ({date(2034, 12, 31): 1}, True)
    assert expire_archives.run(A_YEAR_AFTER).done == 1
    assert (list(archive.home().iterdir()), key().exists()) == ([], False)
    assert expire_archives.run(A_YEAR_AFTER).done == 0
    assert receipts.find(number())


def test_what_was_cut_off_is_moved_again(app, make):
    forget_erasures()
    firm = a_leaver(make, choice="lock_bookkeeping")
    archive.move(firm.id, firm.public_id, "n" * 22, AFTER)
    folder = archive.home() / ("n" * 22)
    (folder / "whole").unlink()
    (day,) = folder.glob("????-*")
    first, second = sorted(path for path in day.iterdir() if path.name != "index")
    second.unlink()
    (day / ".half").write_bytes(b"x")
    before = first.read_bytes()
    assert expire_archives.run(A_YEAR_AFTER).done == 0  # what is not whole is still on its way
    archive.move(firm.id, firm.public_id, "n" * 22, AFTER)
    assert (first.read_bytes(), second.exists(), (day / ".half").exists()) == (before, True, False)
    keys.destroy_firm_key(settings(), firm.public_id)
    archive.move(firm.id, firm.public_id, "n" * 22, AFTER)  # whole by now: the firm's key is not asked for
    keys.destroy_firm_key(settings(), "archive-" + "n" * 22)
    forget_erasures()


def test_a_paper_that_cannot_be_read_holds_up_nothing(app, make, caplog):
    forget_erasures()
    firm = a_leaver(make, choice="lock_bookkeeping")
    agreement = db.session.query(Agreement).one()
    file = db.session.get_one(StoredFile, agreement.package_id)
    storage.path(firm.public_id, file.public_id).unlink()
    db.session.rollback()
    assert close_firms.run(AFTER).done == 1
    assert archive.read(number()).files == 1
    assert "could not be read" in caplog.text
    forget_erasures()
