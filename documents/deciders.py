"""Where several decide on a quote: what the papers, the page and the letters say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from languages import gettext as _


def names(content: Mapping[str, Any]) -> list[str]:
    """Those who decide by a frozen content, the customer first."""
    customer = content["customer"]
    return [customer["contact"] or customer["name"], *(one["name"] for one in content["deciders"])]


def together(people: Sequence[str]) -> str:
    """Anna, Karin och Per"""
    if len(people) < 2:
        return "".join(people)
    return _("%(some)s och %(last)s", some=", ".join(people[:-1]), last=people[-1])


def rule(content: Mapping[str, Any]) -> str:
    """That there is no agreement until all have approved."""
    return _(
        "Offerten ska godkännas av %(names)s. Det blir ett avtal först när alla har godkänt samma sak. "
        "Tackar någon nej är ingen bunden.",
        names=together(names(content)),
    )
