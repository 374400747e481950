"""VAT of sums by rate, taken out of them or put on. Source: docs/rules/vat.md."""

from __future__ import annotations

from msgspec import Struct

from domain.money import round_div

VAT_RATES = (25, 12, 6, 0)


class VatGroup(Struct, frozen=True):
    """The sum of all lines with one VAT rate, in öre."""

    rate_percent: int
    net_ore: int
    vat_ore: int
    gross_ore: int


def vat_groups(by_rate: dict[int, int], is_incl: bool) -> tuple[VatGroup, ...]:
    """VAT once per rate on the sum, highest rate first."""
    groups = []
    for rate in sorted(by_rate, reverse=True):
        amount = by_rate[rate]
        if is_incl:
            vat = round_div(amount * rate, 100 + rate)
            groups.append(VatGroup(rate, amount - vat, vat, amount))
        else:
            vat = round_div(amount * rate, 100)
            groups.append(VatGroup(rate, amount, vat, amount + vat))
    return tuple(groups)


def without_vat(groups: tuple[VatGroup, ...], *, is_free: bool) -> tuple[VatGroup, ...]:
    """With reverse charge one group without VAT (mervärdesskattelagen (2023:200) 16 kap. 13 §)."""
    if not is_free or not groups:
        return groups
    net = sum(group.net_ore for group in groups)
    return (VatGroup(0, net, 0, net),)


def net_ore(by_rate: dict[int, int], is_incl: bool) -> int:
    """Amounts by rate without VAT, in öre."""
    return sum(group.net_ore for group in vat_groups(by_rate, is_incl))


def gross_ore(by_rate: dict[int, int], is_incl: bool) -> int:
    """Amounts by rate with VAT, in öre."""
    if is_incl:
        return sum(by_rate.values())
    return sum(amount + round_div(amount * rate, 100) for rate, amount in by_rate.items())
