"""Lines of a draft: add, save as it is typed, move, copy, remove and take back. One function, one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.quotes import Deduction, LineKind, convert_price
from extensions import db
from models import Article, Firm, Quote, QuoteLine, QuoteSection
from services import articles, scope, transaction
from services.actors import Actor
from services.articles import ArticleInput
from services.errors import NotFound, RuleBroken, Stale
from services.quotes import drafting, rows
from services.quotes.drafting import Draft, Figures
from services.quotes.rows import LineRow, QuoteRow, Sheet

MAX_LINES = 500
HOUR = "tim"
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


@dataclass(frozen=True, slots=True)
class LineInput:
    """What a line's form says. Words between lines have their text, and nothing else of their own."""

    text: str
    quantity_milli: int
    unit: str
    unit_price_ore: int
    vat_percent: int
    kind: str
    note: str = ""
    discount_bp: int = 0
    deduction: str | None = None
    work_type: str | None = None
    is_option: bool = False
    is_recommended: bool = False
    is_text: bool = False
    quantity_min_milli: int | None = None
    quantity_max_milli: int | None = None
    purchase_price_ore: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What the form was drawn from: the line's revision, the form's own key, and the kind and unit it showed.

    `restores`: the user has seen that the line was removed and wants it back with what the form says.
    `has_purchase`: the form showed the purchase price; one that did not leaves it as it is.
    """

    rev: int
    key: str
    kind: str = ""
    unit: str = ""
    restores: bool = False
    has_purchase: bool = False


@dataclass(frozen=True, slots=True)
class Edited:
    """The draft after a change, its figures, and the line.

    `is_adjusted`: kind or deduction are not what was sent. `listed`: what became of a line that was to be kept in the
    price list: "new", "there" if an article has its name, else "".
    """

    draft: Draft | Sheet
    figures: Figures
    line: QuoteLine | LineRow
    is_adjusted: bool = False
    listed: str = ""


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
    return _finish(draft, line, now=now)


def add_text(quote_n: int, section_n: int, text: str = "", *, actor: Actor, now: datetime) -> Edited:
    """Words without a price at the end of a section, to be written or gone on with.

    Raises NotFound, NotEditable, SectionGone, TooManyLines.
    """
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    line = _new(draft, _section(draft, section_n), actor, now=now)
    line.text, line.is_text, line.is_option = text[:1000], True, False
    return _finish(draft, line, now=now)


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
            line.deduction, line.work_type = Deduction.ROT.value, firm.default_work_type
    article.used_at = now
    return _finish(draft, line, now=now)


def save(
    quote_n: int,
    line_n: int,
    given: LineInput,
    shown: Shown,
    *,
    keep: bool = True,
    lists: bool = False,
    actor: Actor,
    now: datetime,
) -> Edited:
    """Store what the form says. What is the same as before changes nothing.

    `keep`: the rows of a line that comes back stay readable, for an answer that shows them. `lists`: keep the line in
    the price list too. Raises NotFound, NotEditable, or LineChanged if someone else was first.
    """
    sheet = drafting.read_to_edit(actor.firm_id, quote_n, lock=True)
    line = sheet.find_line(line_n)
    if line is None:
        return _save_removed(quote_n, line_n, given, shown, keep=keep, actor=actor, now=now)
    if drafting.is_stale(line, shown.rev, shown.key):
        raise LineChanged(find(sheet.quote, line_n), is_removed=False)
    settled = _settle(given, shown, line, sheet)
    changed = {name: getattr(settled, name) for name in COPIED if getattr(settled, name) != getattr(line, name)}
    if changed:
        signed = drafting.signature(line, actor, shown.key, now=now)
        rows.change(QuoteLine, actor.firm_id, line.id, changed | signed)
        sheet.replace_line(line := line._replace(**changed, rev=signed["rev"], changed_key=signed["changed_key"]))
    found = drafting.figures(sheet)
    if changed:
        rows.change(Quote, actor.firm_id, sheet.quote.id, drafting.touched(sheet, found, now=now))
    listed = _list(line, sheet.quote.basis, actor, now=now) if lists and not line.is_text else ""
    if changed or listed:
        transaction.commit()
    return Edited(sheet, found, line, _is_adjusted(given, settled), listed)


def copy(quote_n: int, line_n: int, *, actor: Actor, now: datetime) -> Edited:
    """The same line once more, right below. Raises NotFound, NotEditable, TooManyLines."""
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
    return _finish(draft, twin, now=now)


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
    return _finish(draft, line, now=now)


def remove(quote_n: int, line_n: int, *, actor: Actor, now: datetime) -> Edited:
    """Take a line out; `restore` puts it back. Raises NotFound, NotEditable."""
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    line = get(draft, line_n)
    line.removed_at = now
    drafting.sign(line, actor, "", now=now)
    draft.lines.remove(line)
    return _finish(draft, line, now=now)


def restore(quote_n: int, line_n: int, *, actor: Actor, now: datetime) -> Edited:
    """Put a removed line back where it was. Raises NotFound, NotEditable, TooManyLines."""
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    line = find(draft.quote, line_n)
    if line.removed_at:
        _put_back(draft, line, actor, now=now)
        drafting.sign(line, actor, "", now=now)
    return _finish(draft, line, now=now)


def find(quote: Quote | QuoteRow, line_n: int) -> QuoteLine:
    """A line of the quote, removed or not. Raises NotFound."""
    return scope.get(QuoteLine, quote.firm_id, QuoteLine.quote_id == quote.id, QuoteLine.n == line_n)


def find_section(quote: Quote | QuoteRow, section_n: int) -> QuoteSection:
    """A section of the quote, removed or not. Raises NotFound."""
    return scope.get(QuoteSection, quote.firm_id, QuoteSection.quote_id == quote.id, QuoteSection.n == section_n)


def is_private(draft: Draft | Sheet) -> bool:
    return draft.customer is not None and draft.customer.kind == "private"


def _save_removed(
    quote_n: int, line_n: int, given: LineInput, shown: Shown, *, keep: bool, actor: Actor, now: datetime
) -> Edited:
    """Put a line back with what the form says, if the user has seen that it was removed."""
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    line = find(draft.quote, line_n)
    if drafting.is_stale(line, shown.rev, shown.key) or not shown.restores:
        raise LineChanged(line, is_removed=True)
    _put_back(draft, line, actor, now=now)
    settled = _settle(given, shown, line, draft)
    for name in COPIED:
        setattr(line, name, getattr(settled, name))
    drafting.sign(line, actor, shown.key, now=now)
    return _finish(draft, line, is_adjusted=_is_adjusted(given, settled), keep=keep, now=now)


def _settle(given: LineInput, shown: Shown, line: QuoteLine | LineRow, draft: Draft | Sheet) -> LineInput:
    """Hours are labour, a private customer's labour carries rot, and nothing but labour carries a deduction.

    Only what the user has just turned is followed, so that every default can be changed back. Where the customer
    chooses one line of the section, each is an option; only an option is recommended. A form for words cannot make
    them a priced line, nor the other way: raises NotFound.
    """
    if given.is_text != line.is_text:
        raise NotFound
    if given.is_text:
        return given
    if not shown.has_purchase:
        given = replace(given, purchase_price_ore=line.purchase_price_ore)
    is_option = given.is_option or any(one.choice for one in draft.sections if one.id == line.section_id)
    given = replace(given, is_option=is_option, is_recommended=is_option and given.is_recommended)
    if given.unit == HOUR and shown.unit not in ("", HOUR) and given.kind == shown.kind:
        given = replace(given, kind=LineKind.LABOUR.value)
    if given.kind != LineKind.LABOUR:
        return replace(given, deduction=None, work_type=None)
    if is_private(draft) and not given.deduction and shown.kind not in ("", LineKind.LABOUR):
        work_type = db.session.get_one(Firm, draft.quote.firm_id).default_work_type
        return replace(given, deduction=Deduction.ROT.value, work_type=work_type)
    return given


def _is_adjusted(given: LineInput, settled: LineInput) -> bool:
    return (given.kind, given.deduction, given.work_type) != (settled.kind, settled.deduction, settled.work_type)


def _list(line: LineRow, basis: str, actor: Actor, *, now: datetime) -> str:
    """Keep a line that was typed by hand in the price list; see `Edited.listed`."""
    given = ArticleInput(
        name=line.text,
        unit=line.unit,
        unit_price_ore=line.unit_price_ore,
        basis=basis,
        vat_percent=line.vat_percent,
        kind=line.kind,
        deduction=line.deduction,
        work_type=line.work_type,
        purchase_price_ore=line.purchase_price_ore,
    )
    _article, is_new = articles.from_line(given, actor=actor, now=now)
    return "new" if is_new else "there"


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


def _put_back(draft: Draft, line: QuoteLine, actor: Actor, *, now: datetime) -> None:
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


def _finish(draft: Draft, line: QuoteLine, *, is_adjusted: bool = False, keep: bool = True, now: datetime) -> Edited:
    found = drafting.touch(draft, now=now)
    transaction.commit(keep=keep)
    return Edited(draft, found, line, is_adjusted)
