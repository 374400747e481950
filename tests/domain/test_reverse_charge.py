"""Reverse charge: no VAT in any sum, no deduction, the lines as they are (mervärdesskattelagen (2023:200) 16:13)."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from domain.quotes import Deduction, Line, LineKind, as_data, from_data, option_prices, totals
from domain.vat import VatGroup

PAID_ON = date(2026, 12, 20)
LINES = [
    Line("1", 16_000, 55_200, 25, LineKind.LABOUR, deduction=Deduction.ROT, work_type="bygg"),
    Line("2", 1_000, 31_333, 25, LineKind.MATERIAL),
    Line("3", 1_000, 20_000, 6, LineKind.OTHER),
    Line("4", 1_000, 100_000, 25, LineKind.LABOUR, deduction=Deduction.ROT, is_option=True),
]


def test_what_is_paid_is_the_net():
    result = totals(LINES, basis="excl", paid_on=PAID_ON, reverse_charge=True)
    assert result.net_ore == result.gross_ore == result.to_pay_ore == result.lines_ore == 883_200 + 31_333 + 20_000
    assert (result.vat_ore, result.vat) == (0, (VatGroup(0, 934_533, 0, 934_533),))
    assert (result.deductions, result.deduction_ore, result.exceeds_one_person) == ((), 0, False)
    assert result.options_ore == 100_000
    assert option_prices(LINES, basis="excl", paid_on=PAID_ON, reverse_charge=True) == {"4": (100_000, 100_000)}


def test_with_vat_in_the_prices_it_is_taken_out_once_per_rate():
    result = totals(LINES[1:3], basis="incl", paid_on=PAID_ON, reverse_charge=True)
    assert result.to_pay_ore == result.gross_ore == (31_333 - 6_267) + (20_000 - 1_132)


def test_no_lines_are_worth_nothing():
    assert totals([], basis="excl", paid_on=PAID_ON, reverse_charge=True).vat == ()


def test_no_rule_for_deductions_is_asked_for():
    assert totals(LINES, basis="excl", paid_on=date(1999, 1, 1), reverse_charge=True).to_pay_ore == 934_533


def test_what_was_frozen_before_has_ordinary_vat():
    ordinary = totals(LINES, basis="excl", paid_on=PAID_ON)
    older = {name: value for name, value in as_data(ordinary).items() if name != "reverse_charge"}
    assert from_data(older) == ordinary
    assert not ordinary.reverse_charge
    reverse = totals(LINES, basis="excl", paid_on=PAID_ON, reverse_charge=True)
    assert from_data(as_data(reverse)) == reverse


AMOUNTS = st.lists(
    st.builds(
        Line,
        st.uuids().map(str),
        st.integers(0, 999_999),
        st.integers(0, 2_000_000),
        st.sampled_from([25, 12, 6, 0]),
        st.sampled_from(LineKind),
        st.integers(0, 10_000),
        st.sampled_from([None, *Deduction]),
        is_option=st.booleans(),
    ),
    max_size=12,
)


@given(AMOUNTS, st.integers(0, 10_000))
def test_nothing_but_vat_and_deduction_differs(lines, discount_bp):
    ordinary, reverse = (
        totals(lines, basis="excl", paid_on=PAID_ON, discount_bp=discount_bp, reverse_charge=reverse)
        for reverse in (False, True)
    )
    same = ("labour_ore", "material_ore", "other_ore", "lines_ore", "discount_ore", "whole_discount_ore", "net_ore")
    assert [getattr(reverse, name) for name in same] == [getattr(ordinary, name) for name in same]
    assert reverse.to_pay_ore == reverse.gross_ore == reverse.net_ore
