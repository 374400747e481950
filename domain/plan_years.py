"""A payment plan that goes past New Year: what is paid, and deducted, in which year.

The day of payment decides the year of the allowance and the rate (inkomstskattelagen (1999:1229) 67 kap. 19 §), the
deduction is taken on each payment in proportion (Skatteverket 2011-11-10, dnr 131 639108-11/111), and what is paid
before the work is done must be done and asked for by 31 January (lag (2009:194) 8 §). Read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from domain.deductions import DeductionShare
from domain.payment_plan import BadPlan, Part, Trigger, amounts_ore
from domain.quotes import Totals
from domain.rot_rut import Deduction, NoRuleForDate, partial_claims, rate_percent, request_deadline

_ON_EACH_PAYMENT = (Deduction.ROT, Deduction.RUT)
_BEFORE_WORK = (Trigger.ORDER, Trigger.START, Trigger.DATE)


class Days(Struct, frozen=True):
    """When things are expected. `paid_on`: the day that the quote's deduction is computed for."""

    today: date
    paid_on: date
    starts_on: date | None = None
    finishes_on: date | None = None


class Deducted(Struct, frozen=True):
    """One kind of deduction in a year: percent by the rule of that year, whole kronor."""

    kind: Deduction
    rate_percent: int
    amount_kr: int


class Year(Struct, frozen=True):
    """What falls in one calendar year: öre that the customer pays, and the deductions on it."""

    year: int
    pays_ore: int
    deductions: tuple[Deducted, ...]


def expected_day(part: Part, days: Days) -> date:
    """The day a part is expected to be paid.

    An order comes today; a stage and the rest when the work is done, or on the quote's day of payment if that is later
    or no finish is known.
    """
    if part.trigger == Trigger.DATE and part.on is not None:
        return part.on
    if part.trigger == Trigger.ORDER:
        return days.today
    if part.trigger == Trigger.START:
        return days.starts_on or days.paid_on
    if part.trigger == Trigger.STAGE and days.finishes_on:
        return days.finishes_on
    return max(days.finishes_on or days.paid_on, days.paid_on)


def by_year(parts: Sequence[Part], result: Totals, days: Days) -> tuple[Year, ...]:
    """What falls in which year; empty unless a deduction is paid in more than one, or a plan cannot be followed."""
    shares = [share for share in result.deductions if share.kind in _ON_EACH_PAYMENT]
    if not parts or not shares or result.to_pay_ore <= 0:
        return ()
    try:
        amounts = amounts_ore(parts, result.to_pay_ore)
        paid = sorted(zip((expected_day(part, days) for part in parts), amounts, strict=True))
        if paid[0][0].year == paid[-1][0].year:
            return ()
        return _years(paid, shares, result.to_pay_ore)
    except (BadPlan, NoRuleForDate):
        return ()


def missed_day(parts: Sequence[Part], days: Days) -> date | None:
    """The last day to ask Skatteverket that comes before the finish, for what is paid before the start; else None."""
    if days.finishes_on is None:
        return None
    begins = days.starts_on or days.finishes_on
    early = [expected_day(part, days) for part in parts if part.trigger in _BEFORE_WORK]
    missed = [last for on in early if on <= begins and (last := request_deadline(on)) < days.finishes_on]
    return min(missed, default=None)


def _years(paid: Sequence[tuple[date, int]], shares: Sequence[DeductionShare], to_pay_ore: int) -> tuple[Year, ...]:
    claimed: dict[int, dict[Deduction, int]] = {on.year: {} for on, _ore in paid}
    for share in shares:
        claims = partial_claims(
            share.kind,
            labour_kr=share.base_kr,
            deduction_kr=share.amount_kr,
            to_pay_ore=to_pay_ore,
            payments=paid,
        )
        for (on, _ore), (_paid, asked) in zip(paid, claims, strict=True):
            claimed[on.year][share.kind] = claimed[on.year].get(share.kind, 0) + asked
    last_day = {on.year: on for on, _ore in paid}
    return tuple(
        Year(
            year,
            sum(ore for on, ore in paid if on.year == year),
            tuple(Deducted(kind, rate_percent(kind, last_day[year]), kr) for kind, kr in of_kind.items()),
        )
        for year, of_kind in claimed.items()
    )
