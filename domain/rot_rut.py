"""Rot and rut: rates and caps by payment date, what a buyer has left, and how several buyers share.

Source: inkomstskattelagen (1999:1229) 67 kap. 11-19 §§ and lag (2009:194) 5, 7 and 8 §§; docs/rules/rot_rut.md.
The figures are dated rows (domain/rule_tables.py), read once when the module is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from msgspec import Struct

from domain.rule_tables import Caps, NoRuleForDate, Tables, WorkType, find, product_rows

__all__ = ["Caps", "NoRuleForDate", "WorkType"]


class Deduction(StrEnum):
    """The tax reductions that a quote can carry. Grön teknik has rules of its own: domain/green_tech.py."""

    ROT = "rot"
    RUT = "rut"
    GREEN = "green"


class ApplicantShare(Struct, frozen=True):
    """One buyer's part of a deduction, whole kronor: labour = paid + requested."""

    remaining_kr: int
    labour_kr: int
    paid_kr: int
    requested_kr: int


def use(document: Mapping[str, Any]) -> None:
    """Count by the rows of this document from now on. Raises KeyError, TypeError or ValueError, and changes nothing."""
    global _tables  # set once, when the app is made
    _tables = Tables(document)
    work_types.cache_clear()


def tables() -> Tables:
    """The rows in use."""
    return _tables


def rate_percent(kind: str, on: date) -> int:
    """Percent of the labour incl. VAT, by payment date. Raises NoRuleForDate."""
    rate: int = find(_tables.rates.get(kind, ()), on, kind).value
    return rate


def caps(on: date) -> Caps:
    """Caps per person and year, by payment date. Raises NoRuleForDate."""
    limit: Caps = find(_tables.caps, on, "caps").value
    return limit


def remaining_kr(kind: str, on: date, used_rot_kr: int, used_rut_kr: int, *, aged_65: bool = False) -> int:
    """What one person has left of the year's allowance, whole kronor, never below 0.

    `aged_65` (at the start of the year) mattered for rut through 2018. Raises NoRuleForDate.
    """
    limit = caps(on)
    if kind == Deduction.ROT:
        left = limit.rot_kr - used_rot_kr
    else:
        left = (limit.rut_kr_if_65 if aged_65 else limit.rut_kr) - used_rut_kr
    if limit.combined_kr is not None:
        left = min(left, limit.combined_kr - used_rot_kr - used_rut_kr)
    return max(left, 0)


def split(labour_kr: int, rate: int, remaining: Sequence[int], weights: Sequence[int]) -> tuple[ApplicantShare, ...]:
    """Share the deduction on `labour_kr` between buyers so that each one's case is within the limits by itself.

    At most (buyers - 1) kronor are given up. Nobody gets more than is left to him; a weight of 0 means no share.
    Our own design (Skatteverket prescribes none), see docs/rules/rot_rut.md.
    """
    amounts = _share_out(rate * labour_kr // 100, remaining, weights)
    least = [-(-100 * amount // rate) for amount in amounts]
    while sum(least) > labour_kr:
        last = max(i for i, amount in enumerate(amounts) if amount)
        amounts[last] -= 1
        least[last] = -(-100 * amounts[last] // rate)
    total, over = sum(amounts), labour_kr - sum(least)
    labours = [low + (over * amount // total if total else 0) for low, amount in zip(least, amounts, strict=True)]
    left_over = labour_kr - sum(labours) if total else 0
    shares = []
    for left, labour, amount in zip(remaining, labours, amounts, strict=True):
        extra = 1 if amount and left_over else 0
        left_over -= extra
        shares.append(ApplicantShare(left, labour + extra, labour + extra - amount, amount))
    return tuple(shares)


def _share_out(pool: int, remaining: Sequence[int], weights: Sequence[int]) -> list[int]:
    """Whole kronor by weight, nobody above `remaining`; left-over kronor by largest remainder, ties to the earlier."""
    amounts = [0] * len(remaining)
    active = [i for i, weight in enumerate(weights) if weight > 0]
    while active:
        weight_sum = sum(weights[i] for i in active)
        full = [i for i in active if pool * weights[i] >= remaining[i] * weight_sum]
        if not full:
            break
        for i in full:
            amounts[i] = remaining[i]
        active = [i for i in active if i not in full]
        pool -= sum(remaining[i] for i in full)
    if not active:
        return amounts
    for i in active:
        amounts[i] = pool * weights[i] // weight_sum
    spare = pool - sum(amounts[i] for i in active)
    for i in sorted(active, key=lambda i: -(pool * weights[i] % weight_sum))[:spare]:
        amounts[i] += 1
    return amounts


def max_request_kr(kind: str, on: date, *, labour_kr: int, paid_kr: int, allowance_kr: int) -> int:
    """Most that may be requested for one buyer and payment, whole kronor; `on` is the payment date.

    Only the unpaid part, in proportion to what was paid (3/7 at 30 %, 1/1 at 50 %), within the allowance left.
    Source: lag (2009:194) 7 §. Raises NoRuleForDate.
    """
    rate = rate_percent(kind, on)
    return max(min(labour_kr - paid_kr, paid_kr * rate // (100 - rate), allowance_kr), 0)


def partial_claims(
    kind: str, *, labour_kr: int, deduction_kr: int, to_pay_ore: int, payments: Iterable[tuple[date, int]]
) -> list[tuple[int, int]]:
    """(paid_kr, requested_kr) for labour per payment of (date, öre): the same share of each as was paid of the invoice.

    Our own design (Skatteverket asks for the same part), see docs/rules/rot_rut.md. Raises NoRuleForDate.
    """
    claims: list[tuple[int, int]] = []
    paid_ore = paid_before = asked_before = 0
    for on, amount_ore in payments:
        paid_ore += amount_ore
        rate = rate_percent(kind, on)
        paid = (labour_kr - deduction_kr) * paid_ore // to_pay_ore - paid_before
        asked = min(deduction_kr * paid_ore // to_pay_ore - asked_before, paid * rate // (100 - rate))
        paid_before += paid
        asked_before += asked
        claims.append((paid, asked))
    return claims


def fixed_price_labour_kr(total_gross_ore: int, labour_percent: int) -> int:
    """Labour in a total contract at a fixed price by Skatteverket's share (schablon), whole kronor, öre dropped."""
    return total_gross_ore * labour_percent // 10000


def request_deadline(paid_on: date) -> date:
    """Last day on which the request must have reached Skatteverket: 31 January of the next year, never on a weekend.

    Source: lag (2009:194) 8 §; lag (1930:173) 2 §. Raises NoRuleForDate.
    """
    rule = find(_tables.deadlines, paid_on, "deadline").value
    day = date(paid_on.year + rule.year_offset, rule.month, rule.day)
    while rule.moves_off_weekends and day.weekday() >= 5:
        day += timedelta(days=1)
    return day


def last_closed_year(today: date) -> int:
    """The newest year of payment for which no request can arrive in time any more. Raises NoRuleForDate."""
    year = today.year - 1
    while today <= request_deadline(date(year, 12, 31)):
        year -= 1
    return year


def decided(requested_kr: int, approved_kr: int) -> tuple[str, int]:
    """What a decision on a request means: approved, partly or denied, and what the buyer then owes, whole kronor.

    The price is unchanged: the deduction was a way of paying (docs/rules/rot_rut.md). Raises ValueError on a decision
    that no request leads to.
    """
    if not 0 <= approved_kr <= requested_kr or requested_kr == 0:
        raise ValueError(f"{approved_kr} approved of {requested_kr}")
    word = "approved" if approved_kr == requested_kr else "partly_approved" if approved_kr else "denied"
    return word, requested_kr - approved_kr


def whole_hours(hours_milli: Iterable[int]) -> int:
    """Hours of one work type in one case: summed, then rounded up to whole hours.

    Source: Skatteverket, ställningstagande 2015-02-24, dnr 131 107784-15/111.
    """
    return -(-sum(hours_milli) // 1000)


def is_old_enough(birth_date: date, paid_on: date) -> bool:
    """Whether the buyer is 18 at the latest on 31 December of the payment year. Source: inkomstskattelagen 67:11."""
    return paid_on.year - birth_date.year >= 18


@cache
def work_types(kind: str, on: date | None = None) -> tuple[WorkType, ...]:
    """The work types of a kind in the order of Skatteverket's schema; with `on`, those that count on that day."""
    rows = _tables.work_types.get(kind, ())
    return tuple(row.value for row in rows if on is None or row.covers(on))


def schablon_percents(on: date) -> dict[str, int]:
    """Code of a fixed-price contract or service -> percent of the total incl. VAT that counts as labour on a day."""
    found = {}
    for code, rows in _tables.schablons.items():
        row = next((row for row in rows if row.covers(on)), None)
        if row:
            found[code] = row.value.percent
    return found


def exceeds_one_person(on: date, rot_kr: int, rut_kr: int) -> bool:
    """Whether the deductions before caps are more than one person with an unused year has. Raises NoRuleForDate."""
    limit = caps(on)
    over_joint = limit.combined_kr is not None and rot_kr + rut_kr > limit.combined_kr
    return rot_kr > limit.rot_kr or rut_kr > limit.rut_kr or over_joint


RULES: dict[str, Any] = product_rows()
_tables = Tables(RULES)
