"""The difference between two versions of a quote, and what each change does to the price.

A version is a content of schema handslag.quote/1. Lines and sections are told apart by their keys, which are never used
again; their order says nothing. Money is whole öre. The effects are reckoned one after the other: the lines under the
old discounts, then the discounts of sections, then the one on the whole, so that they explain the new price exactly.
The firm's greeting is no part of the difference: it is itself what the firm says about it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from msgspec import Struct, field

from domain.quotes import NOTHING, PriceBasis, amount_ore, convert_price, less

Content = Mapping[str, Any]
Row = Mapping[str, Any]
MODES = ("rows", "no_rows", "sum")  # from the one that shows most of a section's prices to the one that shows least


class Kind(StrEnum):
    """What became of a line or a section."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Sums(NamedTuple):
    """The sums of one version in öre: with VAT, what is deducted, and what is left to pay."""

    gross_ore: int
    deduction_ore: int
    to_pay_ore: int


class Side(Struct, frozen=True):
    """One of the two versions, with what is chosen in it: keys of options, quantities by key in thousandths."""

    content: Content
    sums: Sums
    picked: Collection[str] = ()
    quantities: Mapping[str, int] = field(default_factory=lambda: NOTHING)

    def counts(self, row: Row) -> bool:
        """Whether a line is in the price."""
        return not row["is_text"] and (not row["is_option"] or row["key"] in self.picked)

    def quantity_milli(self, row: Row) -> int:
        return int(self.quantities.get(row["key"], row["quantity_milli"]))


class LineChange(Struct, frozen=True):
    """A line of one version or of both. `effect_ore` is in the basis of the prices (`Changes.basis`).

    `fields` of a changed line: text, note, quantity, price, discount, vat, kind, deduction, option, limits, picked,
    section. `price_mode` is the way of showing prices that shows less, of those of its sections in both versions.
    """

    key: str
    kind: Kind
    section: str
    price_mode: str
    old: Row | None
    new: Row | None
    old_quantity_milli: int
    new_quantity_milli: int
    fields: frozenset[str]
    effect_ore: int

    @property
    def row(self) -> Row:
        """As it is now, or was last."""
        row = self.new or self.old
        assert row is not None  # noqa: S101  (one of them is there)
        return row


class SectionChange(Struct, frozen=True):
    """A section that came, went, or has another title, discount or choice. `effect_ore`: of the discount alone."""

    key: str
    kind: Kind
    old: Row | None
    new: Row | None
    fields: frozenset[str] = frozenset()
    effect_ore: int = 0

    @property
    def row(self) -> Row:
        row = self.new or self.old
        assert row is not None  # noqa: S101
        return row


class Fact(NamedTuple):
    """Another value of the version by name, before and after; of long texts and plans only that they differ (None)."""

    name: str
    old: Any
    new: Any


class Changes(Struct, frozen=True):
    """All that differs. `vat_ore`: what is left when the other effects are taken from the change of the whole price.

    That is the VAT where prices stand without it; with VAT in the prices it is nothing.
    """

    lines: tuple[LineChange, ...]
    sections: tuple[SectionChange, ...]
    discount: Fact | None
    discount_effect_ore: int
    facts: tuple[Fact, ...]
    photos_added: int
    photos_removed: int
    vat_ore: int
    basis: PriceBasis
    before: Sums
    after: Sums

    @property
    def gross_effect_ore(self) -> int:
        return self.after.gross_ore - self.before.gross_ore

    @property
    def deduction_effect_ore(self) -> int:
        """What the deduction does to the sum to pay: a larger one makes it less."""
        return self.before.deduction_ore - self.after.deduction_ore

    def __bool__(self) -> bool:
        said = self.lines or self.sections or self.discount or self.facts or self.photos_added or self.photos_removed
        return bool(said) or self.before != self.after


def side(content: Content) -> Side:
    """A version with nothing chosen."""
    totals = content["totals"]
    return Side(content, Sums(totals["gross_ore"], totals["deduction_ore"], totals["to_pay_ore"]))


def between(old: Side, new: Side) -> Changes:
    """What the new version says that the old one did not."""
    basis = _basis(old, new)
    was = {section["key"]: section for section in old.content["sections"]}
    now = {section["key"]: section for section in new.content["sections"]}
    lines: list[LineChange] = []
    by_section = dict.fromkeys(now, 0)
    on_whole = 0
    for before, after in _pairs(old.content, new.content):
        by_itself, in_section, in_whole = _effects(old, new, before, after, was, basis)
        if after:
            by_section[after[0]["key"]] += in_section
        on_whole += in_whole
        if change := _line(old, new, before, after, by_itself):
            lines.append(change)
    sections = tuple(_sections(was, now, by_section))
    discounts = old.content["discount_bp"], new.content["discount_bp"]
    told = sum(line.effect_ore for line in lines) + sum(section.effect_ore for section in sections) + on_whole
    photos = [{photo["id"] for photo in one.content["photos"]} for one in (old, new)]
    return Changes(
        lines=tuple(lines),
        sections=sections,
        discount=Fact("discount_bp", *discounts) if discounts[0] != discounts[1] else None,
        discount_effect_ore=on_whole,
        facts=tuple(_facts(old.content, new.content)),
        photos_added=len(photos[1] - photos[0]),
        photos_removed=len(photos[0] - photos[1]),
        vat_ore=new.sums.gross_ore - old.sums.gross_ore - told,
        basis=basis,
        before=old.sums,
        after=new.sums,
    )


Placed = tuple[Row, Row]  # a section and one of its lines


def _pairs(old: Content, new: Content) -> Iterator[tuple[Placed | None, Placed | None]]:
    """Each line of either version with itself in the other: in the order of the new one, then what is gone."""
    before, after = _placed(old), _placed(new)
    for key, placed in after.items():
        yield before.get(key), placed
    for key, placed in before.items():
        if key not in after:
            yield placed, None


def _placed(content: Content) -> dict[str, Placed]:
    return {line["key"]: (section, line) for section in content["sections"] for line in section["lines"]}


def _effects(
    old: Side, new: Side, before: Placed | None, after: Placed | None, was: Mapping[str, Row], basis: PriceBasis
) -> tuple[int, int, int]:
    """What one line adds to the price by itself, by its section's other discount, and by that on the whole."""
    old_bp, new_bp = old.content["discount_bp"], new.content["discount_bp"]
    amount = _amount(old, before[1], before[0]["discount_bp"], old_bp, basis) if before else 0
    if after is None:
        return -amount, 0, 0
    section, row = after
    kept = was.get(section["key"], section)["discount_bp"]
    by_itself = _amount(new, row, kept, old_bp, basis)
    in_section = _amount(new, row, section["discount_bp"], old_bp, basis)
    in_whole = _amount(new, row, section["discount_bp"], new_bp, basis)
    return by_itself - amount, in_section - by_itself, in_whole - in_section


def _amount(one: Side, row: Row, section_bp: int, whole_bp: int, basis: PriceBasis) -> int:
    """What a line counts for in the price, as domain/quotes.py `totals` takes it."""
    if not one.counts(row):
        return 0
    amount = amount_ore(one.quantity_milli(row), row["unit_price_ore"], row["discount_bp"])
    amount = less(amount, section_bp, whole_bp)
    return convert_price(amount, row["vat_percent"], from_basis=one.content["basis"], to_basis=basis)


def _basis(old: Side, new: Side) -> PriceBasis:
    """That of both versions; with VAT where they differ: only that can be compared."""
    is_excl = old.content["basis"] == new.content["basis"] == PriceBasis.EXCL
    return PriceBasis.EXCL if is_excl else PriceBasis.INCL


def _line(old: Side, new: Side, before: Placed | None, after: Placed | None, effect_ore: int) -> LineChange | None:
    """None where the line is the same."""
    changed: frozenset[str] = frozenset()
    if before and after:
        changed = frozenset(_fields(old, new, before, after))
        if not changed:
            return None
    section, row = after or before  # type: ignore[misc]  # one of them is there
    modes = [placed[0]["price_mode"] for placed in (before, after) if placed]
    return LineChange(
        key=row["key"],
        kind=Kind.CHANGED if before and after else Kind.ADDED if after else Kind.REMOVED,
        section=section["key"],
        price_mode=max(modes, key=MODES.index),
        old=before[1] if before else None,
        new=after[1] if after else None,
        old_quantity_milli=old.quantity_milli(before[1]) if before else 0,
        new_quantity_milli=new.quantity_milli(after[1]) if after else 0,
        fields=changed,
        effect_ore=effect_ore,
    )


def _fields(old: Side, new: Side, before: Placed, after: Placed) -> Iterator[str]:
    was, now = before[1], after[1]
    bases = {"from_basis": old.content["basis"], "to_basis": new.content["basis"]}
    differs = {
        "text": was["text"] != now["text"] or was["is_text"] != now["is_text"],
        "note": was["note"] != now["note"],
        "quantity": (old.quantity_milli(was), was["unit"]) != (new.quantity_milli(now), now["unit"]),
        "price": convert_price(was["unit_price_ore"], was["vat_percent"], **bases) != now["unit_price_ore"],
        "discount": was["discount_bp"] != now["discount_bp"],
        "vat": was["vat_percent"] != now["vat_percent"],
        "kind": was["kind"] != now["kind"],
        "deduction": was["deduction"] != now["deduction"],
        "option": was["is_option"] != now["is_option"],
        "limits": any(was[name] != now[name] for name in ("quantity_min_milli", "quantity_max_milli")),
        "picked": was["is_option"] and now["is_option"] and old.counts(was) != new.counts(now),
        "section": before[0]["key"] != after[0]["key"],
    }
    return (name for name, is_other in differs.items() if is_other)


def _sections(
    was: Mapping[str, Row], now: Mapping[str, Row], effects_ore: Mapping[str, int]
) -> Iterator[SectionChange]:
    for key, section in now.items():
        if key not in was:
            yield SectionChange(key, Kind.ADDED, None, section)
            continue
        names = ("title", "discount_bp", "choice")
        changed = frozenset(name for name in names if was[key][name] != section[name])
        if changed:
            yield SectionChange(key, Kind.CHANGED, was[key], section, changed, effects_ore[key])
    for key, section in was.items():
        if key not in now:
            yield SectionChange(key, Kind.REMOVED, section, None)


def _facts(old: Content, new: Content) -> Iterator[Fact]:
    for name in (
        *("title", "basis", "price_type", "limit_percent", "cap_ore", "markup_bp"),
        *("valid_until", "starts_on", "finishes_on"),
    ):
        if old[name] != new[name]:
            yield Fact(name, old[name], new[name])
    reverse = [bool(one["reverse_charge"]) for one in (old, new)]
    if reverse[0] != reverse[1]:
        yield Fact("reverse_charge", *reverse)
    years = [(one["paid_on"] or one["valid_until"])[:4] for one in (old, new)]
    if years[0] != years[1]:
        yield Fact("paid_year", *years)
    for name in ("site", "terms", "not_included", "customer_does"):
        if old[name] != new[name]:
            yield Fact(name, None, None)
    files = [(one.get("document") or {}).get("sha256") for one in (old, new)]
    if files[0] != files[1]:
        yield Fact("document", None, None)
    if _plan(old) != _plan(new):
        yield Fact("payment_plan", None, None)
    if _law(old) != _law(new):
        yield Fact("law", None, None)


def _plan(content: Content) -> list[dict[str, Any]]:
    """The payment plan without what its parts come to, which follows from the price."""
    return [{name: part[name] for name in part if name != "comes_to_ore"} for part in content["payment_plan"]]


def _law(content: Content) -> tuple[Any, ...]:
    """What the texts of the law hang on."""
    withdrawal = content["withdrawal"]
    versions = withdrawal["text_version"], content["deduction_terms"]["text_version"]
    return withdrawal["right"], withdrawal["days"], content["is_smahus"], *versions
