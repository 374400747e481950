"""Those who share a rot or rut deduction: how many, in what shares, what is missing, when they are reminded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from domain import quiet_hours

MOST_OTHERS = 6  # co-applicants besides the customer
MOST_REMINDERS = 2
WAITS = (timedelta(days=3), timedelta(days=7))  # to the first reminder, and from that to the second
LINK_LIVES = timedelta(days=400)  # past the end of January after the year of the work, when the request is due


class BadShares(ValueError):
    """The percentages are not a way to share: each 1 to 99, all of them together 100."""


class Missing(Struct, frozen=True):
    """What stands between an agreement and the request to Skatteverket."""

    home: bool = False
    numbers: tuple[str, ...] = ()  # names of those whose personnummer is not given

    def __bool__(self) -> bool:
        return self.home or bool(self.numbers)


def missing(home: str, applicants: Iterable[tuple[str, bool]]) -> Missing:
    """`home`: the agreement's kind of home, "later" while it is to be given. Applicants as (name, number is given)."""
    return Missing(home == "later", tuple(name for name, is_given in applicants if not is_given))


def weights(percents: Sequence[int | None]) -> tuple[int, ...]:
    """The weights of those who share, from what was typed: nothing at all is an equal share for each.

    One that is left empty is what is left of a hundred. Raises BadShares.
    """
    given = [percent for percent in percents if percent is not None]
    if not given:
        return (1,) * len(percents)
    if len(given) == len(percents) - 1:
        given = [100 - sum(given) if percent is None else percent for percent in percents]
    if len(given) != len(percents) or sum(given) != 100 or not all(1 <= percent <= 99 for percent in given):
        raise BadShares
    return tuple(given)


def remind_at(sent: int, *, now: datetime) -> datetime | None:
    """When who has not given the own number is reminded next, `sent` reminders having gone; None for no more."""
    return quiet_hours.next_allowed(now + WAITS[sent]) if sent < MOST_REMINDERS else None
