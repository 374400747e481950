"""Quotes: the working rows the firm edits, the frozen versions, the links and the conversation.

An index on what belongs to a quote begins with firm_id, as every query does: SQLite else prefers the key
(firm_id, id) and reads all rows of the firm.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.quote_states import QuoteStatus
from tables.base import Base, FirmOwned, firm_key, public_id_column, same_firm
from tables.columns import UtcDateTime

# Part indexes name their rows for SQLite alone: the migrations do for PostgreSQL too, whose dialect takes long to load.
# waits on the firm however long ago: the few rows of a small index, found by the same words (services/today.py)
ASKS = "question_at IS NOT NULL OR mail_failed_at IS NOT NULL OR status = 'late_acceptance'"
# lies with the customer: summed from an index of just these, found by the same words (services/today.py)
OUT = "archived_at IS NULL AND status IN ('sent', 'countered', 'partly_signed')"
STATUSES = ", ".join(repr(str(status)) for status in QuoteStatus)


class Quote(FirmOwned, Base):
    """A quote. Its rows are the firm's draft of the next version; what was sent lies in quote_version."""

    __tablename__ = "quote"
    __table_args__ = (
        firm_key(),
        UniqueConstraint("firm_id", "n"),
        UniqueConstraint("firm_id", "number"),
        same_firm("customer_id", "customer", ondelete=None),
        same_firm("user_id", "user", ondelete=None),
        CheckConstraint(f"status IN ({STATUSES})", name="status"),
        CheckConstraint("basis IN ('incl', 'excl')", name="basis"),
        CheckConstraint("turn IN ('firm', 'customer', 'none')", name="turn"),
        # search_text is not part of the order: with it here, a search for words that none has reads no rows
        Index("ix_quote_list", "firm_id", "archived_at", "touched_at", "id", "search_text"),
        Index("ix_quote_status", "firm_id", "archived_at", "status", "touched_at", "id", "valid_until"),
        Index("ix_quote_turn", "firm_id", "archived_at", "turn", "touched_at", "id"),
        Index("ix_quote_customer", "firm_id", "customer_id"),
        Index("ix_quote_expiry", "status", "valid_until"),
        Index("ix_quote_asks", "firm_id", "touched_at", sqlite_where=text(ASKS)),
        Index(
            "ix_quote_out",
            *("firm_id", "valid_until", "gross_ore", "archived_at", "status"),  # SQLite else reads the rows
            sqlite_where=text(OUT),
        ),
    )
    public_id: Mapped[str] = public_id_column()  # the deal's address /o/<id> for its whole life
    n: Mapped[int]  # running number in the firm's addresses
    kind: Mapped[str] = mapped_column(String(10), default="quote", server_default="quote")  # domain/deal_kinds.py
    number: Mapped[str | None] = mapped_column(String(12))  # 2026-001, taken at the first sending
    status: Mapped[str] = mapped_column(String(20), default=QuoteStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=0)  # newest frozen version, 0 = none yet
    changed_since: Mapped[bool] = mapped_column(default=True)  # the draft differs from the newest version
    customer_id: Mapped[int | None]
    user_id: Mapped[int]  # the firm's contact
    title: Mapped[str] = mapped_column(String(120), default="")
    message: Mapped[str] = mapped_column(Text, default="")
    terms: Mapped[str] = mapped_column(Text, default="")
    basis: Mapped[str] = mapped_column(String(4), default="incl")
    # the buyer accounts for the VAT: prices stand without it, basis is excl
    reverse_charge: Mapped[bool] = mapped_column(default=False, server_default=false())
    price_type: Mapped[str] = mapped_column(String(20), default="fixed")  # domain/price_types.py
    limit_percent: Mapped[int] = mapped_column(default=15, server_default="15")  # most above an approximate price
    cap_ore: Mapped[int | None]  # the ceiling of a running account, in the quote's basis
    markup_bp: Mapped[int | None]  # running account: material costs what the firm paid and this much more
    discount_bp: Mapped[int] = mapped_column(default=0, server_default="0")  # on the whole
    is_smahus: Mapped[bool] = mapped_column(default=False, server_default=false())  # KtjL 51-61 apply
    payment_plan: Mapped[str] = mapped_column(Text, default="[]", server_default="[]")  # JSON, domain/payment_plan.py
    not_included: Mapped[str] = mapped_column(Text, default="", server_default="")
    customer_does: Mapped[str] = mapped_column(Text, default="", server_default="")  # what the customer arranges
    language: Mapped[str] = mapped_column(
        String(2), default="sv", server_default="sv"
    )  # languages.py, of the newest version
    valid_until: Mapped[date]
    paid_on: Mapped[date | None]  # expected payment date; without one, valid_until
    starts_on: Mapped[date | None]
    finishes_on: Mapped[date | None]
    site_street: Mapped[str] = mapped_column(String(120), default="")
    site_postal_code: Mapped[str] = mapped_column(String(6), default="")
    site_city: Mapped[str] = mapped_column(String(80), default="")
    home: Mapped[str] = mapped_column(String(16), default="", server_default="")  # domain/home_rules.py; "" unknown
    home_year: Mapped[int | None]  # värdeår of the house
    rev: Mapped[int] = mapped_column(default=1)  # of this row's own fields; sections and lines have their own
    changed_by: Mapped[str] = mapped_column(String(120), default="")  # who changed them last, for the 409 page
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_key: Mapped[str] = mapped_column(String(22), default="")  # "form.when" that did, see drafting.is_stale
    turn: Mapped[str] = mapped_column(String(10), default="none")  # whose move it is
    question_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the firm owes an answer since
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the customer acted on the page (a hint)
    mail_failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    gross_ore: Mapped[int] = mapped_column(default=0)  # shown in lists: of the draft, then of the newest version
    to_pay_ore: Mapped[int] = mapped_column(default=0)
    net_ore: Mapped[int] = mapped_column(default=0)
    deducted: Mapped[str] = mapped_column(String(4), default="")  # to_pay_ore is after: rot, rut, both, or more (green)
    search_text: Mapped[str] = mapped_column(Text, default="")  # title, customer and number in lower case
    customer_name: Mapped[str] = mapped_column(String(120), default="")  # copied for lists
    has_inquiry: Mapped[bool] = mapped_column(default=False, server_default=false())  # made of a row of inquiry
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)  # last act of either party; the order of the list
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_shared: Mapped[bool] = mapped_column(default=False, server_default=false())  # there are rows in recipient
    in_order: Mapped[bool] = mapped_column(default=False, server_default=false())  # they sign one after the other
    hold: Mapped[str] = mapped_column(String(8), default="", server_default="")  # held, stopped: see HeldSending
    # of a contract: the number of its clauses' template (none: ours), no day when it is done, the quote it came of
    clauses_n: Mapped[int | None]
    open_ended: Mapped[bool] = mapped_column(default=False, server_default=false())
    from_number: Mapped[str] = mapped_column(String(12), default="", server_default="")
    # what the firm asks for on this one besides its rules (domain/signing_methods.py)
    signing_method: Mapped[str] = mapped_column(String(12), default="link", server_default="link")


class HeldSending(FirmOwned, Base):
    """What Skicka was pressed for, while it can be undone: it goes at `due_at`. Sent or undone, the row is gone.

    `stopped` is the code of the rule that kept it from going; then it waits on the firm.
    """

    __tablename__ = "held_sending"
    __table_args__ = (
        firm_key(),
        same_firm("quote_id", "quote"),
        same_firm("user_id", "user"),
        UniqueConstraint("firm_id", "quote_id"),
        CheckConstraint("way IN ('mail', 'sms')", name="way"),
        Index("ix_held_sending_due", "stopped", "due_at"),
    )
    quote_id: Mapped[int]
    user_id: Mapped[int]  # who pressed
    once_key: Mapped[str] = mapped_column(String(64))  # of the form; free again when it is undone
    way: Mapped[str] = mapped_column(String(12))
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")  # E.164
    valid_until: Mapped[date]
    message: Mapped[str] = mapped_column(Text, default="")
    seen: Mapped[str] = mapped_column(String(64))  # fingerprint of the draft that was reviewed
    ip: Mapped[str] = mapped_column(String(45), default="")
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # of a contract: how the firm signed when it was pressed, and when
    signed_way: Mapped[str] = mapped_column(String(12), default="", server_default="")
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped: Mapped[str] = mapped_column(String(30), default="")
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class QuoteSection(FirmOwned, Base):
    """A part (del) of a quote."""

    __tablename__ = "quote_section"
    __table_args__ = (firm_key(), same_firm("quote_id", "quote"), UniqueConstraint("firm_id", "quote_id", "n"))
    quote_id: Mapped[int]
    n: Mapped[int]  # number within the quote, for addresses; never used again
    position: Mapped[int]  # order; a tie is broken by n
    title: Mapped[str] = mapped_column(String(120), default="")
    price_mode: Mapped[str] = mapped_column(String(8), default="rows", server_default="rows")  # rows, no_rows, sum
    discount_bp: Mapped[int] = mapped_column(default=0, server_default="0")  # on all its lines
    choice: Mapped[str] = mapped_column(String(4), default="", server_default="")  # pick one of its lines: one, must
    rev: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[str] = mapped_column(String(120), default="")
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_key: Mapped[str] = mapped_column(String(22), default="")
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # its lines go and come back with it


class QuoteLine(FirmOwned, Base):
    """One priced row of the draft. The rows of a sent version are frozen in its JSON."""

    __tablename__ = "quote_line"
    __table_args__ = (
        firm_key(),
        same_firm("quote_id", "quote"),
        same_firm("section_id", "quote_section"),
        UniqueConstraint("firm_id", "quote_id", "n"),
        CheckConstraint("vat_percent IN (0, 6, 12, 25)", name="vat_percent"),
        CheckConstraint("kind IN ('labour', 'material', 'other')", name="kind"),
        CheckConstraint("discount_bp BETWEEN 0 AND 10000", name="discount_bp"),
        CheckConstraint("deduction IS NULL OR deduction IN ('rot', 'rut', 'green')", name="deduction"),
        CheckConstraint("quantity_milli BETWEEN 0 AND 1000000000", name="quantity_milli"),
    )
    quote_id: Mapped[int]
    section_id: Mapped[int] = mapped_column(index=True)
    n: Mapped[int]  # number within the quote, for addresses and as the line's key in versions
    position: Mapped[int]
    # a priced line says at most 200 letters; SQLite keeps no lengths, so its column was left as it was made
    text: Mapped[str] = mapped_column(String(1000).with_variant(String(200), "sqlite"), default="")
    note: Mapped[str] = mapped_column(Text, default="")  # the customer reads it
    quantity_milli: Mapped[int] = mapped_column(default=1000)
    unit: Mapped[str] = mapped_column(String(12), default="st")
    unit_price_ore: Mapped[int] = mapped_column(default=0)
    vat_percent: Mapped[int] = mapped_column(default=25)
    kind: Mapped[str] = mapped_column(String(10), default="labour")
    discount_bp: Mapped[int] = mapped_column(default=0)
    deduction: Mapped[str | None] = mapped_column(String(5))
    work_type: Mapped[str | None] = mapped_column(String(40))
    is_option: Mapped[bool] = mapped_column(default=False)
    is_recommended: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_text: Mapped[bool] = mapped_column(default=False, server_default=false())  # words between lines, without a price
    quantity_min_milli: Mapped[int | None]  # the customer may change the quantity from here
    quantity_max_milli: Mapped[int | None]  # to here; both or none
    purchase_price_ore: Mapped[int | None]  # what one costs the firm, without VAT; never the customer's to see
    rev: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[str] = mapped_column(String(120), default="")  # name of the user, for the 409 page
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_key: Mapped[str] = mapped_column(String(22), default="")
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # kept for undo, and so that n is not used again


class QuoteVersion(FirmOwned, Base):
    """What was sent: canonical JSON and PDF with their SHA-256. Never rewritten."""

    __tablename__ = "quote_version"
    __table_args__ = (
        firm_key(),
        same_firm("quote_id", "quote"),
        same_firm("pdf_id", "stored_file", ondelete=None),
        UniqueConstraint("firm_id", "quote_id", "version"),
    )
    quote_id: Mapped[int]
    version: Mapped[int]
    content: Mapped[str] = mapped_column(Text)  # schema handslag.quote/1
    json_sha256: Mapped[str] = mapped_column(String(64))
    pdf_id: Mapped[int]
    pdf_sha256: Mapped[str] = mapped_column(String(64))
    gross_ore: Mapped[int]
    to_pay_ore: Mapped[int]
    valid_until: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Recipient(FirmOwned, Base):
    """One who gets the quote besides the customer. The customer has no row here and always decides."""

    __tablename__ = "recipient"
    __table_args__ = (
        firm_key(),
        same_firm("quote_id", "quote"),
        CheckConstraint("role IN ('co_decides', 'signatory', 'witness', 'copy')", name="role"),
        Index("ix_recipient_quote", "firm_id", "quote_id"),
    )
    public_id: Mapped[str] = public_id_column()  # names the one who decides in versions and agreements
    quote_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(20), default="", server_default="")  # E.164, for a code by sms
    role: Mapped[str] = mapped_column(String(12))  # domain/parties.py
    # among those who sign, from 1: the customer has the number that is left over. 0 for who only reads
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    # whose place was handed over to this one: public id of another recipient, "" the customer's, None nobody's
    stands_for: Mapped[str | None] = mapped_column(String(22))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # kept: links, approvals and questions name it


class QuoteLink(FirmOwned, Base):
    """A way in for a customer: one row per mailed or handed-over link. The row decides, the signature only filters."""

    __tablename__ = "quote_link"
    __table_args__ = (
        firm_key(),
        same_firm("quote_id", "quote"),
        same_firm("recipient_id", "recipient", ondelete=None),
        Index("ix_quote_link_quote", "firm_id", "quote_id"),
    )
    public_id: Mapped[str] = public_id_column()
    quote_id: Mapped[int]
    recipient_id: Mapped[int | None]  # whose it is; none is the customer's
    way: Mapped[str] = mapped_column(String(12))  # mail, sms, handed_over, on_site
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(20), default="", server_default="")  # E.164, of a link sent by sms
    picked: Mapped[str] = mapped_column(Text, default="[]")  # JSON list of line keys the customer has ticked
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # first act on the page
    seen_version: Mapped[int | None]  # the newest version that was acted on
    seen_before: Mapped[int | None]  # and the one that was known then: "what has changed" goes on from it
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded: Mapped[int] = mapped_column(default=0, server_default="0")  # times, of the newest version


class Message(FirmOwned, Base):
    """One question or answer in the quote's thread."""

    __tablename__ = "message"
    __table_args__ = (
        firm_key(),
        same_firm("quote_id", "quote"),
        same_firm("recipient_id", "recipient", ondelete=None),
        CheckConstraint("sender IN ('firm', 'customer')", name="sender"),
        Index("ix_message_quote", "firm_id", "quote_id"),
    )
    public_id: Mapped[str] = public_id_column()
    quote_id: Mapped[int]
    recipient_id: Mapped[int | None]  # who asked, where it is not the customer
    sender: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(120), default="")
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Decline(FirmOwned, Base):
    """A customer's no: it ends the offer (AvtL 5 §)."""

    __tablename__ = "decline"
    __table_args__ = (firm_key(), same_firm("quote_id", "quote"), UniqueConstraint("firm_id", "quote_id", "version"))
    quote_id: Mapped[int]
    version: Mapped[int]
    reason: Mapped[str] = mapped_column(String(20), default="")
    comment: Mapped[str] = mapped_column(Text, default="")
    declined_at: Mapped[datetime] = mapped_column(UtcDateTime)
