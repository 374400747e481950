"""Grön teknik: the tax reduction for solar cells, storage and charging points, apart from rot and rut.

Source: inkomstskattelagen (1999:1229) 67 kap., lag (2020:1066), prop. 2024/25:109; docs/rules/green_tech.md.
Labour and material count, both with VAT. The day of the final payment picks rate and year. The three share one cap
per person and year, which leaves those of rot and rut untouched. The figures are dated rows in rules_data.json.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from domain.rot_rut import RULES, ApplicantShare, split, tables
from domain.rule_tables import find

LABOUR = "labour"
MATERIAL = "material"


class GreenType(Struct, frozen=True):
    """What a line of grön teknik is for. `percent` of its price counts: less than 100 in a total contract at a fixed
    price, where labour and material are not told apart."""

    code: str
    installation: str
    percent: int

    def takes(self, kind: str) -> bool:
        """Whether a line of this kind (labour, material, other) counts."""
        return self.percent < 100 or kind in (LABOUR, MATERIAL)


class Installed(Struct, frozen=True):
    """What one installation costs incl. VAT, in öre: `full_ore` counts whole, `fixed_ore` by the schablon."""

    installation: str
    full_ore: int = 0
    fixed_ore: int = 0


class GreenPart(Struct, frozen=True):
    """The reduction for one installation: base and amounts in whole kronor, each buyer's part in order."""

    installation: str
    rate_percent: int
    base_ore: int
    base_kr: int
    uncapped_kr: int
    applicants: tuple[ApplicantShare, ...]


def rate_percent(installation: str, on: date) -> int:
    """Percent of labour and material incl. VAT, by the day of the final payment. Raises NoRuleForDate."""
    rate: int = find(tables().green.get(installation, ()), on, installation).value
    return rate


def cap_kr() -> int:
    """Most per person and year, whole kronor, for all installations together."""
    return int(_RULES["cap_kr_per_person_and_year"])


def remaining_kr(used_green_kr: int) -> int:
    """What one person has left of the year's allowance, whole kronor, never below 0. Rot and rut do not touch it."""
    return max(cap_kr() - used_green_kr, 0)


def base_ore(full_ore: int, fixed_ore: int = 0) -> int:
    """What the percentage is taken of, incl. VAT in öre, fractions dropped: all of it, or 97 % of a fixed total price.

    Never below 0.
    """
    return max(100 * full_ore + int(_RULES["fixed_price_base_percent"]) * fixed_ore, 0) // 100


def reduce(
    installed: Iterable[Installed], on: date, used_green_kr: Sequence[int], weights: Sequence[int]
) -> tuple[GreenPart, ...]:
    """The reduction for each installation, buyers sharing it as they do rot and rut. `on`: the final payment.

    What an earlier installation of the table takes of the joint cap is gone for the next, whatever order they come
    in. A request is never above its part of what is paid (3/17 at 15 %). Raises NoRuleForDate.
    """
    left = [remaining_kr(used) for used in used_green_kr]
    parts = []
    for one in sorted(installed, key=lambda one: _INSTALLATIONS.index(one.installation)):
        rate = rate_percent(one.installation, on)
        ore = base_ore(one.full_ore, one.fixed_ore)
        shares = split(ore // 100, rate, left, weights)
        left = [before - share.requested_kr for before, share in zip(left, shares, strict=True)]
        parts.append(GreenPart(one.installation, rate, ore, ore // 100, rate * (ore // 100) // 100, shares))
    return tuple(parts)


def worked_case(given: Mapping[str, Any]) -> dict[str, int]:
    """What the rules give for the `input` of a worked case of type green_tech, in the words of its `expected`."""
    total_ore = given["total_price_incl_vat_ore"]
    is_fixed = given["fixed_price_total_contract"]
    installed = Installed(given["installation"], *((0, total_ore) if is_fixed else (total_ore, 0)))
    on = date.fromisoformat(given["final_payment_date"])
    (part,) = reduce([installed], on, [given["used_green_kr"]], [1])
    return {
        "base_kr": part.base_kr,
        "rate_percent": part.rate_percent,
        "deduction_kr": sum(share.requested_kr for share in part.applicants),
    }


_RULES: dict[str, Any] = RULES["green_tech_rules"]
_INSTALLATIONS = tuple(tables().green)
TYPES: dict[str, GreenType] = {
    one.code: one
    for installation in _INSTALLATIONS
    for one in (
        GreenType(installation, installation, 100),
        GreenType(f"{installation}_totalpris", installation, int(_RULES["fixed_price_base_percent"])),
    )
}
