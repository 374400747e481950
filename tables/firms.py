"""Firms, their users, logins and what they have accepted."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.permissions import ROLES
from tables.base import Base, FirmOwned, firm_key, public_id_column, same_firm
from tables.columns import UtcDateTime


class Firm(Base):
    """A trade firm, the tenant. Everything else of a firm refers to it."""

    __tablename__ = "firm"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    name: Mapped[str] = mapped_column(String(120))
    orgnr: Mapped[str] = mapped_column(String(11), default="")
    vat_number: Mapped[str] = mapped_column(String(14), default="")
    f_skatt: Mapped[bool] = mapped_column(default=False)
    street: Mapped[str] = mapped_column(String(120), default="")
    postal_code: Mapped[str] = mapped_column(String(6), default="")
    city: Mapped[str] = mapped_column(String(80), default="")
    seat: Mapped[str] = mapped_column(String(80), default="")  # säte, for an aktiebolag (ABL 28:5)
    phone: Mapped[str] = mapped_column(String(20), default="")
    email: Mapped[str] = mapped_column(String(254), default="")  # where customers reach the firm
    website: Mapped[str] = mapped_column(String(200), default="")
    bankgiro: Mapped[str] = mapped_column(String(9), default="")
    plusgiro: Mapped[str] = mapped_column(String(11), default="")
    logo_id: Mapped[int | None]  # a row of stored_file; no key, since that table refers here
    default_valid_days: Mapped[int] = mapped_column(default=30)
    default_remind_days: Mapped[int] = mapped_column(default=0, server_default="0")  # 0: no reminders
    default_terms: Mapped[str] = mapped_column(Text, default="")
    default_message: Mapped[str] = mapped_column(Text, default="")
    company_basis: Mapped[str] = mapped_column(String(4), default="excl")  # price view for other than private
    signing_rules: Mapped[str] = mapped_column(
        Text, default="[]", server_default="[]"
    )  # JSON, domain/signing_methods.py
    default_work_type: Mapped[str] = mapped_column(String(40), default="bygg")  # rot type of new labour lines
    takes_inquiries: Mapped[bool] = mapped_column(default=False, server_default=false())  # the public form is open
    slug: Mapped[str | None] = mapped_column(String(40))  # in the form's address, domain/slugs.py
    fiscal_year_ends: Mapped[int] = mapped_column(default=12, server_default="12")  # last month of the fiscal year
    # arriving: its rows are being taken in from another installation (services/importing); domain/standing.py
    standing: Mapped[str] = mapped_column(String(10), default="active", server_default="active")
    standing_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    standing_reason: Mapped[str] = mapped_column(String(20), default="", server_default="")
    active_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # last login or act of a user, within an hour
    inactive_warned: Mapped[int] = mapped_column(default=0, server_default="0")  # months without use last warned of
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index("ix_firm_slug", "slug", unique=True),
        CheckConstraint("default_valid_days BETWEEN 1 AND 365", name="valid_days"),
        CheckConstraint("company_basis IN ('incl', 'excl')", name="company_basis"),
        CheckConstraint("standing IN ('active', 'suspended', 'arriving')", name="standing"),
        CheckConstraint("fiscal_year_ends BETWEEN 1 AND 12", name="fiscal_year_ends"),
    )


class User(FirmOwned, Base):
    """A person who logs in for a firm."""

    __tablename__ = "user"
    __table_args__ = (
        firm_key(),
        CheckConstraint(f"role IN ({', '.join(repr(str(role)) for role in ROLES)})", name="role"),
    )
    public_id: Mapped[str] = public_id_column()
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    role: Mapped[str] = mapped_column(String(10), default="owner")
    language: Mapped[str] = mapped_column(String(2), default="sv", server_default="sv")  # languages.py
    password_hash: Mapped[str] = mapped_column(String(200))
    last_way: Mapped[str] = mapped_column(String(12), default="mail", server_default="mail")  # of sending a quote
    email_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    notices: Mapped[str] = mapped_column(String(200), default="", server_default="")  # domain/notices.py
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    firm: Mapped[Firm] = relationship(lazy="joined", innerjoin=True)


class Login(FirmOwned, Base):
    """One login on one device. The cookie holds a random id, this table its SHA-256."""

    __tablename__ = "login"
    __table_args__ = (firm_key(), same_firm("user_id", "user"))
    public_id: Mapped[str] = public_id_column()
    user_id: Mapped[int] = mapped_column(index=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)  # moved by POST at most once an hour
    fresh_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when the password was last typed
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ip: Mapped[str] = mapped_column(String(45))
    user_agent: Mapped[str] = mapped_column(String(300))
    locked_to: Mapped[str] = mapped_column(String(22), default="", server_default="")  # deal that a customer is shown
    locked_link: Mapped[str] = mapped_column(String(22), default="", server_default="")  # public id of its link
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user: Mapped[User] = relationship(
        viewonly=True, primaryjoin="Login.user_id == User.id", foreign_keys="Login.user_id"
    )


class Acceptance(FirmOwned, Base):
    """Who accepted which version of the terms, the processing agreement and the privacy notice."""

    __tablename__ = "acceptance"
    __table_args__ = (firm_key(), same_firm("user_id", "user"))
    user_id: Mapped[int] = mapped_column(index=True)
    document: Mapped[str] = mapped_column(String(20))
    version: Mapped[str] = mapped_column(String(20))
    text_sha256: Mapped[str] = mapped_column(String(64))
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ip: Mapped[str] = mapped_column(String(45))


class UserToken(FirmOwned, Base):
    """A mailed link of a user: confirm an address, choose a new password. The row decides, not its text."""

    __tablename__ = "user_token"
    __table_args__ = (firm_key(), same_firm("user_id", "user"))
    public_id: Mapped[str] = public_id_column()
    user_id: Mapped[int] = mapped_column(index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    email: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attempt(Base):
    """Counted tries (logins, resets, link guesses) in a window; the key is a hash, so it names nobody."""

    __tablename__ = "attempt"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    window_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    count: Mapped[int]


class Counter(Base):
    """The last number taken in a series of a firm; taken in the transaction that uses it."""

    __tablename__ = "counter"
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"), primary_key=True)
    series: Mapped[str] = mapped_column(String(30), primary_key=True)
    value: Mapped[int]


class OnceKey(FirmOwned, Base):
    """The random key of a one-shot form and where its answer is, so that a double click acts once."""

    __tablename__ = "once_key"
    __table_args__ = (firm_key(), UniqueConstraint("firm_id", "key"), Index("ix_once_key_created_at", "created_at"))
    key: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(40))
    content_sha256: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Closing(FirmOwned, Base):
    """A termination: how it came in, its dates, the owner's choice, and whether it was undone."""

    __tablename__ = "closing"
    __table_args__ = (
        firm_key(),
        same_firm("user_id", "user", ondelete=None),
        CheckConstraint("choice IN ('', 'erase_all', 'lock_bookkeeping')", name="choice"),
        CheckConstraint("channel IN ('settings', 'mail', 'phone', 'letter', 'operator', 'inactivity')", name="channel"),
    )
    public_id: Mapped[str] = public_id_column()  # number of the receipt
    user_id: Mapped[int | None]  # none: entered by the operator, or begun by the time
    channel: Mapped[str] = mapped_column(String(12), default="settings", server_default="settings")
    noted: Mapped[str] = mapped_column(String(300), default="", server_default="")  # the operator's words
    reason: Mapped[str] = mapped_column(Text, default="")
    choice: Mapped[str] = mapped_column(String(20), default="")  # empty: not answered, and then all is erased
    chosen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when the termination was given
    effective_at: Mapped[datetime] = mapped_column(UtcDateTime)  # sending and approving stop
    fees_until: Mapped[date | None]  # the last day that is paid for, Stockholm; bills come later
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # customers with agreements have been written to
    erase_after: Mapped[datetime] = mapped_column(UtcDateTime)  # end of the last day for undo
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ErasureReceipt(Base):
    """What is left of an erased firm: its random id, the receipt's number, dates and counts. No personal data.

    A firm that came back by an import and left again has one for each time. `receipt` is canonical JSON (schema
    handslag.erasure/1), `signature` the installation's over it; the PDF lies in DATA_DIR/receipts.
    """

    __tablename__ = "erasure_receipt"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(22), unique=True)
    firm_public_id: Mapped[str] = mapped_column(String(22), index=True)
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime)
    counts: Mapped[str] = mapped_column(Text)  # JSON: rows per table, files
    receipt: Mapped[str] = mapped_column(Text, default="", server_default="")
    signature: Mapped[str] = mapped_column(Text, default="", server_default="")  # JSON: key id -> base64 Ed25519
