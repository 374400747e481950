"""Where transactions begin and end. Only services and jobs commit, and they do it here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from sqlalchemy import Connection, text

from extensions import db
from tables.engine import lasting, read_only
from tables.session import Session


def only_read() -> None:
    """From here on the session's transactions cannot write, until `start_writing`."""
    read_only.set(True)


def may_write() -> None:
    """From here on the session's transactions may write. Nothing may have been read yet in one that could not."""
    read_only.set(False)
    lasting.set(True)


def connection() -> Connection:
    """The session's connection, for a statement past the ORM (tables/session.py)."""
    return cast(Session, db.session()).plain()


def session() -> Session:
    """The session, in its transaction: its events and notes (`info`) are about that one."""
    found = cast(Session, db.session())
    found.connection()
    return found


def start_writing(*, lasts: bool = True) -> None:
    """End the reading transaction and let the next statement begin one that writes.

    What was read before is read again: hashing, drawing and other slow work lies before this call, and the service
    compares what it relied on after it. One that does not last outlives every process, but not a power cut, and
    waits for no disk: for counts of tries and for logins, until `start_writing` is called again.
    """
    db.session.rollback()
    read_only.set(False)
    lasting.set(lasts)


def commit(*, keep: bool = False) -> None:
    """Commit. `keep`: the loaded rows stay readable, for an answer that shows them without asking again."""
    session = db.session()
    session.expire_on_commit = not keep
    try:
        session.commit()
    finally:
        session.expire_on_commit = True


def rollback() -> None:
    db.session.rollback()


@contextmanager
def reading() -> Iterator[None]:
    """A block of a job or command that only reads; the session is ended after it."""
    db.session.rollback()
    before = read_only.get()
    read_only.set(True)
    try:
        yield
    finally:
        db.session.rollback()
        read_only.set(before)


@contextmanager
def snapshot() -> Iterator[None]:
    """A reading block in which all statements see the database as it was at the first of them."""
    with reading():
        if db.engine.dialect.name == "postgresql":  # SQLite's reading transactions are so by nature
            db.session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        yield


@contextmanager
def beside() -> Iterator[Connection]:
    """A short writing transaction on a connection of its own, while this session goes on reading."""
    before = read_only.get()
    read_only.set(False)
    try:
        with db.engine.begin() as connection:
            yield connection
    finally:
        read_only.set(before)
