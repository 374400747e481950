"""The worker's half: take a photo that waits, under a lease, and have its pictures drawn in a process of its own.

Files are written before the commit that names them; what a crash leaves between is drawn again after the lease, and
the night's sweep removes files without a row.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from msgspec import Struct

from domain.photos import Refusal
from extensions import db
from models import Photo, StoredFile
from services import children, leases
from services.leases import Order
from services.photos import copying

LEASE = timedelta(seconds=90)
WALL_SECONDS = 60
CHILD = Path(__file__).with_name("child.py")


class Drawn(Struct, frozen=True):
    """The pictures as JPEG, and the large one's size in points."""

    width: int
    height: int
    large: bytes
    paper: bytes
    thumb: bytes


class Refused(Exception):
    """What came in is no photo that can be drawn. The first argument is a `Refusal`."""


def claim(now: datetime) -> Order | None:
    """Take the oldest photo that waits; one whose workers have all gone is refused. Commits."""
    while (order := leases.claim(Photo, Photo.incoming_id, lease=LEASE, now=now)) and order.is_given_up:
        _finish(order, Refusal.BROKEN, now=now)
    return order


def draw(order: Order, *, now: datetime) -> None:
    """Draw the photo and keep its pictures, or say why it cannot be. Commits; doing it again is harmless."""
    try:
        _finish(order, _drawn(order), now=now)
    except Exception:  # no fault of the photo
        leases.give_back(Photo, order)
        raise


def _drawn(order: Order) -> Drawn | Refusal:
    try:
        return in_child(leases.read(order))
    except Refused as refused:
        return Refusal(refused.args[0])
    except (FileNotFoundError, InvalidTag):
        return Refusal.BROKEN


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
    leases.finish(Photo, order, files, lambda photo: _note(photo, result, files))


def _written(order: Order, drawn: Drawn, now: datetime) -> list[StoredFile]:
    pictures = ("photo", drawn.large), ("photo_paper", drawn.paper), ("photo_thumb", drawn.thumb)
    return leases.keep(order, pictures, now)


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
