"""What a new quote can begin with: templates, and texts that the firm says often."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tables.base import Base, FirmOwned, firm_key
from tables.columns import UtcDateTime

PLACES = ("message", "not_included", "customer_does", "terms", "row")


class QuoteTemplate(FirmOwned, Base):
    """A template (mall): what a new draft can begin with, as plain data."""

    __tablename__ = "quote_template"
    __table_args__ = (firm_key(), UniqueConstraint("firm_id", "n"))
    n: Mapped[int]  # running number in the firm's addresses
    name: Mapped[str] = mapped_column(String(120))
    content: Mapped[str] = mapped_column(Text)  # schema handslag.template/1, services/quotes/templates.py
    rev: Mapped[int] = mapped_column(default=1)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)  # the latest used comes first
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TextBlock(FirmOwned, Base):
    """A text the firm says often, to be put into a quote."""

    __tablename__ = "text_block"
    __table_args__ = (
        firm_key(),
        UniqueConstraint("firm_id", "n"),
        CheckConstraint(f"place IN ({', '.join(map(repr, PLACES))})", name="place"),
    )
    n: Mapped[int]
    place: Mapped[str] = mapped_column(String(14))  # the field it is meant for; row: words between lines
    title: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    rev: Mapped[int] = mapped_column(default=1)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
