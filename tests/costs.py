"""What a request costs the database, kind by kind: two that cost the same cannot be told apart by a clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app
from sqlalchemy import event

from extensions import db


@contextmanager
def noted() -> Iterator[list[str]]:
    """What happens in the block, in its order: "reads", "writes", "ends" a transaction, "wakes" the worker."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, _values, _context, _many):
        seen.append("reads" if statement.startswith(("SELECT", "SET")) else "writes")

    def end(_connection):
        seen.append("ends")

    wake = current_app.extensions["wake"]
    current_app.extensions["wake"] = lambda _job, _delay=0: seen.append("wakes")
    event.listen(db.engine, "before_cursor_execute", note)
    event.listen(db.engine, "commit", end)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
        event.remove(db.engine, "commit", end)
        current_app.extensions["wake"] = wake
