"""Files that wait to be drawn: one worker takes one at a time, under a lease, and another takes it if that one is gone.

A row that waits (Photo, Upload) has `state`, `lease_until` and `attempts`, and names the file that came in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import or_, select

from extensions import db
from models import Firm, StoredFile
from services import scope, standing, storage, transaction

MOST_ATTEMPTS = 3


class Order(Struct, frozen=True):
    """A row that this worker has taken."""

    id: int
    firm_id: int
    firm_public_id: str
    file: str  # public id of what came in; empty where it is gone
    attempt: int = 1

    @property
    def is_given_up(self) -> bool:
        """Whether every try before has ended with its worker: the file is taken to be why."""
        return self.attempt > MOST_ATTEMPTS


def claim(table: Any, file_id: Any, *, lease: timedelta, now: datetime) -> Order | None:
    """Take the oldest row that waits, or whose worker has gone; committed before it is returned.

    `file_id` is its column of the file that came in.
    """
    statement = (
        select(table, Firm.public_id, StoredFile.public_id)
        .join(Firm, Firm.id == table.firm_id)
        .outerjoin(StoredFile, (StoredFile.firm_id == table.firm_id) & (StoredFile.id == file_id))
        .where(table.state == "waiting", or_(table.lease_until.is_(None), table.lease_until < now))
        .where(standing.IS_HERE)
        .order_by(table.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=table)
    )
    found = db.session.execute(statement).first()
    if found is None:
        transaction.rollback()
        return None
    row, firm_public_id, file = found
    row.attempts += 1
    row.lease_until = now + lease
    order = Order(row.id, row.firm_id, firm_public_id, file or "", row.attempts)
    transaction.commit()
    return order


def give_back(table: Any, order: Order) -> None:
    """It failed by no fault of the file, by a full disk, say: tried again after the lease, and not counted. Commits."""
    transaction.rollback()
    own = scope.change(table, order.firm_id).where(table.id == order.id, table.state == "waiting")
    db.session.execute(own.values(attempts=table.attempts - 1))
    transaction.commit()


def read(order: Order) -> bytes:
    """What came in; nothing where it is gone. Raises FileNotFoundError, or InvalidTag for a changed file."""
    return b"".join(storage.stream(order.firm_public_id, order.file)) if order.file else b""


def keep(order: Order, pictures: Iterable[tuple[str, bytes]], now: datetime) -> list[StoredFile]:
    """Write JPEGs, each with its purpose, before a transaction names them; all or none. Raises DiskFull."""
    files: list[StoredFile] = []
    try:
        for purpose, data in pictures:
            file = storage.take(
                order.firm_id, order.firm_public_id, [data], purpose=purpose, now=now, media_type="image/jpeg"
            )
            storage.describe(file, data)
            files.append(file)
    except BaseException:
        remove(order, files)
        raise
    return files


def finish(table: Any, order: Order, files: Sequence[StoredFile], note: Callable[[Any], Iterable[str]]) -> None:
    """One commit: what came of it, as `note` writes it in the row; then the files go whose public ids it gives back.

    `files` are taken back where another worker was quicker, or the row is gone.
    """
    gone: list[str] = []
    try:
        row = scope.find(table, order.firm_id, table.id == order.id, lock=True)
        is_mine = row is not None and row.state == "waiting"
        if is_mine:
            gone += note(row)
        transaction.commit()
    except BaseException:
        transaction.rollback()
        remove(order, files)
        raise
    if not is_mine:
        remove(order, files)
    for public_id in gone:
        storage.remove(order.firm_public_id, public_id)


def remove(order: Order, files: Sequence[StoredFile]) -> None:
    """Take back files that no row came to name."""
    for file in files:
        storage.remove(order.firm_public_id, file.public_id)
