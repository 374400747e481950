"""One-time codes that prove a second way to who signs."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tables.base import Base, FirmOwned, firm_key, public_id_column, same_firm
from tables.columns import UtcDateTime


class SigningCode(FirmOwned, Base):
    """A code that was sent to whom a link belongs. The newest of a link is the one that lives.

    Neither the digits nor a hash of them is kept: they are reckoned from `public_id` with the installation's key
    (services/signing/codes.py), so that the database alone tells nothing.
    """

    __tablename__ = "signing_code"
    __table_args__ = (
        firm_key(),
        same_firm("quote_id", "quote"),
        same_firm("link_id", "quote_link"),
        Index("ix_signing_code_link", "firm_id", "link_id"),
        Index("ix_signing_code_quote", "firm_id", "quote_id"),
        Index("ix_signing_code_created_at", "created_at"),
        CheckConstraint("channel IN ('mail', 'sms')", name="channel"),
    )
    public_id: Mapped[str] = public_id_column()
    quote_id: Mapped[int]
    link_id: Mapped[int]
    version: Mapped[int]
    terms_sha256: Mapped[str] = mapped_column(String(64))  # what the page said that the code is to approve
    channel: Mapped[str] = mapped_column(String(4))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)  # wrong ones
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
