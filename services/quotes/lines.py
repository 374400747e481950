"""Lines of a draft: add, move, copy, remove and take back. One function, one transaction."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from domain.line_defaults import usual_deduction
from domain.quotes import LineKind, convert_price
from extensions import db
from models import Article, Firm, Quote, QuoteLine, QuoteSection
from services import scope, transaction
from services.actors import Actor
from services.errors import NotFound, RuleBroken, Stale
from services.photos import copying
from services.photos.rows import Place
from services.quotes import drafting
from services.quotes.drafting import Draft, Figures
from services.quotes.rows import LineRow, QuoteRow, Sheet

MAX_LINES = 500
COPIED = (
    "text",
    "note",
    "quantity_milli",
    "unit",
    "unit_price_ore",
    "vat_percent",
    "kind",
    "discount_bp",
    "deduction",
    "work_type",
    "is_option",
    "is_recommended",
    "is_text",
    "quantity_min_milli",
    "quantity_max_milli",
    "purchase_price_ore",
)


class TooManyLines(RuleBroken):
    """A quote holds at most MAX_LINES lines."""

    code = "too_many_lines"


class SectionGone(RuleBroken):
    """Someone else has removed the section; `section` as it stands now can be taken back."""

    code = "section_gone"

    def __init__(self, section: QuoteSection) -> None:
        super().__init__()
        self.section = section


class LineChanged(Stale):
    """Someone else changed or removed the line since the form was drawn; `line` is how it stands now."""

    code = "line_changed"

    def __init__(self, line: QuoteLine, *, is_removed: bool) -> None:
        super().__init__()
        self.line, self.is_removed = line, is_removed


class Edited(Struct, frozen=True):
    """The draft after a change, its figures, and the line.

    `is_adjusted`: kind or deduction are not what was sent. `listed`: what became of a line that was to be kept in the
    price list: "new", "there" if an article has its name, else "". `left_out`: its photos that had no room in a copy.
    """

    draft: Draft | Sheet
    figures: Figures
    line: QuoteLine | LineRow
    is_adjusted: bool = False
    listed: str = ""
    left_out: int = 0


def get(draft: Draft, line_n: int) -> QuoteLine:
    """A live line of the draft. Raises NotFound."""
    for line in draft.lines:
        if line.n == line_n:
            return line
    raise NotFound


def section_of(draft: Draft, line: QuoteLine) -> QuoteSection:
    return next(section for section in draft.sections if section.id == line.section_id)


def add_own(quote_n: int, section_n: int, text: str, *, actor: Actor, now: datetime) -> Edited:
    """A line of the user's own words at the end of a section.

    Raises NotFound, NotEditable, SectionGone, TooManyLines.
    """
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    line = _new(draft, _section(draft, section_n), actor, now=now)
    line.text = " ".join(text.split())[:200]
    return finish(draft, line, now=now)


def add_text(quote_n: int, section_n: int, text: str = "", *, actor: Actor, now: datetime) -> Edited:
    """Words without a price at the end of a section, to be written or gone on with.

    Raises NotFound, NotEditable, SectionGone, TooManyLines.
    """
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    line = _new(draft, _section(draft, section_n), actor, now=now)
    line.text, line.is_text, line.is_option = text[:1000], True, False
    return finish(draft, line, now=now)


def add_article(quote_n: int, section_n: int, article_n: int, firm: Firm, *, actor: Actor, now: datetime) -> Edited:
    """An article of the price list at the end of a section, its price converted to the quote's basis.

    Raises NotFound, NotEditable, SectionGone, TooManyLines.
    """
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    section = _section(draft, section_n)
    article = scope.get(Article, actor.firm_id, Article.n == article_n, Article.archived_at.is_(None))
    line = _new(draft, section, actor, now=now)
    line.text, line.unit, line.vat_percent, line.kind = article.name, article.unit, article.vat_percent, article.kind
    line.unit_price_ore = convert_price(
        article.unit_price_ore, article.vat_percent, from_basis=article.basis, to_basis=draft.quote.basis
    )
    line.purchase_price_ore = article.purchase_price_ore
    if article.kind == LineKind.LABOUR and (draft.customer is None or is_private(draft)):
        line.deduction, line.work_type = article.deduction, article.work_type
        if is_private(draft) and not line.deduction:
            line.deduction, line.work_type = usual_deduction(firm.default_work_type, draft.quote.home)
    article.used_at = now
    return finish(draft, line, now=now)


def copy(quote_n: int, line_n: int, *, actor: Actor, now: datetime) -> Edited:
    """The same line once more with its photos, right below. Raises NotFound, NotEditable, TooManyLines."""
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    line = get(draft, line_n)
    section = section_of(draft, line)
    twin = _new(draft, section, actor, now=now)
    for field in COPIED:
        setattr(twin, field, getattr(line, field))
    order = draft.lines_of(section)
    order.remove(twin)
    order.insert(order.index(line) + 1, twin)
    drafting.in_order(order)
    _sort(draft)
    places = {Place(line_n=line.n): Place(line_n=twin.n)}
    left_out = copying.copy(draft.quote, draft.quote, places, now=now)
    return replace(finish(draft, twin, now=now), left_out=left_out)


def move(quote_n: int, line_n: int, step: int, *, actor: Actor, now: datetime) -> Edited:
    """One place up (-1) or down (1); from the edge of a section into the next one. Raises NotFound, NotEditable."""
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    line = get(draft, line_n)
    section = section_of(draft, line)
    order = draft.lines_of(section)
    place = order.index(line)
    order.remove(line)
    if 0 <= place + step <= len(order):
        order.insert(place + step, line)
    else:
        beside = draft.sections.index(section) + step
        if not 0 <= beside < len(draft.sections):
            return Edited(draft, drafting.figures(draft), line)
        neighbour = draft.lines_of(draft.sections[beside])
        neighbour.insert(len(neighbour) if step < 0 else 0, line)
        _join(draft.sections[beside], line, actor, now=now)
        drafting.in_order(neighbour)
    drafting.in_order(order)
    _sort(draft)
    return finish(draft, line, now=now)


def remove(quote_n: int, line_n: int, *, actor: Actor, now: datetime) -> Edited:
    """Take a line out; `restore` puts it back. Raises NotFound, NotEditable."""
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    line = get(draft, line_n)
    line.removed_at = now
    drafting.sign(line, actor, "", now=now)
    draft.lines.remove(line)
    return finish(draft, line, now=now)


def restore(quote_n: int, line_n: int, *, actor: Actor, now: datetime) -> Edited:
    """Put a removed line back where it was. Raises NotFound, NotEditable, TooManyLines."""
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    line = find(draft.quote, line_n)
    if line.removed_at:
        put_back(draft, line, actor, now=now)
        drafting.sign(line, actor, "", now=now)
    return finish(draft, line, now=now)


def find(quote: Quote | QuoteRow, line_n: int) -> QuoteLine:
    """A line of the quote, removed or not. Raises NotFound."""
    return scope.get(QuoteLine, quote.firm_id, QuoteLine.quote_id == quote.id, QuoteLine.n == line_n)


def find_section(quote: Quote | QuoteRow, section_n: int) -> QuoteSection:
    """A section of the quote, removed or not. Raises NotFound."""
    return scope.get(QuoteSection, quote.firm_id, QuoteSection.quote_id == quote.id, QuoteSection.n == section_n)


def is_private(draft: Draft | Sheet) -> bool:
    return draft.customer is not None and draft.customer.kind == "private"


def _section(draft: Draft, section_n: int) -> QuoteSection:
    """A section to put a line in. Raises NotFound, SectionGone."""
    for section in draft.sections:
        if section.n == section_n:
            return section
    raise SectionGone(find_section(draft.quote, section_n))


def _new(draft: Draft, section: QuoteSection, actor: Actor, *, now: datetime) -> QuoteLine:
    """One more row at the end of a section, already in the draft's list."""
    if len(draft.lines) >= MAX_LINES:
        raise TooManyLines
    quote = draft.quote
    there = draft.lines_of(section)
    line = QuoteLine(
        firm_id=quote.firm_id,
        quote_id=quote.id,
        section_id=section.id,
        n=drafting.next_n(QuoteLine, quote),
        position=there[-1].position + 1 if there else 1,
        text="",
        note="",
        quantity_milli=1000,
        unit="st",
        unit_price_ore=0,
        vat_percent=25,
        kind=LineKind.MATERIAL.value,
        discount_bp=0,
        is_option=bool(section.choice),
        is_recommended=False,
        is_text=False,
        rev=1,
        changed_by=actor.name[:120],
        changed_at=now,
        changed_key="",
    )
    db.session.add(line)
    draft.lines.append(line)
    return line


def _join(section: QuoteSection, line: QuoteLine, actor: Actor, *, now: datetime) -> None:
    """A line comes into a section: where the customer chooses one of its lines, it is an option."""
    line.section_id = section.id
    if section.choice and not (line.is_option or line.is_text):
        line.is_option = True
        drafting.sign(line, actor, "", now=now)


def put_back(draft: Draft, line: QuoteLine, actor: Actor, *, now: datetime) -> None:
    """A removed line, and its section if that was removed too."""
    if len(draft.lines) >= MAX_LINES:
        raise TooManyLines
    line.removed_at = None
    if all(section.id != line.section_id for section in draft.sections):
        section = scope.get(QuoteSection, line.firm_id, QuoteSection.id == line.section_id)
        section.removed_at = None
        draft.sections.append(section)
        draft.sections.sort(key=lambda section: (section.position, section.n))
    _join(next(one for one in draft.sections if one.id == line.section_id), line, actor, now=now)
    draft.lines.append(line)
    _sort(draft)


def _sort(draft: Draft) -> None:
    """The lines in the order of the page, after one has moved."""
    order = {section.id: place for place, section in enumerate(draft.sections)}
    draft.lines.sort(key=lambda line: (order[line.section_id], line.position, line.n))


def finish(draft: Draft, line: QuoteLine, *, is_adjusted: bool = False, keep: bool = True, now: datetime) -> Edited:
    found = drafting.touch(draft, now=now)
    transaction.commit(keep=keep)
    return Edited(draft, found, line, is_adjusted)
