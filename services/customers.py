"""The firm's register of customers. A personnummer never enters it: the customer fills that in at approval."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import tuple_

from domain import quote_states
from extensions import db
from languages import SWEDISH
from models import Customer, Quote
from services import numbers, scope, search, transaction
from services.actors import Actor
from services.errors import RuleBroken, Stale
from services.quotes import drafting

PAGE_SIZE = 30
UNKNOWN = "unknown"


class NoContact(RuleBroken):
    """Neither an address of mail nor a phone number."""

    code = "customer_no_contact"


class CustomerInput(Struct, frozen=True):
    """What a form says of a customer; missing texts are empty."""

    kind: str
    name: str
    email: str = ""
    phone: str = ""
    orgnr: str = ""
    contact: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    site_street: str = ""
    site_postal_code: str = ""
    site_city: str = ""
    language: str = SWEDISH
    vat_number: str = ""
    sells_construction_services: str = UNKNOWN  # domain/reverse_charge.py


class Page(Struct, frozen=True):
    """Rows of a list and the key of the next page, if there is one."""

    rows: list[Customer]
    after: str | None


def get(firm_id: int, n: int) -> Customer:
    """Raises NotFound."""
    return scope.get(Customer, firm_id, Customer.n == n)


def list_page(firm_id: int, *, typed: str = "", after: str = "", archived: bool = False) -> Page:
    """Thirty customers by name; `after` is the key of the page before."""
    statement = scope.of(Customer, firm_id).where(
        Customer.archived_at.is_not(None) if archived else Customer.archived_at.is_(None),
        *search.matches_with_phone(Customer.search_text, typed),
    )
    name, _, last = after.replace("\0", "").rpartition("|")
    if last.isdecimal() and len(last) < 19:
        statement = statement.where(tuple_(Customer.sort_name, Customer.id) > (name, int(last)))
    statement = statement.order_by(Customer.sort_name, Customer.id).limit(PAGE_SIZE + 1)
    rows = list(db.session.scalars(statement))
    more = len(rows) > PAGE_SIZE
    rows = rows[:PAGE_SIZE]
    return Page(rows, f"{rows[-1].sort_name}|{rows[-1].id}" if more else None)


def latest(firm_id: int, *, typed: str = "", limit: int = 8) -> list[Customer]:
    """The customers that were made last, for picking one."""
    statement = scope.of(Customer, firm_id).where(
        Customer.archived_at.is_(None), *search.matches_with_phone(Customer.search_text, typed)
    )
    return list(db.session.scalars(statement.order_by(Customer.n.desc()).limit(limit)))


def quotes_of(customer: Customer, *, limit: int = 30) -> list[Quote]:
    """The customer's newest quotes."""
    statement = scope.of(Quote, customer.firm_id).where(Quote.customer_id == customer.id)
    return list(db.session.scalars(statement.order_by(Quote.touched_at.desc(), Quote.id.desc()).limit(limit)))


def add(given: CustomerInput, *, firm_id: int, now: datetime, by: str = "") -> Customer:
    """Add a customer to the running transaction; `by` is who says so. Raises NoContact."""
    customer = Customer(firm_id=firm_id, n=numbers.take(firm_id, "customer"), created_at=now)
    _fill(customer, given, by=by, now=now)
    db.session.add(customer)
    db.session.flush()
    return customer


def create(given: CustomerInput, *, actor: Actor, now: datetime) -> Customer:
    """A new customer. Raises NoContact."""
    customer = add(given, firm_id=actor.firm_id, now=now, by=actor.name)
    transaction.commit()
    return customer


def update(customer: Customer, given: CustomerInput, *, rev: str, by: str, now: datetime) -> None:
    """Change a customer; what was sent keeps what it said. Raises NoContact, or Stale if someone else was first."""
    if str(customer.rev) != rev:
        raise Stale
    _fill(customer, given, by=by, now=now)
    customer.rev += 1
    for draft in scope.rows(Quote, customer.firm_id, Quote.customer_id == customer.id, Quote.number.is_(None)):
        draft.customer_name = customer.name
        drafting.keep_search_text(draft)
    if customer.kind != "company":
        _end_reverse_charge(customer, now=now)
    transaction.commit()


def _end_reverse_charge(customer: Customer, *, now: datetime) -> None:
    """Only a company accounts for the VAT of what it buys: drafts to one that is none have VAT again."""
    reverse = scope.rows(Quote, customer.firm_id, Quote.customer_id == customer.id, Quote.reverse_charge.is_(True))
    for quote in reverse:
        if quote_states.can(quote.status, "edit"):
            draft = drafting.load(customer.firm_id, quote.n, lock=True)
            draft.quote.reverse_charge = False
            drafting.touch(draft, now=now)


def archive(customer: Customer, *, now: datetime) -> None:
    """Take the customer out of the list; quotes stay as they are."""
    customer.archived_at = customer.archived_at or now
    transaction.commit()


def restore(customer: Customer) -> None:
    customer.archived_at = None
    transaction.commit()


def _fill(customer: Customer, given: CustomerInput, *, by: str, now: datetime) -> None:
    if not (given.email or given.phone):
        raise NoContact
    before = customer.sells_construction_services or UNKNOWN
    for field, value in asdict(given).items():
        setattr(customer, field, value)
    if given.kind == "private":
        customer.orgnr = customer.contact = ""
    if given.kind != "company":
        customer.vat_number, customer.sells_construction_services = "", UNKNOWN
    if customer.sells_construction_services != before:
        is_known = customer.sells_construction_services != UNKNOWN
        customer.construction_checked_at, customer.construction_checked_by = (now, by[:120]) if is_known else (None, "")
    customer.sort_name = search.order_of(given.name)[:120]
    customer.search_text = search.text_of(
        customer.name,
        customer.email,
        search.phone_text(customer.phone),
        customer.contact,
        customer.orgnr,
        customer.street,
        customer.city,
        customer.site_street,
        customer.site_city,
    )
