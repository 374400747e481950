"""How transactions begin: SQLite as a database for several processes, PostgreSQL as it is.

SQLite: write-ahead log, every commit on disk (synchronous=FULL), foreign keys on, five seconds of patience.
A transaction that may write begins IMMEDIATE, because a reader that turns writer is refused at once, without
the patience. While `read_only` is set, transactions begin plain and cannot write (query_only; READ ONLY on
PostgreSQL). services/transaction.py sets it. While `lasting` is not, a commit does not wait for the disk: a power cut
may undo it, the end of a process does not.
"""

import sqlite3
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

read_only: ContextVar[bool] = ContextVar("read_only", default=False)
lasting: ContextVar[bool] = ContextVar("lasting", default=True)


@event.listens_for(Engine, "connect")
def _on_connect(dbapi: Any, record: Any) -> None:
    if isinstance(dbapi, sqlite3.Connection):
        dbapi.isolation_level = None  # the driver's own BEGIN comes too late
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=5000",
            "foreign_keys=ON",
            "cache_size=-512",  # KiB for each connection; the system caches the file for all of them
            "secure_delete=ON",  # erased rows are overwritten, not only unlinked
        ):
            dbapi.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _on_begin(connection: Connection) -> None:
    reads = read_only.get()
    if connection.dialect.name == "postgresql":
        if reads:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        if not lasting.get():
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
        return
    driver: Any = connection.connection.dbapi_connection
    if connection.info.get("query_only", False) is not reads:
        driver.execute(f"PRAGMA query_only={int(reads)}")
        connection.info["query_only"] = reads
    if connection.info.get("lasting", True) is not lasting.get():
        driver.execute(f"PRAGMA synchronous={'FULL' if lasting.get() else 'NORMAL'}")
        connection.info["lasting"] = lasting.get()
    if reads:
        driver.execute("BEGIN")  # it waits for nobody, so it has no error to translate: past the engine's own layers
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
