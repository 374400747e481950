"""Who gets a quote, what each may do with it, and in which order they sign.

The customer decides. Where others decide with the customer there is no agreement until every one of them has
approved the same (AvtL 6 §: a yes to something else is none). A witness attests the signatures of those who decide,
so witnesses sign last, whatever order is set among the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

CUSTOMER = ""
"""The customer among those who sign; the others are named by their public id."""


class Role(StrEnum):
    DECIDES = "decides"  # the customer's
    CO_DECIDES = "co_decides"
    SIGNATORY = "signatory"  # signs for the customer's company or association
    WITNESS = "witness"  # attests the signatures of the others, and is bound by nothing
    COPY = "copy"  # reads and asks, no more


class Place(Struct, frozen=True):
    """One who is to sign. `order` from 1 where an order is set, else 0."""

    key: str
    role: str
    order: int = 0

    @property
    def rank(self) -> tuple[bool, int]:
        return (self.role == Role.WITNESS, self.order)


def may_decide(role: str) -> bool:
    """Whether the role approves and declines, and is bound by what is approved."""
    return role not in (Role.COPY, Role.WITNESS)


def signs(role: str) -> bool:
    """Whether there is no agreement without the role's signature."""
    return role != Role.COPY


def places(deciders: Iterable[Mapping[str, Any]]) -> list[Place]:
    """Those who sign by a version's `deciders`, in their order; the customer has the place left over.

    Versions of before there were roles name those who decide with the customer.
    """
    others = [Place(one["id"], one.get("role", Role.CO_DECIDES), one.get("order", 0)) for one in deciders]
    return sorted([Place(CUSTOMER, Role.DECIDES, _left_over(others)), *others], key=lambda place: place.rank)


def turn(everyone: Iterable[Place], signed: Collection[str]) -> list[str]:
    """Whose turn it is: all who are of the lowest rank among those who have not signed."""
    left = [place for place in everyone if place.key not in signed]
    first = min((place.rank for place in left), default=None)
    return [place.key for place in left if place.rank == first]


def left(everyone: Iterable[Place], signed: Collection[str]) -> list[str]:
    """Those who have not signed yet, in their order."""
    return [place.key for place in everyone if place.key not in signed]


def moved(keys: list[str], key: str, *, up: bool) -> list[str]:
    """The same with one a step earlier or later; as they were if there is no such step."""
    at = keys.index(key)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(keys):
        return keys
    again = list(keys)
    again[at], again[to] = again[to], again[at]
    return again


def _left_over(others: list[Place]) -> int:
    """The customer's order: the one that nobody else has; 0 where none is set."""
    taken = {place.order for place in others}
    if taken <= {0}:
        return 0
    return next(number for number in range(1, len(others) + 2) if number not in taken)
