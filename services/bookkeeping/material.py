"""Which of a firm's papers are bookkeeping material, and until when.

There are no invoices yet; what an entry can lean on are the sealed papers of agreements and their evidence packages,
by the day they were made (BFL 5:7 with 7:1). An agreement counts by its newest paper: the time-stamped one is the
sealed one with the stamp after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec import Struct
from sqlalchemy import and_, case, func, or_, select

from domain.bookkeeping import keep_until
from domain.clock import stockholm_date
from extensions import db
from models import Agreement, Firm, StoredFile
from services import scope


class Piece(Struct, frozen=True):
    """A stored file that is kept."""

    file: str  # public id of the stored file
    name: str  # for downloads
    media_type: str
    size_bytes: int
    sha256: str
    day: date  # Stockholm day of the agreement
    until: date  # the last day it is kept


class Material(Struct, frozen=True):
    """How much there is."""

    papers: int
    packages: int
    last: date | None  # when the last of it is erased; None: there is none

    @property
    def files(self) -> int:
        return self.papers + self.packages


def counted(firm_id: int) -> Material:
    """How many papers and packages, and the last day any of it is kept."""
    asked = scope.columns(
        Agreement,
        firm_id,
        func.count(Agreement.pdf_id),
        func.count(Agreement.package_id),
        func.max(case((or_(Agreement.pdf_id.is_not(None), Agreement.package_id.is_not(None)), Agreement.accepted_at))),
    )
    papers, packages, newest = db.session.execute(asked).one()
    if newest is None:
        return Material(0, 0, None)
    ends = db.session.scalars(select(Firm.fiscal_year_ends).where(Firm.id == firm_id)).one()
    return Material(papers, packages, keep_until(stockholm_date(newest), ends))


def pieces(firm_id: int) -> Iterator[Piece]:
    """The files, oldest agreement first."""
    ends = db.session.scalars(select(Firm.fiscal_year_ends).where(Firm.id == firm_id)).one()
    newest_paper = func.coalesce(Agreement.stamped_id, Agreement.pdf_id)
    names = or_(StoredFile.id == newest_paper, StoredFile.id == Agreement.package_id)
    asked = (
        scope.columns(Agreement, firm_id, Agreement.accepted_at, StoredFile)
        .join(StoredFile, and_(StoredFile.firm_id == Agreement.firm_id, names))
        .order_by(Agreement.id, StoredFile.id)
    )
    for accepted_at, file in db.session.execute(asked.execution_options(yield_per=500)):
        day = stockholm_date(accepted_at)
        about = (file.public_id, file.name, file.media_type, file.size_bytes, file.sha256)
        yield Piece(*about, day=day, until=keep_until(day, ends))
