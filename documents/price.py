"""What a price, its parts and a payment plan are called: the same words on the customer's page, in the PDF, in mails.

Source: konsumenttjänstlagen (1985:716) 36 § (approximate price), prisinformationslagen (2004:347) 7 § (the basis of a
price that is not fixed). Read 2026-11-20. `content` is a frozen content, services/quotes/content.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from documents import units
from documents.format import day_in_words, kr, percent
from languages import gettext as _
from languages import lazy_gettext as _l

Content = Mapping[str, Any]

_RUNNING = _l(
    "Löpande räkning: du betalar för den tid och det material som går åt, till priserna på raderna. Summan är en "
    "uppskattning."
)
_PLAN = {
    "order": _l("När du beställer"),
    "start": _l("När arbetet börjar"),
    "stage": "",
    "finish": _l("När arbetet är klart"),
    "inspection": _l("När slutbesiktningen är godkänd"),
}


def is_fixed(content: Content) -> bool:
    """Whether the sum is what will be paid; else it is an estimate."""
    return content["price_type"] in ("fixed", "")


def pays(content: Content, *, several: bool = False) -> str:
    """What stands beside the sum to pay."""
    if is_fixed(content):
        return _("Ni betalar") if several else _("Du betalar")
    return _("Ni betalar ungefär") if several else _("Du betalar ungefär")


def others_pay(content: Content) -> str:
    """The same for who reads it and does not pay: a witness, or who gets a copy."""
    return _("Kunden betalar") if is_fixed(content) else _("Kunden betalar ungefär")


def total_words(content: Content) -> str:
    """What stands beside the whole price, before deductions."""
    return _("Pris utan moms, omvänd betalningsskyldighet") if content["reverse_charge"] else _("Pris inkl. moms")


def about(content: Content, ore: int) -> str:
    """An amount as sure as the price is."""
    return kr(ore) if is_fixed(content) else _("ungefär %(kr)s", kr=kr(ore))


def price_type(content: Content, most_ore: int | None) -> str:
    """How the price is decided, in plain words; `most_ore` is the most that may be charged before deductions."""
    kind = content["price_type"]
    if kind == "fixed":
        return _("Fast pris.")
    if kind == "approximate":
        return _(
            "Ungefärligt pris: det får bli högst %(limit)s högre, alltså som mest %(amount)s.",
            limit=percent(100 * content["limit_percent"]),
            amount=_amount(content, most_ore),
        )
    words = [str(_RUNNING)] if kind.startswith("running") else []
    if content["markup_bp"] is not None:
        more = percent(content["markup_bp"])
        words.append(
            _("Material kostar vårt inköpspris plus %(percent)s.", percent=more)
            if content["markup_bp"]
            else _("Material kostar vårt inköpspris.")
        )
    if kind == "running_with_cap" and most_ore is not None:
        words.append(_("Det blir aldrig mer än %(amount)s.", amount=_amount(content, most_ore)))
    return " ".join(words)


def cap_with_options(content: Content) -> str:
    """What choices do to a ceiling, where there is one and something to choose; else empty."""
    offers = any(line["is_option"] for section in content["sections"] for line in section["lines"])
    if content["price_type"] != "running_with_cap" or not offers:
        return ""
    return _("Taket gäller utan tillval. Väljer du tillval höjs det med deras pris.")


def plan_part(part: Mapping[str, Any]) -> str:
    """When a part of the payment plan falls due: `När arbetet börjar`, or the text of the part."""
    if part["on"]:
        when = _("Den %(day)s", day=day_in_words(date.fromisoformat(part["on"])))
    else:
        when = str(_PLAN.get(part["trigger"], ""))
    return ": ".join(words for words in (when, part["text"]) if words)


def plan_share(part: Mapping[str, Any]) -> str:
    """`30 %`, or empty for a part in kronor and for the rest."""
    return percent(part["share_bp"]) if part["share_bp"] else ""


def plan_lines(content: Content, plan: Iterable[Mapping[str, Any]]) -> list[str]:
    """A payment plan, one line for each part."""
    rows = []
    for part in plan:
        amount = about(content, part["comes_to_ore"])
        share = ", ".join(text for text in (plan_share(part), amount) if text)
        rows.append((plan_part(part) or _("Resten")) + f": {share}")
    return ["\n".join(rows)]


def quantity_limits(least: str, most: str, unit: str) -> str:
    """What a customer may choose between, the figures already written."""
    return _("Du väljer mellan %(least)s och %(most)s %(unit)s", least=least, most=most, unit=units.said(unit)).rstrip()


def _amount(content: Content, most_ore: int | None) -> str:
    vat = "" if content["basis"] == "incl" else _(" exkl. moms")
    before = _(" före avdrag") if content["totals"]["deductions"] else ""
    return f"{kr(most_ore or 0)}{vat}{before}"
