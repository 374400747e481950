"""Whether a home gives rot at all: rented homes and the five years of a new house. Codes; words are the page's.

Source: inkomstskattelagen (1999:1229) 67 kap. 13 a-13 c §§; Skatteverket, "Så fungerar rotavdraget"; Rättslig
vägledning 2026.13 page 2943. Read 2026-11-21; docs/rules/deduction_checks.md.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from enum import StrEnum

from domain.rot_rut import Deduction

EARLIEST_YEAR = 1600  # of a värdeår; what is older is a slip
_FREE_AFTER_YEARS = 6  # the year itself and the five that follow


class HomeKind(StrEnum):
    """How the buyer holds the home. Which of them names itself by fastighetsbeteckning: domain/homes.py."""

    HOUSE = "house"  # småhus with its land
    OWNED_FLAT = "owned_flat"  # ägarlägenhet
    FLAT = "flat"  # bostadsrätt in a block of flats
    FLAT_IN_HOUSE = "flat_in_house"  # bostadsrätt in a småhus (radhus, parhus)
    RENTED = "rented"  # hyresrätt, arrende, kooperativ hyresrätt


class HomeProblem(StrEnum):
    """What the home says against the deduction."""

    RENTED_WITH_ROT = "rented_with_rot"  # the buyer owns nothing of it: impossible
    NEW_HOUSE = "new_house"  # om- and tillbyggnad gives no rot yet, repair and maintenance do


_WITH_VALUE_YEAR = (HomeKind.HOUSE, HomeKind.FLAT_IN_HOUSE)


def newest_free_year(paid_on: date) -> int:
    """The newest värdeår that the five-year rule no longer holds for, by payment date: 2020 in 2026.

    Source: IL 67:13 c, the five calendar years after the värdeår.
    """
    return paid_on.year - _FREE_AFTER_YEARS


def home_problem(
    home: str, value_year: int | None, *, deductions: Collection[str], paid_on: date
) -> HomeProblem | None:
    """What stands against the deductions ("rot", "rut") in such a home; unknown facts (`""`, None) say nothing.

    Rut is given in every home of the buyer's household, rented ones too (IL 67:13).
    """
    if Deduction.ROT not in deductions:
        return None
    if home == HomeKind.RENTED:
        return HomeProblem.RENTED_WITH_ROT
    if home in _WITH_VALUE_YEAR and value_year is not None and value_year > newest_free_year(paid_on):
        return HomeProblem.NEW_HOUSE
    return None
