"""Methods of signing: their order, what a firm asks for at which amount, and where a code goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.signing_methods import (
    LEVELS,
    LOWEST,
    Level,
    Method,
    asked_for,
    is_enough,
    lowest_for,
    on_page,
    other_channel,
    tidy,
)

RULES = st.lists(
    st.fixed_dictionaries({"from_kr": st.integers(0, 1000), "method": st.sampled_from([str(m) for m in LOWEST])}),
    max_size=6,
)


def test_the_order_and_the_levels():
    order = [Method.ORAL, Method.LINK, Method.LINK_CODE, Method.ON_SITE, Method.MANUAL_SCAN, Method.BANKID]
    assert list(Method) == order
    for place, method in enumerate(order):
        assert [is_enough(method, other) for other in order] == [n <= place for n in range(len(order))]
    simple = {method for method, level in LEVELS.items() if level is Level.SIMPLE}
    assert simple == {Method.LINK, Method.LINK_CODE, Method.ON_SITE}


@pytest.mark.parametrize(
    ("total_kr", "method"),
    [(0, Method.LINK), (49_999, Method.LINK), (50_000, Method.LINK_CODE), (10**9, Method.LINK_CODE)],
)
def test_the_rule_of_the_amount(total_kr, method):
    rules = [{"from_kr": 50_000, "method": "link_code"}, {"from_kr": 0, "method": "link"}]
    assert lowest_for(rules, total_kr * 100) is method


STEPS = [{"from_kr": 50_000, "method": "link"}, {"from_kr": 200_000, "method": "link_code"}]


@pytest.mark.parametrize(
    ("rules", "asked", "total_kr", "enough"),
    [
        ([], "link", 500_000, "oral"),
        (STEPS, "link", 49_999, "oral"),
        (STEPS, "link", 50_000, "link"),
        (STEPS, "link", 200_000, "link_code"),
        (STEPS, "link_code", 10_000, "link_code"),
    ],
)
def test_the_examples_of_the_rules(rules, asked, total_kr, enough):
    """docs/rules/signatures.md"""
    least = asked_for({"method": asked, "rules": rules}, total_kr * 100)
    assert least == enough
    assert is_enough(Method.ON_SITE, least)
    assert is_enough(Method.MANUAL_SCAN, least)


def test_without_rules_a_word_will_do_and_the_page_asks_for_a_name():
    signing = {"method": "link", "rules": []}
    assert asked_for(signing, 10**9) is Method.ORAL
    assert on_page(signing, 10**9) is Method.LINK


def test_what_one_quote_asks_for_holds_for_a_yes_given_elsewhere_too():
    assert asked_for({"method": "link_code", "rules": []}, 0) is Method.LINK_CODE


@given(RULES, st.integers(0, 200_000))
def test_tidied_rules_say_the_same(rules, total_ore):
    strict = [{**rule, "from_kr": n} for n, rule in enumerate(rules)]  # each amount once
    assert lowest_for(tidy(strict), total_ore) is lowest_for(strict, total_ore)
    tidied = tidy(rules)
    assert tidy(tidied) == tidied
    assert [rule["from_kr"] for rule in tidied] == sorted({rule["from_kr"] for rule in tidied})


@pytest.mark.parametrize(
    ("way", "email", "phone", "goes"),
    [
        ("mail", "k@x", "+46", ("sms", "+46")),
        ("mail", "k@x", "", ("", "")),
        ("sms", "k@x", "+46", ("mail", "k@x")),
        ("sms", "", "+46", ("", "")),
        ("handed_over", "k@x", "+46", ("mail", "k@x")),
        ("handed_over", "", "+46", ("sms", "+46")),
        ("on_site", "k@x", "+46", ("", "")),
    ],
)
def test_a_code_never_takes_the_way_of_the_link(way, email, phone, goes):
    assert other_channel(way, email=email, phone=phone) == goes
