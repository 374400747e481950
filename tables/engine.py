"""How transactions begin: SQLite as a database for several processes, PostgreSQL as it is.

SQLite: write-ahead log, every commit on disk (synchronous=FULL), foreign keys on, five seconds of patience.
A transaction that may write begins IMMEDIATE, because a reader that turns writer is refused at once, without
the patience. While `read_only` is set, transactions begin plain and cannot write (query_only; READ ONLY on
PostgreSQL). services/transaction.py sets it. While `lasting` is not, a commit does not wait for the disk: a power cut
may undo it, the end of a process does not.
"""

import select
import sqlite3
import time
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DisconnectionError

read_only: ContextVar[bool] = ContextVar("read_only", default=False)
lasting: ContextVar[bool] = ContextVar("lasting", default=True)
PATIENCE = 5  # seconds that a writer waits for another
LOOK_AGAIN = 0.001  # seconds
MOST_NOTICES = 8  # that an idle connection is read free of; one with more is replaced


@event.listens_for(Engine, "connect")
def _on_connect(dbapi: Any, record: Any) -> None:
    if isinstance(dbapi, sqlite3.Connection):
        dbapi.isolation_level = None  # the driver's own BEGIN comes too late
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={PATIENCE * 1000}",
            "foreign_keys=ON",
            "cache_size=-512",  # KiB for each connection; the system caches the file for all of them
            "secure_delete=ON",  # erased rows are overwritten, not only unlinked
        ):
            dbapi.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "checkout")
def _on_checkout(dbapi: Any, record: Any, proxy: Any) -> None:
    """Have a connection that PostgreSQL has ended since, by a restart, replaced before anything is asked by it.

    The end lies at the socket, ready to be read: a look there takes microseconds, and no round trip as a ping would.
    """
    if not isinstance(dbapi, sqlite3.Connection) and _has_ended(dbapi):
        raise DisconnectionError


def _has_ended(dbapi: Any) -> bool:
    from psycopg import OperationalError

    look = select.poll()
    try:
        look.register(dbapi.fileno(), select.POLLIN)
        for _turn in range(MOST_NOTICES):
            if not look.poll(0):
                return False
            dbapi.pgconn.consume_input()  # a notice; of the end it raises
    except OperationalError:
        return True
    return True


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
        _begin_writing(connection, driver)


def _begin_writing(connection: Connection, driver: sqlite3.Connection) -> None:
    """Take the write lock, waiting PATIENCE seconds for it at most.

    SQLite's own waiting sleeps longer and longer, up to 100 ms, while the lock is free for most of it: fifty who
    approve at once would take three times as long as one after the other.
    """
    until = time.monotonic() + PATIENCE
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while not _has_begun(driver):
            if time.monotonic() > until:
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # once more, for an error in the engine's own terms
                return
            time.sleep(LOOK_AGAIN)
    finally:
        driver.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")


def _has_begun(driver: sqlite3.Connection) -> bool:
    """False while another writes."""
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return False
        raise
    return True
