"""What holds whatever a customer chooses, and whatever discounts there are."""

from __future__ import annotations

import random
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from domain.payment_plan import BadPlan, Part, Trigger, amounts_ore
from domain.quotes import Deduction, line_total_ore, option_prices, totals
from tests.domain.test_quote_properties import some_lines

PAID_ON = date(2026, 12, 20)
BASES = st.sampled_from(["incl", "excl"])


@st.composite
def chosen(draw):
    """Lines, with picks, quantities and discounts of them."""
    lines = draw(some_lines())
    keys = [line.key for line in lines]
    options = [line.key for line in lines if line.is_option]
    some = st.sets(st.sampled_from(keys)) if keys else st.just(set())
    return lines, {
        "picked": draw(st.sets(st.sampled_from(options)) if options else st.just(set())),
        "quantities": {key: draw(st.integers(0, 50_000)) for key in draw(some)},
        "sections_bp": {key: draw(st.integers(1, 10_000)) for key in draw(some)},
        "discount_bp": draw(st.one_of(st.just(0), st.integers(0, 10_000))),
    }


@given(chosen(), BASES, st.randoms(use_true_random=False))
def test_order_never_matters(choice, basis, shuffler: random.Random):
    lines, given_ = choice
    mixed = list(lines)
    shuffler.shuffle(mixed)
    assert totals(mixed, basis=basis, paid_on=PAID_ON, **given_) == totals(
        lines, basis=basis, paid_on=PAID_ON, **given_
    )


@given(chosen(), BASES)
def test_what_an_option_adds_is_what_the_sums_differ_by(choice, basis):
    lines, given_ = choice
    picked = given_.pop("picked")
    prices = option_prices(lines, basis=basis, paid_on=PAID_ON, picked=picked, **given_)
    for line in lines:
        if not line.is_option:
            continue
        more = totals(lines, basis=basis, paid_on=PAID_ON, picked=picked | {line.key}, **given_)
        fewer = totals(lines, basis=basis, paid_on=PAID_ON, picked=picked - {line.key}, **given_)
        assert prices[line.key] == (more.gross_ore - fewer.gross_ore, more.to_pay_ore - fewer.to_pay_ore)


@given(chosen(), BASES)
def test_one_of_several_is_priced_without_the_others(choice, basis):
    lines, given_ = choice
    given_.pop("picked")
    group = frozenset(line.key for line in lines if line.is_option)
    instead = dict.fromkeys(group, group)
    alone = option_prices(lines, basis=basis, paid_on=PAID_ON, **given_)
    for key in group:
        assert option_prices(lines, basis=basis, paid_on=PAID_ON, picked={key}, instead=instead, **given_) == alone


@given(chosen(), BASES)
def test_the_price_is_the_lines_less_the_discounts(choice, basis):
    lines, given_ = choice
    result = totals(lines, basis=basis, paid_on=PAID_ON, **given_)
    counted = [line for line in lines if not line.is_option or line.key in given_["picked"]]
    stated = result.gross_ore if basis == "incl" else result.net_ore
    assert result.lines_ore == sum(line_total_ore(line, given_["quantities"].get(line.key)) for line in counted)
    assert stated == result.lines_ore - result.discount_ore
    assert 0 <= result.whole_discount_ore <= result.discount_ore <= result.lines_ore
    assert bool(result.whole_discount_ore) <= bool(given_["discount_bp"])


@given(chosen(), BASES)
def test_no_request_is_above_its_share_of_what_is_paid(choice, basis):
    lines, given_ = choice
    for share in totals(lines, basis=basis, paid_on=PAID_ON, **given_).deductions:
        for part in share.applicants:
            if share.kind is Deduction.ROT:
                assert 7 * part.requested_kr <= 3 * part.paid_kr
            else:
                assert part.requested_kr <= part.paid_kr


@given(st.lists(st.integers(1, 5_000), max_size=4), st.integers(100, 10_000_000))
def test_a_plan_comes_to_what_is_paid(shares, to_pay_ore):
    parts = [Part(Trigger.START, share_bp=share) for share in shares]
    try:
        amounts = amounts_ore([*parts, Part(Trigger.FINISH)], to_pay_ore)
    except BadPlan:
        return
    assert sum(amounts) == to_pay_ore
    assert all(amount % 100 == 0 for amount in amounts[:-1])
