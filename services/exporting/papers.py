"""The firm's files by the names they get in the ZIP: papers by their number, pictures, and the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Select, and_, select

from extensions import db
from models import Agreement, Firm, Photo, Quote, QuoteVersion, StoredFile, Upload, UploadPage
from services import scope

ROWS_AT_A_TIME = 500
PHOTO_PURPOSES = ("photo", "photo_paper", "photo_thumb")
_ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "text/csv": "csv"}


@dataclass(frozen=True, slots=True)
class Paper:
    """A stored file and its name in the ZIP."""

    public_id: str
    name: str


def all_of(firm_id: int) -> Iterator[Paper]:
    """Every stored file of the firm once; a picture that a copied photo shares once for each."""
    yield from _versions(firm_id)
    yield from _agreements(firm_id)
    yield from _photos(firm_id)
    yield from _pages(firm_id)
    yield from _others(firm_id)


def _versions(firm_id: int) -> Iterator[Paper]:
    statement = (
        scope.columns(QuoteVersion, firm_id, StoredFile.public_id, Quote.number, Quote.n, QuoteVersion.version)
        .join(Quote, and_(Quote.firm_id == QuoteVersion.firm_id, Quote.id == QuoteVersion.quote_id))
        .join(StoredFile, and_(StoredFile.firm_id == QuoteVersion.firm_id, StoredFile.id == QuoteVersion.pdf_id))
        .order_by(QuoteVersion.id)
    )
    for row in _stream(statement):
        yield Paper(row.public_id, f"pdf/{_numbered(row.number, row.n)}-v{row.version}.pdf")


_OF_AGREEMENT = (
    (Agreement.pdf_id, ".pdf"),
    (Agreement.stamped_id, "-tidsstamplat.pdf"),
    (Agreement.package_id, "-bevis.zip"),
)


def _agreements(firm_id: int) -> Iterator[Paper]:
    for column, ending in _OF_AGREEMENT:
        statement = (
            scope.columns(Agreement, firm_id, StoredFile.public_id, Quote.number, Quote.n)
            .join(Quote, and_(Quote.firm_id == Agreement.firm_id, Quote.id == Agreement.quote_id))
            .join(StoredFile, and_(StoredFile.firm_id == Agreement.firm_id, StoredFile.id == column))
            .order_by(Agreement.id)
        )
        for row in _stream(statement):
            yield Paper(row.public_id, f"avtal/{_numbered(row.number, row.n)}{ending}")


def _photos(firm_id: int) -> Iterator[Paper]:
    """Each photo by its quote, in order: the large picture, and the smaller ones beside it."""
    for column, ending in ((Photo.large_id, ""), (Photo.paper_id, "-papper"), (Photo.thumb_id, "-liten")):
        statement = (
            scope.columns(
                Photo,
                firm_id,
                StoredFile.public_id,
                Quote.number,
                Quote.n,
                Photo.position,
                Photo.public_id.label("photo"),
            )
            .join(Quote, and_(Quote.firm_id == Photo.firm_id, Quote.id == Photo.quote_id))
            .join(StoredFile, and_(StoredFile.firm_id == Photo.firm_id, StoredFile.id == column))
            .order_by(Photo.quote_id, Photo.position, Photo.id)
        )
        for row in _stream(statement):
            name = f"{_numbered(row.number, row.n)}/{row.position:02d}-{row.photo}{ending}"
            yield Paper(row.public_id, f"foton/{name}.jpg")


def _pages(firm_id: int) -> Iterator[Paper]:
    """The pictures of the pages of uploaded documents, by their quote."""
    statement = (
        scope.columns(UploadPage, firm_id, StoredFile.public_id, Quote.number, Quote.n, Upload.id, UploadPage.n)
        .join(Upload, and_(Upload.firm_id == UploadPage.firm_id, Upload.id == UploadPage.upload_id))
        .join(Quote, and_(Quote.firm_id == Upload.firm_id, Quote.id == Upload.quote_id))
        .join(StoredFile, and_(StoredFile.firm_id == UploadPage.firm_id, StoredFile.id == UploadPage.file_id))
        .order_by(Upload.id, UploadPage.n)
    )
    for public_id, number, quote_n, upload_id, n in _stream(statement):
        yield Paper(public_id, f"dokument/{_numbered(number, quote_n)}/{upload_id}/sida-{n:03d}.jpg")


def _others(firm_id: int) -> Iterator[Paper]:
    logo_id = db.session.scalar(select(Firm.logo_id).where(Firm.id == firm_id))
    statement = (
        scope.columns(StoredFile, firm_id, StoredFile.id, StoredFile.public_id, StoredFile.media_type)
        .where(
            StoredFile.purpose.not_in((*PHOTO_PURPOSES, "document_page")),
            StoredFile.id.not_in(scope.columns(QuoteVersion, firm_id, QuoteVersion.pdf_id)),
            *(
                StoredFile.id.not_in(scope.columns(Agreement, firm_id, column).where(column > 0))
                for column, _ending in _OF_AGREEMENT
            ),
        )
        .order_by(StoredFile.id)
    )
    for row in _stream(statement):
        ending = _ENDINGS.get(row.media_type, "bin")
        if row.id == logo_id:
            yield Paper(row.public_id, f"bilder/logotyp.{ending}")
        else:
            folder = "bilder" if row.media_type.startswith("image/") else "filer"
            yield Paper(row.public_id, f"{folder}/{row.public_id}.{ending}")


def _numbered(number: str | None, n: int) -> str:
    return re.sub(r"[^0-9A-Za-z-]", "-", number) if number else f"utkast-{n}"


def _stream(statement: Select[tuple[object, ...]]):  # type: ignore[no-untyped-def]
    return db.session.execute(statement.execution_options(yield_per=ROWS_AT_A_TIME))
