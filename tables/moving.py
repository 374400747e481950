"""Firms that come from another installation: the task of taking one in, and where it has lived before."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tables.base import Base, FirmOwned, firm_key, public_id_column
from tables.columns import UtcDateTime


class Arrival(Base):
    """One archive that is taken in, by the command or by an owner whose own firm here is still empty.

    It names firms by their public ids, since it begins before its firm's row and outlives a refusal. It holds no
    value of the archive: problems name a file, a row and a code.
    """

    __tablename__ = "arrival"
    __table_args__ = (
        CheckConstraint(
            "state IN ('queued', 'checking', 'running', 'done', 'refused', 'failed', 'cancelled')", name="state"
        ),
        Index("ix_arrival_asker", "asker_firm"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    asker_firm: Mapped[str] = mapped_column(String(22), default="")  # the empty firm; empty: the command
    asker: Mapped[str] = mapped_column(String(22), default="")  # public id of its owner
    firm_public_id: Mapped[str] = mapped_column(String(22), default="")  # as the archive says, once it is read
    state: Mapped[str] = mapped_column(String(10), default="queued")
    reason: Mapped[str] = mapped_column(String(20), default="")  # why it was refused, or has failed
    progress_percent: Mapped[int] = mapped_column(default=0)
    size_bytes: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    report: Mapped[str] = mapped_column(Text, default="{}")  # JSON: rows, stopped, problems
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EarlierHome(FirmOwned, Base):
    """An installation that the firm has lived on: its public keys and checkpoints, which old evidence rests on."""

    __tablename__ = "earlier_home"
    __table_args__ = (firm_key(), UniqueConstraint("firm_id", "n"))
    n: Mapped[int]  # from 1, oldest first
    installation: Mapped[str] = mapped_column(String(16))  # services/sealing/keys.py installation_id
    address: Mapped[str] = mapped_column(String(200), default="")
    left_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when the archive was made
    arrived_at: Mapped[datetime] = mapped_column(UtcDateTime)
    archive_sha256: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int]  # end of the chain as it came
    link: Mapped[str] = mapped_column(String(64))
    keys: Mapped[str] = mapped_column(Text, default="[]")  # bevis/nycklar.json of the archive
    checkpoints: Mapped[str] = mapped_column(Text, default="")  # bevis/kontrollpunkter.jsonl
    proof: Mapped[str] = mapped_column(Text, default="")  # bevis/checkpoint.json, empty: none
