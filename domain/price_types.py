"""Price types of a quote, and the most that each lets the firm charge.

Source: konsumenttjänstlagen (1985:716) 36 §: an approximate price may be exceeded by at most 15 percent, unless another
limit was agreed. Read 2026-11-20.
"""

from __future__ import annotations

from enum import StrEnum

from domain.money import round_div

LIMIT_PERCENT = 15
MOST_LIMIT_PERCENT = 50  # our own: above it the word "approximate" says nothing


class PriceType(StrEnum):
    """How the price is decided."""

    FIXED = "fixed"
    APPROXIMATE = "approximate"
    RUNNING = "running"
    RUNNING_WITH_CAP = "running_with_cap"


def most_ore(
    price_type: str, stated_ore: int, *, limit_percent: int = LIMIT_PERCENT, cap_ore: int | None = None
) -> int | None:
    """The most that may be charged for what is quoted, in öre, in the basis of the amounts; None: no limit is agreed.

    With a ceiling that is lower than the stated sum, the ceiling.
    """
    if price_type == PriceType.APPROXIMATE:
        return round_div(stated_ore * (100 + limit_percent), 100)
    if price_type == PriceType.RUNNING_WITH_CAP:
        return cap_ore
    return stated_ore if price_type == PriceType.FIXED else None
