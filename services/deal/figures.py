"""A frozen version's figures with the customer's picks and applicants: the same arithmetic as in the builder."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from domain import quotes
from domain.quotes import Applicant, Line, LineKind, Totals
from domain.rot_rut import Deduction

Content = Mapping[str, Any]  # schema handslag.quote/1, services/quotes/content.py
ONE_PERSON = (Applicant(),)


def lines(content: Content) -> list[Line]:
    return [
        Line(
            key=line["key"],
            quantity_milli=line["quantity_milli"],
            unit_price_ore=line["unit_price_ore"],
            vat_percent=line["vat_percent"],
            kind=LineKind(line["kind"]),
            discount_bp=line["discount_bp"],
            deduction=Deduction(line["deduction"]) if line["deduction"] else None,
            work_type=line["work_type"],
            is_option=line["is_option"],
        )
        for section in content["sections"]
        for line in section["lines"]
    ]


def options(content: Content) -> list[Mapping[str, Any]]:
    """The optional lines of the quote, in order."""
    return [line for section in content["sections"] for line in section["lines"] if line["is_option"]]


def known_picks(content: Content, picked: Iterable[str]) -> tuple[str, ...]:
    """The picks that are options of this version, in the order of the quote; anything else is dropped."""
    wanted = set(picked)
    return tuple(line["key"] for line in options(content) if line["key"] in wanted)


def totals(content: Content, picked: Collection[str] = (), applicants: Sequence[Applicant] = ONE_PERSON) -> Totals:
    return quotes.totals(
        lines(content), basis=content["basis"], paid_on=paid_on(content), applicants=applicants, picked=picked
    )


def option_prices(content: Content, picked: Collection[str]) -> dict[str, tuple[int, int]]:
    """By key: (price with VAT, amount to pay after deductions) that an option adds, in öre, other picks kept."""
    return quotes.option_prices(lines(content), basis=content["basis"], paid_on=paid_on(content), picked=picked)


def paid_on(content: Content) -> date:
    return date.fromisoformat(content["paid_on"] or content["valid_until"])


def shares_text(result: Totals) -> str:
    """The applicants' shares as the form carries them: rot:7968+7968 rut:0+0."""
    return " ".join(f"{share.kind}:{'+'.join(map(str, share.shares_kr))}" for share in result.deductions)


def share_kr(result: Totals, kind: str, order: int) -> int:
    """One applicant's share of one deduction in whole kronor; `order` counts from 0."""
    return sum(share.shares_kr[order] for share in result.deductions if share.kind == kind)


def has(content: Content, kind: str) -> bool:
    """Whether the quote carries the deduction on any line, options included."""
    return any(line["deduction"] == kind for section in content["sections"] for line in section["lines"])
