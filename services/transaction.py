"""Where transactions begin and end. Only services and jobs commit, and they do it here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from extensions import db
from tables.engine import read_only


def only_read() -> None:
    """From here on the session's transactions cannot write, until `start_writing`."""
    read_only.set(True)


def may_write() -> None:
    """From here on the session's transactions may write. Nothing may have been read yet in one that could not."""
    read_only.set(False)


def start_writing() -> None:
    """End the reading transaction and let the next statement begin one that writes.

    What was read before is read again: hashing, drawing and other slow work lies before this call, and the service
    compares what it relied on after it.
    """
    db.session.rollback()
    read_only.set(False)


def commit() -> None:
    db.session.commit()


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
