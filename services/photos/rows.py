"""Photos of a quote as plain rows, in order: which there are, and which of them belong to what lives in the draft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, exists, or_

from models import Photo, QuoteLine, QuoteSection
from services import scope


class Place(NamedTuple):
    """Where a photo belongs: to a section, to a line, or with neither to the whole quote."""

    section_n: int | None = None
    line_n: int | None = None


class PhotoRow(NamedTuple):
    """A photo that is not removed."""

    id: int
    public_id: str
    section_n: int | None
    line_n: int | None
    caption: str
    state: str
    reason: str
    name: str
    width: int
    height: int
    sha256: str
    rev: int

    @property
    def place(self) -> Place:
        return Place(self.section_n, self.line_n)


# Made once and read past the ORM: the builder shows them with every page.
_FIRM_ID: Any = bindparam("firm_id")
_has_section = exists().where(
    QuoteSection.firm_id == Photo.firm_id,
    QuoteSection.quote_id == Photo.quote_id,
    QuoteSection.n == Photo.section_n,
    QuoteSection.removed_at.is_(None),
)
_has_line = exists().where(
    QuoteLine.firm_id == Photo.firm_id,
    QuoteLine.quote_id == Photo.quote_id,
    QuoteLine.n == Photo.line_n,
    QuoteLine.removed_at.is_(None),
    QuoteSection.firm_id == QuoteLine.firm_id,
    QuoteSection.id == QuoteLine.section_id,
    QuoteSection.removed_at.is_(None),
)
_is_live = and_(
    Photo.removed_at.is_(None), or_(Photo.section_n.is_(None), _has_section), or_(Photo.line_n.is_(None), _has_line)
)
_PHOTOS = (
    scope.columns(Photo, _FIRM_ID, *scope.named(Photo, PhotoRow))
    .where(Photo.quote_id == bindparam("quote_id"), _is_live)
    .order_by(Photo.position, Photo.id)
)
_ANY = (
    scope.columns(Photo, _FIRM_ID, Photo.id)
    .where(Photo.quote_id == bindparam("quote_id"), Photo.removed_at.is_(None))
    .limit(1)
)


def of_quote(firm_id: int, quote_id: int) -> list[PhotoRow]:
    """The photos that the draft shows: one of a removed section or line goes, and comes back, with it."""
    return [PhotoRow._make(row) for row in scope.plain(_PHOTOS, {"firm_id": firm_id, "quote_id": quote_id})]


def has_any(firm_id: int, quote_id: int) -> bool:
    """Whether the quote has photos, those of removed sections and lines among them."""
    return bool(scope.plain(_ANY, {"firm_id": firm_id, "quote_id": quote_id}))


def alive(firm_id: int, quote_id: int) -> Select[tuple[Photo]]:
    """The same photos as rows that can be written."""
    return scope.of(Photo, firm_id).where(Photo.quote_id == quote_id, _is_live).order_by(Photo.position, Photo.id)


def is_live(firm_id: int, quote_id: int, place: Place) -> bool:
    """Whether the place is in the draft."""
    model: type[QuoteSection | QuoteLine]
    if place.section_n is not None:
        model, n = QuoteSection, place.section_n
    elif place.line_n is not None:
        model, n = QuoteLine, place.line_n
    else:
        return True
    return scope.find(model, firm_id, model.quote_id == quote_id, model.n == n, model.removed_at.is_(None)) is not None


def in_place(photos: Sequence[PhotoRow], place: Place) -> list[PhotoRow]:
    """Those of one section or line; of the whole quote: all."""
    return list(photos) if place == Place() else [photo for photo in photos if photo.place == place]
