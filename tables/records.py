"""The evidence chain, stored files, letters waiting, and exports."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from tables.base import Base, FirmOwned, firm_key, public_id_column, same_firm
from tables.columns import UtcDateTime

# what anyone may ask for by its SHA-256: found by the same words (services/checking/known.py)
PAPERS = "media_type IN ('application/pdf', 'application/zip')"


class ChainHead(Base):
    """The end of a firm's chain; the row that two writers take turns on."""

    __tablename__ = "chain_head"
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(default=0)
    link: Mapped[str] = mapped_column(String(64))


class Event(Base):
    """One entry of the append-only chain. `entry` is the canonical JSON that is hashed; it holds no personal value."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_obj", "firm_id", "obj", "seq"),)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    act: Mapped[str] = mapped_column(String(40))
    obj: Mapped[str] = mapped_column(String(80))  # kind:public id, without the version
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    entry: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(String(64))
    link: Mapped[str] = mapped_column(String(64))


class EventValue(FirmOwned, Base):
    """A personal value behind a commitment: 32 random bytes and the value, encrypted together."""

    __tablename__ = "event_value"
    __table_args__ = (firm_key(), UniqueConstraint("firm_id", "seq", "field"))
    seq: Mapped[int]
    field: Mapped[str] = mapped_column(String(20))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class StoredFile(FirmOwned, Base):
    """Bytes kept in DATA_DIR/files, encrypted under the firm's key; on disk before this row is committed."""

    __tablename__ = "stored_file"
    __table_args__ = (
        firm_key(),
        # photos, which are most files, are left out: nobody asks for one
        Index("ix_stored_file_paper", "sha256", sqlite_where=text(PAPERS)),
    )
    public_id: Mapped[str] = public_id_column()
    purpose: Mapped[str] = mapped_column(String(20))  # quote, agreement, logo
    name: Mapped[str] = mapped_column(String(120))  # own name for downloads
    media_type: Mapped[str] = mapped_column(String(60))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))  # of the clear bytes
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Letter(Base):
    """A letter to send: the row is the truth, the queue only wakes. The text is drawn when it is sent."""

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'sent', 'failed', 'dropped')", name="state"),
        Index("ix_letter_due", "state", "next_at"),
        Index("ix_letter_quote", "firm_id", "quote_id"),
        same_firm("quote_id", "quote"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    # null only for the last letter to an erased firm; its address is cleared once it is delivered
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"), index=True)
    public_id: Mapped[str] = public_id_column()  # Message-ID
    kind: Mapped[str] = mapped_column(String(40))
    to_address: Mapped[str] = mapped_column(String(254))
    params: Mapped[str] = mapped_column(Text)  # JSON of ids the letter is drawn from; never a token or a text
    quote_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reply: Mapped[str] = mapped_column(Text, default="")  # the receiving server's last answer
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Export(FirmOwned, Base):
    """A ZIP of everything the firm has, made by the worker."""

    __tablename__ = "export"
    __table_args__ = (
        firm_key(),
        same_firm("user_id", "user"),
        CheckConstraint("state IN ('queued', 'running', 'ready', 'failed', 'gone', 'cancelled')", name="state"),
    )
    public_id: Mapped[str] = public_id_column()
    user_id: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="queued")
    progress_percent: Mapped[int] = mapped_column(default=0)
    size_bytes: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    is_locked: Mapped[bool] = mapped_column(default=False, server_default=false())  # by a password of its own
    password: Mapped[bytes | None] = mapped_column(LargeBinary)  # encrypted, and gone once the ZIP is made
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
