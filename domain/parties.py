"""Who gets a quote and what each may do with it.

The customer decides. Where others decide with the customer there is no agreement until every one of them has
approved the same (AvtL 6 §: a yes to something else is none).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

CUSTOMER = ""
"""The customer among those who decide; the others are named by their public id."""


class Role(StrEnum):
    DECIDES = "decides"  # the customer's
    CO_DECIDES = "co_decides"
    COPY = "copy"  # reads and asks, no more


def may_decide(role: str) -> bool:
    """Whether the role approves and declines, and is bound by what is approved."""
    return role != Role.COPY


def left(deciders: Iterable[str], approved: Collection[str]) -> list[str]:
    """Those who have not approved yet, in their order. The customer is one of them, whether named or not."""
    return [one for one in dict.fromkeys((CUSTOMER, *deciders)) if one not in approved]
