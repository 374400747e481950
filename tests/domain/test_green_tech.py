"""Grön teknik: rates by the final payment, the joint cap, how buyers share, worked cases, and what always holds."""

import json
import random
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import green_tech
from domain.green_tech import Installed, base_ore, cap_kr, rate_percent, reduce, remaining_kr
from domain.rot_rut import RULES, NoRuleForDate

CASES = json.loads(Path(__file__).with_name("data").joinpath("rot-rut-cases.json").read_text(encoding="utf-8"))
GREEN = [case for case in CASES["cases"] if case["type"] == "green_tech"]
NOW = date(2026, 12, 20)
INSTALLATIONS = ("solceller", "lagring", "laddningspunkt")
ORE = st.integers(0, 40_000_000)
WORK = st.lists(
    st.builds(Installed, st.sampled_from(INSTALLATIONS), ORE, ORE), max_size=3, unique_by=lambda one: one.installation
)
PEOPLE = st.lists(st.tuples(st.integers(0, 60_000), st.integers(1, 50)), min_size=1, max_size=7)


@pytest.mark.parametrize("case", GREEN, ids=lambda case: case["id"])
def test_worked_case(case):
    assert green_tech.worked_case(case["input"]) == case["expected"]


@pytest.mark.parametrize(
    ("installation", "on", "rate"),
    [
        ("solceller", date(2021, 1, 1), 15),
        ("solceller", date(2022, 12, 31), 15),
        ("solceller", date(2023, 1, 1), 20),
        ("solceller", date(2025, 6, 30), 20),
        ("solceller", date(2025, 7, 1), 15),
        ("solceller", NOW, 15),
        ("lagring", date(2021, 1, 1), 50),
        ("lagring", NOW, 50),
        ("laddningspunkt", NOW, 50),
    ],
)
def test_rate_by_the_final_payment(installation, on, rate):
    assert rate_percent(installation, on) == rate


@pytest.mark.parametrize(("installation", "on"), [("solceller", date(2020, 12, 31)), ("vindkraft", NOW)])
def test_what_no_row_covers_is_refused(installation, on):
    with pytest.raises(NoRuleForDate):
        rate_percent(installation, on)


def test_every_row_says_where_it_comes_from_and_no_two_overlap():
    rows = RULES["green_tech_periods"]
    assert all(row["source"] and row["confidence"] for row in [*rows, RULES["green_tech_rules"]])
    for installation in INSTALLATIONS:
        own = sorted(
            (row["valid_from"], row["valid_to"] or "9999") for row in rows if row["installation"] == installation
        )
        assert all(last < first for (_, last), (first, _) in pairwise(own))


def test_a_year_that_is_used_up_leaves_nothing():
    assert [remaining_kr(used) for used in (0, 49_999, 50_000, 60_000)] == [50_000, 1, 0, 0]


def test_the_schablon_counts_97_percent_of_a_fixed_total_price_only():
    assert base_ore(10_000_00) == 10_000_00
    assert base_ore(0, 10_000_00) == 9_700_00
    assert base_ore(10_000_00, 10_000_00) == 19_700_00
    assert base_ore(-1) == 0


def test_the_cap_is_joint_for_all_installations():
    solar, storage = reduce(
        [Installed("lagring", 90_000_00), Installed("solceller", 100_000_00)], NOW, used_green_kr=[0], weights=[1]
    )
    assert (solar.installation, solar.uncapped_kr, solar.applicants[0].requested_kr) == ("solceller", 15_000, 15_000)
    assert (storage.installation, storage.uncapped_kr, storage.applicants[0].requested_kr) == (
        "lagring",
        45_000,
        35_000,
    )


def test_two_share_what_one_cannot_have():
    (part,) = reduce([Installed("lagring", 0, 120_000_00)], NOW, used_green_kr=[44_000, 0], weights=[1, 1])
    assert part.uncapped_kr == 58_200
    assert [share.requested_kr for share in part.applicants] == [6_000, 50_000]


@pytest.mark.parametrize(
    ("code", "kind", "counts"),
    [
        ("solceller", "labour", True),
        ("solceller", "material", True),
        ("solceller", "other", False),
        ("solceller_totalpris", "other", True),
    ],
)
def test_labour_and_material_count_and_other_costs_only_within_a_total_price(code, kind, counts):
    assert green_tech.TYPES[code].takes(kind) is counts


@given(WORK, PEOPLE)
def test_nobody_gets_more_than_is_left_and_little_is_lost(work, people):
    used, weights = [one[0] for one in people], [one[1] for one in people]
    parts = reduce(work, NOW, used, weights)
    asked = [sum(part.applicants[place].requested_kr for part in parts) for place in range(len(people))]
    assert all(total <= remaining_kr(one) for total, one in zip(asked, used, strict=True))
    best = min(sum(part.uncapped_kr for part in parts), sum(remaining_kr(one) for one in used))
    assert best - len(parts) * (len(people) - 1) <= sum(asked) <= best
    assert sum(asked) <= len(people) * cap_kr()


@given(WORK, PEOPLE, st.sampled_from([date(2022, 6, 1), date(2025, 6, 30), date(2025, 7, 1), NOW]))
def test_every_request_is_within_its_part_of_what_is_paid(work, people, on):
    for part in reduce(work, on, [one[0] for one in people], [one[1] for one in people]):
        assert 100 * part.base_kr <= part.base_ore
        for share in part.applicants:
            assert share.paid_kr + share.requested_kr == share.labour_kr
            assert (100 - part.rate_percent) * share.requested_kr <= part.rate_percent * share.paid_kr
        if any(share.requested_kr for share in part.applicants):
            assert sum(share.labour_kr for share in part.applicants) == part.base_kr


@given(WORK, PEOPLE, st.randoms(use_true_random=False))
def test_the_order_of_installations_never_matters(work, people, shuffler: random.Random):
    mixed = list(work)
    shuffler.shuffle(mixed)
    used, weights = [one[0] for one in people], [one[1] for one in people]
    assert reduce(mixed, NOW, used, weights) == reduce(work, NOW, used, weights)
