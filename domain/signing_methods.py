"""How a customer's yes is given, from the weakest to the strongest, and which one a firm asks for at which amount.

The levels are those of eIDAS, Regulation (EU) No 910/2014 art. 3: all that is offered here is a simple electronic
signature, and says so. A paper that was signed elsewhere and scanned is no electronic signature, an oral yes is none.
Source: docs/rules/signatures.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any


class Method(StrEnum):
    """In the order of strength."""

    ORAL = "oral"  # said elsewhere; the firm has written it down
    LINK = "link"  # the name typed on the page that a personal link opens
    LINK_CODE = "link_code"  # and a one-time code that went another way than the link
    ON_SITE = "on_site"  # on the firm's own screen, which the customer was lent
    MANUAL_SCAN = "manual_scan"  # in writing elsewhere: the firm keeps a scan
    BANKID = "bankid"  # not offered yet


class Level(StrEnum):
    NONE = "none"
    PAPER = "paper"
    SIMPLE = "simple"  # eIDAS art. 3.10
    ADVANCED = "advanced"  # eIDAS art. 26


LEVELS = {
    Method.ORAL: Level.NONE,
    Method.LINK: Level.SIMPLE,
    Method.LINK_CODE: Level.SIMPLE,
    Method.ON_SITE: Level.SIMPLE,
    Method.MANUAL_SCAN: Level.PAPER,
    Method.BANKID: Level.ADVANCED,
}
LOWEST = (Method.ORAL, Method.LINK, Method.LINK_CODE)
"""What a firm can ask for as the least; whatever is stronger is always as good."""
ASKED = (Method.LINK, Method.LINK_CODE)
"""What one quote can ask for on the customer's page."""

_STRENGTH = {method: place for place, method in enumerate(Method)}
Rule = Mapping[str, Any]  # {"from_kr": whole kronor with VAT, "method": one of LOWEST}


def is_enough(method: Method, asked: Method) -> bool:
    """Whether a method is as strong as the one that is asked for."""
    return _STRENGTH[method] >= _STRENGTH[asked]


def stronger(one: Method, other: Method) -> Method:
    """The stronger of two."""
    return max(one, other, key=_STRENGTH.__getitem__)


def lowest_for(rules: Iterable[Rule], total_ore: int) -> Method:
    """The least that the firm's rules ask for at this total with VAT, before deductions; without rules a word."""
    reached = [rule for rule in rules if rule["from_kr"] * 100 <= total_ore]
    return Method(max(reached, key=lambda rule: rule["from_kr"])["method"]) if reached else Method.ORAL


def asked_for(signing: Mapping[str, Any], total_ore: int) -> Method:
    """The least for a quote with what is chosen: `signing` is the frozen {"method", "rules"}.

    A quote that asks for more than a link on the customer's page is not agreed by a weaker yes given elsewhere either.
    """
    method = Method(signing["method"])
    lowest = lowest_for(signing["rules"], total_ore)
    return lowest if method is Method.LINK else stronger(method, lowest)


def on_page(signing: Mapping[str, Any], total_ore: int) -> Method:
    """What the customer's page asks for: a link at least."""
    return stronger(Method.LINK, asked_for(signing, total_ore))


def tidy(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """By amount, each amount once (the stronger counts), without those that ask for no more than the one before."""
    kept: dict[int, Method] = {}
    for rule in rules:
        method = Method(rule["method"])
        kept[rule["from_kr"]] = stronger(kept.get(rule["from_kr"], method), method)
    tidied: list[dict[str, Any]] = []
    before = Method.ORAL
    for from_kr, method in sorted(kept.items()):
        if method is not before:
            tidied.append({"from_kr": from_kr, "method": str(method)})
        before = method
    return tidied


def other_channel(way: str, *, email: str, phone: str) -> tuple[str, str]:
    """(channel, address) that a code takes: never the one that the link came by. Empty where none is known.

    A link that the firm handed over may have come to the phone, so its code goes by mail where there is an address.
    """
    by_mail, by_sms = ("mail", email), ("sms", phone)
    tried = {"mail": [by_sms], "sms": [by_mail], "handed_over": [by_mail, by_sms]}.get(way, [])
    return next((one for one in tried if one[1]), ("", ""))
