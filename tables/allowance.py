"""What agreements take of the applicants' rot, rut and grön teknik, by year of payment."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tables.base import Base, FirmOwned, firm_key, same_firm
from tables.columns import UtcDateTime


class AllowanceEntry(FirmOwned, Base):
    """One applicant's part of a year. Whose it is the applicant's row says, by the blind index of the personnummer.

    So a number that is given later, or forgotten, needs no word here, and no second copy of the index is kept.
    """

    __tablename__ = "allowance_entry"
    __table_args__ = (
        firm_key(),
        same_firm("applicant_id", "applicant"),
        UniqueConstraint("firm_id", "applicant_id", "year"),
        CheckConstraint("state IN ('forecast', 'reserved', 'used', 'released')", name="state"),
    )
    applicant_id: Mapped[int]
    year: Mapped[int]  # of the expected payment
    state: Mapped[str] = mapped_column(String(8))  # domain/allowance.py
    rot_kr: Mapped[int]
    rut_kr: Mapped[int]
    green_kr: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
