"""What a new quote can begin with: templates, texts that the firm says often, and the clauses of contracts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.clauses import Audience
from tables.base import Base, FirmOwned, firm_key, public_id_column, same_firm
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


class ContractTemplate(FirmOwned, Base):
    """The firm's own clauses for one kind of contract. What it says now is its newest version."""

    __tablename__ = "contract_template"
    __table_args__ = (
        firm_key(),
        UniqueConstraint("firm_id", "n"),
        CheckConstraint(f"audience IN ({', '.join(repr(str(one)) for one in Audience)})", name="audience"),
    )
    public_id: Mapped[str] = public_id_column()
    n: Mapped[int]  # running number in the firm's addresses
    name: Mapped[str] = mapped_column(String(80))
    audience: Mapped[str] = mapped_column(String(10))  # domain/clauses.py
    version: Mapped[int] = mapped_column(default=1)  # the newest one
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ContractTemplateVersion(FirmOwned, Base):
    """What the template said at one time: never changed, since contracts name it."""

    __tablename__ = "contract_template_version"
    __table_args__ = (
        firm_key(),
        same_firm("template_id", "contract_template"),
        UniqueConstraint("firm_id", "template_id", "version"),
    )
    template_id: Mapped[int]
    version: Mapped[int]
    clauses: Mapped[str] = mapped_column(Text)  # JSON, domain/clauses.py Written; empty words are ours
    sha256: Mapped[str] = mapped_column(String(64))  # with the version of our words beside it
    texts: Mapped[str] = mapped_column(String(10))
    changed_by: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
