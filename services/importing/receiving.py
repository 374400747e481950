"""An owner of an empty firm hands in the archive of a firm that lived elsewhere; the worker takes it in from there.

Nothing is written about it before all of it lies here (services/importing/kept.py): a broken upload leaves nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import and_, delete, or_, select

from exchange import locked_zip
from extensions import db
from models import Arrival, Firm, User, new_public_id
from services import nudge, scope, storage, transaction
from services.actors import Actor
from services.errors import RuleBroken
from services.importing import kept, merging
from services.importing.course import GOING_ON
from services.installation import settings

ROOM_BYTES = 64 * 1024 * 1024  # of what comes in, between two looks at the disk
FOR_OTHERS = 4  # times what the installation keeps free
KEPT = timedelta(days=90)  # a row that is done with


class Shown(Struct, frozen=True):
    """An arrival as its pages tell of it."""

    state: str
    percent: int
    reason: str
    where: str
    size_bytes: int
    done_at: datetime | None
    rows: int
    stopped: dict[str, int]
    problems: list[dict[str, str]]
    more_problems: int

    @property
    def goes_on(self) -> bool:
        return self.state in GOING_ON

    @classmethod
    def of(cls, row: Arrival) -> Shown:
        report: dict[str, Any] = json.loads(row.report)
        return cls(
            row.state,
            row.progress_percent,
            row.reason,
            report.get("where", ""),
            row.size_bytes,
            row.done_at,
            report.get("rows", 0),
            report.get("stopped", {}),
            report.get("problems", []),
            report.get("more_problems", 0),
        )


def newest(firm_public_id: str) -> Shown | None:
    """The arrival that this firm asked for last, or by which it has come itself."""
    own = Arrival.asker_firm == firm_public_id
    came = and_(Arrival.firm_public_id == firm_public_id, Arrival.state == "done")
    row = db.session.scalar(select(Arrival).where(or_(own, came)).order_by(Arrival.id.desc()).limit(1))
    return Shown.of(row) if row else None


def hindrance(firm_id: int, firm_public_id: str) -> str:
    """Why this firm cannot take another in: arrival_running, not_empty; nothing where it can."""
    if db.session.scalar(_going_on(firm_public_id)) is not None:
        return "arrival_running"
    return "" if merging.is_empty(firm_id) else merging.NotEmpty.code


def receive(
    pieces: Iterable[bytes], *, password: str, expected_bytes: int, user_public_id: str, actor: Actor, now: datetime
) -> None:
    """Keep an archive as it comes and have it taken in. Out of its locked cover it comes here already.

    Raises Unfit, RuleBroken (arrival_running, not_empty, email_not_confirmed), DiskFull, and what `pieces` raises; then
    nothing is kept.
    """
    _check(actor, user_public_id)
    transaction.rollback()  # nothing may wait while it comes, and it may take an hour
    _require_room(expected_bytes)
    names = new_public_id(), new_public_id()
    try:
        public_id, size_bytes, sha256 = _keep(names, pieces, password)
        transaction.start_writing()
        db.session.get_one(Firm, actor.firm_id, with_for_update=True)  # two uploads take turns
        _check(actor, user_public_id)
        row = Arrival(public_id=public_id, asker_firm=actor.firm_public_id, asker=user_public_id, created_at=now)
        row.size_bytes, row.sha256 = size_bytes, sha256
        db.session.add(row)
        nudge.after_commit("take_in")
        transaction.commit()
    except BaseException:
        for name in names:
            kept.remove(name)
        raise


def cancel(firm_public_id: str, *, now: datetime) -> None:
    """Call off the arrival that goes on; the worker takes back what it has done. Nothing happens if none does."""
    row = db.session.scalar(_going_on(firm_public_id).with_for_update())
    if row is None:
        return
    is_waiting, public_id = row.state == "queued", row.public_id
    row.state, row.done_at = "cancelled", now
    transaction.commit()
    if is_waiting:
        kept.remove(public_id)


def sweep(now: datetime) -> int:
    """Remove rows past their time, and archives that no arrival waits for: of uploads that a crash ended. How many."""
    removed = db.session.execute(delete(Arrival).where(Arrival.done_at < now - KEPT))
    transaction.commit()
    waiting = set(db.session.scalars(select(Arrival.public_id).where(Arrival.state.in_(GOING_ON))))
    transaction.rollback()
    return int(getattr(removed, "rowcount", 0)) + kept.sweep(waiting, now)


def _keep(names: tuple[str, str], pieces: Iterable[bytes], password: str) -> tuple[str, int, str]:
    """Name, size and SHA-256 of the clear archive."""
    came, clear = names
    counted = kept.write(came, _while_there_is_room(pieces))
    if not counted.size_bytes:
        raise kept.Unfit("empty")
    with kept.open(came) as file:
        if not locked_zip.is_locked(file):
            return came, counted.size_bytes, counted.sha256
        counted = kept.write(clear, _while_there_is_room(kept.clear_pieces(file, password)))
    kept.remove(came)
    return clear, counted.size_bytes, counted.sha256


def _while_there_is_room(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Raises DiskFull when no room but the others' is left."""
    since = 0
    for piece in pieces:
        since += len(piece)
        if since >= ROOM_BYTES:
            _require_room(ROOM_BYTES)
            since = 0
        yield piece


def _require_room(needed_bytes: int) -> None:
    """Raises DiskFull long before the disk is full for others: whoever may register may hand in an archive."""
    storage.require_disk(needed_bytes + FOR_OTHERS * settings().DISK_FREE_MIB * 1024 * 1024)


def _check(actor: Actor, user_public_id: str) -> None:
    user = scope.get(User, actor.firm_id, User.public_id == user_public_id)
    if user.email_confirmed_at is None:
        raise RuleBroken("email_not_confirmed")
    if why := hindrance(actor.firm_id, actor.firm_public_id):
        raise RuleBroken(why)


def _going_on(firm_public_id: str) -> Any:
    return select(Arrival).where(Arrival.asker_firm == firm_public_id, Arrival.state.in_(GOING_ON))
