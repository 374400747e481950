"""The papers that are kept here, by the SHA-256 of their bytes: of all firms, without anybody's name or an amount."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import and_, or_, select, text

from domain.acts import AGREES
from domain.authenticity import Known
from extensions import db
from models import Agreement, Approval, Firm, Quote, QuoteVersion, StoredFile
from services import standing
from services.deal import parties
from services.importing import homes
from services.privacy import receipts
from tables.records import PAPERS

YES = (*AGREES, "doc.witnessed")


def by_hash(hashes: Collection[str]) -> dict[str, Known]:
    """The papers among these SHA-256. Where several sent the same document, it is of who sent it first."""
    # the index's own words, or SQLite does not take it
    own = StoredFile.sha256.in_(set(hashes)), text(PAPERS), standing.of_those_here(StoredFile)
    statement = select(StoredFile).where(*own).order_by(StoredFile.id)
    found = {
        sha256: Known("erasure", "", "", sha256, row.erased_at, number=row.number)
        for sha256, row in receipts.by_sha256(hashes).items()
    }
    for file in db.session.scalars(statement):
        # once found it stands: an archive may bring copies of another's paper, thousands of them
        if file.sha256 not in found and (paper := _agreed(file) or _sent(file)):
            found[file.sha256] = paper
    return found


def agreement(public_id: str) -> Known | None:
    """The agreement of that id, where its paper is kept here."""
    if not public_id:
        return None
    statement = select(StoredFile).join(
        Agreement, and_(Agreement.firm_id == StoredFile.firm_id, Agreement.pdf_id == StoredFile.id)
    )
    file = db.session.scalar(statement.where(Agreement.public_id == public_id, standing.of_those_here(Agreement)))
    return _agreed(file) if file else None


def _agreed(file: StoredFile) -> Known | None:
    """The paper of an agreement, with its time stamp or without, or the firm's package."""
    is_its = or_(Agreement.pdf_id == file.id, Agreement.package_id == file.id, Agreement.stamped_id == file.id)
    row = db.session.execute(
        select(Agreement, Quote)
        .join(Quote, and_(Quote.firm_id == Agreement.firm_id, Quote.id == Agreement.quote_id))
        .where(Agreement.firm_id == file.firm_id, is_its)
        .order_by(Agreement.id)  # a made-up archive may give one paper to several
    ).first()
    if row is None or row.Quote.status in parties.PENDING:
        return None
    made, quote = row
    firm = _firm(file)
    return Known(
        paper="package" if made.package_id == file.id else "agreement",
        kind=quote.kind,
        deal_id=quote.public_id,
        sha256=file.sha256,
        at=made.accepted_at,
        methods=tuple(_approved(made) or [made.method]),
        firm=firm,
        home=homes.before(file.firm_id, firm, quote.public_id, YES, made.agreed_sha256),
    )


def _firm(file: StoredFile) -> str:
    return str(db.session.scalars(select(Firm.public_id).where(Firm.id == file.firm_id)).one())


def _approved(made: Agreement) -> list[str]:
    """How each has said yes to just this, in their order; none where one decides alone."""
    statement = (
        select(Approval.method)
        .where(
            Approval.firm_id == made.firm_id,
            Approval.quote_id == made.quote_id,
            Approval.agreed_sha256 == made.agreed_sha256,
            Approval.voided_at.is_(None),
        )
        .order_by(Approval.id)
    )
    return list(db.session.scalars(statement))


def _sent(file: StoredFile) -> Known | None:
    """A version as it was sent."""
    row = db.session.execute(
        select(QuoteVersion.version, QuoteVersion.created_at, Quote.kind, Quote.public_id, Quote.version)
        .join(Quote, and_(Quote.firm_id == QuoteVersion.firm_id, Quote.id == QuoteVersion.quote_id))
        .where(QuoteVersion.firm_id == file.firm_id, QuoteVersion.pdf_id == file.id)
        .order_by(QuoteVersion.version.desc())  # a document may be sent anew as it is
    ).first()
    if row is None:
        return None
    version, at, kind, deal_id, newest = row
    firm = _firm(file)
    home = homes.before(file.firm_id, firm, deal_id, ("doc.frozen",), file.sha256)
    return Known("quote", kind, deal_id, file.sha256, at, has_newer=newest > version, firm=firm, home=home)
