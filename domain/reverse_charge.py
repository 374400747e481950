"""Who accounts for the VAT on construction services: the seller, or a buyer that sells such services itself.

It is no choice: VAT that should not be there is a cost, and VAT that is missing is the firm's debt. Source:
mervärdesskattelagen (2023:200) 16 kap. 13 §, docs/rules/vat.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from domain.quotes import LineKind, Priced


class VatDoubt(StrEnum):
    """What to look at before a quote to a company is sent."""

    NOT_KNOWN = "who_accounts_for_vat"  # labour, and not known whether the company sells such services
    VAT_TO_BUILDER = "vat_to_builder"  # labour with VAT to one who does
    ONLY_GOODS = "reverse_on_goods"  # reverse charge without any labour
    NOT_BUILDER = "reverse_to_other"  # reverse charge, and the company is not said to sell such services


def is_usual(customer_kind: str, sells_construction: str) -> bool:
    """Whether a quote to the customer begins with reverse charge. Each quote may be otherwise: goods alone have VAT.

    `sells_construction`: whether a company sells such services itself, not only now and then: yes, no, unknown.
    """
    return customer_kind == "company" and sells_construction == "yes"


def doubts(
    lines: Iterable[Priced], *, customer_kind: str | None, sells_construction: str, reverse_charge: bool
) -> list[VatDoubt]:
    """In the order in which they are shown."""
    rows = list(lines)
    if customer_kind != "company" or not rows:
        return []
    has_labour = any(line.kind == LineKind.LABOUR for line in rows)
    found = {
        VatDoubt.NOT_KNOWN: not reverse_charge and has_labour and sells_construction == "unknown",
        VatDoubt.VAT_TO_BUILDER: not reverse_charge and has_labour and sells_construction == "yes",
        VatDoubt.ONLY_GOODS: reverse_charge and not has_labour,
        VatDoubt.NOT_BUILDER: reverse_charge and sells_construction != "yes",
    }
    return [code for code, holds in found.items() if holds]
