"""The papers of a quote that the firm opens."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_

from extensions import db
from models import Agreement, Quote, QuoteVersion, StoredFile
from services import scope
from services.errors import NotFound


def version_file(firm_id: int, n: int) -> StoredFile:
    """The PDF of the newest version. Raises NotFound."""
    return _file(
        firm_id,
        n,
        QuoteVersion.pdf_id,
        QuoteVersion.firm_id == Quote.firm_id,
        QuoteVersion.quote_id == Quote.id,
        QuoteVersion.version == Quote.version,
    )


def agreement_file(firm_id: int, n: int) -> StoredFile:
    """The agreement's PDF. Raises NotFound until it is drawn."""
    return _file(firm_id, n, Agreement.pdf_id, Agreement.firm_id == Quote.firm_id, Agreement.quote_id == Quote.id)


def stamped_file(firm_id: int, n: int) -> StoredFile:
    """The sealed paper with a time stamp after it. Raises NotFound where there is none."""
    return _file(firm_id, n, Agreement.stamped_id, Agreement.firm_id == Quote.firm_id, Agreement.quote_id == Quote.id)


def _file(firm_id: int, n: int, column: Any, *joined: Any) -> StoredFile:
    statement = scope.columns(StoredFile, firm_id, StoredFile).join(
        column.class_, and_(column == StoredFile.id, column.class_.firm_id == firm_id)
    )
    file: StoredFile | None = db.session.scalar(
        statement.join(Quote, and_(Quote.firm_id == firm_id, *joined)).where(Quote.n == n)
    )
    if file is None:
        raise NotFound
    return file
