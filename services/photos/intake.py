"""Take photos in: each is streamed into the encrypted store as it is, and the worker is asked to draw it.

Nothing here looks at what the bytes are. The files are written before the transaction that names them begins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO, NamedTuple

from msgspec import Struct
from sqlalchemy import func

from domain.photos import MOST_BYTES, MOST_PHOTOS, NAME_CHARACTERS, Refusal
from extensions import db
from models import Photo, Quote, StoredFile
from services import nudge, scope, storage, transaction
from services.actors import Actor
from services.errors import NotFound
from services.photos import rows
from services.photos.rows import Place
from services.quotes import drafting
from services.quotes.drafting import NotEditable


class Upload(NamedTuple):
    """A file as a browser sent it."""

    name: str
    stream: IO[bytes]


class Taken(Struct, frozen=True):
    """How many photos were taken in, were there already, and had no room."""

    added: int = 0
    doubles: int = 0
    left_out: int = 0


class Kept(Struct, frozen=True):
    """An upload in the store. Without a file it was larger than a photo may be."""

    name: str
    sha256: str
    file: StoredFile | None


def add(n: int, uploads: Sequence[Upload], place: Place, *, actor: Actor, now: datetime) -> Taken:
    """Take the photos in, in their order, at the end. Begins reading and writes at the end; commits.

    The same bytes in the same place are taken once, so a second press or a lost answer doubles nothing. One that is
    too large becomes a photo that says so. Raises NotFound, NotEditable, DiskFull.
    """
    _quote(n, place, actor)
    storage.require_disk(MOST_BYTES)
    kept: list[Kept] = []
    unused: set[str] = set()
    try:
        for upload in uploads:
            kept.append(keep(upload, actor, now))
        unused = {one.file.public_id for one in kept if one.file}
        transaction.start_writing()
        taken, used = attach(_quote(n, place, actor, lock=True), kept, place, now)
        transaction.commit()
        unused -= used
    except BaseException:
        transaction.rollback()
        unused = {one.file.public_id for one in kept if one.file}
        raise
    finally:
        for public_id in unused:
            storage.remove(actor.firm_public_id, public_id)
    return taken


def _quote(n: int, place: Place, actor: Actor, *, lock: bool = False) -> Quote:
    quote = drafting.get(actor.firm_id, n, lock=lock)
    if not drafting.may_edit(quote):
        raise NotEditable
    if not rows.is_live(actor.firm_id, quote.id, place):
        raise NotFound
    return quote


def keep(upload: Upload, actor: Actor, now: datetime) -> Kept:
    """Stream one upload into the store, before a transaction that names it begins. Raises DiskFull."""
    counted = storage.Counted(storage.pieces(upload.stream), most_bytes=MOST_BYTES)
    name = upload.name.replace("\\", "/").rsplit("/", 1)[-1][:NAME_CHARACTERS]
    try:
        file = storage.take(actor.firm_id, actor.firm_public_id, counted, purpose="photo_in", now=now)
    except storage.TooLarge:
        return Kept(name, hashlib.sha256(name.encode()).hexdigest(), None)
    file.size_bytes, file.sha256 = counted.size_bytes, counted.sha256
    return Kept(name, file.sha256, file)


def attach(quote: Quote, kept: Iterable[Kept], place: Place, now: datetime) -> tuple[Taken, set[str]]:
    """Rows for what is new and has room, and the files they name. Never commits."""
    firm_id = quote.firm_id
    there = rows.of_quote(firm_id, quote.id)
    statement = scope.columns(Photo, firm_id, Photo.source_sha256, Photo.section_n, Photo.line_n)
    sources = set(db.session.execute(statement.where(Photo.quote_id == quote.id, Photo.removed_at.is_(None))).tuples())
    last = scope.columns(Photo, firm_id, func.max(Photo.position)).where(Photo.quote_id == quote.id)
    position = int(db.session.scalar(last) or 0)
    added = doubles = left_out = 0
    used: set[str] = set()
    for one in kept:
        if (one.sha256, *place) in sources:
            doubles += 1
            continue
        if len(there) + added >= MOST_PHOTOS:
            left_out += 1
            continue
        sources.add((one.sha256, *place))
        added += 1
        photo = Photo(
            firm_id=firm_id,
            quote_id=quote.id,
            section_n=place.section_n,
            line_n=place.line_n,
            position=position + added,
            name=one.name,
            source_sha256=one.sha256,
            created_at=now,
        )
        if one.file is None:
            photo.state, photo.reason = "refused", Refusal.BYTES
        else:
            db.session.add(one.file)
            db.session.flush()
            photo.incoming_id = one.file.id
            used.add(one.file.public_id)
        db.session.add(photo)
    if added:
        quote.touched_at, quote.changed_since = now, True
        nudge.after_commit("draw_photos")
    return Taken(added, doubles, left_out), used
