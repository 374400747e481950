"""What the worker has still to do: who measures waits for it, or sees how fast it goes."""

from __future__ import annotations

from collections.abc import Iterator

from extensions import db
from services import transaction


def letters() -> Iterator[int]:
    """How many letters the worker has still to deliver, asked again at each step."""
    yield from _counted("SELECT count(*) FROM letter WHERE state = 'queued'")


def papers() -> Iterator[int]:
    """How many agreements have no paper yet, asked again at each step."""
    yield from _counted("SELECT count(*) FROM agreement WHERE pdf_id IS NULL")


def _counted(statement: str) -> Iterator[int]:
    while True:
        count = int(db.session.execute(db.text(statement)).scalar_one())
        transaction.rollback()
        yield count
