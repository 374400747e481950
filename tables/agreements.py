"""What a customer agreed to, who shares the deduction, and what was withdrawn."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tables.base import Base, FirmOwned, firm_key, public_id_column, same_firm
from tables.columns import UtcDateTime

# what rot needs is still to be filled in: found by the same words (services/today.py)
LATER = "home = 'later'"


class Agreement(FirmOwned, Base):
    """The one agreement of a quote. `agreed` is canonical JSON (schema handslag.agreed/1) without personnummer.

    It is none yet while the quote waits for others to approve (partly_signed) or for the firm (late_acceptance).
    """

    __tablename__ = "agreement"
    __table_args__ = (
        firm_key(),
        same_firm("quote_id", "quote"),
        same_firm("link_id", "quote_link", ondelete=None),
        same_firm("pdf_id", "stored_file", ondelete=None),
        same_firm("package_id", "stored_file", ondelete=None),
        same_firm("stamped_id", "stored_file", ondelete=None),
        UniqueConstraint("quote_id"),
        Index("ix_agreement_rot_later", "firm_id", "quote_id", sqlite_where=text(LATER)),
        Index("ix_agreement_of_quote", "firm_id", "quote_id"),
        Index("ix_agreement_accepted", "firm_id", "accepted_at", "quote_id", "gross_ore"),
        CheckConstraint("home IN ('none', 'house', 'flat', 'later')", name="home"),
    )
    public_id: Mapped[str] = public_id_column()
    quote_id: Mapped[int]
    link_id: Mapped[int]
    version: Mapped[int]
    agreed: Mapped[str] = mapped_column(Text)
    agreed_sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), default="")
    way: Mapped[str] = mapped_column(String(12), default="link")
    method: Mapped[str] = mapped_column(String(12), default="link", server_default="link")  # domain/signing_methods.py
    level: Mapped[str] = mapped_column(String(10), default="simple", server_default="simple")
    mark: Mapped[bytes | None] = mapped_column(LargeBinary)  # drawn signature, encrypted: domain/signature_mark.py
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    gross_ore: Mapped[int]
    deduction_ore: Mapped[int]
    to_pay_ore: Mapped[int]
    start_now: Mapped[bool] = mapped_column(default=False)  # tick A
    right_ends: Mapped[bool] = mapped_column(default=False)  # tick B
    withdraw_until: Mapped[date | None]  # last day, Stockholm; none for other than consumers
    home: Mapped[str] = mapped_column(String(8), default="none")
    fastighetsbeteckning: Mapped[str] = mapped_column(String(40), default="")
    brf_orgnr: Mapped[str] = mapped_column(String(11), default="")
    flat_number: Mapped[str] = mapped_column(String(10), default="")  # lägenhetsnummer
    pdf_id: Mapped[int | None]  # the sealed paper, made by the worker; "Klart" is shown only when it is here
    pdf_sha256: Mapped[str] = mapped_column(String(64), default="")
    package_id: Mapped[int | None]  # the firm's whole package of evidence (security.md E-09)
    package_sha256: Mapped[str] = mapped_column(String(64), default="", server_default="")
    sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # none: a paper from before there were seals
    seal_id: Mapped[str] = mapped_column(String(16), default="", server_default="")  # services/sealing/keys.py
    stamped_id: Mapped[int | None]  # the same paper with a time stamp after it: begins with its bytes
    stamped_sha256: Mapped[str] = mapped_column(String(64), default="", server_default="")
    # what is to be done next, seal or stamp: how often it has failed, why (services/deal/completing.py), next try
    paper_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    paper_fault: Mapped[str] = mapped_column(String(10), default="", server_default="")
    paper_next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Approval(FirmOwned, Base):
    """One person's yes, where several decide: to the same content and the same choices (`agreed_sha256`).

    Where one decides, the agreement itself is the yes. A yes that a new version, a no or the time has undone is kept
    as `voided_at`.
    """

    __tablename__ = "approval"
    __table_args__ = (
        firm_key(),
        same_firm("quote_id", "quote"),
        same_firm("recipient_id", "recipient", ondelete=None),
        same_firm("link_id", "quote_link", ondelete=None),
        Index("ix_approval_quote", "firm_id", "quote_id"),
    )
    public_id: Mapped[str] = public_id_column()
    quote_id: Mapped[int]
    recipient_id: Mapped[int | None]  # none is the customer
    link_id: Mapped[int]
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))  # as typed
    role: Mapped[str] = mapped_column(String(12), default="decides", server_default="decides")  # domain/parties.py
    way: Mapped[str] = mapped_column(String(12))
    method: Mapped[str] = mapped_column(String(12), default="link", server_default="link")
    level: Mapped[str] = mapped_column(String(10), default="simple", server_default="simple")
    mark: Mapped[bytes | None] = mapped_column(LargeBinary)
    consents: Mapped[str] = mapped_column(Text)  # canonical JSON, as in handslag.agreed/1
    agreed_sha256: Mapped[str] = mapped_column(String(64))
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # replaced, declined, recalled, expired, refused, taken_back (by who gave it)
    void_reason: Mapped[str] = mapped_column(String(12), default="")


class ManualAcceptance(FirmOwned, Base):
    """A yes that the firm has written down: the customer gave it on the phone, by mail, on site or by letter.

    What was said, when and by whom also stands in the agreed JSON; the file is a scan or mail that shows it.
    """

    __tablename__ = "manual_acceptance"
    __table_args__ = (
        firm_key(),
        same_firm("agreement_id", "agreement"),
        same_firm("user_id", "user", ondelete=None),
        same_firm("file_id", "stored_file", ondelete=None),
        UniqueConstraint("firm_id", "agreement_id"),
        CheckConstraint("channel IN ('phone', 'mail', 'on_site', 'letter')", name="channel"),
    )
    agreement_id: Mapped[int]
    user_id: Mapped[int]  # who wrote it down
    channel: Mapped[str] = mapped_column(String(8))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when the customer said yes
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_late: Mapped[bool]  # after the quote's last day, which the firm stands by all the same
    note: Mapped[str] = mapped_column(Text, default="")  # the customer reads it
    file_id: Mapped[int | None]


class Applicant(FirmOwned, Base):
    """One person who shares the deduction. The personnummer is encrypted; the index finds equal ones.

    Each types the own number: the customer on the page of the deal, the others by a link of their own
    (services/deal/applicants.py), which leads to what `link_public_id` names now.
    """

    __tablename__ = "applicant"
    __table_args__ = (
        firm_key(),
        same_firm("agreement_id", "agreement"),
        UniqueConstraint("firm_id", "agreement_id", "position"),
        Index("ix_applicant_person", "firm_id", "personnummer_index"),
        Index("ix_applicant_link", "link_public_id", unique=True),
        Index("ix_applicant_remind", "remind_at"),
    )
    public_id: Mapped[str] = public_id_column()  # in the associated data of the encryption
    agreement_id: Mapped[int]
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    personnummer: Mapped[bytes | None] = mapped_column(LargeBinary)
    personnummer_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)
    rot_kr: Mapped[int] = mapped_column(default=0)
    rut_kr: Mapped[int] = mapped_column(default=0)
    green_kr: Mapped[int] = mapped_column(default=0)
    email: Mapped[str] = mapped_column(String(254), default="")  # of a co-applicant, for the own link
    used_rot_kr: Mapped[int] = mapped_column(default=0)  # declared: used this year elsewhere
    used_rut_kr: Mapped[int] = mapped_column(default=0)
    used_green_kr: Mapped[int] = mapped_column(default=0)
    weight: Mapped[int] = mapped_column(default=1)  # of the share, against the others' weights
    stated: Mapped[str] = mapped_column(String(10), default="")  # version of the statement of home and household
    given_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    link_public_id: Mapped[str | None] = mapped_column(String(22))
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded: Mapped[int] = mapped_column(default=0)


class Withdrawal(FirmOwned, Base):
    """A received statement of withdrawal (DAL 2:10 a). It is always received; the firm assesses it."""

    __tablename__ = "withdrawal"
    __table_args__ = (
        firm_key(),
        same_firm("agreement_id", "agreement"),
        Index("ix_withdrawal_agreement", "firm_id", "agreement_id"),
    )
    public_id: Mapped[str] = public_id_column()
    agreement_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    reply_to: Mapped[str] = mapped_column(String(254))
    contract: Mapped[str] = mapped_column(String(60))  # what the statement names
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_day: Mapped[date | None]
    in_time: Mapped[bool]
