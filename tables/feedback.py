"""What a customer thought of the quote, asked once after the yes. Part of no evidence."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tables.base import Base, FirmOwned, firm_key, public_id_column, same_firm
from tables.columns import UtcDateTime


class Feedback(FirmOwned, Base):
    """How easy the quote was to understand, 1 (hard) to 5 (easy), and a few words if the customer wants."""

    __tablename__ = "feedback"
    __table_args__ = (
        firm_key(),
        same_firm("quote_id", "quote"),
        UniqueConstraint("firm_id", "quote_id"),
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
    )
    public_id: Mapped[str] = public_id_column()
    quote_id: Mapped[int]
    score: Mapped[int]
    text: Mapped[str] = mapped_column(Text, default="")
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
