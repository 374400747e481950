"""Rented homes and new houses."""

from datetime import date

import pytest

from domain.home_rules import HomeProblem, home_problem, newest_free_year

PAID = date(2026, 12, 20)
ROT, RUT = {"rot"}, {"rut"}
RENTED, NEW = HomeProblem.RENTED_WITH_ROT, HomeProblem.NEW_HOUSE


def test_the_five_years_of_a_house():
    assert newest_free_year(PAID) == 2020
    assert newest_free_year(date(2027, 1, 1)) == 2021


@pytest.mark.parametrize(
    ("home", "year", "deductions", "expected"),
    [
        ("house", 2020, ROT, None),
        ("house", 2021, ROT, NEW),
        ("house", 2026, ROT, NEW),
        ("house", None, ROT, None),
        ("house", 2021, RUT, None),
        ("house", 2021, {"rot", "rut"}, NEW),
        ("flat_in_house", 2021, ROT, NEW),
        ("flat", 2021, ROT, None),
        ("owned_flat", 2021, ROT, None),
        ("rented", None, ROT, RENTED),
        ("rented", 2021, {"rot", "rut"}, RENTED),
        ("rented", None, RUT, None),
        ("rented", None, set(), None),
        ("", 2024, ROT, None),
        ("later", 2024, ROT, None),
    ],
)
def test_what_the_home_says_against_the_deduction(home, year, deductions, expected):
    assert home_problem(home, year, deductions=deductions, paid_on=PAID) == expected


def test_a_payment_after_new_year_frees_one_more_year():
    assert home_problem("house", 2021, deductions=ROT, paid_on=date(2026, 12, 31)) == NEW
    assert home_problem("house", 2021, deductions=ROT, paid_on=date(2027, 1, 1)) is None
