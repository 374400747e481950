"""What of a quote can be used again: taken out of a draft, and put into another in one transaction. Never commits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from domain import payment_plan
from domain.deal_kinds import DealKind
from domain.line_defaults import usual_deduction
from domain.payment_plan import BadPlan, Part, Trigger
from domain.quotes import LineKind, PriceBasis, convert_price
from extensions import db
from models import Customer, Firm, Quote, QuoteLine, QuoteSection
from services.actors import Actor
from services.errors import NotFound
from services.quotes import drafting
from services.quotes.drafting import Draft
from services.quotes.lines import MAX_LINES, TooManyLines
from services.quotes.sections import MAX_SECTIONS, TooManySections
from services.quotes.template_content import Content, Line, Section

_HIGHEST_VAT = 25  # of a ceiling, which has no rate of its own
_WORD = re.compile(r"\w{3,}")


class Filled(Struct, frozen=True):
    """A draft that content was put into. `lost_dates`: days of its payment plan did not come along."""

    draft: Draft
    lost_dates: bool


def content_of(draft: Draft, *, for_others: bool = True) -> Content:
    """All that the firm wrote in a draft, in the quote's basis, without customer, site and dates.

    `for_others`: title and greeting are freed of whom and where they name. Raises NotFound for a document.
    """
    quote, customer = draft.quote, draft.customer
    if quote.kind == DealKind.DOCUMENT:
        raise NotFound
    names = _names(quote, customer) if for_others else frozenset()
    return Content(
        title=_without(quote.title, names),
        customer_kind=customer.kind if customer else None,
        basis=quote.basis,
        price_type=quote.price_type,
        limit_percent=quote.limit_percent,
        cap_ore=quote.cap_ore,
        markup_bp=quote.markup_bp,
        discount_bp=quote.discount_bp,
        is_smahus=quote.is_smahus,
        message="" if _words(quote.message) & names else quote.message,
        terms=quote.terms,
        not_included=quote.not_included,
        customer_does=quote.customer_does,
        payment_plan=_plan(quote.payment_plan),
        sections=[
            Section(
                title=section.title,
                price_mode=section.price_mode,
                discount_bp=section.discount_bp,
                choice=section.choice,
                lines=[_line(line) for line in draft.lines_of(section)],
            )
            for section in draft.sections
        ],
    )


def put(draft: Draft, content: Content, firm: Firm, *, actor: Actor, now: datetime) -> Filled:
    """The content's sections after the draft's own, in the quote's basis; into an empty draft also its other fields.

    An empty section without a name becomes the first of the new ones. Labour follows the customer: rot for a private
    one where the content was priced for others, no deduction for others. Raises TooManySections, TooManyLines.
    """
    lost = False
    if not draft.lines:
        lost = _put_fields(draft.quote, content)
    elif not draft.quote.title:
        draft.quote.title = content.title
    _put_sections(draft, content, firm, actor, now)
    drafting.sign(draft.quote, actor, "", now=now)
    drafting.keep_search_text(draft.quote)
    drafting.touch(draft, now=now)
    return Filled(draft, lost)


def _put_fields(quote: Quote, content: Content) -> bool:
    """What stands above and below the lines; whether days of the plan were left."""
    quote.title = quote.title or content.title
    quote.message = content.message or quote.message
    quote.terms = content.terms or quote.terms
    quote.not_included = content.not_included or quote.not_included
    quote.customer_does = content.customer_does or quote.customer_does
    quote.price_type, quote.limit_percent = content.price_type, content.limit_percent
    quote.markup_bp, quote.discount_bp = content.markup_bp, content.discount_bp
    quote.is_smahus = content.is_smahus
    if content.cap_ore is not None:
        quote.cap_ore = convert_price(content.cap_ore, _HIGHEST_VAT, from_basis=content.basis, to_basis=quote.basis)
    parts = _without_dates(content.payment_plan)
    quote.payment_plan = json.dumps(payment_plan.to_data(parts), ensure_ascii=False)
    return parts != content.payment_plan


def _put_sections(draft: Draft, content: Content, firm: Firm, actor: Actor, now: datetime) -> None:
    empty = [one for one in draft.sections if not one.title and not draft.lines_of(one)][-1:]
    if len(draft.sections) - len(empty) + len(content.sections) > MAX_SECTIONS:
        raise TooManySections
    if len(draft.lines) + content.line_count > MAX_LINES:
        raise TooManyLines
    quote, signed = draft.quote, {"changed_by": actor.name[:120], "changed_at": now}
    n = drafting.next_n(QuoteSection, quote)
    position = max((one.position for one in draft.sections), default=0)
    made: list[QuoteSection] = []
    for given in content.sections:
        if empty:
            section = empty.pop()
            drafting.sign(section, actor, "", now=now)
        else:
            position += 1
            section = QuoteSection(
                firm_id=quote.firm_id, quote_id=quote.id, n=n, position=position, rev=1, changed_key="", **signed
            )
            n += 1
            draft.sections.append(section)
            db.session.add(section)
        section.title, section.price_mode = given.title, given.price_mode
        section.discount_bp, section.choice = given.discount_bp, given.choice
        made.append(section)
    db.session.flush()
    n = drafting.next_n(QuoteLine, quote)
    for section, given in zip(made, content.sections, strict=True):
        for place, line in enumerate(given.lines, 1):
            fitted = _fit(line, content, draft, firm)
            row = QuoteLine(
                firm_id=quote.firm_id,
                quote_id=quote.id,
                section_id=section.id,
                n=n,
                position=place,
                rev=1,
                changed_key="",
                **signed,
                **{name: getattr(fitted, name) for name in Line.__struct_fields__},
            )
            n += 1
            db.session.add(row)
            draft.lines.append(row)
    order = {section.id: place for place, section in enumerate(draft.sections)}
    draft.lines.sort(key=lambda line: (order[line.section_id], line.position, line.n))


def _fit(line: Line, content: Content, draft: Draft, firm: Firm) -> Line:
    """The line as this quote prices it: its basis, and a deduction if the customer can have one."""
    price = convert_price(
        line.unit_price_ore, line.vat_percent, from_basis=content.basis, to_basis=PriceBasis(draft.quote.basis)
    )
    deduction, work_type = line.deduction, line.work_type
    kind = draft.customer.kind if draft.customer else None
    if kind not in (None, "private"):
        deduction = work_type = None
    elif kind == "private" and content.customer_kind not in (None, "private") and not deduction:
        is_labour = line.kind == LineKind.LABOUR and not line.is_text
        usual = usual_deduction(firm.default_work_type, draft.quote.home)
        deduction, work_type = usual if is_labour else (None, None)
    return replace(line, unit_price_ore=price, deduction=deduction, work_type=work_type)


def _line(row: QuoteLine) -> Line:
    return Line(**{name: getattr(row, name) for name in Line.__struct_fields__})


def _plan(stored: str) -> list[Part]:
    """The parts of a draft's plan; none if they cannot be read."""
    try:
        return payment_plan.from_data(json.loads(stored or "[]"))
    except (ValueError, BadPlan):
        return []


def _without_dates(parts: Sequence[Part]) -> list[Part]:
    """A day that was agreed once is no day of another job: the last part comes when it is finished, others at start."""
    last = len(parts) - 1
    return [
        replace(part, trigger=Trigger.FINISH if place == last else Trigger.START, on=None)
        if part.trigger == Trigger.DATE
        else replace(part, on=None)
        for place, part in enumerate(parts)
    ]


def _names(quote: Quote, customer: Customer | None) -> frozenset[str]:
    """The words by which the quote says whom it is for and where."""
    said: list[str] = [quote.site_street, quote.site_city]
    if customer:
        said += [customer.name, customer.contact, customer.street, customer.city, customer.site_street]
    return frozenset(_words(*said))


def _words(*texts: str) -> set[str]:
    return {word.lower() for text in texts for word in _WORD.findall(text or "") if not word.isdecimal()}


def _without(title: str, names: Iterable[str]) -> str:
    """The parts of a title, between commas and dashes, that name nobody: "Badrum, Granstigen 4" is "Badrum"."""
    named = set(names)
    parts = re.split(r"(\s*[,–—]\s+|\s+-\s+)", title)
    kept = [part for part in parts[::2] if not _words(part) & named]
    return title if len(kept) == len(parts[::2]) else ", ".join(part.strip() for part in kept if part.strip())
