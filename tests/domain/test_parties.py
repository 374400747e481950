"""Who has still to approve."""

from hypothesis import given
from hypothesis import strategies as st

from domain.parties import CUSTOMER, Role, left, may_decide, moved, places, signs, turn

IDS = st.lists(st.sampled_from("abcdef"), unique=True)


def among(*deciders: str, **roles: str):
    """Those who sign, the others in any order; `roles` by id."""
    return places([{"id": one, "role": roles.get(one, "co_decides"), "order": 0} for one in deciders])


def in_order(*keys: str, **roles: str):
    """Those who sign, one after the other; the customer is a dash."""
    frozen = [
        {"id": key, "role": roles.get(key, "co_decides"), "order": order}
        for order, key in enumerate(keys, 1)
        if key != "-"
    ]
    return places(frozen)


def test_a_copy_decides_nothing_and_a_witness_only_signs():
    assert [role.value for role in Role if may_decide(role)] == ["decides", "co_decides", "signatory"]
    assert [role.value for role in Role if signs(role)] == ["decides", "co_decides", "signatory", "witness"]


def test_the_customer_is_always_one_of_them():
    assert left(among(), []) == [CUSTOMER]
    assert left(among("a"), []) == [CUSTOMER, "a"]
    assert left(among("a"), [CUSTOMER]) == ["a"]
    assert left(places([{"id": "a", "name": "Anna"}]), []) == [CUSTOMER, "a"]  # frozen before there were roles


def test_in_any_order_all_but_the_witness_have_the_turn():
    everyone = among("w", "a", w="witness")
    assert turn(everyone, []) == [CUSTOMER, "a"]
    assert turn(everyone, ["a"]) == [CUSTOMER]
    assert turn(everyone, ["a", CUSTOMER]) == ["w"]
    assert turn(everyone, ["a", CUSTOMER, "w"]) == []


def test_in_a_set_order_one_has_the_turn_and_the_customer_the_number_left_over():
    everyone = in_order("a", "-", "b", "w", w="witness")
    assert [place.key for place in everyone] == ["a", CUSTOMER, "b", "w"]
    assert turn(everyone, []) == ["a"]
    assert turn(everyone, ["a"]) == [CUSTOMER]
    assert turn(everyone, ["a", CUSTOMER]) == ["b"]
    assert turn(everyone, ["a", "b"]) == [CUSTOMER]  # one has taken the own signature back
    assert turn(everyone, ["a", CUSTOMER, "b"]) == ["w"]
    assert [place.order for place in in_order("-", "a")] == [1, 2]
    assert [place.order for place in in_order("a", "-")] == [1, 2]


def test_one_moves_a_step_and_stays_at_the_ends():
    assert moved(["a", "b", "c"], "b", up=True) == ["b", "a", "c"]
    assert moved(["a", "b", "c"], "b", up=False) == ["a", "c", "b"]
    assert moved(["a", "b", "c"], "a", up=True) == ["a", "b", "c"]
    assert moved(["a", "b", "c"], "c", up=False) == ["a", "b", "c"]


@given(IDS, IDS, st.booleans())
def test_nobody_is_left_only_when_all_have_approved(deciders, approved, has_customer):
    approved = [*approved, *([CUSTOMER] if has_customer else [])]
    everyone = {CUSTOMER, *deciders}
    assert set(left(among(*deciders), approved)) == everyone - set(approved)
    assert (left(among(*deciders), approved) == []) == (everyone <= set(approved))
    assert (turn(among(*deciders), approved) == []) == (everyone <= set(approved))
