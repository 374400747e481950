"""Rot and rut in one quote, to the krona: rates apart, the joint cap together. Source: IL 67:19."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deductions import Applicant
from domain.quotes import Deduction, Line, LineKind, totals

PAID = date(2026, 12, 20)


def labour(key, kronor, deduction, **more):
    work_type = "bygg" if deduction is Deduction.ROT else "stadning"
    return Line(key, 1000, kronor * 100, 25, LineKind.LABOUR, deduction=deduction, work_type=work_type, **more)


def rot(kronor, **more):
    return labour("1", kronor, Deduction.ROT, **more)


def rut(kronor, **more):
    return labour("2", kronor, Deduction.RUT, **more)


def less_rot(kronor):
    return labour("5", -kronor, Deduction.ROT)


MATERIAL = Line("3", 1000, 1_000_000, 25, LineKind.MATERIAL)
TRAVEL = Line("4", 1000, 80_000, 25, LineKind.OTHER)


def of(*lines, basis="incl", **more):
    found = totals(lines, basis=basis, paid_on=PAID, **more)
    return {share.kind.value: share.amount_kr for share in found.deductions}, found.to_pay_ore


@pytest.mark.parametrize(
    ("lines", "more", "amounts", "to_pay_kr"),
    [
        # I23: 20 000 rot and 4 000 rut
        pytest.param((rot(20000), rut(4000)), {}, (6000, 2000), 16000, id="I23"),
        pytest.param((rut(4000), rot(20000)), {}, (6000, 2000), 16000, id="I23 in the other order"),
        pytest.param((rot(20000), rut(4000), MATERIAL, TRAVEL), {}, (6000, 2000), 26800, id="with material and travel"),
        # each kind drops its own öre: 30 % of 3 333 and 50 % of 125
        pytest.param((rot(2667), rut(100)), {"basis": "excl"}, (999, 62), 2397.75, id="whole kronor of each"),
        # 30 % of 166 667 is 50 000, then 25 000 of the joint 75 000 is left
        pytest.param((rot(166667), rut(60000)), {}, (50000, 25000), 151667, id="the joint cap"),
        pytest.param((rot(166667), rut(50000)), {}, (50000, 25000), 141667, id="right at the joint cap"),
        pytest.param((rot(166667), rut(49998)), {}, (50000, 24999), 141666, id="right below it"),
        pytest.param((rot(200000), rut(4000)), {}, (50000, 2000), 152000, id="the cap of rot alone"),
        pytest.param((rot(20000), rut(160000)), {}, (6000, 69000), 105000, id="rut takes what rot leaves"),
        # 40 000 rut already used: 35 000 left together
        pytest.param(
            (rot(100000), rut(20000)),
            {"applicants": (Applicant(used_rut_kr=40000),)},
            (30000, 5000),
            85000,
            id="used before",
        ),
        # each of two has caps of their own
        pytest.param(
            (rot(200000), rut(80000)),
            {"applicants": (Applicant(), Applicant())},
            (60000, 40000),
            180000,
            id="two applicants",
        ),
        # 10 % on the whole falls on both kinds of labour alike
        pytest.param((rot(20000), rut(4000), MATERIAL), {"discount_bp": 1000}, (5400, 1800), 23400, id="a discount"),
        pytest.param((rot(20000, discount_bp=1000), rut(4000)), {}, (5400, 2000), 14600, id="a discount on rot"),
        # a line below zero lowers the base of its own kind, never below nothing
        pytest.param((rot(20000), less_rot(5000), rut(4000)), {}, (4500, 2000), 12500, id="money off the labour"),
        pytest.param((rot(20000), less_rot(25000), rut(4000)), {}, (0, 2000), -3000, id="more off than there was"),
        pytest.param((rot(20000), rut(4000, is_option=True)), {}, (6000,), 14000, id="rut as an option not picked"),
        pytest.param((rot(20000), rut(4000, is_option=True)), {"picked": {"2"}}, (6000, 2000), 16000, id="and picked"),
    ],
)
def test_mixed_to_the_krona(lines, more, amounts, to_pay_kr):
    found, to_pay = of(*lines, **more)
    assert tuple(found.values()) == amounts
    assert list(found) == ["rot", "rut"][: len(amounts)]
    assert to_pay == to_pay_kr * 100


@given(
    rot_kr=st.integers(0, 400_000),
    rut_kr=st.integers(0, 400_000),
    used_rot=st.integers(0, 60_000),
    used_rut=st.integers(0, 90_000),
)
def test_together_never_above_what_is_left(rot_kr, rut_kr, used_rot, used_rut):
    found, to_pay = of(rot(rot_kr), rut(rut_kr), applicants=(Applicant(used_rot, used_rut),))
    joint = max(75_000 - used_rot - used_rut, 0)
    assert found["rot"] == min(rot_kr * 30 // 100, max(50_000 - used_rot, 0), joint)
    assert found["rut"] == min(rut_kr * 50 // 100, max(75_000 - used_rut, 0), joint - found["rot"])
    assert to_pay == 100 * (rot_kr + rut_kr - found["rot"] - found["rut"])
