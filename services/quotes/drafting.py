"""The draft of a quote: its rows loaded to be changed, its figures, and what every change of it does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import and_, bindparam, func

from domain import checks, margins, payment_plan, quote_states, quotes
from domain.clock import stockholm_date
from domain.deal_kinds import DealKind
from domain.margins import Margin
from domain.payment_plan import Part
from domain.plan_years import Days
from domain.price_types import most_ore
from domain.quotes import GREEN, Deduction, Line, LineKind, PriceBasis, Priced, Totals
from extensions import db
from models import Customer, Firm, Photo, Quote, QuoteLine, QuoteSection
from services import scope, search
from services.actors import Actor
from services.errors import NotFound, RuleBroken
from services.quotes import rows
from services.quotes.rows import LineRow, QuoteRow, Sheet

HELD, STOPPED = "held", "stopped"  # Quote.hold: about to be sent; kept from it by a rule


class NotEditable(RuleBroken):
    """The quote is agreed, ended or archived; its draft may not change."""

    code = "quote_not_editable"


class IsDocument(NotFound):
    """There are no rows to build of a document made elsewhere; it is replaced whole (services/uploads)."""


class OnItsWay(RuleBroken):
    """Skicka is pressed and can still be undone: until then nothing changes under it."""

    code = "on_its_way"


class Draft(Struct, frozen=True):
    """A quote with what lives in its draft, to be changed; removed lines and sections are left out.

    `rows.Sheet` is the same to be read: what shows a draft takes either.
    """

    quote: Quote
    sections: list[QuoteSection]
    lines: list[QuoteLine]
    customer: Customer | None
    f_skatt: bool  # the firm is approved for it

    def lines_of(self, section: QuoteSection) -> list[QuoteLine]:
        return [line for line in self.lines if line.section_id == section.id]

    @property
    def paid_on(self) -> date:
        """The expected payment date, which picks rates and caps."""
        return self.quote.paid_on or self.quote.valid_until


class Figures(Struct, frozen=True):
    """All sums of a draft in öre: of the quote, of each priced line and of each section by their n, no option picked.

    A line's sum is before the discounts of its section and of the whole, a section's before that of the whole.
    A section that holds nothing but options has no sum (None).
    """

    totals: Totals
    line_ore: dict[int, int]
    section_ore: dict[int, int | None]


# Made once: every change of a draft begins with them, and their making takes longer than their running.
_FIRM_ID: Any = bindparam("firm_id")
_QUOTE = (
    scope.columns(Quote, _FIRM_ID, Quote, Customer, Firm.f_skatt)
    .join(Firm, Firm.id == _FIRM_ID)
    .outerjoin(Customer, and_(Customer.firm_id == Quote.firm_id, Customer.id == Quote.customer_id))
    .where(Quote.n == bindparam("n"))
)
_LOCKED_QUOTE = _QUOTE.with_for_update(of=Quote)
_SECTIONS = (
    scope.of(QuoteSection, _FIRM_ID)
    .where(QuoteSection.quote_id == bindparam("quote_id"), QuoteSection.removed_at.is_(None))
    .order_by(QuoteSection.position, QuoteSection.n)
)
_LINES = scope.of(QuoteLine, _FIRM_ID).where(
    QuoteLine.quote_id == bindparam("quote_id"), QuoteLine.removed_at.is_(None)
)


def get(firm_id: int, n: int, *, lock: bool = False) -> Quote:
    """One quote without its rows. Raises NotFound."""
    return scope.get(Quote, firm_id, Quote.n == n, lock=lock)


def load(firm_id: int, n: int, *, lock: bool = False) -> Draft:
    """The draft in three statements. `lock` makes other writers of the quote wait. Raises NotFound."""
    row = db.session.execute(_LOCKED_QUOTE if lock else _QUOTE, {"firm_id": firm_id, "n": n}).first()
    if row is None:
        raise NotFound
    quote, customer, f_skatt = row
    return Draft(quote, *_parts(quote), customer, f_skatt)


def load_to_edit(firm_id: int, n: int, *, any_kind: bool = False) -> Draft:
    """The draft, locked for a change. Raises NotFound, unless of `any_kind` for a document too, and NotEditable."""
    draft = load(firm_id, n, lock=True)
    if not (may_change if any_kind else may_edit)(draft.quote):
        raise NotEditable
    return draft


def read_to_edit(firm_id: int, n: int, *, lock: bool = False) -> Sheet:
    """The draft as plain rows, where it may be changed. Raises NotFound, NotEditable."""
    sheet = rows.read(firm_id, n, lock=lock)
    if not may_edit(sheet.quote):
        raise NotEditable
    return sheet


def may_edit(quote: Quote | QuoteRow) -> bool:
    """Whether its rows may change. Raises OnItsWay, and IsDocument for one that has none."""
    if quote.kind == DealKind.DOCUMENT:
        raise IsDocument
    return may_change(quote)


def may_change(quote: Quote | QuoteRow) -> bool:
    """Raises OnItsWay while the quote is about to be sent."""
    if quote.hold == HELD:
        raise OnItsWay
    return quote.archived_at is None and quote_states.can(quote.status, "edit")


def _parts(quote: Quote) -> tuple[list[QuoteSection], list[QuoteLine]]:
    values = {"firm_id": quote.firm_id, "quote_id": quote.id}
    sections = list(db.session.scalars(_SECTIONS, values))
    order = {section.id: place for place, section in enumerate(sections)}
    lines = [line for line in db.session.scalars(_LINES, values) if line.section_id in order]
    return sections, sorted(lines, key=lambda line: (order[line.section_id], line.position, line.n))


def domain_line(line: QuoteLine | LineRow) -> Line:
    return Line(
        key=str(line.n),
        quantity_milli=line.quantity_milli,
        unit_price_ore=line.unit_price_ore,
        vat_percent=line.vat_percent,
        kind=LineKind(line.kind),
        discount_bp=line.discount_bp,
        deduction=Deduction(line.deduction) if line.deduction else None,
        work_type=line.work_type,
        is_option=line.is_option,
    )


def priced(draft: Draft | Sheet) -> Sequence[Priced]:
    """The lines as the arithmetic takes them, without words between lines; their keys are their numbers as text."""
    if isinstance(draft, Sheet):
        return [line for line in draft.lines if not line.is_text]
    return [domain_line(line) for line in draft.lines if not line.is_text]


def sections_bp(draft: Draft | Sheet) -> Mapping[str, int]:
    """The discount of its section by the key of each line that has one."""
    less = {section.id: section.discount_bp for section in draft.sections if section.discount_bp}
    if not less:
        return quotes.NOTHING
    return {str(line.n): less[line.section_id] for line in draft.lines if line.section_id in less}


def totals(draft: Draft | Sheet, *, paid_on: date | None = None) -> Totals:
    """The totals with no option picked, by the rules of the expected payment date. Raises NoRuleForDate."""
    return _totals(draft, priced(draft), paid_on or draft.paid_on)


def figures(draft: Draft | Sheet) -> Figures:
    """Every sum that the builder shows."""
    stored: Sequence[QuoteLine | LineRow] = [line for line in draft.lines if not line.is_text]
    lines = priced(draft)
    of_section: dict[int, list[Priced]] = {section.id: [] for section in draft.sections}
    for row, line in zip(stored, lines, strict=True):
        of_section[row.section_id].append(line)
    return Figures(
        totals=_totals(draft, lines, draft.paid_on),
        line_ore={row.n: quotes.line_total_ore(line) for row, line in zip(stored, lines, strict=True)},
        section_ore={
            section.n: quotes.section_ore(of_section[section.id], section.discount_bp) for section in draft.sections
        },
    )


def _totals(draft: Draft | Sheet, lines: Sequence[Priced], paid_on: date) -> Totals:
    quote = draft.quote
    return quotes.totals(
        lines,
        basis=quote.basis,
        paid_on=paid_on,
        discount_bp=quote.discount_bp,
        sections_bp=sections_bp(draft),
        reverse_charge=quote.reverse_charge,
    )


def margin(draft: Draft | Sheet) -> Margin | None:
    """What the firm earns, for those who may see it. None if no line says what it costs."""
    costs = [line.purchase_price_ore for line in draft.lines if not line.is_text]
    if all(cost is None for cost in costs):
        return None
    return margins.margin(zip(priced(draft), costs, strict=True), basis=draft.quote.basis)


def line_margin(line: QuoteLine | LineRow, basis: str) -> Margin | None:
    """What one line brings and costs, an option too. None if it does not say what it costs."""
    counted = replace(domain_line(line), is_option=False)
    cost = line.purchase_price_ore
    return None if cost is None else margins.margin([(counted, cost)], basis=basis)


def most(draft: Draft | Sheet, result: Totals) -> int | None:
    """The most that may be charged, in öre and in the quote's basis. None: no limit is agreed."""
    quote = draft.quote
    stated = result.gross_ore if quote.basis == PriceBasis.INCL else result.net_ore
    return most_ore(quote.price_type, stated, limit_percent=quote.limit_percent, cap_ore=quote.cap_ore)


def problems(draft: Draft | Sheet, *, now: datetime, result: Totals | None = None) -> checks.Problems:
    """What stands in the way of sending, and what to look at."""
    found = checks.problems(priced(draft), result or totals(draft), _facts(draft, now))
    return checks.of_document(found) if draft.quote.kind == DealKind.DOCUMENT else found


def days(draft: Draft | Sheet, *, now: datetime) -> Days:
    """When the work and its payment are expected."""
    return _facts(draft, now).days


def _facts(draft: Draft | Sheet, now: datetime) -> checks.Facts:
    quote, customer = draft.quote, draft.customer
    return checks.Facts(
        today=stockholm_date(now),
        paid_on=draft.paid_on,
        valid_until=quote.valid_until,
        customer_kind=customer.kind if customer else None,
        has_contact=bool(customer and (customer.email or customer.phone)),
        f_skatt=draft.f_skatt,
        starts_on=quote.starts_on,
        finishes_on=quote.finishes_on,
        has_site=bool(quote.site_street or quote.site_city),
        plan=plan(quote),
        home=quote.home,
        home_year=quote.home_year,
        words={str(line.n): line.text for line in draft.lines if line.deduction},
        sections_bp=sections_bp(draft),
    )


def plan(quote: Quote | QuoteRow) -> list[Part]:
    """The stored payment plan; empty if there is none, or none that can be read."""
    if quote.payment_plan in ("", "[]"):
        return []
    try:
        return payment_plan.from_data(json.loads(quote.payment_plan))
    except ValueError:  # BadPlan is one
        return []


def touch(draft: Draft, *, now: datetime) -> Figures:
    """What every change of the draft does in its transaction: new sums, order of the list, "changed since sent"."""
    found = figures(draft)
    for name, value in touched(draft, found, now=now).items():
        setattr(draft.quote, name, value)
    return found


def touched(draft: Draft | Sheet, found: Figures, *, now: datetime) -> dict[str, Any]:
    """The quote's columns that every change of the draft sets."""
    own = {"touched_at": now, "changed_since": True}
    return own if draft.quote.version else own | sums(found.totals)  # once sent, the list shows what the customer has


def keep_sums(quote: Quote, result: Totals) -> None:
    """Copy the sums that lists show from a version when it is sent."""
    for name, value in sums(result).items():
        setattr(quote, name, value)


def sums(result: Totals) -> dict[str, Any]:
    """The quote's columns that lists show."""
    kinds = [share.kind.value for share in result.deductions if share.amount_kr]
    several = "more" if GREEN in kinds else "both"
    return {
        "net_ore": result.net_ore,
        "gross_ore": result.gross_ore,
        "to_pay_ore": result.to_pay_ore,
        "deducted": several if len(kinds) > 1 or GREEN in kinds else "".join(kinds),
    }


def keep_search_text(quote: Quote) -> None:
    """What the list finds the quote by; called when title, customer or number changes."""
    quote.search_text = search.text_of(quote.title, quote.customer_name, quote.number, quote.site_street)


def sign(row: Quote | QuoteSection | QuoteLine, actor: Actor, key: str, *, now: datetime) -> None:
    """Note who changed a row, by which form, and give it its next revision."""
    for name, value in signature(row, actor, key, now=now).items():
        setattr(row, name, value)


def signature(
    row: Quote | QuoteSection | QuoteLine | LineRow | Photo, actor: Actor, key: str, *, now: datetime
) -> dict[str, Any]:
    """The columns that say who changed a row, and its next revision."""
    return {"rev": row.rev + 1, "changed_by": actor.name[:120], "changed_at": now, "changed_key": key[:22]}


def is_stale(row: Quote | QuoteSection | QuoteLine | LineRow | Photo, rev: int, key: str) -> bool:
    """Whether the row was changed since the form was drawn, or has later words of the same form.

    A save whose answer was lost leaves the form with an old revision; the form's own key tells that it was itself.
    Scripts add when it was sent ("key.when"): a save that the browser gave up for a newer one may arrive after it.
    """
    form, _, sent = key.partition(".")
    last_form, _, last_sent = row.changed_key.partition(".")
    if form and form == last_form:
        return bool(sent) and sent < last_sent
    return row.rev != rev


def next_n(model: type[QuoteLine] | type[QuoteSection], quote: Quote) -> int:
    """The next running number within the quote; removed rows keep theirs."""
    statement = scope.columns(model, quote.firm_id, func.max(model.n)).where(model.quote_id == quote.id)
    return int(db.session.scalar(statement) or 0) + 1


def in_order(rows: Iterable[QuoteSection | QuoteLine]) -> None:
    """Give the rows the positions 1, 2, 3 … in the order they come."""
    for place, row in enumerate(rows, 1):
        if row.position != place:
            row.position = place
