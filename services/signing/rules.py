"""What a firm asks for: its rules by amount, what one quote asks for besides, and whether that can be done."""

from __future__ import annotations

import json
from collections.abc import Iterable

from msgspec import Struct

from domain.parties import Role
from domain.quotes import Totals
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


class Receiver(Struct, frozen=True):
    """One who signs, by what is known of them. `way` is the one the link goes."""

    name: str
    way: str
    email: str
    phone: str


def most_asked(firm: Firm, method: str, totals: Totals) -> Method:
    """What the customer's page may come to ask for, whatever options are chosen. `method`: of this quote alone."""
    signing = {"method": method, "rules": json.loads(firm.signing_rules)}
    return on_page(signing, totals.gross_ore + totals.options_ore)


def check(method: Method, customer: Receiver, people: Iterable[Recipient]) -> None:
    """Raises CannotBeAsked where a code is asked for that somebody who signs cannot get.

    Others than the customer have their link by mail; a witness needs no code.
    """
    if not is_enough(method, Method.LINK_CODE):
        return
    others = [
        Receiver(one.name, "mail", one.email, one.phone) for one in people if one.role not in (Role.COPY, Role.WITNESS)
    ]
    rows = [one for one in (customer, *others) if one.way not in NEEDS_NO_CODE]
    if not settings().sends_texts and any(one.way == "mail" for one in rows):
        raise CannotBeAsked("no_texts_for_code")
    names = tuple(one.name for one in rows if not way_to(_link_way(one.way), email=one.email, phone=one.phone)[1])
    if names:
        raise CannotBeAsked("no_way_for_code", names)


def _link_way(way: str) -> str:
    """The way of the link's row: everything that the firm hands over is one."""
    return way if way in ("mail", "sms") else "handed_over"
