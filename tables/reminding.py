"""Reminders to the customer of a quote that waits for an answer."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tables.base import Base, FirmOwned, firm_key, same_firm
from tables.columns import UtcDateTime


class Reminding(FirmOwned, Base):
    """How a quote that was sent is reminded of, counted from its newest version. No row: never asked for."""

    __tablename__ = "reminding"
    __table_args__ = (
        firm_key(),
        same_firm("quote_id", "quote"),
        UniqueConstraint("firm_id", "quote_id"),
        CheckConstraint("days IN (0, 3, 7, 14)", name="days"),
        CheckConstraint("sent BETWEEN 0 AND 2", name="sent"),
        Index("ix_reminding_due", "next_at"),
    )
    quote_id: Mapped[int]
    days: Mapped[int] = mapped_column(default=0)  # between the quote and a reminder; 0: none by itself
    sent: Mapped[int] = mapped_column(default=0)  # reminders of this version
    since: Mapped[datetime] = mapped_column(UtcDateTime)  # what the days are counted from
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the firm pressed Remind now, and it waits
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: no more by itself
