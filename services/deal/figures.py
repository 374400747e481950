"""A frozen version's figures with the customer's choices and applicants: the same arithmetic as in the builder.

The page, the paper, the letters and what is agreed all take their sums from here. A content is read by
services/quotes/content.py, which fills in what older versions lack.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct, field

from domain import choices, payment_plan, price_types, quotes
from domain.choices import Choice, Limits, Offer
from domain.deductions import Applicant
from domain.quotes import NOTHING, Line, LineKind, Totals
from domain.rot_rut import Deduction

Content = Mapping[str, Any]  # schema handslag.quote/1, services/quotes/content.py
Row = Mapping[str, Any]
ONE_PERSON = (Applicant(),)


class Chosen(Struct, frozen=True):
    """What the customer has chosen: keys of options in the order of the quote, changed quantities by key."""

    picked: tuple[str, ...] = ()
    quantities: Mapping[str, int] = field(default_factory=dict)

    def stored(self) -> str:
        """As the link's row keeps it."""
        if not self.quantities:
            return json.dumps(list(self.picked))
        return json.dumps({"picked": list(self.picked), "quantities": dict(self.quantities)})


NO_CHOICE = Chosen()


def lines(content: Content) -> list[Line]:
    """The priced lines; words between them are left out."""
    return [_line(row) for section in content["sections"] for row in section["lines"] if not row["is_text"]]


def options(content: Content) -> list[Row]:
    """The optional lines of the quote, in order."""
    return [line for section in content["sections"] for line in section["lines"] if line["is_option"]]


def offer(content: Content) -> Offer:
    """What can be chosen."""
    rows = [line for section in content["sections"] for line in section["lines"]]
    return Offer(
        options=frozenset(line["key"] for line in rows if line["is_option"]),
        sections=[
            (Choice(section["choice"]), frozenset(line["key"] for line in section["lines"] if line["is_option"]))
            for section in content["sections"]
            if section["choice"]
        ],
        limits={
            line["key"]: Limits(line["quantity_min_milli"], line["quantity_max_milli"])
            for line in rows
            if line["quantity_max_milli"] is not None
        },
    )


def known(content: Content, picked: Iterable[str], quantities: Mapping[str, int] = NOTHING) -> Chosen:
    """What this version offers of what was chosen, perhaps of an older one; nothing is chosen for the customer."""
    if not picked and not quantities:
        return NO_CHOICE
    offered, wanted = offer(content), set(picked)
    for choice, keys in offered.sections:
        if choice and len(wanted & keys) > 1:
            wanted -= keys
    kept = {
        line["key"]: quantities[line["key"]]
        for section in content["sections"]
        for line in section["lines"]
        if line["key"] in quantities and line["key"] in offered.limits
    }
    return Chosen(
        tuple(line["key"] for line in options(content) if line["key"] in wanted),
        {
            key: quantity
            for key, quantity in kept.items()
            if offered.limits[key].least_milli <= quantity <= offered.limits[key].most_milli
            and quantity != _quantity(content, key)
        },
    )


def stored(content: Content, text: str) -> Chosen:
    """What a link's row keeps: a list of keys, or that and the quantities."""
    if text == "[]":
        return NO_CHOICE
    data = json.loads(text)
    if isinstance(data, list):
        return known(content, data)
    return known(content, data["picked"], data["quantities"])


def check(content: Content, picked: Collection[str], quantities: Mapping[str, int]) -> Chosen:
    """What a form says, if the quote offers it. Raises choices.BadChoice."""
    choices.check(offer(content), picked, quantities)
    return known(content, picked, quantities)


def agreed(data: Mapping[str, Any]) -> Chosen:
    """What was chosen in an agreement (handslag.agreed/1)."""
    return Chosen(tuple(data["picked"]), data.get("quantities", {}))


def counted_quantities(content: Content, chosen: Chosen) -> dict[str, int]:
    """The changed quantities of lines that count: those of options not picked say nothing."""
    offered = offer(content).options
    return {key: quantity for key, quantity in chosen.quantities.items() if key not in offered or key in chosen.picked}


def to_choose(content: Content, picked: Collection[str]) -> list[Row]:
    """The sections of which one line must be picked and none is."""
    return [
        section
        for section in content["sections"]
        if section["choice"] == Choice.MUST
        and any(line["is_option"] for line in section["lines"])
        and not any(line["key"] in picked for line in section["lines"])
    ]


def totals(
    content: Content,
    picked: Collection[str] = (),
    applicants: Sequence[Applicant] = ONE_PERSON,
    *,
    quantities: Mapping[str, int] = NOTHING,
) -> Totals:
    return quotes.totals(
        lines(content),
        basis=content["basis"],
        paid_on=paid_on(content),
        applicants=applicants,
        picked=picked,
        quantities=quantities,
        discount_bp=content["discount_bp"],
        sections_bp=sections_bp(content),
        reverse_charge=bool(content["reverse_charge"]),
    )


def option_prices(
    content: Content, picked: Collection[str], quantities: Mapping[str, int] = NOTHING
) -> dict[str, tuple[int, int]]:
    """By key: (price with VAT, amount to pay after deductions) that an option adds, in öre, other picks kept.

    What can be picked only in place of another is priced without that other.
    """
    return quotes.option_prices(
        lines(content),
        basis=content["basis"],
        paid_on=paid_on(content),
        picked=picked,
        quantities=quantities,
        discount_bp=content["discount_bp"],
        sections_bp=sections_bp(content),
        instead=_instead(content),
        reverse_charge=bool(content["reverse_charge"]),
    )


def sections_bp(content: Content) -> dict[str, int]:
    """The discount on the section of each line that has one."""
    return {
        line["key"]: section["discount_bp"]
        for section in content["sections"]
        if section["discount_bp"]
        for line in section["lines"]
    }


def line_ore(line: Row, quantities: Mapping[str, int] = NOTHING) -> int:
    """What a line comes to, its own discount taken, in the quote's basis; frozen unless its quantity is another."""
    if line["key"] not in quantities:
        return int(line["total_ore"])
    return quotes.amount_ore(quantities[line["key"]], line["unit_price_ore"], line["discount_bp"])


def section_ore(section: Row, quantities: Mapping[str, int] = NOTHING) -> int:
    """The sum of a section without its options, its discount taken, in the quote's basis."""
    return sum(_section_amounts(section, quantities))


def labour_ore(section: Row, quantities: Mapping[str, int] = NOTHING) -> int:
    """The section's labour that gives a deduction, discount taken, in the quote's basis; 0 if there is none."""
    return sum(
        amount
        for line, amount in zip(_counted(section), _section_amounts(section, quantities), strict=True)
        if line["deduction"] and line["kind"] == LineKind.LABOUR
    )


def stated_ore(content: Content, result: Totals) -> int:
    """The price before deductions in the quote's basis."""
    return result.gross_ore if content["basis"] == "incl" else result.net_ore


def most_ore(content: Content, result: Totals, base: Totals | None = None) -> int | None:
    """The most that may be charged before deductions, in the quote's basis. None: no limit is agreed.

    A ceiling is set on what is quoted (`base`, nothing chosen) and follows the price of what the customer chooses.
    """
    cap_ore = content["cap_ore"]
    if cap_ore is not None and base is not None:
        cap_ore += stated_ore(content, result) - stated_ore(content, base)
    return price_types.most_ore(
        content["price_type"], stated_ore(content, result), limit_percent=content["limit_percent"], cap_ore=cap_ore
    )


def plan(content: Content, to_pay_ore: int) -> list[dict[str, Any]]:
    """The parts of the payment plan with what each comes to of this sum (`comes_to_ore`), all of it and no more."""
    rows = content["payment_plan"]
    parts = payment_plan.from_data(rows)
    try:
        amounts = payment_plan.amounts_ore(parts, to_pay_ore)
    except payment_plan.BadPlan:  # the customer chose less than the parts in kronor come to
        amounts, left = [], max(to_pay_ore, 0)
        for part in parts:
            whole = left if part is parts[-1] else min(payment_plan.part_ore(part, to_pay_ore), left)
            amounts.append(whole)
            left -= whole
    return [{**row, "comes_to_ore": amount} for row, amount in zip(rows, amounts, strict=True)]


def paid_on(content: Content) -> date:
    return date.fromisoformat(content["paid_on"] or content["valid_until"])


def shares_text(result: Totals) -> str:
    """The applicants' shares as the form carries them: rot:7968+7968 rut:0+0."""
    return " ".join(f"{share.kind}:{'+'.join(map(str, share.shares_kr))}" for share in result.deductions)


def share_kr(result: Totals, kind: str, order: int) -> int:
    """One applicant's share of one deduction in whole kronor; `order` counts from 0."""
    return sum(share.shares_kr[order] for share in result.deductions if share.kind == kind)


def shares_kr(result: Totals, order: int) -> dict[str, int]:
    """One applicant's shares as the agreed JSON has them: rot_kr, rut_kr, and green_kr where there is any of it."""
    kinds = ["rot", "rut"] + (["green"] if any(share.kind == "green" for share in result.deductions) else [])
    return {f"{kind}_kr": share_kr(result, kind, order) for kind in kinds}


def _instead(content: Content) -> dict[str, list[str]]:
    """By key, the options that it would take the place of: those of a section of which one is chosen."""
    found: dict[str, list[str]] = {}
    for section in content["sections"]:
        if section["choice"]:
            keys = [line["key"] for line in section["lines"]]
            found |= dict.fromkeys(keys, keys)
    return found


def _counted(section: Row) -> list[Row]:
    return [line for line in section["lines"] if not line["is_option"] and not line["is_text"]]


def _section_amounts(section: Row, quantities: Mapping[str, int]) -> list[int]:
    return [quotes.less(line_ore(line, quantities), section["discount_bp"]) for line in _counted(section)]


def _line(row: Row) -> Line:
    return Line(
        key=row["key"],
        quantity_milli=row["quantity_milli"],
        unit_price_ore=row["unit_price_ore"],
        vat_percent=row["vat_percent"],
        kind=LineKind(row["kind"]),
        discount_bp=row["discount_bp"],
        deduction=Deduction(row["deduction"]) if row["deduction"] else None,
        work_type=row["work_type"],
        is_option=row["is_option"],
    )


def _quantity(content: Content, key: str) -> int:
    return next(
        int(line["quantity_milli"])
        for section in content["sections"]
        for line in section["lines"]
        if line["key"] == key
    )
