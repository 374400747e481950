"""What a customer may choose: options one by one, one of several, and quantities within limits.

Nothing is ever chosen for the customer: what costs extra needs an express yes (directive 2011/83/EU, article 22).
Read 2026-11-20.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct


class Choice(StrEnum):
    """How the customer chooses among the lines of a section."""

    FREE = ""  # each option by itself
    ONE = "one"  # at most one line
    MUST = "must"  # exactly one line, before the quote can be approved


class Limits(Struct, frozen=True):
    """The quantities a customer may choose, in thousandths."""

    least_milli: int
    most_milli: int


class BadChoice(ValueError):
    """A choice that the quote does not offer. `reason`: unknown, two_of_one, quantity."""

    def __init__(self, reason: str, key: str = "") -> None:
        super().__init__(reason)
        self.reason, self.key = reason, key


class Offer(Struct, frozen=True):
    """What can be chosen: keys of options, each section's keys with its way of choosing, quantities by key."""

    options: frozenset[str]
    sections: Sequence[tuple[Choice, frozenset[str]]]
    limits: Mapping[str, Limits]


def check(offer: Offer, picked: Collection[str], quantities: Mapping[str, int]) -> None:
    """Raise BadChoice for a pick or quantity that is not offered."""
    for key in sorted(picked):
        if key not in offer.options:
            raise BadChoice("unknown", key)
    for choice, keys in offer.sections:
        if choice is not Choice.FREE and len(keys.intersection(picked)) > 1:
            raise BadChoice("two_of_one", min(keys.intersection(picked)))
    for key, quantity in quantities.items():
        limits = offer.limits.get(key)
        if limits is None or not limits.least_milli <= quantity <= limits.most_milli:
            raise BadChoice("quantity", key)
