"""What SQLite keeps of erased rows on its own pages, and how that goes. PostgreSQL cleans by itself (autovacuum)."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import time
from pathlib import Path

from extensions import db
from services import transaction
from services.installation import settings

log = logging.getLogger("handslag.erasure")
VACUUM_DUE = "vacuum.due"  # file in DATA_DIR: rows were erased and the database has not been compacted since
CHECKPOINT_TRIES = 20
CHECKPOINT_WAIT_SECONDS = 0.25


def call_for() -> None:
    """Note that rows are about to be erased."""
    _marker().touch(mode=0o600)


def compact() -> bool:
    """Rewrite SQLite's file without what was erased. False if someone read meanwhile: the next round tries again."""
    if not _marker().exists():
        return True
    transaction.rollback()
    if db.engine.dialect.name == "sqlite" and not _vacuum():
        return False
    _marker().unlink(missing_ok=True)
    return True


def empty_log() -> bool:
    """Empty SQLite's write-ahead log, which keeps old pages until they are overwritten. False if someone reads on.

    It looks again by itself: SQLite would hold the write lock while it waits for who reads, an export for minutes.
    """
    if db.engine.dialect.name != "sqlite":
        return True
    transaction.rollback()
    with contextlib.closing(db.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        patience = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute("PRAGMA busy_timeout=0")
        try:
            for _try in range(CHECKPOINT_TRIES):
                is_busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                if not is_busy:
                    return True
                time.sleep(CHECKPOINT_WAIT_SECONDS)
        finally:
            cursor.execute(f"PRAGMA busy_timeout={patience}")
    return False


def _marker() -> Path:
    return settings().DATA_DIR / VACUUM_DUE


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
