"""Rounding of money. The only place that rounds; whole öre are `int` everywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal
    from fractions import Fraction


def round_div(numerator: int, denominator: int) -> int:
    """Divide two integers; half is rounded up, away from zero. `denominator` is above zero."""
    if numerator < 0:
        return -((-2 * numerator + denominator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)


def round_ore(value: Fraction | Decimal | int) -> int:
    """An exact amount in öre as whole öre; half is rounded up, away from zero."""
    numerator, denominator = value.as_integer_ratio()
    return round_div(numerator, denominator)


def whole_kronor_ore(amount_ore: int) -> int:
    """The amount rounded to the nearest whole krona, still in öre: 1-49 öre down, 50-99 up.

    Source: lag (1970:1029) om avrundning av vissa öresbelopp. Applied last; never changes a deduction.
    """
    return 100 * round_div(amount_ore, 100)
