"""What a quote should say and does not. Codes; the sentences are the page's. Nothing here stops a sending.

What a consumer must be told before a contract stands in lagen (2005:59) om distansavtal 2 kap. 2 §,
marknadsföringslagen (2008:486) 22 a §, prisinformationslagen (2004:347) 2 and 7 §§ and, for the seat of an aktiebolag,
aktiebolagslagen (2005:551) 28 kap. 5 §. The rest is advice. Read 2026-11-20.
What only the firm can know (a guarantee of its own, a surcharge, an advice against the work) is not asked for, and what
the product writes itself (number, date, last day, right of withdrawal, deduction) cannot be missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct

from domain.price_types import PriceType
from domain.quotes import LineKind


class Gap(StrEnum):
    """What is missing, in the order in which it is told."""

    ORGNR = "orgnr"
    FIRM_ADDRESS = "firm_address"
    FIRM_PHONE = "firm_phone"
    FIRM_EMAIL = "firm_email"
    SEAT = "seat"
    CUSTOMER = "customer"
    CUSTOMER_ADDRESS = "customer_address"
    CUSTOMER_VAT_NUMBER = "customer_vat_number"
    SITE = "site"
    SCOPE = "scope"
    SECTION_TITLE = "section_title"
    LINE_TEXT = "line_text"
    PRICE = "price"
    RATE = "rate"
    CAP = "cap"
    START = "start"
    FINISH = "finish"
    PAYMENT = "payment"
    ACCOUNT = "account"
    COMPLAINT = "complaint"
    DISPUTE_BODY = "dispute_body"
    F_SKATT = "f_skatt"
    VAT_NUMBER = "vat_number"
    NOT_INCLUDED = "not_included"
    CUSTOMER_DOES = "customer_does"
    TERMS = "terms"
    CHANGES = "changes"
    INTEREST = "interest"
    INSURANCE = "insurance"


_ADVICE = frozenset(
    {
        Gap.F_SKATT,
        Gap.VAT_NUMBER,
        Gap.CUSTOMER_VAT_NUMBER,
        Gap.NOT_INCLUDED,
        Gap.CUSTOMER_DOES,
        Gap.TERMS,
        Gap.CHANGES,
        Gap.INTEREST,
        Gap.INSURANCE,
    }
)
_CONSUMERS_ONLY = frozenset({Gap.COMPLAINT, Gap.DISPUTE_BODY})
SAID_BY_CONTRACTS = frozenset(
    {
        Gap.PAYMENT,
        Gap.COMPLAINT,
        Gap.DISPUTE_BODY,
        Gap.NOT_INCLUDED,
        Gap.TERMS,
        Gap.CHANGES,
        Gap.INTEREST,
        Gap.INSURANCE,
    }
)
"""What the clauses of a contract say (documents/clauses.py)."""
_ALWAYS_LAW = frozenset({Gap.SEAT})  # of the firm's letters, whoever reads them

# How terms in Swedish say it. A clause that no pattern knows is asked for once too often, never sent wrong.
_SAYS = {
    Gap.PAYMENT: re.compile(r"\bbetal", re.IGNORECASE),
    Gap.ACCOUNT: re.compile(r"bankgiro|plusgiro|\bbg\b|\bpg\b|swish|konto\b|kontonummer|iban", re.IGNORECASE),
    Gap.COMPLAINT: re.compile(r"\bfel\b|reklamer|reklamation(?!sn)", re.IGNORECASE),
    Gap.DISPUTE_BODY: re.compile(r"\bARN\b|arn\.se|reklamationsnämnden", re.IGNORECASE),
    Gap.CHANGES: re.compile(r"\bÄTA\b|tillägg", re.IGNORECASE),
    Gap.INTEREST: re.compile(r"ränt", re.IGNORECASE),
    Gap.INSURANCE: re.compile(r"försäkr", re.IGNORECASE),
}
_CLAUSES = (Gap.CHANGES, Gap.INTEREST, Gap.INSURANCE)  # asked for one by one once there are terms
_COMPANY_NAME = re.compile(r"\bAB\b|\baktiebolag", re.IGNORECASE)


class Firm(Struct, frozen=True):
    """What the firm says of itself on its quotes."""

    name: str
    orgnr: str
    street: str
    city: str
    phone: str
    email: str
    seat: str
    f_skatt: bool
    vat_number: str
    has_account: bool


class Section(Struct, frozen=True):
    n: int
    title: str
    price_mode: str


class Line(Struct, frozen=True):
    """A line with a price; words between lines are left out."""

    n: int
    text: str
    kind: str
    unit_price_ore: int


class Facts(Struct, frozen=True):
    """The quote. `customer_kind` is None without a customer; `has_plan`: a payment plan stands in it.

    `lacks_customer_vat_number`: the buyer accounts for the VAT, and no number says who that is.
    """

    firm: Firm
    customer_kind: str | None
    has_customer_address: bool
    has_site: bool
    sections: Sequence[Section]
    lines: Sequence[Line]
    total_ore: int
    price_type: str
    cap_ore: int | None
    starts_on: date | None
    finishes_on: date | None
    has_plan: bool
    terms: str
    not_included: str
    customer_does: str
    lacks_customer_vat_number: bool = False


class Missing(Struct, frozen=True):
    """One gap. `is_mandatory`: a law asks for it; `n`: the section or line it stands in."""

    code: Gap
    is_mandatory: bool
    n: int | None = None


def missing(facts: Facts) -> list[Missing]:
    """What the quote lacks, what the law asks for first. Without a customer yet, as for a consumer."""
    is_consumer = facts.customer_kind in (None, "private")
    found = [
        Missing(code, code in _ALWAYS_LAW or (is_consumer and code not in _ADVICE), n)
        for code, n in _gaps(facts)
        if is_consumer or code not in _CONSUMERS_ONLY
    ]
    return sorted(found, key=lambda gap: not gap.is_mandatory)


def is_limited_company(name: str, orgnr: str) -> bool:
    """Whether the firm is an aktiebolag: its number begins with 5 (Skatteverket, SKV 709), or its name says so."""
    return orgnr.startswith("5") if orgnr else bool(_COMPANY_NAME.search(name))


def _gaps(facts: Facts) -> Iterator[tuple[Gap, int | None]]:
    yield from ((code, None) for code, is_missing in _of_the_whole(facts).items() if is_missing)
    for section in facts.sections:
        if section.price_mode == "sum" and not section.title:
            yield Gap.SECTION_TITLE, section.n
    for line in facts.lines:
        if not line.text.strip():
            yield Gap.LINE_TEXT, line.n


def _of_the_whole(facts: Facts) -> dict[Gap, bool]:
    firm, terms = facts.firm, facts.terms
    has_lines = bool(facts.lines)
    return {
        Gap.ORGNR: not firm.orgnr,
        Gap.FIRM_ADDRESS: not (firm.street and firm.city),
        Gap.FIRM_PHONE: not firm.phone,
        Gap.FIRM_EMAIL: not firm.email,
        Gap.SEAT: is_limited_company(firm.name, firm.orgnr) and not firm.seat,
        Gap.CUSTOMER: facts.customer_kind is None,
        Gap.CUSTOMER_ADDRESS: facts.customer_kind is not None and not facts.has_customer_address,
        Gap.CUSTOMER_VAT_NUMBER: facts.lacks_customer_vat_number,
        Gap.SITE: not facts.has_site,
        Gap.SCOPE: not has_lines,
        Gap.PRICE: has_lines and facts.total_ore == 0,
        Gap.RATE: _is_running(facts) and not any(_is_rate(line) for line in facts.lines),
        Gap.CAP: facts.price_type == PriceType.RUNNING_WITH_CAP and not facts.cap_ore,
        Gap.START: facts.starts_on is None,
        Gap.FINISH: facts.finishes_on is None,
        Gap.PAYMENT: not facts.has_plan and not _says(terms, Gap.PAYMENT),
        Gap.ACCOUNT: not firm.has_account and not _says(terms, Gap.ACCOUNT),
        Gap.COMPLAINT: not _says(terms, Gap.COMPLAINT),
        Gap.DISPUTE_BODY: not _says(terms, Gap.DISPUTE_BODY),
        Gap.F_SKATT: not firm.f_skatt,
        Gap.VAT_NUMBER: not firm.vat_number,
        Gap.NOT_INCLUDED: not facts.not_included.strip(),
        Gap.CUSTOMER_DOES: not facts.customer_does.strip(),
        Gap.TERMS: not terms.strip(),
        **{code: bool(terms.strip()) and not _says(terms, code) for code in _CLAUSES},
    }


def _is_running(facts: Facts) -> bool:
    return facts.price_type in (PriceType.RUNNING, PriceType.RUNNING_WITH_CAP)


def _is_rate(line: Line) -> bool:
    return line.kind == LineKind.LABOUR and line.unit_price_ore > 0


def _says(terms: str, code: Gap) -> bool:
    return bool(_SAYS[code].search(terms))
