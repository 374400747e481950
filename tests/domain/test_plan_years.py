"""Payment plans past New Year: what falls in which year."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.payment_plan import Part, Trigger
from domain.plan_years import Days, Deducted, Year, by_year, expected_day, missed_day
from domain.quotes import Deduction, Line, LineKind, totals

ROT, RUT = Deduction.ROT, Deduction.RUT
# I02 of the reference: labour 26 000, all 42 000, rot 7 800, to pay 34 200
I02 = [
    Line("1", 40000, 52000, 25, LineKind.LABOUR, deduction=ROT, work_type="bygg"),
    Line("2", 1000, 1200000, 25, LineKind.MATERIAL),
    Line("3", 1000, 80000, 25, LineKind.OTHER),
]
DAYS = Days(date(2026, 11, 21), date(2027, 1, 20), date(2026, 12, 7), date(2027, 1, 15))


def of(lines, paid_on=DAYS.paid_on):
    return totals(lines, basis="excl", paid_on=paid_on)


def on(day, **given):
    return Part(Trigger.DATE, on=day, **given)


def test_half_before_and_half_after_new_year():
    """P02 of the reference."""
    plan = [on(date(2026, 12, 28), share_bp=5000), on(date(2027, 1, 8))]
    assert by_year(plan, of(I02), DAYS) == (
        Year(2026, 1710000, (Deducted(ROT, 30, 3900),)),
        Year(2027, 1710000, (Deducted(ROT, 30, 3900),)),
    )


def test_forty_percent_at_the_start():
    """The shares of P01, with New Year between them."""
    plan = [Part(Trigger.START, share_bp=4000), Part(Trigger.FINISH)]
    assert by_year(plan, of(I02), DAYS) == (
        Year(2026, 1368000, (Deducted(ROT, 30, 3120),)),
        Year(2027, 2052000, (Deducted(ROT, 30, 4680),)),
    )


def test_each_year_by_its_own_rate():
    """Rot fell from 50 to 30 percent at New Year 2025/26: half of I02 at 50, and 3/7 of what is paid at 30."""
    days = Days(date(2025, 11, 1), date(2025, 12, 20), date(2025, 12, 1), date(2026, 1, 15))
    found = by_year([on(date(2025, 12, 28), share_bp=5000), on(date(2026, 1, 8))], of(I02, days.paid_on), days)
    assert found == (
        Year(2025, 1450000, (Deducted(ROT, 50, 6500),)),
        Year(2026, 1450000, (Deducted(ROT, 30, 2785),)),
    )


def test_rot_and_rut_are_told_apart():
    lines = [*I02, Line("4", 1000, 320000, 25, LineKind.LABOUR, deduction=RUT, work_type="stadning")]
    found = by_year([on(date(2026, 12, 28), share_bp=5000), on(date(2027, 1, 8))], of(lines), DAYS)
    assert [year.deductions for year in found] == [(Deducted(ROT, 30, 3900), Deducted(RUT, 50, 1000))] * 2


@pytest.mark.parametrize(
    ("plan", "lines"),
    [
        ([], I02),
        ([on(date(2027, 1, 8), share_bp=5000), on(date(2027, 2, 8))], I02),
        ([on(date(2026, 12, 28), share_bp=5000), on(date(2027, 1, 8))], I02[1:]),
        ([on(date(2026, 12, 28), amount_ore=99900000), on(date(2027, 1, 8))], I02),  # more than the whole
        ([on(date(1999, 12, 28), share_bp=5000), on(date(2027, 1, 8))], I02),  # no rule for that day
        ([on(date(2026, 12, 28), share_bp=5000), on(date(2027, 1, 8))], [replace(I02[0], quantity_milli=0)]),
    ],
)
def test_nothing_to_tell(plan, lines):
    assert by_year(plan, of(lines), DAYS) == ()


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        (Trigger.ORDER, date(2026, 11, 21)),
        (Trigger.START, date(2026, 12, 7)),
        (Trigger.STAGE, date(2027, 1, 15)),
        (Trigger.FINISH, date(2027, 1, 20)),
        (Trigger.INSPECTION, date(2027, 1, 20)),
    ],
)
def test_when_a_part_is_expected(trigger, expected):
    assert expected_day(Part(trigger, text="Rivning"), DAYS) == expected


def test_without_days_the_quotes_own_day_counts():
    bare = Days(DAYS.today, DAYS.paid_on)
    assert {expected_day(Part(one), bare) for one in Trigger if one != Trigger.ORDER} == {DAYS.paid_on}
    assert expected_day(Part(Trigger.FINISH), replace(DAYS, paid_on=date(2026, 12, 20))) == date(2027, 1, 15)


@pytest.mark.parametrize(
    ("finishes_on", "expected"),
    [(date(2027, 2, 1), None), (date(2027, 2, 2), date(2027, 2, 1)), (None, None)],
)
def test_an_advance_is_done_and_asked_for_in_january(finishes_on, expected):
    """31 January 2027 is a Sunday: the Monday after is the last day."""
    days = replace(DAYS, finishes_on=finishes_on)
    assert missed_day([Part(Trigger.ORDER, share_bp=3000), Part(Trigger.FINISH)], days) == expected
    assert not missed_day([Part(Trigger.STAGE, share_bp=3000), Part(Trigger.FINISH)], days)


def test_a_part_on_a_day_during_the_work_is_no_advance():
    days = replace(DAYS, finishes_on=date(2027, 3, 1))
    assert not missed_day([on(date(2026, 12, 28), share_bp=3000), Part(Trigger.FINISH)], days)
    assert missed_day([on(date(2026, 12, 7), share_bp=3000), Part(Trigger.FINISH)], days)


@given(
    labour=st.integers(100, 400_000),
    material=st.integers(0, 200_000),
    shares=st.lists(st.integers(1, 3000), min_size=1, max_size=3),
    day=st.dates(date(2026, 12, 1), date(2026, 12, 31)),
)
def test_the_years_together_are_the_whole(labour, material, shares, day):
    """Nothing is paid twice or not at all; of the deduction at most two kronor per payment fall away."""
    lines = [
        Line("1", 1000, labour * 100, 25, LineKind.LABOUR, deduction=ROT, work_type="bygg"),
        Line("2", 1000, material * 100, 25, LineKind.MATERIAL),
    ]
    result = totals(lines, basis="incl", paid_on=DAYS.paid_on)
    plan = [*(on(day, share_bp=share) for share in shares), on(date(2027, 1, 31))]
    years = by_year(plan, result, DAYS)
    assert [year.year for year in years] == [2026, 2027]
    assert sum(year.pays_ore for year in years) == result.to_pay_ore
    told = sum(one.amount_kr for year in years for one in year.deductions)
    assert 0 <= 100 * told <= result.deduction_ore
    assert result.deduction_ore - 100 * told <= 100 * (2 * len(plan) + 1)
