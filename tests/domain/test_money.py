"""Rounding: half away from zero, whatever the sign and the type."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import round_div, round_ore, whole_kronor_ore


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("16.5"), 17),
        (Decimal("16.4999"), 16),
        (Decimal("-16.5"), -17),
        (Fraction(1, 2), 1),
        (Fraction(-1, 2), -1),
        (Fraction(1, 3), 0),
        (7, 7),
    ],
)
def test_half_goes_away_from_zero(value, expected):
    assert round_ore(value) == expected


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**7))
def test_integer_division_rounds_like_the_exact_fraction(numerator, denominator):
    rounded = round_div(numerator, denominator)
    assert rounded == round_ore(Fraction(numerator, denominator))
    assert abs(Fraction(numerator, denominator) - rounded) <= Fraction(1, 2)
    assert round_div(-numerator, denominator) == -rounded


@pytest.mark.parametrize(
    ("ore", "kronor"),
    [(1234549, 1234500), (1234550, 1234600), (545475, 545500), (233434, 233400), (0, 0), (-49, 0), (-50, -100)],
)
def test_whole_kronor(ore, kronor):
    assert whole_kronor_ore(ore) == kronor
