"""The most that each price type lets the firm charge."""

from __future__ import annotations

import pytest

from domain.price_types import PriceType, most_ore


@pytest.mark.parametrize(
    ("price_type", "limit", "cap", "most"),
    [
        (PriceType.FIXED, 15, None, 8_000_000),
        (PriceType.APPROXIMATE, 15, None, 9_200_000),  # 80 000 -> 92 000
        (PriceType.APPROXIMATE, 10, None, 8_800_000),
        (PriceType.RUNNING, 15, None, None),
        (PriceType.RUNNING_WITH_CAP, 15, 9_000_000, 9_000_000),
    ],
)
def test_most(price_type, limit, cap, most):
    assert most_ore(price_type, 8_000_000, limit_percent=limit, cap_ore=cap) == most
