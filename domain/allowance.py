"""A person's deductions of one payment year as one firm knows them, and how far they carry a quote.

The firm knows what was agreed with itself and what the person has said; what other firms have taken only Skatteverket
and the person know. Source of the caps: domain/rot_rut.py and domain/green_tech.py. Whole kronor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from domain import green_tech
from domain.deductions import Applicant
from domain.quotes import Totals, shares_of
from domain.rot_rut import Deduction, caps, remaining_kr

MOST_APPLICANTS = 7  # the customer and six more


class State(StrEnum):
    """What an entry does to what is left: a forecast and what is released take nothing."""

    FORECAST = "forecast"  # waits for another's yes or for the firm's word on a late one
    RESERVED = "reserved"  # agreed
    USED = "used"  # deducted on a paid invoice
    RELEASED = "released"  # withdrawn


class Amount(Struct, frozen=True):
    rot_kr: int = 0
    rut_kr: int = 0
    green_kr: int = 0

    @property
    def both_kr(self) -> int:
        """Rot and rut, which have a joint cap."""
        return self.rot_kr + self.rut_kr

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.rot_kr + other.rot_kr, self.rut_kr + other.rut_kr, self.green_kr + other.green_kr)

    def __bool__(self) -> bool:
        return bool(self.rot_kr or self.rut_kr or self.green_kr)


NOTHING = Amount()


class Entry(Struct, frozen=True):
    """One agreement's part of a person's year. `declared`: what the person then said was used with other firms."""

    state: str
    amount: Amount
    declared: Amount = NOTHING
    declared_at: datetime | None = None


class Account(Struct, frozen=True):
    """A person's year. `left_both_kr` is what is left of rot and rut together."""

    year: int
    forecast: Amount
    reserved: Amount
    used: Amount
    declared: Amount
    declared_at: datetime | None
    left: Amount
    left_both_kr: int

    @property
    def taken(self) -> Amount:
        return self.reserved + self.used + self.declared

    def as_applicant(self) -> Applicant:
        """As the arithmetic of a quote takes the person."""
        taken = self.taken
        return Applicant(taken.rot_kr, taken.rut_kr, used_green_kr=taken.green_kr)


class Reach(Struct, frozen=True):
    """A deduction that those who ask for it cannot carry, before and after caps.

    `with_one_more_kr`: what is carried with another person whose year is unused. `enough`: the fewest persons in all
    that carry it; None if not even MOST_APPLICANTS do.
    """

    asked_kr: int
    carried_kr: int
    with_one_more_kr: int
    persons: int
    enough: int | None

    @property
    def short_kr(self) -> int:
        """What the customer pays of it."""
        return self.asked_kr - self.carried_kr

    @property
    def short_with_one_more_kr(self) -> int:
        return self.asked_kr - self.with_one_more_kr


def account(year: int, entries: Collection[Entry]) -> Account:
    """What the entries of one person and year come to; their order does not matter.

    Of what was declared the last word counts: it is about the whole year, not about one agreement.
    """
    said = [entry for entry in entries if entry.declared_at is not None]
    last = max(said, key=_order, default=None)
    declared = last.declared if last else NOTHING
    sums = {state: _sum(entry.amount for entry in entries if entry.state == state) for state in State}
    taken = sums[State.RESERVED] + sums[State.USED] + declared
    on = date(year, 12, 31)
    left = Amount(
        remaining_kr(Deduction.ROT, on, taken.rot_kr, taken.rut_kr),
        remaining_kr(Deduction.RUT, on, taken.rot_kr, taken.rut_kr),
        max(green_tech.cap_kr() - taken.green_kr, 0),
    )
    joint = caps(on).combined_kr
    return Account(
        year=year,
        forecast=sums[State.FORECAST],
        reserved=sums[State.RESERVED],
        used=sums[State.USED],
        declared=declared,
        declared_at=last.declared_at if last else None,
        left=left,
        left_both_kr=left.both_kr if joint is None else min(left.both_kr, max(joint - taken.both_kr, 0)),
    )


def reach(result: Totals, paid_on: date, persons: Sequence[Applicant] = (Applicant(),)) -> Reach | None:
    """How the deduction of a quote exceeds these persons' allowance; None if it does not.

    By the arithmetic of the quote itself. Sharing may give up a krona a kind and person, which is no lack of allowance.
    """
    asked = sum(share.uncapped_kr for share in result.deductions)
    carried = _carried(result, paid_on, persons)
    if not asked or asked - carried <= _given_up(result, persons):
        return None
    more, enough, with_one_more = [*persons], None, carried
    while enough is None and len(more) < MOST_APPLICANTS:
        more.append(Applicant())
        now = _carried(result, paid_on, more)
        if len(more) == len(persons) + 1:
            with_one_more = now
        if asked - now <= _given_up(result, more):
            enough = len(more)
    return Reach(asked, carried, with_one_more, len(persons), enough)


def _carried(result: Totals, paid_on: date, persons: Sequence[Applicant]) -> int:
    green = sum(share.uncapped_kr for share in result.deductions if share.kind is Deduction.GREEN)
    rot_rut = sum(share.amount_kr for share in shares_of(result, paid_on, persons))
    if not green:
        return rot_rut
    return rot_rut + min(green, sum(max(green_tech.cap_kr() - one.used_green_kr, 0) for one in persons))


def _given_up(result: Totals, persons: Sequence[Applicant]) -> int:
    return (len(persons) - 1) * len(result.deductions)


def _order(entry: Entry) -> tuple[datetime | None, int, int, int]:
    said = entry.declared
    return entry.declared_at, said.both_kr, said.rot_kr, said.green_kr


def _sum(amounts: Iterable[Amount]) -> Amount:
    return sum(amounts, NOTHING)
