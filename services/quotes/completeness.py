"""What a draft should say and does not: the rows that domain/completeness.py asks about, read in one statement."""

from __future__ import annotations

from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import and_, bindparam

from domain import completeness
from domain.completeness import Facts, Gap, Line, Missing, Section
from domain.deal_kinds import DealKind
from domain.quotes import Totals
from models import Customer, Firm, Quote, User
from services import scope
from services.quotes.drafting import Draft
from services.quotes.rows import Sheet


class _Said(NamedTuple):
    """What the quote, its firm and its customer say, beside sections and lines."""

    terms: str
    not_included: str
    customer_does: str
    payment_plan: str
    finishes_on: Any
    firm_name: str
    orgnr: str
    street: str
    city: str
    firm_phone: str
    firm_email: str
    seat: str
    f_skatt: bool
    vat_number: str
    bankgiro: str
    plusgiro: str
    contact_phone: str
    customer_n: int | None
    customer_street: str | None
    customer_city: str | None
    customer_vat_number: str | None


class Found(Struct, frozen=True):
    """What is missing, and the customer's number, where an address would be added."""

    missing: list[Missing]
    customer_n: int | None


NOTHING = Found([], None)  # of what is made elsewhere


_OF_QUOTE = ("terms", "not_included", "customer_does", "payment_plan", "finishes_on")
_OF_FIRM = (
    "name",
    "orgnr",
    "street",
    "city",
    "phone",
    "email",
    "seat",
    "f_skatt",
    "vat_number",
    "bankgiro",
    "plusgiro",
)
_FIRM_ID: Any = bindparam("firm_id")
_SAID = (
    scope.columns(
        Quote,
        _FIRM_ID,
        *(getattr(Quote, name) for name in _OF_QUOTE),
        *(getattr(Firm, name) for name in _OF_FIRM),
        User.phone,
        Customer.n,
        Customer.street,
        Customer.city,
        Customer.vat_number,
    )
    .join(Firm, Firm.id == _FIRM_ID)
    .join(User, and_(User.firm_id == _FIRM_ID, User.id == Quote.user_id))
    .outerjoin(Customer, and_(Customer.firm_id == _FIRM_ID, Customer.id == Quote.customer_id))
    .where(Quote.id == bindparam("quote_id"))
)


def of(draft: Draft | Sheet, totals: Totals) -> Found:
    """What the draft lacks, what the law asks for first."""
    quote = draft.quote
    return _found(draft, totals, _Said._make(scope.plain(_SAID, {"firm_id": quote.firm_id, "quote_id": quote.id})[0]))


def of_loaded(draft: Draft, totals: Totals, firm: Firm, user: User) -> Found:
    """The same where firm and user are already loaded."""
    quote, customer = draft.quote, draft.customer
    values = [getattr(quote, name) for name in _OF_QUOTE] + [getattr(firm, name) for name in _OF_FIRM]
    address = [customer.n, customer.street, customer.city, customer.vat_number] if customer else [None] * 4
    said = _Said._make([*values, user.phone, *address])
    return _found(draft, totals, said)


def _found(draft: Draft | Sheet, totals: Totals, said: _Said) -> Found:
    quote = draft.quote
    kind = draft.customer.kind if draft.customer else None
    found = completeness.missing(
        Facts(
            firm=completeness.Firm(
                name=said.firm_name,
                orgnr=said.orgnr,
                street=said.street,
                city=said.city,
                phone=said.contact_phone or said.firm_phone,
                email=said.firm_email,
                seat=said.seat,
                f_skatt=said.f_skatt,
                vat_number=said.vat_number,
                has_account=bool(said.bankgiro or said.plusgiro),
            ),
            customer_kind=kind,
            # a private customer lives at the work site, unless another address is written
            has_customer_address=kind == "private" or bool(said.customer_street or said.customer_city),
            has_site=bool(quote.site_street or quote.site_city),
            sections=[Section(one.n, one.title, one.price_mode) for one in draft.sections],
            lines=[Line(one.n, one.text, one.kind, one.unit_price_ore) for one in draft.lines if not one.is_text],
            total_ore=totals.gross_ore + totals.options_ore,
            price_type=quote.price_type,
            cap_ore=quote.cap_ore,
            starts_on=quote.starts_on,
            finishes_on=said.finishes_on,
            has_plan=said.payment_plan not in ("", "[]"),
            terms=said.terms,
            not_included=said.not_included,
            customer_does=said.customer_does,
            lacks_customer_vat_number=quote.reverse_charge and not said.customer_vat_number,
        )
    )
    if quote.kind == DealKind.CONTRACT:  # when it begins and ends is asked for before it goes
        known = completeness.SAID_BY_CONTRACTS | {Gap.START, Gap.FINISH}
        found = [one for one in found if one.code not in known]
    return Found(found, said.customer_n)
