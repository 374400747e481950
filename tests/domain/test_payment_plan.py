"""Payment plans: what each part comes to, and what stands against law or advice."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.payment_plan import (
    BadPlan,
    Part,
    PlanWarning,
    Trigger,
    amounts_ore,
    breaks_smahus,
    check,
    from_data,
    to_data,
    warnings,
)


def part(trigger="finish", **given):
    return Part(Trigger(trigger), **given)


def test_percent_kronor_and_rest():
    plan = [part("start", share_bp=3000), part("stage", text="Stommen rest", amount_ore=2_000_000), part("finish")]
    assert amounts_ore(plan, 8_573_950) == [2_572_200, 2_000_000, 4_001_750]


@given(st.integers(100_000, 10**10), st.lists(st.integers(1, 2500), max_size=3))
def test_the_parts_are_the_whole(to_pay, shares):
    plan = [*(part(share_bp=share) for share in shares), part()]
    amounts = amounts_ore(plan, to_pay)
    assert sum(amounts) == to_pay
    assert all(amount % 100 == 0 for amount in amounts[:-1])


@pytest.mark.parametrize(
    ("plan", "reason", "place"),
    [
        ([part(), part()], "nothing", 0),
        ([part(share_bp=0), part()], "nothing", 0),
        ([part(share_bp=1000, amount_ore=100), part()], "both", 0),
        ([part("stage", share_bp=1000), part()], "no_text", 0),
        ([part(share_bp=1000), part("date")], "no_date", 1),
        ([part(share_bp=9000), part(share_bp=2000)], "too_much", 1),
        ([part(share_bp=100)] * 12 + [part()], "too_many", 12),
    ],
)
def test_plans_that_cannot_be_followed(plan, reason, place):
    with pytest.raises(BadPlan) as raised:
        check(plan)
    assert (raised.value.reason, raised.value.place) == (reason, place)


def test_more_than_what_is_to_be_paid():
    with pytest.raises(BadPlan, match="too_much"):
        amounts_ore([part(amount_ore=100_001), part()], 100_000)


def test_an_empty_plan_comes_to_nothing():
    assert amounts_ore([], 100_000) == []


@pytest.mark.parametrize(
    ("plan", "is_smahus", "expected"),
    [
        ([part("start", share_bp=3000), part()], False, [PlanWarning.ADVANCE]),
        ([part("stage", text="x", share_bp=3000), part()], False, []),
        ([part("date", on=date(2026, 12, 1), share_bp=3000), part()], False, [PlanWarning.ADVANCE]),
        ([part("order", share_bp=3000), part()], True, [PlanWarning.SMAHUS_ADVANCE, PlanWarning.SMAHUS_LAST_PART]),
        ([part("stage", text="x", share_bp=9000), part("inspection")], True, []),
        ([part("stage", text="x", share_bp=9001), part("inspection")], True, [PlanWarning.SMAHUS_LAST_PART]),
    ],
)
def test_warnings(plan, is_smahus, expected):
    found = warnings(plan, 10_000_000, is_consumer=True, is_smahus=is_smahus, starts_on=date(2026, 12, 1))
    assert found == expected
    assert warnings(plan, 10_000_000, is_consumer=False, is_smahus=is_smahus) == []


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ([], True),
        ([part("stage", text="x", share_bp=9000), part("inspection")], False),
        ([part("stage", text="x", share_bp=9001), part("inspection")], True),
        ([part("date", on=date(2026, 12, 1), share_bp=1000), part("inspection")], True),
        ([part("date", on=date(2026, 12, 2), share_bp=1000), part("inspection")], False),
    ],
)
def test_how_a_small_house_may_be_paid_for(plan, expected):
    assert breaks_smahus(plan, 10_000_000, starts_on=date(2026, 12, 1)) is expected


def test_plain_data_and_back():
    plan = [part("date", on=date(2027, 1, 31), share_bp=3000), part("stage", text="Rivning", amount_ore=5), part()]
    assert from_data(to_data(plan)) == plan


@pytest.mark.parametrize("bad", [None, [{}], [{"trigger": "gift"}], "x", [{"trigger": "date", "on": "31/1"}]])
def test_data_of_another_shape(bad):
    with pytest.raises(BadPlan, match="shape"):
        from_data(bad)
