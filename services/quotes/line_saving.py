"""Lines of a draft as they are typed: what a form says is settled, stored and perhaps kept in the price list."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from domain.line_defaults import kind_of, usual_deduction
from domain.quotes import GREEN, LineKind, may_carry
from extensions import db
from models import Firm, Quote, QuoteLine
from services import articles, transaction
from services.actors import Actor
from services.articles import ArticleInput
from services.errors import NotFound
from services.quotes import drafting, lines, rows
from services.quotes.drafting import Draft
from services.quotes.lines import COPIED, Edited, LineChanged, find, is_private
from services.quotes.rows import LineRow, Sheet


class LineInput(Struct, frozen=True):
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


class Shown(Struct, frozen=True):
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


def _save_removed(
    quote_n: int, line_n: int, given: LineInput, shown: Shown, *, keep: bool, actor: Actor, now: datetime
) -> Edited:
    """Put a line back with what the form says, if the user has seen that it was removed."""
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    line = find(draft.quote, line_n)
    if drafting.is_stale(line, shown.rev, shown.key) or not shown.restores:
        raise LineChanged(line, is_removed=True)
    lines.put_back(draft, line, actor, now=now)
    settled = _settle(given, shown, line, draft)
    for name in COPIED:
        setattr(line, name, getattr(settled, name))
    drafting.sign(line, actor, shown.key, now=now)
    return lines.finish(draft, line, is_adjusted=_is_adjusted(given, settled), keep=keep, now=now)


def _settle(given: LineInput, shown: Shown, line: QuoteLine | LineRow, draft: Draft | Sheet) -> LineInput:
    """Hours are labour and distance is travel, a private customer's labour carries the deduction of the firm's trade.

    Nothing but labour carries rot or rut.

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
    usual = kind_of(given.unit)
    if usual and shown.unit not in ("", given.unit) and given.kind == shown.kind:
        given = replace(given, kind=usual.value)
    if not may_carry(given.deduction, given.work_type, given.kind) or draft.quote.reverse_charge:
        return replace(given, deduction=None, work_type=None)
    if given.kind != LineKind.LABOUR:
        return given
    if is_private(draft) and not given.deduction and shown.kind not in ("", LineKind.LABOUR):
        trade = db.session.get_one(Firm, draft.quote.firm_id).default_work_type
        deduction, work_type = usual_deduction(trade, draft.quote.home)
        return replace(given, deduction=deduction, work_type=work_type)
    return given


def _is_adjusted(given: LineInput, settled: LineInput) -> bool:
    return (given.kind, given.deduction, given.work_type) != (settled.kind, settled.deduction, settled.work_type)


def _list(line: LineRow, basis: str, actor: Actor, *, now: datetime) -> str:
    """Keep a line that was typed by hand in the price list; see `Edited.listed`."""
    is_kept = line.deduction != GREEN  # which comes with the job, not with the article
    given = ArticleInput(
        name=line.text,
        unit=line.unit,
        unit_price_ore=line.unit_price_ore,
        basis=basis,
        vat_percent=line.vat_percent,
        kind=line.kind,
        deduction=line.deduction if is_kept else None,
        work_type=line.work_type if is_kept else None,
        purchase_price_ore=line.purchase_price_ore,
    )
    _article, is_new = articles.from_line(given, actor=actor, now=now)
    return "new" if is_new else "there"
