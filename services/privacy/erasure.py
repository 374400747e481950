"""Erase a firm: its rows, files, letters and key, so that nothing of it is found again but a receipt.

The order makes every step safe to repeat; the firm's and the termination's rows go last, since they are the task:

1. a line in DATA_DIR/erasures.jsonl (random ids and counts only): the list that is replayed after an old backup
2. the data key: what backups still hold of encrypted values and files is unreadable from here on
3. files, exports, and the letters in the local mailbox
4. the rows, some thousands at a time, so that other firms do not wait
5. in one commit: the last rows, the receipt, the last letter
6. on SQLite VACUUM and an emptied write-ahead log, so that no page keeps an old text
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Table as SqlTable
from sqlalchemy import delete, func, select, tuple_

from extensions import db
from mail import local_mailbox
from models import Base, Closing, ErasureReceipt, Firm, User, new_public_id
from services import keys, leaving_letters, scope, storage, transaction
from services.installation import settings
from services.privacy.register import TABLES, Table

log = logging.getLogger("handslag.erasure")
LIST = "erasures.jsonl"
VACUUM_DUE = "vacuum.due"  # file in DATA_DIR: rows were erased and the database has not been compacted since
ROWS_AT_A_TIME = 2000
LAST = ("closing", "user", "firm")  # needed until the end: the task, the addresses of the last letter, the firm
CHECKPOINT_TRIES = 20
CHECKPOINT_WAIT_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list of erasures."""

    firm: str  # public id
    number: str  # of the receipt
    confirmed_at: datetime
    rows: int
    files: int

    def to_json(self) -> str:
        fields = {"firm": self.firm, "number": self.number, "confirmed_at": self.confirmed_at.isoformat()}
        return json.dumps(fields | {"rows": self.rows, "files": self.files})

    @classmethod
    def from_json(cls, line: str) -> Entry:
        found = json.loads(line)
        confirmed_at = datetime.fromisoformat(found["confirmed_at"])
        return cls(found["firm"], found["number"], confirmed_at, int(found["rows"]), int(found["files"]))


def tables() -> list[Table]:
    """The register's tables of firms, in the order of erasing: those that refer to others first."""
    return [TABLES[table.name] for table in reversed(Base.metadata.sorted_tables) if TABLES[table.name].of_firm]


def due(now: datetime) -> list[int]:
    """Ids of the firms whose last day for undo has passed."""
    statement = select(Closing.firm_id).where(Closing.undone_at.is_(None), Closing.erase_after < now)
    found = sorted(set(db.session.scalars(statement)))
    transaction.rollback()
    return found


def has_begun(firm_public_id: str) -> bool:
    """Whether there is no way back any more. Asked under the lock of the firm's row, it stays so until the commit."""
    return firm_public_id in _listed()


def erase(firm_id: int, *, now: datetime) -> None:
    """Erase a firm whose time is out. Does nothing for one that has undone its termination."""
    firm = db.session.get(Firm, firm_id, with_for_update=True)  # an owner who undoes, or is too late: one of the two
    closing = scope.find(Closing, firm_id, Closing.undone_at.is_(None), Closing.erase_after < now)
    if firm is None or closing is None:
        transaction.rollback()
        return
    public_id = firm.public_id
    entry = _listed().get(public_id) or _list(firm, closing)
    owners = {user.email: user.language for user in scope.rows(User, firm_id, User.role == "owner")}
    transaction.rollback()
    _erase(entry, firm_id, owners, now)


def replay(now: datetime) -> int:
    """Erase again what an older backup brought back; how many firms. Their last letter has been sent before."""
    listed = _listed()
    if not listed:
        return 0
    there = {public_id: firm_id for firm_id, public_id in db.session.execute(select(Firm.id, Firm.public_id))}
    transaction.rollback()
    back = [(entry, there[entry.firm]) for entry in listed.values() if entry.firm in there]
    for entry, firm_id in back:
        _erase(entry, firm_id, {}, now)
    for public_id in listed.keys() - there.keys():  # files and keys may have been restored without the database
        _erase_outside(public_id)
    if back:
        compact()
    return len(back)


def compact() -> bool:
    """Rewrite SQLite's file without what was erased. False if someone read meanwhile: the next round tries again."""
    marker = settings().DATA_DIR / VACUUM_DUE
    if not marker.exists():
        return True
    transaction.rollback()
    if db.engine.dialect.name == "sqlite" and not _vacuum():
        return False
    marker.unlink(missing_ok=True)
    return True


def empty_log() -> bool:
    """Empty SQLite's write-ahead log, which keeps old pages until they are overwritten."""
    if db.engine.dialect.name != "sqlite":
        return True
    transaction.rollback()
    with contextlib.closing(db.engine.raw_connection()) as connection:
        for _try in range(CHECKPOINT_TRIES):
            is_busy = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if not is_busy:
                return True
            time.sleep(CHECKPOINT_WAIT_SECONDS)
    return False


def _vacuum() -> bool:
    with contextlib.closing(db.engine.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA query_only=0")
        connection.info["query_only"] = False  # as tables/engine.py notes it
        try:
            connection.cursor().execute("VACUUM")
        except sqlite3.OperationalError as error:  # another writer, or no room for the copy
            log.warning("The database could not be compacted: %s", error)
            return False
    return empty_log()


def _erase(entry: Entry, firm_id: int, owners: dict[str, str], now: datetime) -> None:
    _erase_outside(entry.firm)
    (settings().DATA_DIR / VACUUM_DUE).touch(mode=0o600)
    for table in tables():
        if table.name not in LAST:
            _erase_rows(Base.metadata.tables[table.name], firm_id)
    _erase_last(entry, firm_id, owners, now)
    _erase_outside(entry.firm)  # what a request under way wrote meanwhile
    log.info("Erased one firm; receipt %s", entry.number)


def _erase_outside(firm_public_id: str) -> None:
    keys.destroy_firm_key(settings(), firm_public_id)
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(storage.folder(firm_public_id))
    local_mailbox.forget(settings().DATA_DIR / "mailbox", firm_public_id)


def _erase_rows(table: SqlTable, firm_id: int) -> None:
    key = list(table.primary_key.columns)
    some = select(*key).where(table.c.firm_id == firm_id).limit(ROWS_AT_A_TIME)
    while True:
        chosen = [tuple(row) for row in db.session.execute(some)]
        if chosen:
            condition = key[0].in_([row[0] for row in chosen]) if len(key) == 1 else tuple_(*key).in_(chosen)
            db.session.execute(delete(table).where(table.c.firm_id == firm_id, condition))
        transaction.commit()
        if len(chosen) < ROWS_AT_A_TIME:
            return


def _erase_last(entry: Entry, firm_id: int, owners: dict[str, str], now: datetime) -> None:
    """The rows that were the task, whatever was written meanwhile, the receipt and the letter: one commit."""
    for table in tables():
        rows = Base.metadata.tables[table.name]
        mine = rows.c.id == firm_id if table.name == "firm" else rows.c.firm_id == firm_id
        db.session.execute(delete(rows).where(mine))
    if not db.session.scalar(select(ErasureReceipt.id).where(ErasureReceipt.firm_public_id == entry.firm)):
        db.session.add(
            ErasureReceipt(
                number=entry.number,
                firm_public_id=entry.firm,
                confirmed_at=entry.confirmed_at,
                erased_at=now,
                counts=json.dumps({"rows": entry.rows, "files": entry.files}),
            )
        )
        leaving_letters.queue_firm_erased(owners, entry.number, now=now)
    transaction.commit()


def _list(firm: Firm, closing: Closing) -> Entry:
    counted = [
        select(func.count()).where(Base.metadata.tables[table.name].c.firm_id == firm.id).scalar_subquery()
        for table in tables()
        if table.name != "firm"
    ]
    rows = 1 + sum(db.session.execute(select(*counted)).one())
    files = sum(1 for path in storage.folder(firm.public_id).rglob("*") if path.is_file())
    entry = Entry(firm.public_id, new_public_id(), closing.confirmed_at, int(rows), files)
    path = _list_path()
    is_new = not path.exists()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(entry.to_json() + "\n")
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        keys.sync_folder(path.parent)
    return entry


def _listed() -> dict[str, Entry]:
    return {entry.firm: entry for entry in _read_list()}


def _read_list() -> Iterator[Entry]:
    with contextlib.suppress(FileNotFoundError):
        for line in _list_path().read_text().splitlines():
            with contextlib.suppress(ValueError, KeyError):  # the half line of a power cut: its firm is still there
                yield Entry.from_json(line)


def _list_path() -> Path:
    return settings().DATA_DIR / LIST
