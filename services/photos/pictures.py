"""The pictures of a photo: for the firm by its quote, for a customer by the version shown, for the PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_

from extensions import db
from models import Photo, Quote, StoredFile
from services import scope, storage
from services.errors import NotFound
from services.photos.rows import PhotoRow

SIZES = {"stor": Photo.large_id, "liten": Photo.thumb_id, "papper": Photo.paper_id}


def frozen(photos: Sequence[PhotoRow]) -> list[dict[str, Any]]:
    """What a version says of its photos: those that are ready, in order. `section`, `line`: keys of the content."""
    return [
        {
            "id": photo.public_id,
            "sha256": photo.sha256,
            "caption": photo.caption,
            "width": photo.width,
            "height": photo.height,
            "section": None if photo.section_n is None else str(photo.section_n),
            "line": None if photo.line_n is None else str(photo.line_n),
        }
        for photo in photos
        if photo.state == "ready"
    ]


def shown(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The photos of a frozen version; versions from before there were any have none."""
    found: list[dict[str, Any]] = content.get("photos", [])
    return found


def of_firm(firm_id: int, n: int, public_id: str, size: str) -> StoredFile:
    """A picture of a photo of the firm's quote n, removed or not. Raises NotFound."""
    if size not in SIZES:
        raise NotFound
    statement = (
        scope.columns(StoredFile, firm_id, StoredFile)
        .join(Photo, and_(Photo.firm_id == firm_id, SIZES[size] == StoredFile.id))
        .join(Quote, and_(Quote.firm_id == firm_id, Quote.id == Photo.quote_id))
        .where(Quote.n == n, Photo.public_id == public_id)
    )
    file: StoredFile | None = db.session.scalar(statement)
    if file is None:
        raise NotFound
    return file


def read(firm_public_id: str, file: StoredFile) -> bytes:
    return storage.read(firm_public_id, file)


def of_version(firm_id: int, quote_id: int, content: Mapping[str, Any], public_id: str, size: str) -> StoredFile:
    """A picture of a photo that the version shows. Raises NotFound for any other."""
    if size not in ("stor", "liten") or all(photo["id"] != public_id for photo in shown(content)):
        raise NotFound
    file = _files(firm_id, quote_id, [public_id], size).get(public_id)
    if file is None:
        raise NotFound
    return file


def for_paper(firm_id: int, firm_public_id: str, quote_id: int, content: Mapping[str, Any]) -> dict[str, bytes]:
    """The pictures that go into the PDF of a content, by the photo's id."""
    ids = [photo["id"] for photo in shown(content)]
    if not ids:
        return {}
    files = _files(firm_id, quote_id, ids, "papper")
    return {public_id: storage.read(firm_public_id, files[public_id]) for public_id in ids}


def note_sent(firm_id: int, quote_id: int, content: Mapping[str, Any], version: int) -> None:
    """Keep the photos of a version that is about to be frozen, for as long as it is kept. Never commits."""
    ids = [photo["id"] for photo in shown(content)]
    if ids:
        change = scope.change(Photo, firm_id).where(Photo.quote_id == quote_id, Photo.public_id.in_(ids))
        db.session.execute(change.values(sent_version=version))


def _files(firm_id: int, quote_id: int, ids: Sequence[str], size: str) -> dict[str, StoredFile]:
    statement = (
        scope.columns(StoredFile, firm_id, Photo.public_id, StoredFile)
        .join(Photo, and_(Photo.firm_id == firm_id, SIZES[size] == StoredFile.id))
        .where(Photo.quote_id == quote_id, Photo.public_id.in_(ids))
    )
    return dict(db.session.execute(statement).tuples().all())
