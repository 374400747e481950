"""The worker's half: take a photo that waits, under a lease, and have its pictures drawn in a process of its own.

Files are written before the commit that names them; what a crash leaves between is drawn again after the lease, and
the night's sweep removes files without a row.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from sqlalchemy import or_, select

from domain.photos import Refusal
from extensions import db
from models import Firm, Photo, StoredFile
from services import children, scope, storage, transaction
from services.photos import copying

LEASE = timedelta(seconds=90)
MOST_ATTEMPTS = 3
WALL_SECONDS = 60
CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True, slots=True)
class Order:
    """A photo that this worker has taken."""

    id: int
    firm_id: int
    firm_public_id: str
    incoming: str  # public id of its file


@dataclass(frozen=True, slots=True)
class Drawn:
    """The pictures as JPEG, and the large one's size in points."""

    width: int
    height: int
    large: bytes
    paper: bytes
    thumb: bytes


class Refused(Exception):
    """What came in is no photo that can be drawn. The first argument is a `Refusal`."""


def claim(now: datetime) -> Order | None:
    """Take the oldest photo that waits, or whose worker has gone; committed before it is returned."""
    statement = (
        select(Photo, Firm.public_id, StoredFile.public_id)
        .join(Firm, Firm.id == Photo.firm_id)
        .outerjoin(StoredFile, (StoredFile.firm_id == Photo.firm_id) & (StoredFile.id == Photo.incoming_id))
        .where(Photo.state == "waiting", or_(Photo.lease_until.is_(None), Photo.lease_until < now))
        .order_by(Photo.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Photo)
    )
    found = db.session.execute(statement).first()
    if found is None:
        transaction.rollback()
        return None
    photo, firm_public_id, incoming = found
    photo.attempts += 1
    photo.lease_until = now + LEASE
    order = Order(photo.id, photo.firm_id, firm_public_id, incoming or "")
    is_last = photo.attempts > MOST_ATTEMPTS
    transaction.commit()
    if is_last:
        _finish(order, Refusal.BROKEN, now=now)
        return claim(now)
    return order


def draw(order: Order, *, now: datetime) -> None:
    """Draw the photo and keep its pictures, or say why it cannot be. Commits; doing it again is harmless."""
    try:
        _draw(order, now)
    except Exception:  # a full disk, say: tried again after the lease, and no fault of the photo
        transaction.rollback()
        own = scope.change(Photo, order.firm_id).where(Photo.id == order.id, Photo.state == "waiting")
        db.session.execute(own.values(attempts=Photo.attempts - 1))
        transaction.commit()
        raise


def _draw(order: Order, now: datetime) -> None:
    try:
        data = b"".join(storage.stream(order.firm_public_id, order.incoming)) if order.incoming else b""
        drawn = in_child(data)
    except Refused as refused:
        _finish(order, refused.args[0], now=now)
        return
    except (FileNotFoundError, InvalidTag):
        _finish(order, Refusal.BROKEN, now=now)
        return
    _finish(order, drawn, now=now)


def in_child(data: bytes) -> Drawn:
    """The pictures of a photo, drawn by services/photos/child.py. Raises Refused."""
    answer = children.ask(CHILD, data, seconds=WALL_SECONDS)
    head, newline, pictures = answer.out.partition(b"\n")
    if answer.status != 0 or not newline:  # it fell, or was stopped at its limits
        raise Refused(Refusal.BROKEN)
    found = json.loads(head)
    if "refused" in found:
        raise Refused(Refusal(found["refused"]))
    large, paper, thumb = found["sizes"]
    return Drawn(
        found["width"],
        found["height"],
        pictures[:large],
        pictures[large : large + paper],
        pictures[large + paper : large + paper + thumb],
    )


def _finish(order: Order, result: Drawn | Refusal, *, now: datetime) -> None:
    """One commit: the pictures and `ready`, or `refused`; then the file that came in goes."""
    files = _written(order, result, now) if isinstance(result, Drawn) else []
    gone: list[str] = []
    try:
        photo = scope.find(Photo, order.firm_id, Photo.id == order.id, lock=True)
        is_mine = photo is not None and photo.state == "waiting"
        if photo is not None and is_mine:
            gone = _note(photo, result, files)
        transaction.commit()
    except BaseException:
        transaction.rollback()
        _remove(order, files)
        raise
    if not is_mine:  # another worker was quicker, or the firm is gone
        _remove(order, files)
    for public_id in gone:
        storage.remove(order.firm_public_id, public_id)


def _written(order: Order, drawn: Drawn, now: datetime) -> list[StoredFile]:
    files: list[StoredFile] = []
    try:
        for purpose, data in (("photo", drawn.large), ("photo_paper", drawn.paper), ("photo_thumb", drawn.thumb)):
            file = storage.take(
                order.firm_id, order.firm_public_id, [data], purpose=purpose, now=now, media_type="image/jpeg"
            )
            storage.describe(file, data)
            files.append(file)
    except BaseException:
        _remove(order, files)
        raise
    return files


def _note(photo: Photo, result: Drawn | Refusal, files: list[StoredFile]) -> list[str]:
    """What came of the photo; the file that goes, unless a copy of the photo waits for it too."""
    incoming_id = photo.incoming_id
    photo.incoming_id = photo.lease_until = None
    if isinstance(result, Refusal):
        photo.state, photo.reason = "refused", result
    else:
        db.session.add_all(files)
        db.session.flush()
        large, paper, thumb = files
        photo.large_id, photo.paper_id, photo.thumb_id = large.id, paper.id, thumb.id
        photo.width, photo.height = result.width, result.height
        photo.size_bytes, photo.sha256 = large.size_bytes, large.sha256
        photo.state, photo.name = "ready", ""
    return copying.let_go(photo.firm_id, [incoming_id])


def _remove(order: Order, files: list[StoredFile]) -> None:
    for file in files:
        storage.remove(order.firm_public_id, file.public_id)
