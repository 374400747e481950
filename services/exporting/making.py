"""The worker's half: take an export that waits, under a lease, and make its ZIP.

A worker that lives renews its lease each second; one whose lease of some seconds has run out is dead, and what it had
in hand is begun anew, from a new snapshot: half a ZIP of an older one would not agree with the tables of today.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import ColumnElement, or_, select, update

from extensions import db
from languages import speaking
from models import Export, Firm, User
from services import events, leaving_letters, scope, standing, storage, transaction
from services.actors import system
from services.clock import Clock
from services.errors import DiskFull
from services.exporting import archive, contents, locking
from services.installation import settings

LEASE = timedelta(seconds=15)
MOST_ATTEMPTS = 3
SECONDS_BETWEEN_NOTES = 1.0
BYTES_A_STEP = 2048  # of a stored file: they take about as long as a row of a table
ROOM_AGAIN = timedelta(minutes=1)


class Gone(Exception):
    """There is nothing to make any more: it was cancelled, its firm is erased, or another worker has it."""


class Ending(Exception):
    """The worker is asked to end."""


class Order(Struct, frozen=True):
    """An export that this worker has taken, for the `attempt`th time."""

    id: int
    public_id: str
    firm_id: int
    firm_public_id: str
    attempt: int


def claim(now: datetime) -> Order | None:
    """Take the oldest export that waits, or whose worker has gone; committed before it is returned."""
    statement = (
        select(Export, Firm.public_id)
        .join(Firm, Firm.id == Export.firm_id)
        .where(
            standing.IS_HERE,
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
        _fail(export, now)
        public_id = export.public_id
        transaction.commit()
        storage.remove(firm_public_id, public_id, halves=True)
        return claim(now)
    export.state, export.progress_percent, export.lease_until = "running", 0, now + LEASE
    order = Order(export.id, export.public_id, export.firm_id, firm_public_id, export.attempts)
    transaction.commit()
    return order


def make(order: Order, *, clock: Clock, is_ending: Callable[[], bool] = lambda: False) -> None:
    """Write the ZIP, encrypted, and then in one commit: ready, event, letter. What goes wrong is tried again.

    A full disk and a worker that is asked to end are no fault of the export: they count as no attempt.
    """
    try:
        stream, rows = _write(order, clock, is_ending)
        _finish(order, stream, rows, clock.now())
    except BaseException as fault:
        transaction.rollback()
        if not _is_anothers(order):
            storage.remove(order.firm_public_id, order.public_id)
        if isinstance(fault, Gone):
            return
        _put_back(order, fault, clock.now())
        if not isinstance(fault, Ending):
            raise


def owner_of(firm_id: int, now: datetime) -> archive.Owner:
    firm = db.session.get_one(Firm, firm_id)
    return archive.Owner(firm.id, firm.public_id, firm.name, now)


def _write(order: Order, clock: Clock, is_ending: Callable[[], bool]) -> tuple[Summed, int]:
    """The ZIP in its place on the disk; its sum, and the rows of the firm."""
    now = clock.now()
    with transaction.snapshot():
        export = scope.find(Export, order.firm_id, _is_mine(order))
        if export is None:
            raise Gone
        storage.remove(order.firm_public_id, order.public_id, halves=True)  # of a worker that died with it
        owner, reads = owner_of(order.firm_id, now), scope.get(User, order.firm_id, User.id == export.user_id).language
        rows = sum(archive.counts(order.firm_id).values())
        estimated_bytes = contents.of_firm(order.firm_id).estimated_bytes
        storage.require_disk(estimated_bytes)
        # each table is walked twice: data and sheet
        watch = _Watch(order, rows * 2 + estimated_bytes // BYTES_A_STEP, clock, is_ending)
        pieces = watch.watched(archive.parts(owner, watch.step))
        stream = Summed(locking.with_password(pieces, owner, locking.of_export(export, order.firm_public_id)))
        with speaking(reads):
            storage.write(order.firm_public_id, order.public_id, stream)
    return stream, rows


def _finish(order: Order, stream: Summed, rows: int, now: datetime) -> None:
    export = scope.find(Export, order.firm_id, _is_mine(order), lock=True)
    if export is None:
        raise Gone
    for older in scope.rows(Export, order.firm_id, Export.user_id == export.user_id, Export.state == "ready"):
        older.state = "gone"  # its file goes with the next clean-up; one at a time is what the page promises
    export.state, export.progress_percent, export.lease_until, export.password = "ready", 100, None, None
    export.size_bytes, export.sha256 = stream.size_bytes, stream.digest.hexdigest()
    export.ready_at = now
    export.expires_at = now + timedelta(hours=settings().EXPORT_HOURS)
    actor = system(order.firm_id, order.firm_public_id)
    fields = {"kind": "zip", "rows": rows, "sha256": export.sha256}
    events.record("export.made", f"export:{order.public_id}", actor=actor, at=now, data=fields)
    user = scope.get(User, order.firm_id, User.id == export.user_id)
    leaving_letters.queue_export_ready(export, user, now=now)
    transaction.commit()


def _put_back(order: Order, fault: BaseException, now: datetime) -> None:
    export = scope.find(Export, order.firm_id, _is_mine(order), lock=True)
    if export is not None:
        is_ours = not isinstance(fault, DiskFull | Ending)
        if is_ours and order.attempt >= MOST_ATTEMPTS:
            _fail(export, now)
        else:
            export.state, export.progress_percent, export.attempts = "queued", 0, order.attempt - (not is_ours)
            wait = timedelta(minutes=order.attempt) if is_ours else ROOM_AGAIN
            export.lease_until = None if isinstance(fault, Ending) else now + wait
    transaction.commit()


def _fail(export: Export, now: datetime) -> None:
    export.state, export.lease_until, export.password = "failed", None, None
    user = scope.get(User, export.firm_id, User.id == export.user_id)
    leaving_letters.queue_export_failed(export, user, now=now)


def _is_mine(order: Order) -> ColumnElement[bool]:
    return (Export.id == order.id) & (Export.state == "running") & (Export.attempts == order.attempt)


def _is_anothers(order: Order) -> bool:
    """Whether a later attempt has it, and so its place on the disk."""
    later = (Export.state == "ready") | (Export.attempts > order.attempt)
    found = scope.find(Export, order.firm_id, Export.id == order.id, later) is not None
    transaction.rollback()
    return found


class _Watch:
    """At most once a second, beside the reading transaction: tell the row how far it is, renew the lease, look up."""

    def __init__(self, order: Order, total: int, clock: Clock, is_ending: Callable[[], bool]) -> None:
        self._order, self._total, self._clock, self._is_ending = order, max(total, 1), clock, is_ending
        self._steps = self._bytes = 0
        self._noted = time.monotonic()

    def step(self, count: int) -> None:
        self._steps += count
        self._look()

    def watched(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._bytes += len(piece)
            self._look()
            yield piece
        self._note()  # once more before the file takes its place

    def _look(self) -> None:
        if time.monotonic() - self._noted >= SECONDS_BETWEEN_NOTES:
            self._note()

    def _note(self) -> None:
        """Raises Gone, Ending, DiskFull."""
        if self._is_ending():
            raise Ending
        storage.require_disk()
        percent = min(99, (self._steps + self._bytes // BYTES_A_STEP) * 100 // self._total)
        noted = update(Export).where(Export.firm_id == self._order.firm_id, _is_mine(self._order))
        with transaction.beside() as connection:
            values = {"progress_percent": percent, "lease_until": self._clock.now() + LEASE}
            if connection.execute(noted.values(values)).rowcount == 0:
                raise Gone
        self._noted = time.monotonic()


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
