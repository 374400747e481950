"""A draft as plain rows, to be shown and to save one line of: two statements, no rows of the ORM.

The fields of a row are the columns that are read. Whoever changes more than a line loads a `drafting.Draft`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import and_, bindparam

from models import Customer, Firm, Quote, QuoteLine, QuoteSection
from services import scope, transaction
from services.errors import NotFound


class QuoteRow(NamedTuple):
    """The quote's own fields."""

    id: int
    firm_id: int
    public_id: str
    n: int
    kind: str
    number: str | None
    status: str
    version: int
    title: str
    basis: str
    reverse_charge: bool
    price_type: str
    limit_percent: int
    cap_ore: int | None
    discount_bp: int
    valid_until: date
    paid_on: date | None
    starts_on: date | None
    finishes_on: date | None
    payment_plan: str
    home: str
    home_year: int | None
    site_street: str
    site_city: str
    rev: int
    archived_at: datetime | None
    hold: str
    has_inquiry: bool


class CustomerRow(NamedTuple):
    """Whom the quote is for."""

    name: str
    kind: str
    email: str
    phone: str
    id: int
    has_allowance: bool


class SectionRow(NamedTuple):
    """A section that is not removed."""

    id: int
    n: int
    title: str
    price_mode: str
    discount_bp: int
    choice: str
    rev: int


class LineRow(NamedTuple):
    """A line that is not removed; the arithmetic takes it as it is, if it has a price."""

    id: int
    section_id: int
    n: int
    text: str
    note: str
    quantity_milli: int
    unit: str
    unit_price_ore: int
    vat_percent: int
    kind: str
    discount_bp: int
    deduction: str | None
    work_type: str | None
    is_option: bool
    is_recommended: bool
    is_text: bool
    quantity_min_milli: int | None
    quantity_max_milli: int | None
    purchase_price_ore: int | None
    rev: int
    changed_key: str

    @property
    def key(self) -> str:
        return str(self.n)


class Sheet(Struct, frozen=True):
    """A quote with what lives in its draft, in the order of the page, and whether the firm is approved for F-skatt."""

    quote: QuoteRow
    sections: list[SectionRow]
    lines: list[LineRow]
    customer: CustomerRow | None
    f_skatt: bool

    def lines_of(self, section: SectionRow) -> list[LineRow]:
        return [line for line in self.lines if line.section_id == section.id]

    def find_line(self, n: int) -> LineRow | None:
        return next((line for line in self.lines if line.n == n), None)

    def replace_line(self, line: LineRow) -> None:
        self.lines[:] = [line if one.n == line.n else one for one in self.lines]

    @property
    def paid_on(self) -> date:
        """The expected payment date, which picks rates and caps."""
        return self.quote.paid_on or self.quote.valid_until


# Made once and read past the ORM: their making, and the making of its rows, take longer than their running.
_FIRM_ID: Any = bindparam("firm_id")
_HEAD = (
    scope.columns(Quote, _FIRM_ID, *scope.named(Quote, QuoteRow), Firm.f_skatt, *scope.named(Customer, CustomerRow))
    .join(Firm, Firm.id == _FIRM_ID)
    .outerjoin(Customer, and_(Customer.firm_id == Quote.firm_id, Customer.id == Quote.customer_id))
    .where(Quote.n == bindparam("n"))
)
_LOCKED_HEAD = _HEAD.with_for_update(of=Quote)
_PARTS = (
    scope.columns(QuoteSection, _FIRM_ID, *scope.named(QuoteSection, SectionRow), *scope.named(QuoteLine, LineRow))
    .outerjoin(
        QuoteLine,
        and_(
            QuoteLine.firm_id == QuoteSection.firm_id,
            QuoteLine.section_id == QuoteSection.id,
            QuoteLine.removed_at.is_(None),
        ),
    )
    .where(QuoteSection.quote_id == bindparam("quote_id"), QuoteSection.removed_at.is_(None))
    .order_by(QuoteSection.position, QuoteSection.n, QuoteLine.position, QuoteLine.n)
)
_OF_FIRM: Any = bindparam("of_firm")  # the columns' own names are taken by their new values
_CHANGE = {model: scope.change(model, _OF_FIRM).where(model.id == bindparam("row_id")) for model in (Quote, QuoteLine)}
_QUOTE_ENDS = len(QuoteRow._fields)
_SECTION_ENDS = len(SectionRow._fields)


def read(firm_id: int, n: int, *, lock: bool = False) -> Sheet:
    """The draft as plain rows. `lock` makes other writers of the quote wait. Raises NotFound."""
    found = scope.plain(_LOCKED_HEAD if lock else _HEAD, {"firm_id": firm_id, "n": n})
    if not found:
        raise NotFound
    head = found[0]
    quote = QuoteRow._make(head[:_QUOTE_ENDS])
    f_skatt, *customer = head[_QUOTE_ENDS:]
    sections: list[SectionRow] = []
    lines: list[LineRow] = []
    for row in scope.plain(_PARTS, {"firm_id": firm_id, "quote_id": quote.id}):
        if not sections or sections[-1].id != row[0]:
            sections.append(SectionRow._make(row[:_SECTION_ENDS]))
        if row[_SECTION_ENDS] is not None:
            lines.append(LineRow._make(row[_SECTION_ENDS:]))
    return Sheet(quote, sections, lines, CustomerRow._make(customer) if customer[0] is not None else None, f_skatt)


def change(model: type[Quote | QuoteLine], firm_id: int, row_id: int, values: dict[str, Any]) -> None:
    """Set columns of one row. Never commits."""
    transaction.connection().execute(_CHANGE[model], {"of_firm": firm_id, "row_id": row_id} | values)
