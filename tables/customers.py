"""The firm's register of customers."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from tables.base import Base, FirmOwned, firm_key
from tables.columns import OrderText, UtcDateTime


class Customer(FirmOwned, Base):
    """A private person, company or housing association. Never a personnummer: the customer fills that in."""

    __tablename__ = "customer"
    __table_args__ = (
        firm_key(),
        UniqueConstraint("firm_id", "n"),
        CheckConstraint("kind IN ('private', 'company', 'association')", name="kind"),
        Index("ix_customer_list", "firm_id", "archived_at", "sort_name", "id"),
    )
    n: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(120))
    sort_name: Mapped[str] = mapped_column(OrderText)  # services/search.py `order_of`; the order of the list
    search_text: Mapped[str] = mapped_column(Text)  # lower case words that search looks in
    orgnr: Mapped[str] = mapped_column(String(11), default="")
    contact: Mapped[str] = mapped_column(String(120), default="")  # contact person of a company
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    street: Mapped[str] = mapped_column(String(120), default="")
    postal_code: Mapped[str] = mapped_column(String(6), default="")
    city: Mapped[str] = mapped_column(String(80), default="")
    site_street: Mapped[str] = mapped_column(String(120), default="")  # where the work is done
    site_postal_code: Mapped[str] = mapped_column(String(6), default="")
    site_city: Mapped[str] = mapped_column(String(80), default="")
    language: Mapped[str] = mapped_column(
        String(2), default="sv", server_default="sv"
    )  # of what they read, languages.py
    vat_number: Mapped[str] = mapped_column(String(14), default="", server_default="")  # of a company
    # whether a company sells such services itself, so that it accounts for the VAT: yes, no, unknown
    sells_construction_services: Mapped[str] = mapped_column(String(7), default="unknown", server_default="unknown")
    construction_checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when that was last said
    construction_checked_by: Mapped[str] = mapped_column(String(120), default="", server_default="")  # and by whom
    # an agreement takes of a year's deductions: there is something to read (services/allowance.py)
    has_allowance: Mapped[bool] = mapped_column(default=False, server_default=false())
    rev: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
