"""The content of a version: the one source of the customer's page, the PDF and the letter.

Schema handslag.quote/1: plain data for canonical JSON. Money is whole öre, dates are ISO days in Stockholm, missing
texts are "", missing dates None. The texts of the law go in by version; documents/texts.py has the words.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from domain import quotes
from domain.dates_sv import WITHDRAWAL_DAYS
from domain.quotes import Totals, as_data
from models import Firm, Quote, QuoteLine, User
from services.installation import settings
from services.quotes import drafting
from services.quotes.drafting import Draft, Figures

SCHEMA = "handslag.quote/1"
TEXTS = "2026-11-20"  # version of the law's texts, see documents/texts.py


def build(
    draft: Draft,
    firm: Firm,
    user: User,
    *,
    number: str,
    version: int,
    today: date,
    logo_sha256: str | None = None,
    email: str | None = None,
    valid_until: date | None = None,
    message: str | None = None,
) -> dict[str, Any]:
    """What version `version` of the quote says. The last three stand in for the draft's own, where they are given.

    Raises NoRuleForDate if no rule of rot or rut covers the expected payment date.
    """
    quote, figures = draft.quote, drafting.figures(draft)
    last_day = valid_until or quote.valid_until
    paid_on = quote.paid_on or last_day
    return {
        "schema": SCHEMA,
        "lang": "sv",
        "quote": quote.public_id,
        "number": number,
        "version": version,
        "dated_on": today.isoformat(),
        "valid_until": last_day.isoformat(),
        "paid_on": paid_on.isoformat(),
        "title": quote.title,
        "message": quote.message if message is None else message,
        "basis": quote.basis,
        "price_type": quote.price_type,
        "starts_on": quote.starts_on.isoformat() if quote.starts_on else None,
        "finishes_on": quote.finishes_on.isoformat() if quote.finishes_on else None,
        "terms": quote.terms,
        "address": f"{settings().base_url}/o/{quote.public_id}",
        "firm": _firm(firm, user, logo_sha256),
        "customer": _customer(draft, email),
        "site": _site(quote),
        "sections": [
            {
                "key": str(section.n),
                "title": section.title,
                "total_ore": figures.section_ore[section.n] or 0,
                "lines": [_line(line, figures) for line in draft.lines_of(section)],
            }
            for section in draft.sections
        ],
        "totals": as_data(totals(draft, paid_on)),
        "withdrawal": {"right": _is_private(draft), "days": WITHDRAWAL_DAYS, "text_version": TEXTS},
        "deduction_terms": {"text_version": TEXTS},
    }


def totals(draft: Draft, paid_on: date) -> Totals:
    """The sums with no option picked, by the rules of the expected payment date. Raises NoRuleForDate."""
    return quotes.totals(drafting.priced(draft), basis=draft.quote.basis, paid_on=paid_on)


def _is_private(draft: Draft) -> bool:
    return draft.customer is not None and draft.customer.kind == "private"


def _firm(firm: Firm, user: User, logo_sha256: str | None) -> dict[str, Any]:
    return {
        "id": firm.public_id,
        "name": firm.name,
        "orgnr": firm.orgnr,
        "f_skatt": firm.f_skatt,
        "vat_number": firm.vat_number,
        "street": firm.street,
        "postal_code": firm.postal_code,
        "city": firm.city,
        "seat": firm.seat,
        "phone": user.phone or firm.phone,
        "email": firm.email,
        "website": firm.website,
        "bankgiro": firm.bankgiro,
        "plusgiro": firm.plusgiro,
        "contact": user.name,
        "logo_sha256": logo_sha256,
    }


def _customer(draft: Draft, email: str | None) -> dict[str, Any]:
    customer = draft.customer
    if customer is None:
        blank = dict.fromkeys(("name", "orgnr", "contact", "email", "phone", "street", "postal_code", "city"), "")
        return {"kind": "private", **blank}
    return {
        "kind": customer.kind,
        "name": customer.name,
        "orgnr": customer.orgnr,
        "contact": customer.contact,
        "email": email or customer.email,
        "phone": customer.phone,
        "street": customer.street,
        "postal_code": customer.postal_code,
        "city": customer.city,
    }


def _site(quote: Quote) -> dict[str, str]:
    return {"street": quote.site_street, "postal_code": quote.site_postal_code, "city": quote.site_city}


def _line(line: QuoteLine, figures: Figures) -> dict[str, Any]:
    return {
        "key": str(line.n),
        "text": line.text,
        "note": line.note,
        "quantity_milli": line.quantity_milli,
        "unit": line.unit,
        "unit_price_ore": line.unit_price_ore,
        "vat_percent": line.vat_percent,
        "kind": line.kind,
        "discount_bp": line.discount_bp,
        "deduction": line.deduction,
        "work_type": line.work_type,
        "is_option": line.is_option,
        "total_ore": figures.line_ore[line.n],
    }
