"""Templates (mallar): what a new draft can begin with. One public function that changes, one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import bindparam

from extensions import db
from models import Firm, Quote, QuoteTemplate
from services import numbers, once, scope, transaction
from services.actors import Actor
from services.customers import CustomerInput
from services.errors import RuleBroken, Stale
from services.photos import copying
from services.photos import rows as photos
from services.photos.rows import Place
from services.quotes import drafting, filling, header, template_content
from services.quotes.drafting import Draft
from services.quotes.filling import Filled
from services.quotes.template_content import BrokenTemplate, Content, NewerTemplate
from services.search import text_of

MOST = 200  # of a firm; all are looked through for each list
LATEST = 5  # quotes that are offered to be copied


class TooManyTemplates(RuleBroken):
    """A firm keeps at most MOST templates."""

    code = "too_many_templates"


class TemplateChanged(Stale):
    """Someone else changed the template since the form was drawn; `template` is how it stands now."""

    code = "template_changed"

    def __init__(self, template: QuoteTemplate) -> None:
        super().__init__()
        self.template = template


class Shown(Struct, frozen=True):
    """A template as lists show it. Without content `fault` says why: newer or broken."""

    template: QuoteTemplate
    content: Content | None
    fault: str = ""


class Copyable(NamedTuple):
    """A quote that a new one can be a copy of."""

    n: int
    number: str | None
    title: str
    customer_name: str
    gross_ore: int
    to_pay_ore: int
    touched_at: datetime


class Copied(NamedTuple):
    """A copy of a quote: its number, and what stayed behind: days of the plan, and photos of another one's home.

    `whose_photos`: "" if none stayed, another, or nobody: it is not known whose home they show.
    """

    n: int
    lost_dates: bool = False
    whose_photos: str = ""


_FIRM_ID: Any = bindparam("firm_id")
_LATEST = (
    scope.columns(Quote, _FIRM_ID, *scope.named(Quote, Copyable))
    .where(Quote.archived_at.is_(None), Quote.gross_ore != 0)
    .order_by(Quote.touched_at.desc(), Quote.id.desc())
    .limit(LATEST)
)


def latest_quotes(firm_id: int) -> list[Copyable]:
    """The quotes that were worked on last, for copying one."""
    return [Copyable._make(row) for row in scope.plain(_LATEST, {"firm_id": firm_id})]


def listed(firm_id: int, *, typed: str = "", archived: bool = False, limit: int = MOST) -> list[Shown]:
    """The templates whose name holds every typed word; latest used first."""
    statement = scope.of(QuoteTemplate, firm_id).where(
        QuoteTemplate.archived_at.is_not(None) if archived else QuoteTemplate.archived_at.is_(None)
    )
    rows = db.session.scalars(statement.order_by(QuoteTemplate.used_at.desc(), QuoteTemplate.id.desc()))
    words = text_of(typed).split()
    found = [row for row in rows if all(word in text_of(row.name) for word in words)]
    return [show(row) for row in found[:limit]]


def has_any(firm_id: int) -> bool:
    """Whether a new quote can begin with a template."""
    live = scope.columns(QuoteTemplate, firm_id, QuoteTemplate.id).where(QuoteTemplate.archived_at.is_(None))
    return db.session.scalar(live.limit(1)) is not None


def get(firm_id: int, n: int) -> QuoteTemplate:
    """Raises NotFound."""
    return scope.get(QuoteTemplate, firm_id, QuoteTemplate.n == n)


def show(template: QuoteTemplate) -> Shown:
    """The template with its content, or with why it cannot be read."""
    try:
        return Shown(template, template_content.read(template.content))
    except NewerTemplate:
        return Shown(template, None, "newer")
    except BrokenTemplate:
        return Shown(template, None, "broken")


def suggested_name(quote: Quote) -> str:
    """What a template of this quote may be called."""
    return quote.title[:120]


def save(quote_n: int, name: str, *, once_key: str, removes_draft: bool, actor: Actor, now: datetime) -> QuoteTemplate:
    """A new template of a quote, sent or not. The same key twice makes one. Raises NotFound, TooManyTemplates."""
    facts = {"quote": quote_n, "name": name}
    earlier = _answered(actor, once_key, "template.save", facts)
    if earlier is not None:
        return get(actor.firm_id, int(earlier))
    draft = drafting.load(actor.firm_id, quote_n, lock=True)
    live = scope.columns(QuoteTemplate, actor.firm_id, QuoteTemplate.id).where(QuoteTemplate.archived_at.is_(None))
    if len(db.session.scalars(live).all()) >= MOST:
        raise TooManyTemplates
    template = QuoteTemplate(
        firm_id=actor.firm_id,
        n=numbers.take(actor.firm_id, "template"),
        name=name,
        content=template_content.dump(filling.content_of(draft)),
        rev=1,
        used_at=now,
    )
    db.session.add(template)
    _put_away(draft.quote, removes_draft, now)
    once.remember(actor.firm_id, once_key, "template.save", facts, at=str(template.n), now=now)
    transaction.commit(keep=True)
    return template


def replace(
    quote_n: int, n: int, *, rev: int, once_key: str, removes_draft: bool, actor: Actor, now: datetime
) -> QuoteTemplate:
    """The template gets the quote's content and keeps its name. Raises NotFound, TemplateChanged."""
    facts = {"quote": quote_n, "template": n}
    if _answered(actor, once_key, "template.replace", facts) is not None:
        return get(actor.firm_id, n)
    draft = drafting.load(actor.firm_id, quote_n, lock=True)
    template = _to_change(n, rev, actor)
    template.content = template_content.dump(filling.content_of(draft))
    template.rev += 1
    template.used_at = now
    _put_away(draft.quote, removes_draft, now)
    once.remember(actor.firm_id, once_key, "template.replace", facts, at=str(n), now=now)
    transaction.commit(keep=True)
    return template


def rename(n: int, name: str, *, rev: int, actor: Actor) -> None:
    """Raises NotFound, or TemplateChanged if someone else was first."""
    template = _to_change(n, rev, actor, same=name)
    if template.name != name:
        template.name = name
        template.rev += 1
    transaction.commit()


def archive(n: int, *, actor: Actor, now: datetime) -> None:
    """Take a template out of the list; `restore` puts it back. Raises NotFound."""
    template = scope.get(QuoteTemplate, actor.firm_id, QuoteTemplate.n == n, lock=True)
    template.archived_at = template.archived_at or now
    transaction.commit()


def restore(n: int, *, actor: Actor) -> None:
    """Raises NotFound."""
    scope.get(QuoteTemplate, actor.firm_id, QuoteTemplate.n == n, lock=True).archived_at = None
    transaction.commit()


def from_scratch(firm: Firm, *, once_key: str, actor: Actor, now: datetime) -> int:
    """A draft for nobody, to be built and saved as a template: its number. The same key twice makes one."""
    earlier = _answered(actor, once_key, "template.scratch", {})
    if earlier is not None:
        return int(earlier)
    quote_n = header.begin(None, firm, actor=actor, now=now).quote.n
    once.remember(actor.firm_id, once_key, "template.scratch", {}, at=str(quote_n), now=now)
    transaction.commit()
    return quote_n


def begin(
    n: int,
    customer: int | CustomerInput | None,
    firm: Firm,
    *,
    once_key: str = "",
    actor: Actor,
    now: datetime,
) -> tuple[int, bool]:
    """A new draft filled from a template: its number, and whether days of the plan did not come along.

    Raises NotFound, customers.NoContact, NewerTemplate, BrokenTemplate.
    """
    facts = {"template": n, **_whom(customer)}
    earlier = _answered(actor, once_key, "quote.begin", facts)
    if earlier is not None:
        return int(earlier), False
    template = get(actor.firm_id, n)
    content = template_content.read(template.content)
    filled = _begin(content, customer, firm, actor=actor, now=now)
    template.used_at = now
    quote_n = filled.draft.quote.n
    once.remember(actor.firm_id, once_key, "quote.begin", facts, at=str(quote_n), now=now)
    transaction.commit(keep=True)
    return quote_n, filled.lost_dates


def put_into(
    quote_n: int, n: int, firm: Firm, *, once_key: str, actor: Actor, now: datetime
) -> tuple[int | None, bool]:
    """A template's sections at the end of a draft: the number of the first of them, and whether days were left.

    The same key twice puts them in once. Raises NotFound, NotEditable, TooManySections, TooManyLines, NewerTemplate,
    BrokenTemplate.
    """
    facts = {"quote": quote_n, "template": n}
    earlier = _answered(actor, once_key, "template.put", facts)
    if earlier is not None:
        return int(earlier) if earlier else None, False
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    template = get(actor.firm_id, n)
    content = template_content.read(template.content)
    before = {line.n for line in draft.lines}
    filled = filling.put(draft, content, firm, actor=actor, now=now)
    template.used_at = now
    new = [line.section_id for line in filled.draft.lines if line.n not in before]
    first = next((one.n for one in filled.draft.sections if one.id in new), None)
    once.remember(actor.firm_id, once_key, "template.put", facts, at=str(first or ""), now=now)
    transaction.commit(keep=True)
    return first, filled.lost_dates


def copy_quote(
    source_n: int, customer: int | CustomerInput | None, firm: Firm, *, once_key: str = "", actor: Actor, now: datetime
) -> Copied:
    """A new draft with all that a quote says, sent or ended ones too.

    For the same customer it keeps title, greeting, work site, home, photos and who accounts for the VAT; for another it
    is freed of them: photos show one customer's home. Days are fresh. Raises NotFound, customers.NoContact.
    """
    facts = {"quote": source_n, **_whom(customer)}
    earlier = _answered(actor, once_key, "quote.copy", facts)
    if earlier is not None:
        return Copied(int(earlier))
    source = drafting.load(actor.firm_id, source_n)
    is_same = source.customer is not None and source.customer.n == customer
    content = filling.content_of(source, for_others=not is_same)
    reverse = source.quote.reverse_charge if is_same else None
    filled = _begin(content, customer, firm, reverse=reverse, actor=actor, now=now)
    quote = filled.draft.quote
    if is_same:
        for name in ("site_street", "site_postal_code", "site_city", "home", "home_year"):
            setattr(quote, name, getattr(source.quote, name))
        drafting.keep_search_text(quote)
        copying.copy(source.quote, quote, _places(source, filled.draft), now=now)
    whose = ""
    if not is_same and photos.of_quote(actor.firm_id, source.quote.id):
        whose = "another" if source.customer else "nobody"
    once.remember(actor.firm_id, once_key, "quote.copy", facts, at=str(quote.n), now=now)
    transaction.commit(keep=True)
    return Copied(quote.n, filled.lost_dates, whose)


def _places(source: Draft, copy: Draft) -> dict[Place, Place]:
    """Where the photos of a quote belong in a copy that was filled from it."""
    places = {Place(): Place()}
    for section, twin in zip(source.sections, copy.sections, strict=False):  # of none there is an empty one
        places[Place(section.n)] = Place(twin.n)
        for line, other in zip(source.lines_of(section), copy.lines_of(twin), strict=True):
            places[Place(line_n=line.n)] = Place(line_n=other.n)
    return places


def _answered(actor: Actor, key: str, act: str, facts: Mapping[str, object]) -> str | None:
    """Where the first use of the form ended. The second of two presses waits here for the first."""
    db.session.get_one(Firm, actor.firm_id, with_for_update=True)
    return once.answer(actor.firm_id, key, act, facts)


def _begin(
    content: Content,
    customer: int | CustomerInput | None,
    firm: Firm,
    *,
    reverse: bool | None = None,
    actor: Actor,
    now: datetime,
) -> Filled:
    """`reverse`: whether the buyer accounts for the VAT, where that is not as usual with the customer."""
    draft = header.begin(customer, firm, actor=actor, now=now)
    if reverse is not None:
        header.decide_reverse(draft, reverse, actor=actor, now=now)
    if draft.customer is None:
        draft.quote.basis = content.basis
    return filling.put(draft, content, firm, actor=actor, now=now)


def _whom(customer: int | CustomerInput | None) -> Mapping[str, object]:
    return {"customer": customer.name if isinstance(customer, CustomerInput) else customer}


def _to_change(n: int, rev: int, actor: Actor, *, same: str | None = None) -> QuoteTemplate:
    template = scope.get(QuoteTemplate, actor.firm_id, QuoteTemplate.n == n, lock=True)
    if template.rev != rev and template.name != same:
        raise TemplateChanged(template)
    return template


def _put_away(quote: Quote, is_wanted: bool, now: datetime) -> None:
    """A draft that was only built to become a template leaves the list of quotes."""
    if is_wanted and quote.customer_id is None and quote.number is None:
        quote.archived_at = quote.archived_at or now
