"""Sections (delar) of a draft: add, rename, move, copy, remove and take back with their lines."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict

from extensions import db
from models import QuoteLine, QuoteSection
from services import transaction
from services.actors import Actor
from services.errors import NotFound, RuleBroken, Stale
from services.photos import copying
from services.photos.rows import Place
from services.quotes import drafting
from services.quotes.drafting import Draft, Figures
from services.quotes.lines import COPIED, MAX_LINES, SectionGone, TooManyLines, find_section

MAX_SECTIONS = 50
SETTINGS = ("title", "price_mode", "discount_bp", "choice")


class TooManySections(RuleBroken):
    """A quote holds at most MAX_SECTIONS sections."""

    code = "too_many_sections"


class SectionChanged(Stale):
    """Someone else changed or removed the section; `section` is how it stands now."""

    code = "section_changed"

    def __init__(self, section: QuoteSection) -> None:
        super().__init__()
        self.section = section


class Settings(Struct, frozen=True):
    """What holds for a section and all its lines. `choice`: the customer picks one of them, domain/choices.py."""

    title: str
    price_mode: str = "rows"
    discount_bp: int = 0
    choice: str = ""


def get(draft: Draft, section_n: int) -> QuoteSection:
    """A live section of the draft. Raises NotFound."""
    for section in draft.sections:
        if section.n == section_n:
            return section
    raise NotFound


def add(quote_n: int, *, actor: Actor, now: datetime) -> tuple[Draft, QuoteSection]:
    """An empty section at the end. Raises NotFound, NotEditable, TooManySections."""
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    section = _new(draft, actor, now=now)
    _finish(draft, now=now)
    return draft, section


def rename(
    quote_n: int, section_n: int, title: str, *, rev: int, key: str, actor: Actor, now: datetime
) -> tuple[Draft, QuoteSection]:
    """A new name, also for a section that was removed meanwhile (it comes back).

    Raises NotFound, NotEditable, or SectionChanged if someone else was first.
    """
    draft, section = _to_change(quote_n, section_n, rev, key, actor)
    if section.title != title:
        section.title = title
        drafting.sign(section, actor, key, now=now)
    _finish(draft, now=now)
    return draft, section


def save(
    quote_n: int, section_n: int, given: Settings, *, rev: int, key: str, actor: Actor, now: datetime
) -> tuple[Draft, QuoteSection]:
    """All settings of a section, also of one that was removed meanwhile (it comes back).

    Where the customer shall choose one of its lines, all become options; they stay so when the choice is taken away.
    Raises NotFound, NotEditable, or SectionChanged if someone else was first.
    """
    draft, section = _to_change(quote_n, section_n, rev, key, actor)
    changed = {name: value for name, value in asdict(given).items() if getattr(section, name) != value}
    for name, value in changed.items():
        setattr(section, name, value)
    if changed:
        drafting.sign(section, actor, key, now=now)
    for line in draft.lines_of(section) if section.choice else ():
        if not (line.is_option or line.is_text):
            line.is_option = True
            drafting.sign(line, actor, "", now=now)
    _finish(draft, now=now)
    return draft, section


def move(quote_n: int, section_n: int, step: int, *, actor: Actor, now: datetime) -> tuple[Draft, Figures]:
    """One place up (-1) or down (1). Raises NotFound, NotEditable, SectionGone."""
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    section = _alive(draft, section_n)
    place = draft.sections.index(section)
    if 0 <= place + step < len(draft.sections):
        draft.sections.remove(section)
        draft.sections.insert(place + step, section)
        drafting.in_order(draft.sections)
    return draft, _finish(draft, now=now)


def copy(quote_n: int, section_n: int, *, actor: Actor, now: datetime) -> tuple[Draft, QuoteSection, int]:
    """The section once more with all its lines and photos, right below; how many photos had no room.

    Raises NotFound, NotEditable, SectionGone, TooManySections, TooManyLines.
    """
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    section = _alive(draft, section_n)
    lines = draft.lines_of(section)
    if len(draft.lines) + len(lines) > MAX_LINES:
        raise TooManyLines
    twin = _new(draft, actor, now=now)
    for field in SETTINGS:
        setattr(twin, field, getattr(section, field))
    draft.sections.remove(twin)
    draft.sections.insert(draft.sections.index(section) + 1, twin)
    drafting.in_order(draft.sections)
    db.session.flush()
    first_n = drafting.next_n(QuoteLine, draft.quote)
    places = {Place(section.n): Place(twin.n)}
    for place, line in enumerate(lines):
        places[Place(line_n=line.n)] = Place(line_n=first_n + place)
        same = {field: getattr(line, field) for field in COPIED}
        one = QuoteLine(
            firm_id=line.firm_id,
            quote_id=line.quote_id,
            section_id=twin.id,
            n=first_n + place,
            position=place + 1,
            rev=1,
            changed_by=actor.name[:120],
            changed_at=now,
            changed_key="",
            **same,
        )
        db.session.add(one)
        draft.lines.append(one)
    left_out = copying.copy(draft.quote, draft.quote, places, now=now)
    _finish(draft, now=now)
    return draft, twin, left_out


def remove(quote_n: int, section_n: int, *, actor: Actor, now: datetime) -> tuple[Draft, QuoteSection]:
    """Take a section out with its lines; `restore` puts all back. Raises NotFound, NotEditable, SectionGone."""
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    section = _alive(draft, section_n)
    section.removed_at = now
    drafting.sign(section, actor, "", now=now)
    draft.sections.remove(section)
    draft.lines[:] = [line for line in draft.lines if line.section_id != section.id]
    _finish(draft, now=now)
    return draft, section


def restore(quote_n: int, section_n: int, *, actor: Actor, now: datetime) -> None:
    """Put a removed section back with its lines. Raises NotFound, NotEditable, TooManyLines."""
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    section = find_section(draft.quote, section_n)
    section.removed_at = None
    drafting.sign(section, actor, "", now=now)
    db.session.flush()
    draft = drafting.load(actor.firm_id, quote_n)
    if len(draft.lines) > MAX_LINES:
        raise TooManyLines
    _finish(draft, now=now)


def _to_change(quote_n: int, section_n: int, rev: int, key: str, actor: Actor) -> tuple[Draft, QuoteSection]:
    """The draft and its section, put back if it was removed; raises SectionChanged if someone else was first."""
    draft = drafting.load_to_edit(actor.firm_id, quote_n)
    section = find_section(draft.quote, section_n)
    if drafting.is_stale(section, rev, key):
        raise SectionChanged(section)
    if section.removed_at:
        section.removed_at = None
        db.session.flush()
        draft = drafting.load(actor.firm_id, quote_n)
    return draft, section


def _alive(draft: Draft, section_n: int) -> QuoteSection:
    """A section that is not removed. Raises NotFound, SectionGone."""
    section = find_section(draft.quote, section_n)
    if section.removed_at:
        raise SectionGone(section)
    return section


def _new(draft: Draft, actor: Actor, *, now: datetime) -> QuoteSection:
    if len(draft.sections) >= MAX_SECTIONS:
        raise TooManySections
    quote = draft.quote
    section = QuoteSection(
        firm_id=quote.firm_id,
        quote_id=quote.id,
        n=drafting.next_n(QuoteSection, quote),
        position=draft.sections[-1].position + 1 if draft.sections else 1,
        title="",
        price_mode="rows",
        discount_bp=0,
        choice="",
        rev=1,
        changed_by=actor.name[:120],
        changed_at=now,
        changed_key="",
    )
    db.session.add(section)
    draft.sections.append(section)
    return section


def _finish(draft: Draft, *, now: datetime) -> Figures:
    found = drafting.touch(draft, now=now)
    transaction.commit(keep=True)
    return found
