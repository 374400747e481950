"""Who has still to approve."""

from hypothesis import given
from hypothesis import strategies as st

from domain.parties import CUSTOMER, Role, left, may_decide

IDS = st.lists(st.sampled_from("abcdef"), unique=True)


def test_a_copy_decides_nothing():
    assert [role.value for role in Role if may_decide(role)] == ["decides", "co_decides"]


def test_the_customer_is_always_one_of_them():
    assert left([], []) == [CUSTOMER]
    assert left(["a"], []) == [CUSTOMER, "a"]
    assert left(["a"], [CUSTOMER]) == ["a"]


@given(IDS, IDS, st.booleans())
def test_nobody_is_left_only_when_all_have_approved(deciders, approved, has_customer):
    approved = [*approved, *([CUSTOMER] if has_customer else [])]
    everyone = {CUSTOMER, *deciders}
    assert set(left(deciders, approved)) == everyone - set(approved)
    assert (left(deciders, approved) == []) == (everyone <= set(approved))
