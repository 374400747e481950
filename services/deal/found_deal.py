"""What nearly every page of a customer asks about a deal, by one statement."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import and_, bindparam, exists, select
from sqlalchemy.orm import aliased

from models import Agreement, Closing, Firm, Message, Quote, QuoteLink, QuoteVersion, Recipient, StoredFile
from services import standing, transaction
from services.errors import NotFound


class Found(NamedTuple):
    """What nearly every page asks about a deal, as plain columns."""

    link_id: int
    link_public_id: str
    picked: str  # JSON
    expires_at: datetime
    revoked_at: datetime | None
    opened_at: datetime | None
    link_at: datetime
    seen_version: int | None
    seen_before: int | None
    quote_id: int
    deal_id: str
    status: str
    seen_at: datetime | None
    customer_name: str
    version: int
    version_at: datetime
    valid_until: date
    content: str  # JSON, as frozen
    json_sha256: str
    pdf_sha256: str
    pdf_id: int
    pdf_bytes: int
    firm_id: int
    firm_public_id: str
    logo_id: int | None
    agreement_id: int | None
    standing: str  # of the firm, as stored: domain/standing.py
    closes_at: datetime | None  # the firm is leaving
    gone_after: datetime | None  # this page's last moment, if it does
    customers_told_at: datetime | None  # of it
    has_messages: bool
    recipient_id: int | None  # whose link it is; none is the customer's
    recipient: str | None  # public id
    recipient_name: str | None
    role: str | None
    stands_for: str | None  # whose place was handed over to who has come
    has_stand_ins: bool  # somebody's place was

    @property
    def is_told(self) -> bool:
        """Whether all is written down that an act on this page says: that it was opened, and which version."""
        return self.opened_at is not None and self.seen_at is not None and self.seen_version == self.version

    @property
    def known_version(self) -> int | None:
        """The older version that this customer knows, for what has changed since; None where this is the first.

        The one last acted on, or where none is (a page can be read without a trace), the one sent here before.
        """
        if self.seen_version == self.version:
            return self.seen_before
        if self.seen_version is not None:
            return self.seen_version
        return self.version - 1 if self.version > 1 and self.link_at < self.version_at else None


STOOD_FOR = aliased(Recipient)
# Made once, and read past the ORM: every page of a customer begins with it. The columns in the order of Found.
_FIND = (
    select(
        QuoteLink.id,
        QuoteLink.public_id,
        QuoteLink.picked,
        QuoteLink.expires_at,
        QuoteLink.revoked_at,
        QuoteLink.opened_at,
        QuoteLink.created_at,
        QuoteLink.seen_version,
        QuoteLink.seen_before,
        Quote.id,
        Quote.public_id,
        Quote.status,
        Quote.seen_at,
        Quote.customer_name,
        QuoteVersion.version,
        QuoteVersion.created_at,
        QuoteVersion.valid_until,
        QuoteVersion.content,
        QuoteVersion.json_sha256,
        QuoteVersion.pdf_sha256,
        StoredFile.id,
        StoredFile.size_bytes,
        Firm.id,
        Firm.public_id,
        Firm.logo_id,
        Agreement.id,
        Firm.standing,
        Closing.effective_at,
        Closing.erase_after,
        Closing.told_at,
        exists().where(Message.firm_id == Quote.firm_id, Message.quote_id == Quote.id),
        QuoteLink.recipient_id,
        Recipient.public_id,
        Recipient.name,
        Recipient.role,
        Recipient.stands_for,
        exists().where(
            STOOD_FOR.firm_id == Quote.firm_id,
            STOOD_FOR.quote_id == Quote.id,
            STOOD_FOR.stands_for.is_not(None),
            STOOD_FOR.removed_at.is_(None),
        ),
    )
    .join(Quote, and_(Quote.firm_id == QuoteLink.firm_id, Quote.id == QuoteLink.quote_id))
    .join(
        QuoteVersion,
        and_(
            QuoteVersion.firm_id == Quote.firm_id,
            QuoteVersion.quote_id == Quote.id,
            QuoteVersion.version == Quote.version,
        ),
    )
    .join(StoredFile, StoredFile.id == QuoteVersion.pdf_id)
    .join(Firm, Firm.id == Quote.firm_id)
    .outerjoin(Agreement, and_(Agreement.firm_id == Quote.firm_id, Agreement.quote_id == Quote.id))
    .outerjoin(Closing, and_(Closing.firm_id == Firm.id, Closing.undone_at.is_(None)))
    .outerjoin(Recipient, and_(Recipient.firm_id == QuoteLink.firm_id, Recipient.id == QuoteLink.recipient_id))
    .where(QuoteLink.public_id == bindparam("link"), Quote.public_id == bindparam("deal"), standing.IS_HERE)
)


def read(deal_id: str, link_id: str) -> Found:
    row = transaction.connection().execute(_FIND, {"link": link_id, "deal": deal_id}).first()
    if row is None or row.revoked_at is not None:
        raise NotFound
    return Found(*row)
