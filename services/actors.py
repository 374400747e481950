"""Who does an act, as the evidence and the firm's rows need to know."""

from __future__ import annotations

from msgspec import Struct


class Actor(Struct, frozen=True):
    """One who acts for or towards a firm: a user, a customer by link, or the system."""

    firm_id: int
    firm_public_id: str
    ref: str  # user:<public id>, link:<public id>, system, operator:<name>
    name: str = ""
    user_id: int | None = None
    ip: str = ""  # the socket's address, or the configured proxy's word for it
    user_agent: str = ""


def system(firm_id: int, firm_public_id: str) -> Actor:
    return Actor(firm_id=firm_id, firm_public_id=firm_public_id, ref="system")
