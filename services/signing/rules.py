"""What a firm asks for: its rules by amount, what one quote asks for besides, and whether that can be done."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.parties import Role
from domain.signing_methods import Method, is_enough, on_page
from models import Firm, Recipient
from services.errors import RuleBroken
from services.installation import settings
from services.signing.codes import way_to

NEEDS_NO_CODE = ("on_site",)  # ways of sending whose customer signs on the firm's own screen


class CannotBeAsked(RuleBroken):
    """A code is asked for, and somebody who signs could not get one. `names`: of whom no other way is known."""

    def __init__(self, code: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(code)
        self.names = names


@dataclass(frozen=True, slots=True)
class Receiver:
    """One who signs, by what is known of them. `way` is the one the link goes."""

    name: str
    way: str
    email: str
    phone: str


def of_firm(firm: Firm) -> list[dict[str, Any]]:
    """The firm's rules, by amount."""
    rules: list[dict[str, Any]] = json.loads(firm.signing_rules)
    return rules


def asked(content: Mapping[str, Any]) -> Method:
    """What the customer's page may come to ask for, whatever options are chosen."""
    totals = content["totals"]
    return on_page(content["signing"], totals["gross_ore"] + totals["options_ore"])


def lowest(content: Mapping[str, Any]) -> Method:
    """The same by the firm's rules alone."""
    return asked({**content, "signing": {**content["signing"], "method": str(Method.LINK)}})


def receivers(customer: Mapping[str, Any], *, way: str, people: Iterable[Recipient]) -> list[Receiver]:
    """All who are to sign. Others than the customer get their link by mail; a witness needs no code."""
    own = Receiver(customer["contact"] or customer["name"], way, customer["email"], customer["phone"])
    others = [
        Receiver(one.name, "mail", one.email, one.phone) for one in people if one.role not in (Role.COPY, Role.WITNESS)
    ]
    return [own, *others]


def check(method: Method, to: Iterable[Receiver]) -> None:
    """Raises CannotBeAsked where a code is asked for that somebody cannot get."""
    if not is_enough(method, Method.LINK_CODE):
        return
    rows = [one for one in to if one.way not in NEEDS_NO_CODE]
    if not settings().sends_texts and any(one.way == "mail" for one in rows):
        raise CannotBeAsked("no_texts_for_code")
    names = tuple(one.name for one in rows if not way_to(_link_way(one.way), email=one.email, phone=one.phone)[1])
    if names:
        raise CannotBeAsked("no_way_for_code", names)


def _link_way(way: str) -> str:
    """The way of the link's row: everything that the firm hands over is one."""
    return way if way in ("mail", "sms") else "handed_over"
