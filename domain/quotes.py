"""The arithmetic of a quote: lines in, totals out. Called on each keystroke, so plain integers and one pass.

Source: docs/rules/vat.md and docs/rules/rot_rut.md.
Money is whole öre, quantities are thousandths, discounts hundredths of a percent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

from msgspec import Struct, to_builtins

from domain import green_tech
from domain.deductions import Applicant, DeductionShare, GreenShare, green, green_kr, rot_and_rut
from domain.money import round_div
from domain.rot_rut import ApplicantShare, Deduction, exceeds_one_person
from domain.vat import VAT_RATES, VatGroup, gross_ore, net_ore, vat_groups, without_vat

GREEN = Deduction.GREEN.value
NOTHING: Mapping[str, int] = MappingProxyType({})
NO_OTHERS: Mapping[str, Collection[str]] = MappingProxyType({})
_OF_LABOUR = (Deduction.ROT, Deduction.RUT)

__all__ = [
    "Deduction",
    "Line",
    "LineKind",
    "PriceBasis",
    "Priced",
    "Totals",
    "amount_ore",
    "as_data",
    "convert_price",
    "less",
    "line_total_ore",
    "may_carry",
    "option_prices",
    "section_ore",
    "shares_of",
    "totals",
]


class LineKind(StrEnum):
    """What a line pays for. Only labour gives rot or rut; domain/green_tech.py says what counts for grön teknik."""

    LABOUR = "labour"
    MATERIAL = "material"
    OTHER = "other"


class PriceBasis(StrEnum):
    """Whether the prices of a quote are with or without VAT: one basis per quote."""

    INCL = "incl"
    EXCL = "excl"


class Priced(Protocol):
    """What the sums are made of: a `Line`, or a stored row that the database has checked by the same rules."""

    @property
    def key(self) -> str: ...
    @property
    def quantity_milli(self) -> int: ...
    @property
    def unit_price_ore(self) -> int: ...
    @property
    def vat_percent(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def discount_bp(self) -> int: ...
    @property
    def deduction(self) -> str | None: ...
    @property
    def work_type(self) -> str | None: ...
    @property
    def is_option(self) -> bool: ...


class Line(Struct, frozen=True):
    """One priced line. `unit_price_ore` is in the quote's basis; `work_type` says what its `deduction` is for."""

    key: str
    quantity_milli: int
    unit_price_ore: int
    vat_percent: int
    kind: LineKind
    discount_bp: int = 0
    deduction: Deduction | None = None
    work_type: str | None = None
    is_option: bool = False

    def __post_init__(self) -> None:
        if self.vat_percent not in VAT_RATES:
            raise ValueError("no such VAT rate")
        if not 0 <= self.discount_bp <= 10000:
            raise ValueError("a discount is between 0 and 100 percent")


class Totals(Struct, frozen=True):
    """All sums of a quote.

    In the quote's basis, after all discounts: labour, material, other. `lines_ore` is the sum of the line totals as
    shown, before `discount_ore`, of which `whole_discount_ore` is the one on the whole quote. `options_ore` is the sum
    of all options not picked, with VAT. With `reverse_charge` the buyer accounts for the VAT: there is none in any sum.
    """

    labour_ore: int
    material_ore: int
    other_ore: int
    lines_ore: int
    discount_ore: int
    whole_discount_ore: int
    net_ore: int
    vat_ore: int
    gross_ore: int
    vat: tuple[VatGroup, ...]
    deductions: tuple[DeductionShare, ...]
    deduction_ore: int
    to_pay_ore: int
    options_ore: int
    exceeds_one_person: bool
    reverse_charge: bool = False


def may_carry(deduction: str | None, work_type: str | None, kind: str) -> bool:
    """Whether a line of this kind (labour, material, other) may carry the deduction: rot and rut are labour's."""
    if deduction != GREEN:
        return kind == LineKind.LABOUR
    found = green_tech.TYPES.get(work_type or "")
    return found is not None and found.takes(kind)


def line_total_ore(line: Priced, quantity_milli: int | None = None) -> int:
    """Quantity x price less the line's discount, in the quote's basis, rounded once. `quantity_milli`: another one."""
    quantity = line.quantity_milli if quantity_milli is None else quantity_milli
    return amount_ore(quantity, line.unit_price_ore, line.discount_bp)


def amount_ore(quantity_milli: int, unit_price_ore: int, discount_bp: int = 0) -> int:
    """What a quantity comes to at a price, less a discount, rounded once."""
    if discount_bp:
        return round_div(quantity_milli * unit_price_ore * (10000 - discount_bp), 10_000_000)
    return round_div(quantity_milli * unit_price_ore, 1000)


def less(amount_ore: int, *discounts_bp: int) -> int:
    """An amount after one discount and then the next, rounded after each."""
    for discount_bp in discounts_bp:
        if discount_bp:
            amount_ore = round_div(amount_ore * (10000 - discount_bp), 10000)
    return amount_ore


def totals(
    lines: Iterable[Priced],
    *,
    basis: str,
    paid_on: date,
    applicants: Sequence[Applicant] = (Applicant(),),
    picked: Collection[str] = (),
    quantities: Mapping[str, int] = NOTHING,
    discount_bp: int = 0,
    sections_bp: Mapping[str, int] = NOTHING,
    reverse_charge: bool = False,
) -> Totals:
    """The totals of the lines that count: all but the options whose key is not in `picked`.

    `paid_on` (expected payment date) picks rates and caps. By the keys of lines: `quantities`, in thousandths, stand in
    for their own, and `sections_bp` is the discount on their section. `discount_bp` is one on the whole quote. Each
    discount is taken on each line alike, the line's own first, then its section's, then the whole's. With basis
    "incl" the total is exactly the sum of the line totals less the discounts. With `reverse_charge` the VAT is nothing
    and what is paid is the net, whatever rates the lines have, and no line carries a deduction.
    Raises NoRuleForDate if a line carries a deduction that no rule covers on that day.
    """
    is_incl = basis == PriceBasis.INCL
    sums = _Sums()
    options_by_rate: dict[int, int] = {}
    shown = sections = 0
    for line in lines:
        before = amount = line_total_ore(line, quantities.get(line.key)) if quantities else line_total_ore(line)
        if sections_bp:
            amount = less(amount, sections_bp.get(line.key, 0))
        after_section = amount
        if discount_bp:
            amount = less(amount, discount_bp)
        if line.is_option and line.key not in picked:
            options_by_rate[line.vat_percent] = options_by_rate.get(line.vat_percent, 0) + amount
            continue
        shown += before
        sections += after_section
        sums.add(line, amount)
    groups = without_vat(vat_groups(sums.by_rate, is_incl), is_free=reverse_charge)
    gross = sum(group.gross_ore for group in groups)
    vat = sum(group.vat_ore for group in groups)
    shares = () if reverse_charge else sums.deductions(is_incl, paid_on, applicants)
    deducted = 100 * sum(share.amount_kr for share in shares)
    counted = sum(sums.by_kind.values())
    return Totals(
        labour_ore=sums.by_kind[LineKind.LABOUR],
        material_ore=sums.by_kind[LineKind.MATERIAL],
        other_ore=sums.by_kind[LineKind.OTHER],
        lines_ore=shown,
        discount_ore=shown - counted,
        whole_discount_ore=sections - counted,
        net_ore=gross - vat,
        vat_ore=vat,
        gross_ore=gross,
        vat=groups,
        deductions=shares,
        deduction_ore=deducted,
        to_pay_ore=gross - deducted,
        options_ore=net_ore(options_by_rate, is_incl) if reverse_charge else gross_ore(options_by_rate, is_incl),
        exceeds_one_person=bool(shares) and _takes_more_than_one(shares, paid_on),
        reverse_charge=reverse_charge,
    )


def _takes_more_than_one(shares: Sequence[DeductionShare], paid_on: date) -> bool:
    """Whether the deductions before caps are more than one person with an unused year has."""
    uncapped = {share.kind: share.uncapped_kr for share in shares}
    if exceeds_one_person(paid_on, uncapped.get(Deduction.ROT, 0), uncapped.get(Deduction.RUT, 0)):
        return True
    return green_kr(shares) > green_tech.cap_kr()


def shares_of(result: Totals, paid_on: date, applicants: Sequence[Applicant]) -> tuple[DeductionShare, ...]:
    """Rot and rut of a quote that is reckoned, with other applicants than those it was reckoned with."""
    labour: dict[str, int] = {
        share.kind: share.labour_gross_ore for share in result.deductions if share.kind in _OF_LABOUR
    }
    return rot_and_rut(labour, paid_on, applicants)


def option_prices(
    lines: Sequence[Priced],
    *,
    basis: str,
    paid_on: date,
    applicants: Sequence[Applicant] = (Applicant(),),
    picked: Collection[str] = (),
    quantities: Mapping[str, int] = NOTHING,
    discount_bp: int = 0,
    sections_bp: Mapping[str, int] = NOTHING,
    instead: Mapping[str, Collection[str]] = NO_OTHERS,
    reverse_charge: bool = False,
) -> dict[str, tuple[int, int]]:
    """What each option adds, by key: (price with VAT, amount to pay after deductions), in öre, other picks kept.

    `instead` names by key the options that it would take the place of. The lines are gone through once, however many
    options there are.
    """
    is_incl = basis == PriceBasis.INCL
    options: dict[str, tuple[Priced, int]] = {}
    sums = _Sums()
    for line in lines:
        amount = less(line_total_ore(line, quantities.get(line.key)), sections_bp.get(line.key, 0), discount_bp)
        if line.is_option:
            options[line.key] = (line, amount)
        if not line.is_option or line.key in picked:
            sums.add(line, amount)

    def to_pay(of: _Sums) -> tuple[int, int]:
        if reverse_charge:
            net = net_ore(of.by_rate, is_incl)
            return net, net
        gross = gross_ore(of.by_rate, is_incl)
        shares = of.deductions(is_incl, paid_on, applicants)
        return gross, gross - 100 * sum(share.amount_kr for share in shares)

    prices = {}
    now = to_pay(sums)
    for key, (line, amount) in options.items():
        gone = [other for other in {key, *instead.get(key, ())} if other in picked and other in options]
        for other in gone:
            sums.add(options[other][0], -options[other][1])
        fewer = to_pay(sums) if gone else now
        sums.add(line, amount)
        more = now if gone == [key] else to_pay(sums)
        sums.add(line, -amount)
        for other in gone:
            sums.add(*options[other])
        prices[key] = (more[0] - fewer[0], more[1] - fewer[1])
    return prices


def section_ore(lines: Sequence[Priced], discount_bp: int = 0) -> int | None:
    """The sum of a section's line totals less its discount, in the quote's basis.

    None where there is nothing but options to pick.
    """
    priced = [less(line_total_ore(line), discount_bp) for line in lines if not line.is_option]
    return sum(priced) if priced or not lines else None


def convert_price(unit_price_ore: int, vat_percent: int, *, from_basis: str, to_basis: str) -> int:
    """A unit price in the other basis, rounded once to whole öre."""
    if from_basis == to_basis:
        return unit_price_ore
    if to_basis == PriceBasis.INCL:
        return round_div(unit_price_ore * (100 + vat_percent), 100)
    return round_div(unit_price_ore * 100, 100 + vat_percent)


def as_data(result: Totals) -> dict[str, Any]:
    """The totals as plain data for canonical JSON, the same names."""
    data: dict[str, Any] = to_builtins(result)
    return data


def from_data(data: Mapping[str, Any]) -> Totals:
    """Read `as_data`, also as JSON gives it back. What was agreed before a sum was kept has none of it."""
    vat = tuple(VatGroup(**group) for group in data["vat"])
    deductions = tuple(
        (GreenShare if "installation" in share else DeductionShare)(
            **{
                **share,
                "kind": Deduction(share["kind"]),
                "shares_kr": tuple(share["shares_kr"]),
                "applicants": tuple(ApplicantShare(**one) for one in share["applicants"]),
            }
        )
        for share in data["deductions"]
    )
    return Totals(**{"discount_ore": 0, "whole_discount_ore": 0, **data, "vat": vat, "deductions": deductions})


class _Sums:
    """Amounts of lines by kind, by VAT rate, and the labour under each deduction by rate."""

    __slots__ = ("by_kind", "by_rate", "green", "labour")

    def __init__(self) -> None:
        self.by_kind: dict[str, int] = {LineKind.LABOUR: 0, LineKind.MATERIAL: 0, LineKind.OTHER: 0}
        self.by_rate: dict[int, int] = {}
        self.labour: dict[str, dict[int, int]] = {}
        self.green: dict[str, dict[int, int]] | None = None  # most quotes have none

    def add(self, line: Priced, amount: int) -> None:
        self.by_kind[line.kind] += amount
        self.by_rate[line.vat_percent] = self.by_rate.get(line.vat_percent, 0) + amount
        if not line.deduction:
            return
        if line.deduction == GREEN:
            self._add_green(line, amount)
        elif line.kind == LineKind.LABOUR:
            rates = self.labour.setdefault(line.deduction, {})
            rates[line.vat_percent] = rates.get(line.vat_percent, 0) + amount

    def _add_green(self, line: Priced, amount: int) -> None:
        found = green_tech.TYPES.get(line.work_type or "")
        if found is None or not found.takes(line.kind):
            return
        self.green = self.green or {}
        rates = self.green.setdefault(found.code, {})
        rates[line.vat_percent] = rates.get(line.vat_percent, 0) + amount

    def deductions(self, is_incl: bool, paid_on: date, applicants: Sequence[Applicant]) -> tuple[DeductionShare, ...]:
        shares = rot_and_rut(
            {kind: gross_ore(rates, is_incl) for kind, rates in self.labour.items()}, paid_on, applicants
        )
        if self.green is None:
            return shares
        return shares + green(
            {code: gross_ore(rates, is_incl) for code, rates in self.green.items()}, paid_on, applicants
        )
