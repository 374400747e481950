"""What strangers ask a firm through its public form."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tables.base import Base, FirmOwned, firm_key, public_id_column, same_firm
from tables.columns import UtcDateTime


class Inquiry(FirmOwned, Base):
    """One request, in the sender's own words, and the draft that was made of it. What was sent never changes."""

    __tablename__ = "inquiry"
    __table_args__ = (
        firm_key(),
        same_firm("quote_id", "quote"),
        same_firm("customer_id", "customer", ondelete=None),
        UniqueConstraint("firm_id", "quote_id"),
        CheckConstraint("kind IN ('private', 'company')", name="kind"),
        CheckConstraint("state IN ('open', 'declined')", name="state"),
        Index("ix_inquiry_customer", "firm_id", "customer_id"),
        Index("ix_inquiry_content", "firm_id", "content_sha256"),
        Index("ix_inquiry_created_at", "created_at"),
    )
    public_id: Mapped[str] = public_id_column()
    quote_id: Mapped[int]
    customer_id: Mapped[int]
    made_customer: Mapped[bool]  # the customer came by this request, and may go with it
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(120))
    company: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    street: Mapped[str] = mapped_column(String(120), default="")
    postal_code: Mapped[str] = mapped_column(String(6), default="")
    city: Mapped[str] = mapped_column(String(80), default="")
    wanted: Mapped[str] = mapped_column(String(120), default="")  # when, in the sender's words
    text: Mapped[str] = mapped_column(Text)
    content_sha256: Mapped[str] = mapped_column(String(64))  # of all that was typed: the same twice is one request
    state: Mapped[str] = mapped_column(String(10), default="open")
    answer: Mapped[str] = mapped_column(Text, default="")  # what the firm wrote when it turned it down
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
