"""Signed checkpoints over all chains, and what was found not to hold."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from tables.base import Base, public_id_column
from tables.columns import UtcDateTime


class Checkpoint(Base):
    """One signed hash over the ends of all chains (domain/checkpoints.py). Insert only; it names no firm."""

    __tablename__ = "checkpoint"
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    body: Mapped[str] = mapped_column(Text)  # the canonical JSON that is signed
    signatures: Mapped[str] = mapped_column(Text)  # canonical JSON: id of key -> base64; two where the key changed


class CheckpointHead(Base):
    """The end of a firm's chain in the checkpoints from `n` on, before `until_n`: a row only where it has moved.

    By public id and without a key to the firm: a leaf stays when a firm is erased, or no other firm's leaf would lead
    to the root any more. A random id and a hash are all that is left, as in the receipt of the erasure.
    """

    __tablename__ = "checkpoint_head"
    __table_args__ = (
        # partial on PostgreSQL too (the migration): its dialect takes long to load
        Index("ix_checkpoint_head_newest", "firm", unique=True, sqlite_where=text("until_n IS NULL")),
        Index("ix_checkpoint_head_n", "n"),
    )
    firm: Mapped[str] = mapped_column(String(22), primary_key=True)
    n: Mapped[int] = mapped_column(ForeignKey("checkpoint.n"), primary_key=True, autoincrement=False)
    seq: Mapped[int]
    link: Mapped[str] = mapped_column(String(64))
    until_n: Mapped[int | None]


class Incident(Base):
    """Evidence that does not hold: opened by the verification, closed by the operator with a reason."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_firm_id", "firm_id"),
        CheckConstraint(
            "kind IN ('chain_broken', 'chain_behind', 'file_missing', 'file_changed', 'checkpoint_changed', "
            "'database_older')",
            name="kind",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"))  # none: the installation's
    public_id: Mapped[str] = public_id_column()  # the case
    kind: Mapped[str] = mapped_column(String(20))
    about: Mapped[str] = mapped_column(String(22), default="")  # public id of a file, number of a checkpoint
    first_bad_seq: Mapped[int | None]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it was last found
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text, default="")  # the operator's reason; the firm reads it
    in_chain: Mapped[bool] = mapped_column(default=False)  # whether the firm's chain could take the entry
