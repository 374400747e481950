"""Where several decide on a quote: what the papers, the page and the letters say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from documents import kinds
from domain import parties
from domain.deal_kinds import is_signed
from domain.parties import CUSTOMER, Role
from languages import gettext as _


def everyone(content: Mapping[str, Any]) -> dict[str, str]:
    """The names of all who sign by a frozen content, by key (domain/parties.py), in their order."""
    customer = content["customer"]
    known = {one["id"]: one["name"] for one in content["deciders"]}
    known[CUSTOMER] = customer["contact"] or customer["name"]
    return {place.key: known[place.key] for place in parties.places(content["deciders"])}


def names(content: Mapping[str, Any]) -> list[str]:
    """Those who decide by a frozen content, the customer first unless another order is set."""
    return _named(content, is_witness=False)


def witnesses(content: Mapping[str, Any]) -> list[str]:
    """Those who attest the signatures of the others."""
    return _named(content, is_witness=True)


def _named(content: Mapping[str, Any], *, is_witness: bool) -> list[str]:
    said = everyone(content)
    asked = parties.places(content["deciders"])
    return [said[place.key] for place in asked if (place.role == Role.WITNESS) == is_witness]


def has_order(content: Mapping[str, Any]) -> bool:
    """Whether those who decide sign one after the other."""
    return any(one.get("order") for one in content["deciders"] if one.get("role") != Role.WITNESS)


def together(people: Sequence[str]) -> str:
    """Anna, Karin och Per"""
    if len(people) < 2:
        return "".join(people)
    return _("%(some)s och %(last)s", some=", ".join(people[:-1]), last=people[-1])


def rule(content: Mapping[str, Any]) -> str:
    """That there is no agreement until all have approved, or signed; in which order, and who attests it."""
    if is_signed(content["kind"]):
        said = _(
            "%(what)s ska skrivas under av %(names)s. Inget avtal finns förrän alla har skrivit under samma innehåll. "
            "Säger någon nej är ingen bunden.",
            what=kinds.the_first(content["kind"]),
            names=together(names(content)),
        )
    else:
        said = _(
            "Offerten ska godkännas av %(names)s. Det blir ett avtal först när alla har godkänt samma sak. "
            "Tackar någon nej är ingen bunden.",
            names=together(names(content)),
        )
    parts = [said]
    if has_order(content):
        parts.append(_("De gör det en i taget, i den ordningen."))
    if attests := witnesses(content):
        parts.append(_("Sist bevittnas underskrifterna av %(names)s.", names=together(attests)))
    return " ".join(parts)
