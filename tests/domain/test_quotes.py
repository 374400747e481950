"""Totals: the worked invoice cases, both price bases, options and discounts."""

import json
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from domain import canonical
from domain.deductions import Applicant
from domain.margins import margin
from domain.quotes import (
    Deduction,
    Line,
    LineKind,
    as_data,
    convert_price,
    line_total_ore,
    option_prices,
    section_ore,
    totals,
)
from domain.rot_rut import NoRuleForDate
from domain.rule_cases import check_cases

CASES = json.loads(Path(__file__).with_name("data").joinpath("rot-rut-cases.json").read_text(encoding="utf-8"))
PAID_ON = date(2026, 12, 20)


def line(key="1", *, quantity=1000, price=10000, vat=25, kind=LineKind.MATERIAL, **more):
    return Line(key, quantity, price, vat, kind, **more)


def rot_line(key="1", **more):
    return line(key, kind=LineKind.LABOUR, deduction=Deduction.ROT, work_type="bygg", **more)


@pytest.mark.parametrize("case", [c for c in CASES["cases"] if c["type"] == "invoice"], ids=lambda case: case["id"])
def test_worked_invoice(case):
    report = check_cases({**CASES, "cases": [case]})
    assert report.differing == ()
    assert report.held == 1


def test_including_vat_the_total_is_the_sum_of_the_lines_shown():
    lines = [line(str(i), price=3333, quantity=1500) for i in range(7)]
    result = totals(lines, basis="incl", paid_on=PAID_ON)
    assert result.gross_ore == result.lines_ore == 7 * 5000
    assert (result.net_ore, result.vat_ore) == (28000, 7000)


def test_including_vat_the_tax_is_taken_once_on_the_sum_per_rate():
    """3 x 0,02 kr at 25 %: one line holds 0,4 öre VAT, all three 1,2."""
    result = totals([line(str(i), price=2) for i in range(3)], basis="incl", paid_on=PAID_ON)
    assert [(g.rate_percent, g.net_ore, g.vat_ore, g.gross_ore) for g in result.vat] == [(25, 5, 1, 6)]


def test_excluding_vat_the_tax_is_taken_once_on_the_sum_per_rate():
    """33 + 33 öre at 25 %: 16,5 öre on the sum gives 17, twice 8,25 would give 16."""
    result = totals([line("1", price=33), line("2", price=33)], basis="excl", paid_on=PAID_ON)
    assert (result.net_ore, result.vat_ore, result.gross_ore) == (66, 17, 83)


def test_rates_come_highest_first():
    lines = [line(str(vat), vat=vat) for vat in (6, 0, 25, 12)]
    assert [g.rate_percent for g in totals(lines, basis="incl", paid_on=PAID_ON).vat] == [25, 12, 6, 0]


def test_no_lines_are_worth_nothing():
    result = totals([], basis="incl", paid_on=PAID_ON)
    assert (result.gross_ore, result.to_pay_ore, result.vat, result.deductions) == (0, 0, (), ())


def test_a_line_is_rounded_once_after_its_discount():
    """2,5 x 33,33 less 10 % = 74,9925, which is 74,99; rounding before the discount would give 75,00."""
    assert line_total_ore(line(quantity=2500, price=3333, discount_bp=1000)) == 7499
    assert line_total_ore(line(quantity=2500, price=3333)) == 8333


@pytest.mark.parametrize(("bp", "expected"), [(0, 10000), (1, 9999), (9999, 1), (10000, 0)])
def test_discount_from_nothing_to_all(bp, expected):
    assert line_total_ore(line(discount_bp=bp)) == expected


@pytest.mark.parametrize("wrong", [{"vat": 20}, {"vat": -25}, {"discount_bp": -1}, {"discount_bp": 10001}])
def test_a_line_refuses_a_wrong_state(wrong):
    with pytest.raises(ValueError):
        line(**wrong)


def test_options_count_only_when_picked():
    lines = [line("1", price=100000), line("2", price=25000, is_option=True), line("3", price=5000, is_option=True)]
    none = totals(lines, basis="incl", paid_on=PAID_ON)
    one = totals(lines, basis="incl", paid_on=PAID_ON, picked=["2"])
    assert (none.gross_ore, none.options_ore) == (100000, 30000)
    assert (one.gross_ore, one.options_ore) == (125000, 5000)


def test_options_left_out_are_shown_with_vat():
    result = totals([line(price=10000, is_option=True)], basis="excl", paid_on=PAID_ON)
    assert (result.gross_ore, result.options_ore) == (0, 12500)


def test_an_option_costs_less_after_the_deduction():
    lines = [rot_line("1", price=1000000), rot_line("2", price=500000, is_option=True)]
    assert option_prices(lines, basis="incl", paid_on=PAID_ON) == {"2": (500000, 350000)}
    assert option_prices(lines, basis="incl", paid_on=PAID_ON, picked=["2"]) == {"2": (500000, 350000)}


def test_an_option_above_the_cap_costs_its_whole_price():
    lines = [rot_line("1", price=20000000), rot_line("2", price=500000, is_option=True)]
    assert option_prices(lines, basis="incl", paid_on=PAID_ON) == {"2": (500000, 500000)}


def test_only_labour_gives_a_deduction():
    flagged = replace(rot_line(price=1000000), kind=LineKind.MATERIAL)
    assert totals([flagged], basis="incl", paid_on=PAID_ON).deductions == ()


def test_the_base_is_labour_with_vat_in_both_bases():
    incl = totals([rot_line(price=1250000)], basis="incl", paid_on=PAID_ON)
    excl = totals([rot_line(price=1000000)], basis="excl", paid_on=PAID_ON)
    assert incl.deductions == excl.deductions
    assert (incl.deductions[0].base_kr, incl.deduction_ore, incl.to_pay_ore) == (12500, 375000, 875000)


def test_a_negative_labour_line_lowers_the_base_but_never_below_nothing():
    lines = [rot_line("1", price=100000), rot_line("2", price=-200000), line("3", price=500000)]
    share = totals(lines, basis="incl", paid_on=PAID_ON).deductions[0]
    assert (share.labour_gross_ore, share.base_kr, share.amount_kr) == (-100000, 0, 0)


@pytest.mark.parametrize(
    ("price_ore", "exceeds", "deducted_kr"),
    [
        (16666699, False, 49999),
        (16666700, False, 50000),
        (16666999, False, 50000),
        (16667000, True, 50000),
    ],
)
def test_both_sides_of_one_persons_rot_cap(price_ore, exceeds, deducted_kr):
    result = totals([rot_line(price=price_ore)], basis="incl", paid_on=PAID_ON)
    assert (result.exceeds_one_person, result.deduction_ore) == (exceeds, 100 * deducted_kr)


def test_two_people_reach_what_one_could_not():
    lines = [rot_line(price=20000000)]
    two = totals(lines, basis="incl", paid_on=PAID_ON, applicants=[Applicant(), Applicant()])
    assert two.deductions[0].shares_kr == (30000, 30000)
    assert two.exceeds_one_person


def test_rot_eats_of_the_joint_cap_before_rut():
    rut = Line("2", 1000, 10000000, 25, LineKind.LABOUR, 0, Deduction.RUT, "stadning")
    result = totals([rot_line(price=20000000), rut], basis="incl", paid_on=PAID_ON)
    assert [(share.kind, share.amount_kr) for share in result.deductions] == [("rot", 50000), ("rut", 25000)]


def test_without_a_deduction_no_rule_is_looked_up():
    assert totals([line()], basis="incl", paid_on=date(1999, 1, 1)).to_pay_ore == 10000


def test_a_deduction_on_a_day_without_rules_is_refused():
    with pytest.raises(NoRuleForDate):
        totals([rot_line()], basis="incl", paid_on=date(2009, 6, 30))


def test_a_discount_on_the_whole_quote_falls_on_all_lines():
    lines = [rot_line("1", price=3750000), line("2", price=2500000)]
    result = totals(lines, basis="incl", paid_on=PAID_ON, discount_bp=500)
    assert (result.lines_ore, result.discount_ore, result.gross_ore) == (6250000, 312500, 5937500)
    assert (result.labour_ore, result.material_ore, result.deduction_ore) == (3562500, 2375000, 1068700)


def test_a_discount_on_a_section_falls_on_its_lines_before_that_on_the_whole():
    lines = [rot_line("1", price=3750000), line("2", price=2500000)]
    result = totals(lines, basis="incl", paid_on=PAID_ON, discount_bp=500, sections_bp={"1": 1000})
    assert (result.labour_ore, result.material_ore) == (3206250, 2375000)  # 3 750 000 x 0,9 x 0,95
    assert (result.lines_ore, result.discount_ore) == (6250000, 668750)
    assert result.deductions[0].labour_gross_ore == 3206250


def test_a_quantity_of_the_customers_stands_in_for_the_firms():
    lines = [line("1", price=10000), line("2", price=500, is_option=True)]
    result = totals(lines, basis="incl", paid_on=PAID_ON, quantities={"1": 2500, "2": 4000}, picked={"2"})
    assert result.gross_ore == 25000 + 2000
    prices = option_prices(lines, basis="incl", paid_on=PAID_ON, quantities={"2": 4000}, discount_bp=1000)
    assert prices == {"2": (1800, 1800)}


def test_margin_is_of_the_lines_whose_cost_is_known():
    sold = [(line("1", price=12500), 6000), (line("2", price=99900), None), (line("3", is_option=True), 1)]
    found = margin(sold, basis="incl")
    assert (found.sold_ore, found.cost_ore, found.earned_ore, found.percent_bp) == (10000, 6000, 4000, 4000)
    assert found.unknown == 1
    assert margin([(line("2"), None)], basis="excl") is None
    assert margin([(line("1", price=12500), 20000)], basis="excl").percent_bp == -6000


def test_the_sum_of_a_section_leaves_out_options():
    assert section_ore([line("1"), line("2", is_option=True)]) == 10000
    assert section_ore([line("1"), line("2")], 1000) == 18000
    assert section_ore([]) == 0
    assert section_ore([line("3", is_option=True)]) is None


@pytest.mark.parametrize(
    ("price", "vat", "source", "target", "expected"),
    [
        (69000, 25, "incl", "excl", 55200),
        (55200, 25, "excl", "incl", 69000),
        (9999, 12, "incl", "excl", 8928),
        (100, 0, "excl", "incl", 100),
        (9999, 25, "incl", "incl", 9999),
    ],
)
def test_a_price_in_the_other_basis(price, vat, source, target, expected):
    assert convert_price(price, vat, from_basis=source, to_basis=target) == expected


def test_totals_as_data_have_a_canonical_form():
    data = as_data(totals([rot_line(price=1250000)], basis="incl", paid_on=PAID_ON))
    assert json.loads(canonical.dumps(data))["deductions"][0]["applicants"] == [
        {"labour_kr": 12500, "paid_kr": 8750, "remaining_kr": 50000, "requested_kr": 3750}
    ]
