"""The quote's own fields: made, titled, given to a customer, dated, archived."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import asdict, replace

from domain.clock import stockholm_date
from domain.deal_kinds import DealKind
from domain.line_defaults import usual_deduction
from domain.payment_plan import Part, amounts_ore, from_data, to_data
from domain.price_types import LIMIT_PERCENT, PriceType
from domain.quote_states import QuoteStatus
from domain.quotes import LineKind, PriceBasis, Totals, convert_price
from domain.reverse_charge import is_usual
from extensions import db
from models import Customer, Firm, Quote, QuoteSection, new_public_id
from services import customers, events, numbers, scope, transaction
from services.actors import Actor
from services.customers import CustomerInput
from services.errors import RuleBroken, Stale
from services.quotes import drafting
from services.quotes.drafting import Draft
from services.quotes.rows import Sheet

_USUAL_VAT = 25  # what a ceiling is turned by: it has no rate of its own


class HeaderChanged(Stale):
    """Someone else changed the quote's own fields; `quote` is how they stand now."""

    code = "header_changed"

    def __init__(self, quote: Quote) -> None:
        super().__init__()
        self.quote = quote


class BasisIsSet(RuleBroken):
    """Prices with or without VAT are chosen before the first line, and a private customer's include it."""

    code = "basis_is_set"


class PricesChange(RuleBroken):
    """Prices with VAT, for a private customer, become such without, for one who accounts for it, or the other way.

    Seen first, then confirmed.
    """

    code = "prices_change"

    def __init__(self, old: Totals, new: Totals) -> None:
        super().__init__()
        self.old, self.new = old, new


class Details(Struct, frozen=True):
    """The fields of the quote besides its title and customer.

    `limit_percent` is kept with an approximate price only, `cap_ore` (in the quote's basis) with a running account;
    `markup_bp` means something with one, and waits otherwise. `payment_plan` as domain/payment_plan.py has it, `home`
    and `home_year` as domain/home_rules.py does.
    """

    valid_until: date
    paid_on: date | None = None
    starts_on: date | None = None
    finishes_on: date | None = None
    site_street: str = ""
    site_postal_code: str = ""
    site_city: str = ""
    home: str = ""
    home_year: int | None = None
    message: str = ""
    terms: str = ""
    price_type: str = PriceType.FIXED.value
    limit_percent: int = LIMIT_PERCENT
    cap_ore: int | None = None
    markup_bp: int | None = None
    discount_bp: int = 0
    is_smahus: bool = False
    reverse_charge: bool = False
    payment_plan: Sequence[Part] = ()
    not_included: str = ""
    customer_does: str = ""


def create(customer: int | CustomerInput | None, firm: Firm, *, actor: Actor, now: datetime) -> Quote:
    """A draft with one empty section, for a customer by number, a new one, or none yet.

    Raises NotFound, customers.NoContact.
    """
    draft = begin(customer, firm, actor=actor, now=now)
    transaction.commit(keep=True)
    return draft.quote


def begin(
    customer: int | CustomerInput | None,
    firm: Firm,
    *,
    kind: str = DealKind.QUOTE,
    actor: Actor,
    now: datetime,
) -> Draft:
    """The same in the running transaction, to be filled; a document has no section. Never commits.

    Raises NotFound, customers.NoContact.
    """
    found = _customer(customer, actor, now=now)
    quote = _empty(kind, firm, actor, now=now)
    if found:
        _give(quote, found)
        quote.basis = _basis_for(found, firm)
        quote.reverse_charge = is_usual_reverse(found)
    drafting.keep_search_text(quote)
    db.session.add(quote)
    db.session.flush()
    sections = []
    if kind != DealKind.DOCUMENT:
        sections.append(QuoteSection(firm_id=quote.firm_id, quote_id=quote.id, n=1, position=1))
    db.session.add_all(sections)
    events.record("doc.created", f"quote:{quote.public_id}", actor=actor, at=now, data={"kind": str(kind)})
    db.session.flush()
    return Draft(quote, sections, [], found, firm.f_skatt)


def _empty(kind: str, firm: Firm, actor: Actor, *, now: datetime) -> Quote:
    """A quote of nothing to nobody, with what the firm begins with."""
    assert actor.user_id is not None  # noqa: S101  (a system never makes quotes)
    return Quote(
        firm_id=actor.firm_id,
        public_id=new_public_id(),
        n=numbers.take(actor.firm_id, "quote"),
        kind=str(kind),
        status=QuoteStatus.DRAFT.value,
        user_id=actor.user_id,
        title="",
        message="" if kind == DealKind.DOCUMENT else firm.default_message,  # the firm's own words are about a quote
        terms="" if kind == DealKind.DOCUMENT else firm.default_terms,
        valid_until=stockholm_date(now) + timedelta(days=firm.default_valid_days),
        basis=PriceBasis.INCL.value,
        customer_name="",
        site_street="",
        site_postal_code="",
        site_city="",
        home="",
        reverse_charge=False,
        number=None,
        created_at=now,
        touched_at=now,
        changed_at=now,
        changed_by=actor.name[:120],
    )


def save_title(quote_n: int, title: str, *, rev: int, key: str, actor: Actor, now: datetime) -> Quote:
    """Raises NotFound, NotEditable, or HeaderChanged if someone else was first."""
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    quote = draft.quote
    if drafting.is_stale(quote, rev, key) and quote.title != title:
        raise HeaderChanged(quote)
    if quote.title != title:
        quote.title = title
        _finish(draft, actor, key, now=now)
    return quote


def save_details(quote_n: int, given: Details, *, rev: int, key: str, actor: Actor, now: datetime) -> Draft:
    """Prices are turned into prices without VAT where the buyer comes to account for it.

    Raises NotFound, NotEditable, NoRuleForDate, BadPlan, or HeaderChanged if someone else was first.
    """
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    if drafting.is_stale(draft.quote, rev, key):
        raise HeaderChanged(draft.quote)
    for field, value in asdict(replace(given, payment_plan=())).items():
        setattr(draft.quote, field, value)
    draft.quote.payment_plan = json.dumps(to_data(given.payment_plan), ensure_ascii=False)
    decide_reverse(draft, given.reverse_charge, actor=actor, now=now)
    if draft.lines:
        amounts_ore(given.payment_plan, drafting.totals(draft).to_pay_ore)
    _finish(draft, actor, key, now=now)
    return draft


def payment_plan(quote: Quote) -> list[Part]:
    """The stored plan; empty if there is none."""
    return from_data(json.loads(quote.payment_plan))


def set_basis(quote_n: int, basis: str, *, actor: Actor, now: datetime) -> Draft:
    """Prices with or without VAT, before the first line. Raises NotFound, NotEditable, BasisIsSet."""
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    if not may_choose_basis(draft):
        raise BasisIsSet
    draft.quote.basis = PriceBasis(basis).value
    _finish(draft, actor, "", now=now)
    return draft


def may_choose_basis(draft: Draft | Sheet) -> bool:
    is_free = not draft.lines and not draft.quote.reverse_charge
    return is_free and draft.customer is not None and draft.customer.kind != "private"


def is_usual_reverse(customer: Customer | None) -> bool:
    """Whether a quote to the customer begins with reverse charge (mervärdesskattelagen (2023:200) 16 kap. 13 §)."""
    return customer is not None and is_usual(customer.kind, customer.sells_construction_services)


def decide_reverse(draft: Draft, is_wanted: bool, *, actor: Actor, now: datetime) -> None:
    """Turn reverse charge on or off, in the running transaction. Only a company can account for the VAT.

    On: prices stand without VAT, and no line carries a deduction. Off: they stay so, and the VAT is added.
    """
    draft.quote.reverse_charge = is_wanted and draft.customer is not None and draft.customer.kind == "company"
    if not draft.quote.reverse_charge:
        return
    if draft.quote.basis == PriceBasis.INCL:
        _turn_prices(draft, PriceBasis.EXCL, actor, now=now)
    for line in draft.lines:
        if line.deduction:
            line.deduction = line.work_type = None
            drafting.sign(line, actor, "", now=now)


def set_customer(
    quote_n: int,
    customer: int | CustomerInput | None,
    firm: Firm,
    *,
    confirmed: bool = False,
    actor: Actor,
    now: datetime,
) -> Draft:
    """Give the quote to a customer: by number, a new one, or to nobody yet.

    A private customer's prices include VAT, and those of a company that accounts for it itself do not: with lines in
    the other basis this raises PricesChange until confirmed.
    Labour follows the customer: rot for a private one who had none, no deduction for others.
    Raises NotFound, NotEditable, customers.NoContact.
    """
    draft = drafting.load_to_edit(actor.firm_id, quote_n, any_kind=True)
    quote = draft.quote
    was_private = draft.customer is not None and draft.customer.kind == "private"
    found = _customer(customer, actor, now=now)
    before = drafting.totals(draft)
    is_same = found is not None and draft.customer is not None and found.id == draft.customer.id
    basis = quote.basis
    if found is None:
        quote.customer_id, quote.customer_name, quote.reverse_charge = None, "", False
    else:
        _give(quote, found)
        if not draft.lines:
            quote.basis = _basis_for(found, firm)
        elif found.kind == "private" and quote.basis == PriceBasis.EXCL:
            _turn_prices(draft, PriceBasis.INCL, actor, now=now)
        _follow_customer(draft, found, firm, was_private=was_private, actor=actor, now=now)
    draft = Draft(quote, draft.sections, draft.lines, found, draft.f_skatt)
    if found is not None and not is_same:
        decide_reverse(draft, is_usual_reverse(found), actor=actor, now=now)
    if draft.lines and quote.basis != basis and not confirmed:
        after = drafting.totals(draft)
        transaction.rollback()
        raise PricesChange(before, after)
    _finish(draft, actor, "", now=now)
    return draft


def archive(quote_n: int, *, actor: Actor, now: datetime) -> Quote:
    """Take the quote out of the list; `restore` puts it back. A draft is put away the same way. Raises NotFound."""
    quote = drafting.get(actor.firm_id, quote_n, lock=True)
    quote.archived_at = quote.archived_at or now
    transaction.commit(keep=True)
    return quote


def restore(quote_n: int, *, actor: Actor) -> Quote:
    """Raises NotFound."""
    quote = drafting.get(actor.firm_id, quote_n, lock=True)
    quote.archived_at = None
    transaction.commit(keep=True)
    return quote


def _customer(given: int | CustomerInput | None, actor: Actor, *, now: datetime) -> Customer | None:
    if given is None:
        return None
    if isinstance(given, CustomerInput):
        return customers.add(given, firm_id=actor.firm_id, now=now, by=actor.name)
    return scope.get(Customer, actor.firm_id, Customer.n == given, Customer.archived_at.is_(None))


def _basis_for(customer: Customer, firm: Firm) -> str:
    if is_usual_reverse(customer):
        return PriceBasis.EXCL.value
    return PriceBasis.INCL.value if customer.kind == "private" else firm.company_basis


def _give(quote: Quote, customer: Customer) -> None:
    """The customer's name for the list, and the work site unless the quote has one of its own."""
    quote.customer_id, quote.customer_name = customer.id, customer.name
    if not (quote.site_street or quote.site_city):
        is_site = bool(customer.site_street or customer.site_city)
        prefix = "site_" if is_site else ""
        quote.site_street = getattr(customer, f"{prefix}street")
        quote.site_postal_code = getattr(customer, f"{prefix}postal_code")
        quote.site_city = getattr(customer, f"{prefix}city")


def _turn_prices(draft: Draft, basis: PriceBasis, actor: Actor, *, now: datetime) -> None:
    """All prices in the other basis, each rounded once to whole öre."""
    bases = {"from_basis": draft.quote.basis, "to_basis": basis}
    draft.quote.basis = basis.value
    if draft.quote.cap_ore:
        draft.quote.cap_ore = convert_price(draft.quote.cap_ore, _USUAL_VAT, **bases)
    for line in draft.lines:
        line.unit_price_ore = convert_price(line.unit_price_ore, line.vat_percent, **bases)
        drafting.sign(line, actor, "", now=now)


def _follow_customer(
    draft: Draft, customer: Customer, firm: Firm, *, was_private: bool, actor: Actor, now: datetime
) -> None:
    for line in draft.lines:
        is_labour = line.kind == LineKind.LABOUR
        if customer.kind != "private" and line.deduction:
            line.deduction = line.work_type = None
        elif is_labour and customer.kind == "private" and not was_private and not line.deduction:
            line.deduction, line.work_type = usual_deduction(firm.default_work_type, draft.quote.home)
        else:
            continue
        drafting.sign(line, actor, "", now=now)


def _finish(draft: Draft, actor: Actor, key: str, *, now: datetime) -> None:
    drafting.sign(draft.quote, actor, key, now=now)
    drafting.keep_search_text(draft.quote)
    drafting.touch(draft, now=now)
    transaction.commit(keep=True)
