"""Grön teknik on a quote: its own base, cap and share, apart from rot and rut, which it leaves as they were."""

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain import canonical
from domain.deductions import Applicant, GreenShare
from domain.green_tech import TYPES, base_ore, rate_percent
from domain.quotes import Deduction, Line, LineKind, as_data, from_data, option_prices, totals

PAID_ON = date(2026, 12, 20)
ONE = (Applicant(),)
ROT = Line("1", 16000, 69000, 25, LineKind.LABOUR, deduction=Deduction.ROT, work_type="el")
TRAVEL = Line("2", 1000, 45000, 25, LineKind.OTHER)
SOLAR = Line("3", 1000, 10000000, 25, LineKind.MATERIAL, deduction=Deduction.GREEN, work_type="solceller")
FITTING = Line("4", 10000, 80000, 25, LineKind.LABOUR, deduction=Deduction.GREEN, work_type="solceller")
CHARGER = Line("5", 1000, 1500000, 25, LineKind.OTHER, deduction=Deduction.GREEN, work_type="laddningspunkt_totalpris")


def reckon(*lines, basis="incl", people=ONE, **more):
    return totals(lines, basis=basis, paid_on=PAID_ON, applicants=people, **more)


def test_labour_and_material_give_their_own_share_beside_rot():
    result = reckon(ROT, TRAVEL, SOLAR, FITTING, CHARGER)
    rot, solar, charger = result.deductions
    assert (rot.kind, rot.base_kr, rot.amount_kr) == (Deduction.ROT, 11_040, 3_312)
    assert (solar.kind, solar.installation, solar.rate_percent) == (Deduction.GREEN, "solceller", 15)
    assert (solar.labour_gross_ore, solar.base_kr, solar.amount_kr) == (10_800_000, 108_000, 16_200)
    assert (charger.installation, charger.base_kr, charger.amount_kr) == ("laddningspunkt", 14_550, 7_275)
    assert result.deduction_ore == 100 * (3_312 + 16_200 + 7_275)
    assert result.to_pay_ore == result.gross_ore - result.deduction_ore
    assert not result.exceeds_one_person


def test_rot_is_the_same_with_and_without_it():
    assert reckon(ROT, SOLAR).deductions[0] == reckon(ROT).deductions[0]
    used_up = [Applicant(used_rot_kr=50_000, used_rut_kr=25_000)]
    assert reckon(SOLAR, people=used_up).deductions[0].amount_kr == 15_000


def test_other_costs_and_lines_without_an_installation_give_nothing():
    other = replace(SOLAR, kind=LineKind.OTHER)
    unknown = replace(SOLAR, work_type=None)
    assert reckon(other, unknown, replace(SOLAR, work_type="bygg")).deductions == ()


def test_prices_without_vat_count_with_it():
    (share,) = reckon(SOLAR, basis="excl").deductions
    assert (share.labour_gross_ore, share.base_kr, share.amount_kr) == (12_500_000, 125_000, 18_750)


def test_the_cap_is_its_own_and_a_second_applicant_helps():
    battery = replace(SOLAR, key="6", unit_price_ore=12000000, work_type="lagring")
    one = reckon(battery)
    assert (one.deductions[0].uncapped_kr, one.deductions[0].amount_kr) == (60_000, 50_000)
    assert one.exceeds_one_person
    two = reckon(battery, people=[Applicant(used_green_kr=45_000), Applicant()])
    assert two.deductions[0].shares_kr == (5_000, 50_000)


def test_reverse_charge_leaves_none():
    assert reckon(SOLAR, basis="excl", reverse_charge=True).deductions == ()


def test_an_option_is_priced_after_it():
    prices = option_prices([ROT, replace(SOLAR, is_option=True)], basis="incl", paid_on=PAID_ON)
    assert prices == {"3": (10_000_000, 8_500_000)}


def test_it_is_read_back_from_what_was_stored():
    result = reckon(ROT, SOLAR, CHARGER, people=[Applicant(), Applicant()])
    stored = canonical.dumps(as_data(result))
    assert from_data(json.loads(stored)) == result
    assert isinstance(from_data(json.loads(stored)).deductions[1], GreenShare)


def test_rot_and_rut_are_stored_as_before():
    (share,) = as_data(reckon(ROT))["deductions"]
    assert sorted(share) == [
        "amount_kr",
        "applicants",
        "base_kr",
        "kind",
        "labour_gross_ore",
        "rate_percent",
        "shares_kr",
        "uncapped_kr",
    ]


@st.composite
def a_line(draw, key):
    deduction = draw(st.sampled_from([None, *Deduction]))
    return Line(
        key=key,
        quantity_milli=draw(st.integers(1, 99_999)),
        unit_price_ore=draw(st.integers(0, 2_000_000)),
        vat_percent=draw(st.sampled_from((25, 12, 6))),
        kind=draw(st.sampled_from(LineKind)),
        deduction=deduction,
        work_type=draw(st.sampled_from([None, *TYPES])) if deduction == Deduction.GREEN else None,
    )


PEOPLE = st.lists(
    st.builds(Applicant, st.integers(0, 60_000), st.integers(0, 80_000), used_green_kr=st.integers(0, 60_000)),
    min_size=1,
    max_size=4,
)


@given(st.integers(0, 10).flatmap(lambda n: st.tuples(*(a_line(str(key)) for key in range(n)))), PEOPLE)
def test_it_never_touches_rot_and_rut_nor_passes_its_cap(lines, people):
    result = reckon(*lines, people=people)
    plain = reckon(*(line for line in lines if line.deduction != Deduction.GREEN), people=people)
    green = [share for share in result.deductions if share.kind is Deduction.GREEN]
    assert [share for share in result.deductions if share.kind is not Deduction.GREEN] == list(plain.deductions)
    for place, person in enumerate(people):
        assert sum(share.shares_kr[place] for share in green) <= max(50_000 - person.used_green_kr, 0)
    for share in green:
        assert isinstance(share, GreenShare)
        assert share.rate_percent == rate_percent(share.installation, PAID_ON)
        assert share.uncapped_kr == share.rate_percent * share.base_kr // 100
        assert share.base_kr == share.labour_gross_ore // 100
    assert result.gross_ore - 100 * sum(share.amount_kr for share in result.deductions) == result.to_pay_ore >= 0
    counted = [(line, TYPES.get(line.work_type or "")) for line in lines if line.deduction == Deduction.GREEN]
    most = sum(
        base_ore(line.quantity_milli * line.unit_price_ore // 1000 + 1)
        for line, kind in counted
        if kind and kind.takes(line.kind)
    )
    assert sum(share.labour_gross_ore for share in green) <= most
