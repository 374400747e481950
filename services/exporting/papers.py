"""The firm's files by the names they get in the ZIP: papers by their number, pictures, and the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from msgspec import Struct
from sqlalchemy import Select, and_, select

from extensions import db
from models import Agreement, Firm, Photo, Quote, QuoteVersion, StoredFile, Upload, UploadPage
from services import scope
from services.exporting.ranks import Ranks

ROWS_AT_A_TIME = 500
FILE = (StoredFile.id, StoredFile.public_id)
_ENDINGS = {
    "application/pdf": "pdf",
    "application/zip": "zip",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "text/csv": "csv",
}


class Paper(Struct, frozen=True):
    """A stored file, by key and public id, and its name in the ZIP."""

    id: int
    public_id: str
    name: str


def all_of(firm_id: int, ranks: Ranks) -> Iterator[Paper]:
    """Every stored file of the firm once, under the first name that it has: copied photos share their pictures."""
    ranks.keep(("stored_file", "upload"))
    is_named = bytearray(len(ranks.keys("stored_file")) + 1)
    named = (_versions(firm_id), _agreements(firm_id), _photos(firm_id), _pages(firm_id, ranks), _others(firm_id))
    for paper in chain.from_iterable(named):
        rank = ranks.rank("stored_file", paper.id)
        if rank is not None and not is_named[rank]:
            is_named[rank] = True
            yield paper


def _versions(firm_id: int) -> Iterator[Paper]:
    statement = (
        scope.columns(QuoteVersion, firm_id, *FILE, Quote.number, Quote.n, QuoteVersion.version)
        .join(Quote, and_(Quote.firm_id == QuoteVersion.firm_id, Quote.id == QuoteVersion.quote_id))
        .join(StoredFile, and_(StoredFile.firm_id == QuoteVersion.firm_id, StoredFile.id == QuoteVersion.pdf_id))
        .order_by(QuoteVersion.id)
    )
    for row in _stream(statement):
        yield Paper(row.id, row.public_id, f"pdf/{_numbered(row.number, row.n)}-v{row.version}.pdf")


_OF_AGREEMENT = (
    (Agreement.pdf_id, ".pdf"),
    (Agreement.stamped_id, "-tidsstamplat.pdf"),
    (Agreement.package_id, "-bevis.zip"),
)


def _agreements(firm_id: int) -> Iterator[Paper]:
    for column, ending in _OF_AGREEMENT:
        statement = (
            scope.columns(Agreement, firm_id, *FILE, Quote.number, Quote.n)
            .join(Quote, and_(Quote.firm_id == Agreement.firm_id, Quote.id == Agreement.quote_id))
            .join(StoredFile, and_(StoredFile.firm_id == Agreement.firm_id, StoredFile.id == column))
            .order_by(Agreement.id)
        )
        for row in _stream(statement):
            yield Paper(row.id, row.public_id, f"avtal/{_numbered(row.number, row.n)}{ending}")


def _photos(firm_id: int) -> Iterator[Paper]:
    """Each photo by its quote, in order: the large picture, and the smaller ones beside it."""
    for column, ending in ((Photo.large_id, ""), (Photo.paper_id, "-papper"), (Photo.thumb_id, "-liten")):
        photo = (Photo.position, Photo.public_id.label("photo"))
        statement = (
            scope.columns(Photo, firm_id, *FILE, Quote.number, Quote.n, *photo)
            .join(Quote, and_(Quote.firm_id == Photo.firm_id, Quote.id == Photo.quote_id))
            .join(StoredFile, and_(StoredFile.firm_id == Photo.firm_id, StoredFile.id == column))
            .order_by(Photo.quote_id, Photo.position, Photo.id)
        )
        for row in _stream(statement):
            name = f"{_numbered(row.number, row.n)}/{row.position:02d}-{row.photo}{ending}"
            yield Paper(row.id, row.public_id, f"foton/{name}.jpg")


def _pages(firm_id: int, ranks: Ranks) -> Iterator[Paper]:
    """The pictures of the pages of uploaded documents, by their quote."""
    page = (Upload.id.label("upload_id"), UploadPage.n.label("page"))
    statement = (
        scope.columns(UploadPage, firm_id, *FILE, Quote.number, Quote.n, *page)
        .join(Upload, and_(Upload.firm_id == UploadPage.firm_id, Upload.id == UploadPage.upload_id))
        .join(Quote, and_(Quote.firm_id == Upload.firm_id, Quote.id == Upload.quote_id))
        .join(StoredFile, and_(StoredFile.firm_id == UploadPage.firm_id, StoredFile.id == UploadPage.file_id))
        .order_by(Upload.id, UploadPage.n)
    )
    for row in _stream(statement):
        folder = f"{_numbered(row.number, row.n)}/{ranks.rank('upload', row.upload_id)}"
        yield Paper(row.id, row.public_id, f"dokument/{folder}/sida-{row.page:03d}.jpg")


def _others(firm_id: int) -> Iterator[Paper]:
    """All files: those that have a name already are passed over."""
    logo_id = db.session.scalar(select(Firm.logo_id).where(Firm.id == firm_id))
    statement = scope.columns(StoredFile, firm_id, *FILE, StoredFile.media_type).order_by(StoredFile.id)
    for row in _stream(statement):
        ending = _ENDINGS.get(row.media_type, "bin")
        folder = "bilder" if row.media_type.startswith("image/") else "filer"
        is_logo = row.id == logo_id
        yield Paper(
            row.id, row.public_id, f"bilder/logotyp.{ending}" if is_logo else f"{folder}/{row.public_id}.{ending}"
        )


def _numbered(number: str | None, n: int) -> str:
    return re.sub(r"[^0-9A-Za-z-]", "-", number) if number else f"utkast-{n}"


def _stream(statement: Select[tuple[object, ...]]):  # type: ignore[no-untyped-def]
    return db.session.execute(statement.execution_options(yield_per=ROWS_AT_A_TIME))
