"""What the firm earns on the lines whose cost it has said."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from domain.money import round_div
from domain.quotes import PriceBasis, Priced, line_total_ore


class Margin(Struct, frozen=True):
    """What the lines with a known cost bring and cost the firm, in öre without VAT; `unknown` lines say no cost."""

    sold_ore: int
    cost_ore: int
    unknown: int

    @property
    def earned_ore(self) -> int:
        return self.sold_ore - self.cost_ore

    @property
    def percent_bp(self) -> int:
        """Of what they bring, in hundredths of a percent."""
        return round_div(self.earned_ore * 10000, self.sold_ore) if self.sold_ore else 0


def margin(lines: Iterable[tuple[Priced, int | None]], *, basis: str) -> Margin | None:
    """What the firm earns on the lines that say what they cost it. None if no line does.

    Each line with its purchase price in öre, without VAT, for one unit. Options do not count, nor discounts on
    sections and the whole: it is the margin of the lines.
    """
    sold = cost = 0
    unknown = 0
    for line, purchase_price_ore in lines:
        if line.is_option:
            continue
        if purchase_price_ore is None:
            unknown += 1
            continue
        amount = line_total_ore(line)
        if basis == PriceBasis.INCL:
            amount = round_div(amount * 100, 100 + line.vat_percent)
        sold += amount
        cost += round_div(line.quantity_milli * purchase_price_ore, 1000)
    return Margin(sold, cost, unknown) if sold or cost else None
