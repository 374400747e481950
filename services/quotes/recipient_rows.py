"""Those who get a quote besides the customer, as their rows say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from domain.parties import CUSTOMER, Role, moved, signs
from extensions import db
from models import Recipient
from services import scope


class Shared(Protocol):
    """The quote, as its row or some columns of it."""

    @property
    def id(self) -> int: ...
    @property
    def firm_id(self) -> int: ...
    @property
    def is_shared(self) -> bool: ...


class Ordered(Shared, Protocol):
    """The same with how they sign."""

    @property
    def in_order(self) -> bool: ...


class Person(NamedTuple):
    """One who has ever got the quote."""

    id: int
    public_id: str
    name: str
    stands_for: str | None
    removed_at: datetime | None


def of_quote(quote: Shared) -> list[Recipient]:
    """Who gets it now, in the order they came. No statement where nobody else does."""
    if not quote.is_shared:
        return []
    rows = scope.rows(Recipient, quote.firm_id, Recipient.quote_id == quote.id, Recipient.removed_at.is_(None))
    return sorted(rows, key=lambda row: row.id)


def everyone(firm_id: int, quote_id: int) -> list[Person]:
    """All who have ever got it besides the customer, oldest first."""
    asked = scope.columns(Recipient, firm_id, *scope.named(Recipient, Person)).where(Recipient.quote_id == quote_id)
    return [Person(*row) for row in db.session.execute(asked.order_by(Recipient.id))]


class Standing(NamedTuple):
    """One of those who sign, in the order they stand in. `key` as in domain/parties.py; no name for the customer."""

    key: str
    name: str
    role: str
    may_go_up: bool
    may_go_down: bool


def key_of(deciders: Iterable[Mapping[str, Any]], public_id: str | None, stands_for: str | None) -> str:
    """Whose place among those who sign one has: the own, or the one that was handed over after the version was sent."""
    if public_id is None:
        return CUSTOMER
    if stands_for is None or any(one["id"] == public_id for one in deciders):
        return public_id
    return stands_for


def in_turn(rows: Iterable[Recipient]) -> list[str]:
    """Keys of those who sign (domain/parties.py), in the order they stand in: the customer has the place left over."""
    # who holds the customer's place has no other
    own = (row for row in rows if signs(row.role) and row.stands_for != CUSTOMER)
    asked = sorted(own, key=lambda row: (row.position, row.id))
    keys = [row.public_id for row in asked if row.role != Role.WITNESS]
    places = [row.position for row in asked if row.role != Role.WITNESS]
    before = next((n for n, place in enumerate(places) if place != n + 1), len(keys))
    return [*keys[:before], CUSTOMER, *keys[before:], *(row.public_id for row in asked if row.role == Role.WITNESS)]


def standing(rows: list[Recipient]) -> list[Standing]:
    """Those who sign as they stand, and who can go a step up or down: among those who decide, or the witnesses."""
    named = {row.public_id: row for row in rows}
    keys = in_turn(rows)
    groups: list[list[str]] = [[], []]
    for key in keys:
        groups[key != CUSTOMER and named[key].role == Role.WITNESS].append(key)
    return [
        Standing(
            key=key,
            name=named[key].name if key else "",
            role=named[key].role if key else Role.DECIDES,
            may_go_up=key != group[0],
            may_go_down=key != group[-1],
        )
        for group in groups
        for key in group
    ]


def number(rows: Iterable[Recipient], keys: list[str]) -> None:
    """Let the rows stand in this order. Never commits."""
    for row in rows:
        row.position = keys.index(row.public_id) + 1 if row.public_id in keys else 0


def move(rows: list[Recipient], key: str, *, up: bool) -> None:
    """One a step earlier or later, among those who decide or among the witnesses. Never commits."""
    attests = {row.public_id for row in rows if row.role == Role.WITNESS}
    keys = in_turn(rows)
    alike = [one for one in keys if (one in attests) == (key in attests)]
    again = moved(alike, key, up=up)
    rest = [one for one in keys if one not in alike]
    number(rows, [*rest, *again] if key in attests else [*again, *rest])


def frozen(quote: Ordered) -> list[dict[str, Any]]:
    """Those who sign with the customer, as a version says them: theirs it is to approve or attest, and no others'.

    `order` counts the customer too, who has the number left over; 0 where no order is set.
    """
    rows = of_quote(quote)
    keys = in_turn(rows)
    named = {row.public_id: row for row in rows}
    return [
        {"id": key, "name": named[key].name, "role": named[key].role, "order": order if quote.in_order else 0}
        for order, key in enumerate(keys, 1)
        if key != CUSTOMER
    ]
