"""What names the home in a rot case: fastighetsbeteckning, or the association's orgnr with a lägenhetsnummer.

Source: lag (2009:194) 9 a §; Skatteverket's schema Begaran version 6; docs/rules/identifiers.md.
"""

from __future__ import annotations

from domain import orgnr


class BadHome(ValueError):
    """Not usable in the request. `reason` is "empty", "length" or "not_an_association"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_fastighetsbeteckning(text: str) -> str:
    """As typed, with single spaces, 1-40 characters. Raises BadHome."""
    return _tidy(text, 40)


def parse_apartment_number(text: str) -> str:
    """Lägenhetsnummer as typed, with single spaces, 1-25 characters. Raises BadHome."""
    return _tidy(text, 25)


def parse_association(text: str) -> str:
    """Orgnr of a housing association, `NNNNNN-NNNN`. Raises BadHome for a person's number, BadOrgnr for a wrong one."""
    number = orgnr.parse(text)
    if orgnr.is_personal(number):
        raise BadHome("not_an_association")
    return number


def _tidy(text: str, longest: int) -> str:
    tidy = " ".join(text.split())
    if not tidy:
        raise BadHome("empty")
    if len(tidy) > longest:
        raise BadHome("length")
    return tidy
