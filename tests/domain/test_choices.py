"""What a customer may choose, and what a tampered form may not."""

from __future__ import annotations

import pytest

from domain.choices import BadChoice, Choice, Limits, Offer, check

OFFER = Offer(
    options=frozenset("1234"),
    sections=[(Choice.FREE, frozenset("1")), (Choice.ONE, frozenset("23")), (Choice.MUST, frozenset("4"))],
    limits={"1": Limits(1000, 5000)},
)


@pytest.mark.parametrize(("picked", "quantities"), [("", {}), ("124", {"1": 1000}), ("3", {"1": 5000})])
def test_what_is_offered(picked, quantities):
    check(OFFER, set(picked), quantities)


@pytest.mark.parametrize(
    ("picked", "quantities", "reason"),
    [
        ("9", {}, "unknown"),
        ("23", {}, "two_of_one"),
        ("", {"1": 999}, "quantity"),
        ("", {"1": 5001}, "quantity"),
        ("2", {"2": 1000}, "quantity"),
    ],
)
def test_what_is_not(picked, quantities, reason):
    with pytest.raises(BadChoice, match=reason):
        check(OFFER, set(picked), quantities)
