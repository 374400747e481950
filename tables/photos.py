"""Photos of a quote: what came in, what was drawn from it, and where it belongs."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tables.base import Base, FirmOwned, firm_key, public_id_column, same_firm
from tables.columns import UtcDateTime


class Photo(FirmOwned, Base):
    """A photo of the whole quote, of a section or of a line. Its pictures never change; caption and order do."""

    __tablename__ = "photo"
    __table_args__ = (
        firm_key(),
        same_firm("quote_id", "quote"),
        same_firm("incoming_id", "stored_file", ondelete=None),
        same_firm("large_id", "stored_file", ondelete=None),
        same_firm("paper_id", "stored_file", ondelete=None),
        same_firm("thumb_id", "stored_file", ondelete=None),
        CheckConstraint("state IN ('waiting', 'ready', 'refused')", name="state"),
        CheckConstraint("section_n IS NULL OR line_n IS NULL", name="place"),
        Index("ix_photo_quote", "firm_id", "quote_id"),
        Index("ix_photo_waiting", "state", "id"),
    )
    public_id: Mapped[str] = public_id_column()
    quote_id: Mapped[int]
    section_n: Mapped[int | None]  # number within the quote; neither: of the whole quote
    line_n: Mapped[int | None]
    position: Mapped[int]  # order within the quote; a tie is broken by id
    caption: Mapped[str] = mapped_column(String(200), default="")  # the customer reads it
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    reason: Mapped[str] = mapped_column(String(10), default="")  # why it was refused: domain/photos.py
    name: Mapped[str] = mapped_column(String(120), default="")  # of the sender's file, until it is ready
    source_sha256: Mapped[str] = mapped_column(String(64))  # of what came in: the same photo twice is one
    incoming_id: Mapped[int | None]  # what came in, until it is drawn or refused
    large_id: Mapped[int | None]
    paper_id: Mapped[int | None]  # for the PDF
    thumb_id: Mapped[int | None]
    width: Mapped[int] = mapped_column(default=0)  # of the large picture, points
    height: Mapped[int] = mapped_column(default=0)
    size_bytes: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    sent_version: Mapped[int] = mapped_column(default=0)  # newest frozen version that shows it, 0 = none
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rev: Mapped[int] = mapped_column(default=1)  # of the caption
    changed_by: Mapped[str] = mapped_column(String(120), default="")
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_key: Mapped[str] = mapped_column(String(22), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # kept for undo, and for sent versions
