"""What holds for every deduction: whole kronor, within the law's limits at quote, request and part payment."""

from __future__ import annotations

import random
from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain import rot_rut
from domain.deductions import Applicant
from domain.quotes import Deduction, totals
from domain.rot_rut import caps, remaining_kr, split
from tests.domain.test_quote_properties import DATES, some_lines

KRONOR = st.integers(0, 400_000)
KINDS = st.sampled_from(["rot", "rut"])
USED = st.integers(0, 80_000)
HOUSEHOLD = st.lists(st.builds(Applicant, USED, USED, st.integers(1, 100)), min_size=1, max_size=7)


def within_the_law(rate: int, requested_kr: int, paid_kr: int) -> bool:
    """Lag (2009:194) 7 §: 3/7 of what was paid at 30 %, what was paid at 50 %."""
    return 7 * requested_kr <= 3 * paid_kr if rate == 30 else requested_kr <= paid_kr


@given(some_lines(), st.sampled_from(["incl", "excl"]), DATES, HOUSEHOLD)
def test_whole_kronor_and_the_ore_dropped(lines, basis, paid_on, people):
    result = totals(lines, basis=basis, paid_on=paid_on, applicants=people)
    for share in result.deductions:
        assert share.base_kr == share.labour_gross_ore // 100
        assert share.uncapped_kr == share.rate_percent * share.base_kr // 100
        parts = [part for one in share.applicants for part in (one.labour_kr, one.paid_kr, one.requested_kr)]
        assert all(type(part) is int and part >= 0 for part in parts)
    assert result.deduction_ore % 100 == 0


@given(
    some_lines(),
    st.sampled_from(["incl", "excl"]),
    DATES,
    HOUSEHOLD,
    st.integers(0, 10_000),
    st.randoms(use_true_random=False),
)
def test_the_order_of_lines_changes_nobodys_share(lines, basis, paid_on, people, discount_bp, shuffler: random.Random):
    mixed = list(lines)
    shuffler.shuffle(mixed)
    picked = {line.key for line in lines if line.is_option and int(line.key) % 2}
    first, second = (
        totals(rows, basis=basis, paid_on=paid_on, applicants=people, picked=picked, discount_bp=discount_bp)
        for rows in (lines, mixed)
    )
    assert first == second


@given(KRONOR, st.sampled_from([30, 50]), st.lists(st.tuples(USED, st.integers(0, 50)), min_size=1, max_size=7))
def test_a_split_is_within_every_limit_and_loses_less_than_a_krona_each(labour_kr, rate, people):
    left, weights = [one[0] for one in people], [one[1] for one in people]
    parts = split(labour_kr, rate, left, weights)
    for part, own, weight in zip(parts, left, weights, strict=True):
        assert part.requested_kr <= (own if weight else 0)
        assert part.labour_kr == part.paid_kr + part.requested_kr
        assert within_the_law(rate, part.requested_kr, part.paid_kr)
        assert part.requested_kr * 100 <= rate * part.labour_kr
    sharing = [own for own, weight in zip(left, weights, strict=True) if weight]
    best = min(rate * labour_kr // 100, sum(sharing))
    asked = sum(part.requested_kr for part in parts)
    assert best - max(len(sharing) - 1, 0) <= asked <= best
    assert sum(part.labour_kr for part in parts) == (labour_kr if asked else 0)


@given(KRONOR, st.sampled_from([30, 50]), USED)
def test_one_buyer_loses_nothing(labour_kr, rate, left):
    (part,) = split(labour_kr, rate, [left], [1])
    assert part.requested_kr == min(rate * labour_kr // 100, left)


@given(KINDS, DATES, KRONOR, KRONOR, USED)
def test_a_request_is_never_above_what_was_paid_allows(kind, paid_on, labour_kr, paid_kr, allowance_kr):
    request = rot_rut.max_request_kr(kind, paid_on, labour_kr=labour_kr, paid_kr=paid_kr, allowance_kr=allowance_kr)
    assert 0 <= request <= allowance_kr
    assert request <= max(labour_kr - paid_kr, 0)
    assert within_the_law(rot_rut.rate_percent(kind, paid_on), request, paid_kr)


@given(KINDS, DATES, KRONOR, USED)
def test_what_the_quote_deducts_may_be_requested_when_it_is_paid_the_same_day(kind, paid_on, labour_kr, left):
    (part,) = split(labour_kr, rot_rut.rate_percent(kind, paid_on), [left], [1])
    request = rot_rut.max_request_kr(kind, paid_on, labour_kr=part.labour_kr, paid_kr=part.paid_kr, allowance_kr=left)
    assert request == part.requested_kr


@given(KINDS, st.integers(2, 400_000), st.lists(st.integers(1, 100), min_size=1, max_size=6))
def test_part_payments_ask_for_no_more_than_the_invoice(kind, labour_kr, weights):
    on = date(2026, 6, 1)
    rate = rot_rut.rate_percent(kind, on)
    deduction_kr = rate * labour_kr // 100
    to_pay_ore = 100 * (labour_kr - deduction_kr)
    bounds = [to_pay_ore * sum(weights[:place]) // sum(weights) for place in range(len(weights) + 1)]
    payments = [(on, after - before) for before, after in pairwise(bounds)]
    claims = rot_rut.partial_claims(
        kind, labour_kr=labour_kr, deduction_kr=deduction_kr, to_pay_ore=to_pay_ore, payments=payments
    )
    assert all(paid >= 0 and asked >= 0 and within_the_law(rate, asked, paid) for paid, asked in claims)
    assert sum(paid for paid, _ in claims) == labour_kr - deduction_kr
    assert deduction_kr - len(claims) < sum(asked for _, asked in claims) <= deduction_kr


@given(KINDS, DATES, USED, USED)
def test_used_and_left_are_never_above_a_cap(kind, paid_on, used_rot, used_rut):
    limit, left = caps(paid_on), remaining_kr(kind, paid_on, used_rot, used_rut)
    own, used = (limit.rot_kr, used_rot) if kind == Deduction.ROT else (limit.rut_kr, used_rut)
    assert left == 0 or used + left <= own
    assert limit.combined_kr is not None
    assert left == 0 or used_rot + used_rut + left <= limit.combined_kr


@given(st.integers(1, 75_000), st.data())
def test_a_decision_leaves_the_rest_to_the_buyer(requested_kr, data):
    approved_kr = data.draw(st.integers(0, requested_kr))
    word, owed_kr = rot_rut.decided(requested_kr, approved_kr)
    assert approved_kr + owed_kr == requested_kr
    assert (word == "approved", word == "denied") == (owed_kr == 0, approved_kr == 0)
