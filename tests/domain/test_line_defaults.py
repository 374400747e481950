"""What a line is taken to be until somebody says otherwise."""

import pytest

from domain.line_defaults import kind_of, usual_deduction, usual_rot
from domain.quotes import LineKind


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("tim", LineKind.LABOUR), ("km", LineKind.OTHER), ("mil", LineKind.OTHER), ("st", None), ("", None)],
)
def test_the_unit_says_the_kind(unit, expected):
    assert kind_of(unit) == expected


@pytest.mark.parametrize(
    ("trade", "home", "expected"),
    [
        ("vvs", "", ("rot", "vvs")),
        ("vvs", "house", ("rot", "vvs")),
        ("vvs", "rented", (None, None)),
        ("stadning", "", ("rut", "stadning")),
        ("stadning", "rented", ("rut", "stadning")),
        ("", "", ("rot", "bygg")),
    ],
)
def test_the_trade_says_the_deduction(trade, home, expected):
    assert usual_deduction(trade, home) == expected


def test_rot_and_no_more_is_never_a_type_of_rut():
    assert (usual_rot("vvs"), usual_rot("stadning"), usual_rot("")) == ("vvs", "bygg", "bygg")
