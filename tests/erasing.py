"""A firm that leaves, with markers planted everywhere, and a search through all there is."""

from __future__ import annotations

import hashlib
import re
import shutil
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config import Settings
from extensions import db
from jobs import make_exports
from models import Base, Firm
from services import closing, storage
from services.actors import system
from services.exporting import asking
from services.installation import settings
from services.privacy import compacting, journal
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


def forget_erasures() -> None:
    """No file of an earlier test: the search goes through all there are."""
    for name in ("mailbox", "files", "archive", "receipts", "arrivals"):
        shutil.rmtree(settings().DATA_DIR / name, ignore_errors=True)
    for name in (journal.NAME, compacting.VACUUM_DUE):
        (settings().DATA_DIR / name).unlink(missing_ok=True)


def a_leaver(make: Make, choice: str = "erase_all", *, has_export: bool = False) -> Firm:
    """A terminated firm with something everywhere: tables, files, a letter in the local mailbox, if asked an export."""
    firm = make.firm(
        MARKS.name, orgnr=MARKS.orgnr, phone=MARKS.phone, street=MARKS.street, email=f"{MARKS.email}@firma.example"
    )
    owner = fill(make, firm, MARKS)
    actor = system(firm.id, firm.public_id)
    if has_export:
        asking.ask(owner, actor=actor, now=NOW)
        assert make_exports.run(NOW).done == 1
    closing.ask(owner, password=PASSWORD, reason=MARKS.decline, choice=choice, ends=12, actor=actor, now=NOW)
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
        found |= marks_in(path.read_bytes())
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


def marks_in(data: bytes) -> set[str]:
    """The markers in some bytes, in either case of letters, also in what is deflated in them (ZIP, PDF)."""
    found = set()
    for part in (data, *_inflated(data)):
        found |= {mark for mark in MARKS.all() if mark.encode() in part or mark.lower().encode() in part}
    return found


def _inflated(data: bytes) -> Iterator[bytes]:
    for start in re.finditer(rb"PK\x03\x04.{22}(.{2})(.{2})|stream\r?\n", data, re.DOTALL):
        skip = sum(int.from_bytes(start[n], "little") for n in (1, 2)) if start[1] is not None else 0
        inflate = zlib.decompressobj(-15 if start[1] is not None else 15)
        try:
            yield inflate.decompress(data[start.end() + skip :], 10_000_000)
        except zlib.error:
            continue


def rows_of_all() -> dict[str, list[Any]]:
    """Every row of every table: a backup that fits both databases."""
    db.session.rollback()
    tables = Base.metadata.sorted_tables
    return {table.name: [dict(row._mapping) for row in db.session.execute(table.select())] for table in tables}


def put_back(rows: dict[str, list[Any]]) -> None:
    """Restore the database to what `rows_of_all` found."""
    db.session.rollback()
    for table in reversed(Base.metadata.sorted_tables):
        db.session.execute(table.delete())
    for table in Base.metadata.sorted_tables:
        if rows[table.name]:
            db.session.execute(table.insert(), rows[table.name])
    db.session.commit()
