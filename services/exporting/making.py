"""The worker's half: take an export that waits, under a lease, and make its ZIP."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from extensions import db
from languages import speaking
from models import Export, Firm, User
from services import events, leaving_letters, scope, storage, transaction
from services.actors import system
from services.exporting import archive
from services.installation import settings

LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 3
SECONDS_BETWEEN_NOTES = 1.0


@dataclass(frozen=True, slots=True)
class Order:
    """An export that this worker has taken."""

    id: int
    public_id: str
    firm_id: int
    firm_public_id: str


def claim(now: datetime) -> Order | None:
    """Take the oldest export that waits, or whose worker has gone; committed before it is returned."""
    statement = (
        select(Export, Firm.public_id)
        .join(Firm, Firm.id == Export.firm_id)
        .where(
            Export.state.in_(("queued", "running")),
            or_(Export.lease_until.is_(None), Export.lease_until < now),
        )
        .order_by(Export.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Export)
    )
    found = db.session.execute(statement).first()
    if found is None:
        transaction.rollback()
        return None
    export, firm_public_id = found
    export.attempts += 1
    if export.attempts > MOST_ATTEMPTS:
        export.state = "failed"
        transaction.commit()
        return claim(now)
    export.state, export.progress_percent, export.lease_until = "running", 0, now + LEASE
    order = Order(export.id, export.public_id, export.firm_id, firm_public_id)
    transaction.commit()
    return order


def make(order: Order, *, now: datetime) -> None:
    """Write the ZIP, encrypted, and then in one commit: ready, event, letter. What goes wrong is tried again."""
    clock = _Clock(now)
    try:
        with transaction.snapshot():
            owner, reads = owner_of(order.firm_id, now), _language_of(order)
            rows = sum(archive.counts(order.firm_id).values())
            progress = _Progress(order.id, rows * 2, clock)  # each table is walked twice: data and sheet
            stream = Summed(archive.parts(owner, progress.step))
            storage.require_disk()
            with speaking(reads):
                storage.write(order.firm_public_id, order.public_id, stream)
        _finish(order, stream, rows, clock.now())
    except BaseException:
        transaction.rollback()
        storage.remove(order.firm_public_id, order.public_id)
        _put_back(order, clock.now())
        raise


def _language_of(order: Order) -> str:
    """What the one who asked for the file reads."""
    export = scope.get(Export, order.firm_id, Export.id == order.id)
    return scope.get(User, order.firm_id, User.id == export.user_id).language


def owner_of(firm_id: int, now: datetime) -> archive.Owner:
    firm = db.session.get_one(Firm, firm_id)
    return archive.Owner(firm.id, firm.public_id, firm.name, now)


def _finish(order: Order, stream: Summed, rows: int, now: datetime) -> None:
    export = scope.get(Export, order.firm_id, Export.id == order.id, lock=True)
    for older in scope.rows(Export, order.firm_id, Export.user_id == export.user_id, Export.state == "ready"):
        older.state = "gone"  # its file goes with the next clean-up; one at a time is what the page promises
    export.state, export.progress_percent, export.lease_until = "ready", 100, None
    export.size_bytes, export.sha256 = stream.size_bytes, stream.digest.hexdigest()
    export.ready_at = now
    export.expires_at = now + timedelta(hours=settings().EXPORT_HOURS)
    actor = system(order.firm_id, order.firm_public_id)
    fields = {"kind": "zip", "rows": rows, "sha256": export.sha256}
    events.record("export.made", f"export:{order.public_id}", actor=actor, at=now, data=fields)
    user = scope.get(User, order.firm_id, User.id == export.user_id)
    leaving_letters.queue_export_ready(export, user, now=now)
    transaction.commit()


def _put_back(order: Order, now: datetime) -> None:
    export = scope.find(Export, order.firm_id, Export.id == order.id)
    if export is not None:
        is_last = export.attempts >= MOST_ATTEMPTS
        export.state = "failed" if is_last else "queued"
        export.lease_until = None if is_last else now + timedelta(minutes=export.attempts)
    transaction.commit()


class _Clock:
    """The job's beginning and the time it has taken."""

    def __init__(self, now: datetime) -> None:
        self._now, self._started = now, time.monotonic()

    def now(self) -> datetime:
        return self._now + timedelta(seconds=time.monotonic() - self._started)


class _Progress:
    """Tell the row how far it is, and renew the lease, at most once a second and beside the reading transaction."""

    def __init__(self, export_id: int, total: int, clock: _Clock) -> None:
        self._done = 0
        self._export_id, self._total, self._clock = export_id, max(total, 1), clock
        self._noted = time.monotonic()

    def step(self, count: int) -> None:
        self._done += count
        if time.monotonic() - self._noted < SECONDS_BETWEEN_NOTES:
            return
        self._noted = time.monotonic()
        percent = min(99, self._done * 100 // self._total)
        with transaction.beside() as connection:
            connection.execute(
                update(Export)
                .where(Export.id == self._export_id)
                .values(progress_percent=percent, lease_until=self._clock.now() + LEASE)
            )


class Summed:
    """Pieces on their way to the disk, counted and hashed."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self.size_bytes = 0
        self.digest = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.size_bytes += len(piece)
            self.digest.update(piece)
            yield piece
