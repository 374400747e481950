"""Reference: the least that a recalculation does: each line rounded, VAT once per rate, one percentage, one cap."""

from __future__ import annotations

from collections.abc import Sequence


def add_up(rows: Sequence[tuple[int, int, int, bool]]) -> tuple[int, int, int]:
    """Rows of (thousandths, öre, percent of VAT, is it deductible labour) -> öre to pay, of VAT, and deducted."""
    gross: dict[int, int] = {}
    labour = 0
    for milli, ore, percent, is_labour in rows:
        total = (milli * ore + 500) // 1000
        gross[percent] = gross.get(percent, 0) + total
        if is_labour:
            labour += total
    vat = sum(amount * percent // (100 + percent) for percent, amount in gross.items())
    deducted = min(30 * (labour // 100) // 100, 200_000) * 100
    return sum(gross.values()) - deducted, vat, deducted
