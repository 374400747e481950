"""The content of a version: the one source of the customer's page, the PDF and the letter.

Schema handslag.quote/1: plain data for canonical JSON. Money is whole öre, dates are ISO days in Stockholm, missing
texts are "", missing dates None. The texts of the law go in by version; documents/texts.py has the words.
Keys are only ever added: `read` gives what a version frozen before them is taken to say. Nothing goes in that the
customer may not see: what a line costs the firm is no part of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

import languages
from domain import quotes
from domain.dates_sv import WITHDRAWAL_DAYS
from domain.price_types import LIMIT_PERCENT, PriceType
from domain.quotes import as_data
from models import Firm, Quote, QuoteLine, QuoteSection, QuoteVersion, Upload, User
from services import scope
from services.deal import figures
from services.installation import settings
from services.photos import pictures
from services.photos import rows as photo_rows
from services.photos.rows import PhotoRow
from services.quotes import contracting, drafting, recipient_rows
from services.quotes.contracting import Signature
from services.quotes.drafting import Draft
from services.uploads import rows as uploads

SCHEMA = "handslag.quote/1"
RUNNING = (PriceType.RUNNING, PriceType.RUNNING_WITH_CAP)
TEXTS = "2026-11-20"  # version of the law's texts, see documents/texts.py
DEDUCTION_TEXT = REVERSE_TEXT = "2026-11-21"

# What versions say that were frozen before the key was there.
_OLDER: dict[str, Any] = {
    "kind": "quote",
    "limit_percent": LIMIT_PERCENT,
    "cap_ore": None,
    "markup_bp": None,
    "most_ore": None,
    "discount_bp": 0,
    "is_smahus": False,
    "payment_plan": [],
    "not_included": "",
    "customer_does": "",
    "photos": [],
    "deciders": [],
    "reverse_charge": None,
    "signing": {"method": "link", "rules": []},
    "document": None,
    "contract": None,
}
_OLDER_SECTION: dict[str, Any] = {"price_mode": "rows", "discount_bp": 0, "choice": "", "labour_ore": 0}
_OLDER_LINE: dict[str, Any] = {
    "is_text": False,
    "is_recommended": False,
    "quantity_min_milli": None,
    "quantity_max_milli": None,
}
_OLDER_TOTALS: dict[str, Any] = {"discount_ore": 0, "whole_discount_ore": 0, "reverse_charge": False}
_OLDER_CUSTOMER: dict[str, Any] = {"vat_number": ""}


def version_of(quote: Quote, version: int | None = None) -> QuoteVersion:
    """A frozen version of the quote; None: the newest. Raises NotFound."""
    wanted = quote.version if version is None else version
    return scope.get(QuoteVersion, quote.firm_id, QuoteVersion.quote_id == quote.id, QuoteVersion.version == wanted)


def read(stored: str) -> dict[str, Any]:
    """A frozen content with every key that is known today."""
    content: dict[str, Any] = msgspec.json.decode(stored)  # in a third of the time that json takes
    if _is_older(content):
        for name, value in _OLDER.items():
            content.setdefault(name, value)
        content["totals"] = _OLDER_TOTALS | content["totals"]
        content["customer"] = _OLDER_CUSTOMER | content["customer"]
        content["sections"] = [
            _OLDER_SECTION | section | {"lines": [_OLDER_LINE | line for line in section["lines"]]}
            for section in content["sections"]
        ]
        for section in content["sections"]:
            section["labour_ore"] = figures.labour_ore(section)
    return content


def _is_older(content: dict[str, Any]) -> bool:
    sections = content["sections"]
    lines = [line for section in sections[:1] for line in section["lines"][:1]]
    known = [(_OLDER, content), (_OLDER_TOTALS, content["totals"]), (_OLDER_CUSTOMER, content["customer"])]
    known += [(_OLDER_SECTION, section) for section in sections[:1]] + [(_OLDER_LINE, line) for line in lines]
    return any(not keys.keys() <= found.keys() for keys, found in known)


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
    signing: str | None = None,
    signature: Signature | None = None,
    photos: Sequence[PhotoRow] | None = None,
) -> dict[str, Any]:
    """What version `version` of the quote says. What follows `logo_sha256` stands in for the draft's own, where it is
    given; `signature` is the firm's own under a contract.

    Raises NoRuleForDate if no rule of rot or rut covers the expected payment date.
    """
    quote = draft.quote
    last_day = valid_until or quote.valid_until
    paid_on = quote.paid_on or last_day
    upload = uploads.of_draft(quote)
    whole: dict[str, Any] = {
        "schema": SCHEMA,
        "lang": draft.customer.language if draft.customer else languages.SWEDISH,
        "kind": quote.kind,
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
        "limit_percent": quote.limit_percent,
        "cap_ore": quote.cap_ore if quote.price_type == PriceType.RUNNING_WITH_CAP else None,
        "markup_bp": quote.markup_bp if quote.price_type in RUNNING else None,
        "discount_bp": quote.discount_bp,
        "is_smahus": quote.is_smahus,
        "starts_on": quote.starts_on.isoformat() if quote.starts_on else None,
        "finishes_on": quote.finishes_on.isoformat() if quote.finishes_on else None,
        "payment_plan": json.loads(quote.payment_plan),
        "terms": quote.terms,
        "not_included": quote.not_included,
        "customer_does": quote.customer_does,
        "address": f"{settings().base_url}/o/{quote.public_id}",
        "firm": _firm(firm, user, logo_sha256),
        "customer": _customer(draft, email),
        "deciders": recipient_rows.frozen(quote),
        "signing": {"method": signing or quote.signing_method, "rules": json.loads(firm.signing_rules)},
        "site": _site(quote),
        "sections": _sections(draft),
        "withdrawal": {"right": _has_right(draft, upload), "days": WITHDRAWAL_DAYS, "text_version": TEXTS},
        "deduction_terms": {"text_version": DEDUCTION_TEXT},
        "reverse_charge": {"text_version": REVERSE_TEXT} if quote.reverse_charge and not upload else None,
        "document": uploads.frozen(upload) if upload else None,
        "photos": pictures.frozen(photo_rows.of_quote(quote.firm_id, quote.id) if photos is None else photos),
    }
    sums = figures.totals(whole)
    whole["totals"] = as_data(sums)
    whole["most_ore"] = figures.most_ore(whole, sums)
    whole["payment_plan"] = figures.plan(whole, sums.to_pay_ore)
    whole["contract"] = contracting.frozen(draft, whole, signature)
    return whole


def _sections(draft: Draft) -> list[dict[str, Any]]:
    return [_section(draft, section) for section in draft.sections]


def _section(draft: Draft, section: QuoteSection) -> dict[str, Any]:
    """A running account is followed by its prices, so that its lines always show them."""
    whole: dict[str, Any] = {
        "key": str(section.n),
        "title": section.title,
        "price_mode": "rows" if draft.quote.price_type in RUNNING else section.price_mode,
        "discount_bp": section.discount_bp,
        "choice": section.choice,
        "lines": [_line(line, is_choice=bool(section.choice)) for line in draft.lines_of(section)],
    }
    return whole | {"total_ore": figures.section_ore(whole), "labour_ore": figures.labour_ore(whole)}


def _has_right(draft: Draft, upload: Upload | None) -> bool:
    """Whether the right of withdrawal is told of: to consumers, by a document only where something is ordered by it."""
    is_private = draft.customer is not None and draft.customer.kind == "private"
    return is_private and (upload is None or upload.is_order)


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
        return {"kind": "private", **blank, **_OLDER_CUSTOMER}
    return {
        "kind": customer.kind,
        "name": customer.name,
        "orgnr": customer.orgnr,
        "vat_number": customer.vat_number,
        "contact": customer.contact,
        "email": email or customer.email,
        "phone": customer.phone,
        "street": customer.street,
        "postal_code": customer.postal_code,
        "city": customer.city,
    }


def _site(quote: Quote) -> dict[str, str]:
    return {"street": quote.site_street, "postal_code": quote.site_postal_code, "city": quote.site_city}


def _line(line: QuoteLine, *, is_choice: bool) -> dict[str, Any]:
    """`is_choice`: the customer picks one of the section's lines."""
    if line.is_text:
        return _words(line)
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
        "is_option": line.is_option or is_choice,
        "is_text": False,
        "is_recommended": line.is_recommended,
        "quantity_min_milli": line.quantity_min_milli,
        "quantity_max_milli": line.quantity_max_milli,
        "total_ore": quotes.line_total_ore(drafting.domain_line(line)),
    }


def _words(line: QuoteLine) -> dict[str, Any]:
    """Words between lines: no price, in no sum."""
    nothing = {"quantity_milli": 0, "unit": "", "unit_price_ore": 0, "vat_percent": 25, "kind": "other"}
    never = {"discount_bp": 0, "deduction": None, "work_type": None, "is_option": False, "total_ore": 0}
    return (
        {"key": str(line.n), "text": line.text, "note": line.note} | nothing | never | _OLDER_LINE | {"is_text": True}
    )
