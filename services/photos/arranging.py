"""What the firm does with the photos of a draft: caption, order, removal and its undo."""

from __future__ import annotations

from datetime import datetime

from domain.photos import CAPTION_CHARACTERS, MOST_PHOTOS
from models import Photo, Quote
from services import scope, transaction
from services.actors import Actor
from services.errors import NotFound, RuleBroken, Stale
from services.photos import rows
from services.photos.rows import PhotoRow, Place
from services.quotes import drafting
from services.quotes.drafting import NotEditable


class PhotoChanged(Stale):
    """Someone else wrote the caption or removed the photo; `photo` is how it stands now."""

    code = "photo_changed"

    def __init__(self, photo: Photo) -> None:
        super().__init__()
        self.photo = photo


class TooManyPhotos(RuleBroken):
    """A quote holds at most MOST_PHOTOS photos."""

    code = "too_many_photos"


def find(photos: list[PhotoRow], public_id: str) -> PhotoRow:
    """Raises NotFound."""
    for photo in photos:
        if photo.public_id == public_id:
            return photo
    raise NotFound


def caption(
    n: int, public_id: str, text: str, *, rev: int, key: str, restores: bool = False, actor: Actor, now: datetime
) -> None:
    """A new caption, at most CAPTION_CHARACTERS long. `restores`: the photo comes back, should it be removed.

    Raises NotFound, NotEditable, PhotoChanged.
    """
    quote, photo = _load(n, public_id, actor)
    if drafting.is_stale(photo, rev, key) or (photo.removed_at is not None and not restores):
        raise PhotoChanged(photo)
    photo.removed_at = None
    text = text.strip()[:CAPTION_CHARACTERS]
    if photo.caption != text:
        photo.caption = text
        for name, value in drafting.signature(photo, actor, key, now=now).items():
            setattr(photo, name, value)
        _touch(quote, now)
    transaction.commit()


def move(n: int, public_id: str, step: int, place: Place, *, actor: Actor, now: datetime) -> int:
    """One step towards the first (-1) or the last (1) of the photos of a place; its number among them.

    Raises NotFound, NotEditable.
    """
    quote, _photo = _load(n, public_id, actor)
    photos = rows.of_quote(quote.firm_id, quote.id)
    here = [photo.public_id for photo in rows.in_place(photos, place)]
    if public_id not in here:
        raise NotFound
    at = here.index(public_id)
    if 0 <= at + step < len(here):
        _swap([photo.public_id for photo in photos], public_id, here[at + step], quote)
        at += step
        _touch(quote, now)
    transaction.commit()
    return at + 1


def _swap(order: list[str], one: str, other: str, quote: Quote) -> None:
    """Number all photos of the quote anew, two of them in each other's places."""
    at, to = order.index(one), order.index(other)
    order[at], order[to] = order[to], order[at]
    for photo in scope.rows(Photo, quote.firm_id, Photo.quote_id == quote.id, Photo.public_id.in_(order)):
        photo.position = order.index(photo.public_id) + 1


def remove(n: int, public_id: str, *, actor: Actor, now: datetime) -> None:
    """Take a photo out; sent versions keep it. Raises NotFound, NotEditable."""
    quote, photo = _load(n, public_id, actor)
    if photo.removed_at is None:
        photo.removed_at = now
        _touch(quote, now)
    transaction.commit()


def restore(n: int, public_id: str, *, actor: Actor, now: datetime) -> None:
    """Put a removed photo back. Raises NotFound, NotEditable, TooManyPhotos."""
    quote, photo = _load(n, public_id, actor)
    if photo.removed_at is not None:
        if len(rows.of_quote(quote.firm_id, quote.id)) >= MOST_PHOTOS:
            raise TooManyPhotos
        photo.removed_at = None
        _touch(quote, now)
    transaction.commit()


def _load(n: int, public_id: str, actor: Actor) -> tuple[Quote, Photo]:
    quote = drafting.get(actor.firm_id, n, lock=True)
    photo = scope.get(Photo, actor.firm_id, Photo.quote_id == quote.id, Photo.public_id == public_id)
    if not drafting.may_edit(quote):
        raise NotEditable
    return quote, photo


def _touch(quote: Quote, now: datetime) -> None:
    quote.touched_at, quote.changed_since = now, True
