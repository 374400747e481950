"""Organisationsnummer: read, tell a sole trader's apart, and make the VAT number.

Source: lag (1974:174) om identitetsbeteckning för juridiska personer m.fl.; docs/rules/identifiers.md.
"""

from __future__ import annotations

import re

from domain import luhn

_SHAPE = re.compile(r"(16|18|19|20)?([0-9]{6})[-+]?([0-9]{4})")
_DASHES = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2212": "-"})


class BadOrgnr(ValueError):
    """Not an organisationsnummer. `reason` is "length", "check_digit" or "date" (a personnummer of no such day)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(text: str) -> str:
    """`NNNNNN-NNNN`. Also takes the 12-digit form (16 in front) and a sole trader's personnummer. Raises BadOrgnr."""
    match = _SHAPE.fullmatch("".join(text.split()).translate(_DASHES))
    if not match:
        raise BadOrgnr("length")
    century, first, last = match.groups()
    if not luhn.is_valid(first + last):
        raise BadOrgnr("check_digit")
    if is_personal(first):
        if century == "16" or not _could_be_date(first):
            raise BadOrgnr("date")
    elif century not in (None, "16"):
        raise BadOrgnr("length")
    return f"{first}-{last}"


def is_personal(orgnr: str) -> bool:
    """Whether the number is a person's (sole trader) and so personal data: the third digit of others is 2 or more."""
    return int(orgnr[2]) < 2


def vat_number(orgnr: str) -> str:
    """`SE` + ten digits + `01`, from `NNNNNN-NNNN`. Source: Skatteverket, momsregistreringsnummer."""
    return f"SE{orgnr.replace('-', '')}01"


def _could_be_date(first: str) -> bool:
    month, day = int(first[2:4]), int(first[4:6])
    return 1 <= month <= 12 and (1 <= day <= 31 or 61 <= day <= 91)
