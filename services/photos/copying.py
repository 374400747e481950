"""Photos that follow what is copied. A copy shares the files of its photo, and a file lives as long as a photo has it.

So one that is removed, drawn anew or frozen says nothing about the other, and copying moves no bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import func, or_

from domain.photos import MOST_PHOTOS
from extensions import db
from models import Photo, Quote, StoredFile
from services import nudge, scope
from services.photos import rows
from services.photos.rows import Place

COPIED = (
    "caption",
    "state",
    "name",
    "source_sha256",
    "incoming_id",
    "large_id",
    "paper_id",
    "thumb_id",
    "width",
    "height",
    "size_bytes",
    "sha256",
)
FILES = (Photo.incoming_id, Photo.large_id, Photo.paper_id, Photo.thumb_id)


def copy(source: Quote, target: Quote, places: Mapping[Place, Place], *, now: datetime) -> int:
    """The photos of these places of a quote once more, at the end of the same or another; how many had no room.

    One that could not be taken in is none to copy. Never commits.
    """
    statement = rows.alive(source.firm_id, source.id).where(Photo.state != "refused")
    # the worker, which may be drawing one of them, waits
    found = list(db.session.scalars(statement.with_for_update(of=Photo)))
    photos = [photo for photo in found if Place(photo.section_n, photo.line_n) in places]
    if not photos:
        return 0
    room = MOST_PHOTOS - len(rows.of_quote(target.firm_id, target.id))
    last = scope.columns(Photo, target.firm_id, func.max(Photo.position)).where(Photo.quote_id == target.id)
    first = int(db.session.scalar(last) or 0) + 1
    for position, photo in enumerate(photos[:room], first):
        place = places[Place(photo.section_n, photo.line_n)]
        same = {name: getattr(photo, name) for name in COPIED}
        db.session.add(
            Photo(
                firm_id=target.firm_id,
                quote_id=target.id,
                section_n=place.section_n,
                line_n=place.line_n,
                position=position,
                created_at=now,
                **same,
            )
        )
    if any(photo.state == "waiting" for photo in photos):
        nudge.after_commit("draw_photos")
    return max(len(photos) - room, 0)


def let_go(firm_id: int, file_ids: Iterable[int | None]) -> list[str]:
    """Remove the rows of the files that no photo has any more: their public ids. Never commits.

    The rows are locked, so that of two photos that let go of one file at once the later sees it.
    """
    ids = [file_id for file_id in file_ids if file_id is not None]
    db.session.flush()
    statement = scope.of(StoredFile, firm_id).where(StoredFile.id.in_(ids)).order_by(StoredFile.id)
    files = list(db.session.scalars(statement.with_for_update()))
    having = scope.columns(Photo, firm_id, *FILES).where(or_(*(column.in_(ids) for column in FILES)))
    had = {file_id for row in db.session.execute(having) for file_id in row}
    free = [file for file in files if file.id not in had]
    for file in free:
        db.session.delete(file)
    return [file.public_id for file in free]
