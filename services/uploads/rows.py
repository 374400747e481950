"""The document of a deal: the newest file that came in, the pictures of its pages, and what a version says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_

from domain.deal_kinds import DealKind
from extensions import db
from models import Quote, StoredFile, Upload, UploadPage
from services import scope, storage
from services.errors import NotFound

PURPOSE = "document"  # of the stored file as it came


def current(firm_id: int, quote_id: int, *, lock: bool = False) -> Upload:
    """The newest. Raises NotFound for a deal that has none: it is of another kind."""
    statement = scope.of(Upload, firm_id).where(Upload.quote_id == quote_id).order_by(Upload.id.desc()).limit(1)
    found = db.session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound
    return found


def pages(upload: Upload) -> list[UploadPage]:
    """In order; none until they are drawn."""
    rows = scope.rows(UploadPage, upload.firm_id, UploadPage.upload_id == upload.id)
    return sorted(rows, key=lambda row: row.n)


def of_draft(quote: Quote) -> Upload | None:
    """The document of a deal of that kind; of others none, and no statement."""
    return current(quote.firm_id, quote.id) if quote.kind == DealKind.DOCUMENT else None


def frozen(upload: Upload) -> dict[str, Any]:
    """What a version says of its document. `sha256`: of the file as it came, which is what is signed."""
    return {
        "id": upload.public_id,
        "name": upload.name,
        "bytes": upload.size_bytes,
        "sha256": upload.sha256,
        "pages": [
            {"n": page.n, "width": page.width, "height": page.height, "sha256": page.sha256} for page in pages(upload)
        ],
    }


def original(upload: Upload) -> StoredFile:
    """The file as it came. Raises NotFound where it was refused."""
    return scope.get(StoredFile, upload.firm_id, StoredFile.id == upload.file_id)


def picture(firm_id: int, n: int, upload_id: str, page_n: int) -> StoredFile:
    """The picture of a page, for the firm of the deal n. Raises NotFound."""
    return _picture(firm_id, upload_id, page_n, Quote.n == n)


def picture_of_version(firm_id: int, quote_id: int, content: Mapping[str, Any], page_n: int) -> StoredFile:
    """The picture of a page of the version that is shown. Raises NotFound for any other."""
    if not content["document"]:
        raise NotFound
    return _picture(firm_id, content["document"]["id"], page_n, Quote.id == quote_id)


def read(firm_public_id: str, file: StoredFile) -> bytes:
    """The clear bytes. Raises FileNotFoundError, or InvalidTag for a changed file."""
    return storage.read(firm_public_id, file)


def _picture(firm_id: int, upload_id: str, page_n: int, *whose: Any) -> StoredFile:
    statement = (
        scope.columns(StoredFile, firm_id, StoredFile)
        .join(UploadPage, and_(UploadPage.firm_id == firm_id, UploadPage.file_id == StoredFile.id))
        .join(Upload, and_(Upload.firm_id == firm_id, Upload.id == UploadPage.upload_id))
        .join(Quote, and_(Quote.firm_id == firm_id, Quote.id == Upload.quote_id))
        .where(Upload.public_id == upload_id, UploadPage.n == page_n, *whose)
    )
    file: StoredFile | None = db.session.scalar(statement)
    if file is None:
        raise NotFound
    return file
