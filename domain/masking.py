"""Addresses shortened for a paper that several get: enough to recognise the own, too little to use another's."""

from __future__ import annotations

import re
from ipaddress import ip_address

_EMAIL = re.compile(r"[^\s@<>(),;:\"]+@[^\s@<>(),;:\"]+[^\s@<>(),;:\".]")
_NUMBERS = re.compile(r"(?<!\w)[0-9A-Fa-f:]*[:.][0-9A-Fa-f:.]*[0-9A-Fa-f:](?!\w)")
_PHONE = re.compile(r"(?<![\w+.-])[+0]\d(?:[ -]?\d){5,13}(?![\w-])")


def email(address: str) -> str:
    """karin@kund.example -> k…@kund.example"""
    name, _at, place = address.rpartition("@")
    return f"{name[:1]}…@{place}"


def phone(number: str) -> str:
    """+46701234567 -> …67"""
    return f"…{''.join(one for one in number if one.isdigit())[-2:]}"


def network(token: str) -> str:
    """192.0.2.7 and 2001:db8::7 -> …; what is no network address stays."""
    try:
        ip_address(token)
    except ValueError:
        return token
    return "…"


def text(words: str) -> str:
    """Whatever stands in a text as an address: mail and phone shortened, network addresses as "…"."""
    words = _EMAIL.sub(lambda hit: email(hit[0]), words)
    words = _NUMBERS.sub(lambda hit: network(hit[0]), words)
    return _PHONE.sub(lambda hit: phone(hit[0]), words)
