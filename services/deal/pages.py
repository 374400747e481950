"""The quote as the customer reads it, drawn from the frozen version and what is chosen. Pure reckoning, no rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from documents import places, price, units
from documents.format import quantity
from domain.money import round_div
from domain.parties import Role, may_decide
from domain.quotes import Totals
from languages import gettext as _
from models import Message
from services.deal import figures, options
from services.deal.figures import Chosen
from services.deal.options import NOTHING_TYPED, Amount, Group, Typed, is_all_options, with_options
from services.deal.parties import Party

MOST_RULE_MARKS = 90
Shown: TypeAlias = tuple[Mapping[str, Any], str]  # a photo, and the words of what it belongs to


class Section(Struct, frozen=True):
    """A section without its options. `lines`: (line, its quantity in thousandths, its amount in öre) as they are shown.

    `total_ore` is None where there are but words; `follows` says that a quantity of the customer's changes it.
    """

    key: str
    title: str
    price_mode: str
    total_ore: int | None
    discount_bp: int
    discount_ore: int
    labour_ore: int
    lines: tuple[tuple[Mapping[str, Any], int, int], ...]
    is_open: bool
    follows: bool


class Part(NamedTuple):
    """A part of the payment plan: when, its share in words if it has one, what it comes to."""

    words: str
    share: str
    comes_to_ore: int


class Page(Struct, frozen=True):
    """The quote as the customer reads it. `state` is what can be done: open, past, closed, or a final status."""

    content: Mapping[str, Any]
    totals: Totals
    price_words: str
    pays: str
    groups: tuple[Group, ...]
    amounts: tuple[Amount, ...]  # of lines that are no options
    missing: tuple[Group, ...]  # one of them must be picked
    sections: tuple[Section, ...]
    plan: tuple[Part, ...]
    state: str
    days_left: int
    days_in_all: int
    days_used: int
    changed_on: date | None
    messages: tuple[Message, ...]
    reader: str = ""  # who reads it, where others do too
    may_decide: bool = True
    role: str = Role.DECIDES  # of who reads it (domain/parties.py)
    holder: str = ""  # who signs in place of who reads it
    may_hand_over: bool = False  # the own place, to another
    may_take_back: bool = False  # the own signature
    parties: tuple[Party, ...] = ()  # those who decide, where several do
    is_settled: bool = False  # somebody has approved, so that nothing can be chosen any more
    undone: tuple[tuple[str, str], ...] = ()  # (name, reason) of approvals that count no longer

    def unit(self, word: str) -> str:
        """A unit in the language at hand."""
        return units.said(word)

    @property
    def photos(self) -> list[Shown]:
        return photos(self.content)

    @property
    def option_words(self) -> str:
        """What the prices of options have in them that the prices of lines have not."""
        offering = with_options(self.content)
        is_less = any(section["discount_bp"] or self.content["discount_bp"] for section in offering)
        if offering and self.content["basis"] == "excl" and not self.content["reverse_charge"]:
            return str(_("Priserna här är med moms och efter rabatt.") if is_less else _("Priserna här är med moms."))
        return str(_("Priserna här är efter rabatt.")) if is_less else ""

    @property
    def one_of(self) -> list[Group]:
        """Where one of several is chosen."""
        return [group for group in self.groups if group.choice]

    @property
    def boxes(self) -> list[list[Group]]:
        """What is ticked one by one, box by box: a group with words has one of its own."""
        free = [group for group in self.groups if not group.choice]
        without_words = [group for group in free if not group.words]
        return [box for box in (without_words, *([group] for group in free if group.words)) if box]

    @property
    def has_picked(self) -> bool:
        return any(group.is_chosen for group in self.groups)


def of(
    content: Mapping[str, Any],
    chosen: Chosen,
    *,
    state: str,
    today: date,
    messages: tuple[Message, ...] = (),
    typed: Typed = NOTHING_TYPED,
) -> Page:
    """The page of a content that need not be sent yet: the firm's preview is the same page."""
    dated_on, valid_until = date.fromisoformat(content["dated_on"]), date.fromisoformat(content["valid_until"])
    total_days = max((valid_until - dated_on).days, 1)
    left = (valid_until - today).days
    if typed.errors:
        chosen = figures.known(content, typed.picked, {**chosen.quantities, **typed.quantities})
    totals = figures.totals(content, chosen.picked, quantities=chosen.quantities)
    groups = options.groups(content, chosen, typed)
    still = {section["key"] for section in figures.to_choose(content, chosen.picked)}
    return Page(
        content=content,
        totals=totals,
        price_words=price_words(content, totals),
        pays=price.pays(content),
        groups=groups,
        amounts=options.amounts(content, chosen, typed),
        missing=tuple(group for group in groups if group.key in still),
        sections=_sections(content, chosen.quantities),
        plan=parts(figures.plan(content, totals.to_pay_ore)) if content["payment_plan"] else (),
        state=state,
        days_left=left,
        days_in_all=min(total_days, MOST_RULE_MARKS),
        days_used=_scaled(total_days - max(left, 0), total_days),
        changed_on=dated_on if content["version"] > 1 else None,
        messages=messages,
    )


def wrong(page: Page, *, must_choose: bool) -> list[tuple[str, str]]:
    """What to correct, with the id of the place: quantities that cannot be, and what has to be chosen."""
    amounts = [*page.amounts, *(option.amount for group in page.groups for option in group.options if option.amount)]
    said = [(f"{amount.name}: {amount.error}", f"antal-{amount.key}") for amount in amounts if amount.error]
    if must_choose:
        said += [(group.must_words, f"tv-{group.options[0].key}") for group in page.missing]
    return said


def parts(plan: Iterable[Mapping[str, Any]]) -> tuple[Part, ...]:
    """A payment plan in words."""
    return tuple(Part(price.plan_part(part), price.plan_share(part), part["comes_to_ore"]) for part in plan)


def chosen_words(content: Mapping[str, Any], chosen: Chosen) -> list[str]:
    """What was chosen: names of options, and changed quantities with theirs (`Hyllplan 7 st`)."""
    counted = figures.counted_quantities(content, chosen)
    rows = [line for section in content["sections"] for line in section["lines"]]
    return [
        f"{line['text']} {quantity(counted[line['key']])} {line['unit']}".strip()
        if line["key"] in counted
        else str(line["text"])
        for line in rows
        if line["key"] in counted or line["key"] in chosen.picked
    ]


class Settled(NamedTuple):
    """What an agreement says beside its sums."""

    chosen: list[str]
    price_words: str
    pays: str
    total_words: str
    plan: tuple[Part, ...]
    photos: list[Shown]


def photos(content: Mapping[str, Any]) -> list[Shown]:
    """The photos of a version, each with what it belongs to."""
    return [(photo, places.belongs_to(content, photo)) for photo in content["photos"]]


def settled(content: Mapping[str, Any], agreed: Mapping[str, Any], role: str = Role.DECIDES) -> Settled:
    """An agreement (handslag.agreed/1) in words, for who reads it."""
    return Settled(
        chosen_words(content, figures.agreed(agreed)),
        price.price_type(content, agreed.get("most_ore")),
        pays(content, role),
        price.total_words(content),
        parts(agreed.get("payment_plan", ())),
        photos(content),
    )


def pays(content: Mapping[str, Any], role: str = Role.DECIDES) -> str:
    """What stands beside the sum to pay, for who reads it."""
    return price.pays(content) if may_decide(role) else price.others_pay(content)


def price_words(content: Mapping[str, Any], totals: Totals) -> str:
    """How the price is decided, with the most that may be charged for the present choice."""
    most_ore = None if price.is_fixed(content) else figures.most_ore(content, totals, figures.totals(content))
    return price.price_type(content, most_ore)


def _sections(content: Mapping[str, Any], quantities: Mapping[str, int]) -> tuple[Section, ...]:
    """Sections without their options; the largest is open. A section of options alone is not among them."""
    shown = [
        _section(section, quantities)
        for section in content["sections"]
        if section["lines"] and not is_all_options(section)
    ]
    largest = max((section.total_ore or 0 for section in shown if section.lines), default=0)
    opened = next((section.key for section in shown if section.lines and (section.total_ore or 0) == largest), None)
    return tuple(replace(section, is_open=True) if section.key == opened else section for section in shown)


def _section(section: Mapping[str, Any], quantities: Mapping[str, int]) -> Section:
    """With the prices only summed, but the words between lines are shown."""
    lines = [line for line in section["lines"] if not line["is_option"]]
    changed = bool(quantities) and any(line["key"] in quantities for line in lines)
    total_ore = figures.section_ore(section, quantities) if changed else section["total_ore"]
    rows = [
        (line, quantities.get(line["key"], line["quantity_milli"]), figures.line_ore(line, quantities))
        for line in lines
        if line["is_text"] or section["price_mode"] != "sum"
    ]
    return Section(
        key=section["key"],
        title=section["title"],
        price_mode=section["price_mode"],
        total_ore=None if all(line["is_text"] for line in lines) else total_ore,
        discount_bp=section["discount_bp"],
        discount_ore=sum(figures.line_ore(line, quantities) for line in lines) - total_ore,
        labour_ore=figures.labour_ore(section, quantities) if changed else section["labour_ore"],
        lines=tuple(rows),
        is_open=False,
        follows=any(line["quantity_max_milli"] is not None for line in lines),
    )


def _scaled(used: int, total: int) -> int:
    if total <= MOST_RULE_MARKS:
        return used
    return round_div(used * MOST_RULE_MARKS, total)
