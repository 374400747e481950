"""The firm's price list, and files that are about to come into it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tables.base import Base, FirmOwned, firm_key, public_id_column, same_firm
from tables.columns import UtcDateTime


class Article(FirmOwned, Base):
    """One row of the price list."""

    __tablename__ = "article"
    __table_args__ = (
        firm_key(),
        UniqueConstraint("firm_id", "n"),
        CheckConstraint("kind IN ('labour', 'material', 'other')", name="kind"),
        CheckConstraint("basis IN ('incl', 'excl')", name="basis"),
        CheckConstraint("vat_percent IN (0, 6, 12, 25)", name="vat_percent"),
        Index("ix_article_used", "firm_id", "archived_at", "used_at", "id", "search_text"),
    )
    n: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    search_text: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(String(12), default="st")
    unit_price_ore: Mapped[int]
    basis: Mapped[str] = mapped_column(String(4), default="incl")  # whether the price includes VAT
    vat_percent: Mapped[int] = mapped_column(default=25)
    kind: Mapped[str] = mapped_column(String(10), default="material")
    deduction: Mapped[str | None] = mapped_column(String(3))
    work_type: Mapped[str | None] = mapped_column(String(40))
    # excl. VAT, whatever the basis of the price; only for those who may see margins (`margin.read`), never a customer
    purchase_price_ore: Mapped[int | None]
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it last came into a quote; at first when it was made
    rev: Mapped[int] = mapped_column(default=1)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ArticleImport(FirmOwned, Base):
    """A file that a user has shown and may say yes to. Its bytes go once they are taken, or when its time is out."""

    __tablename__ = "article_import"
    __table_args__ = (
        firm_key(),
        same_firm("user_id", "user"),
        same_firm("file_id", "stored_file"),
        CheckConstraint("basis IN ('incl', 'excl')", name="basis"),
    )
    public_id: Mapped[str] = public_id_column()
    user_id: Mapped[int]
    file_id: Mapped[int | None]  # null once it is done
    basis: Mapped[str] = mapped_column(String(4))  # of prices where the file does not say
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
