"""Bankgiro, plusgiro and VAT numbers with their check digits.

Source: Bankgirot and Skatteverket, see docs/rules/identifiers.md.
"""

from __future__ import annotations

import re

from domain import luhn, orgnr

_BANKGIRO = re.compile(r"([0-9]{3,4})-?([0-9]{4})")
_PLUSGIRO = re.compile(r"([0-9]{1,7})-?([0-9])")
_VAT = re.compile(r"SE([0-9]{6})-?([0-9]{4})01")
_DASHES = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2212": "-"})


class BadGiro(ValueError):
    """Not such a number. `reason` is "length" or "check_digit"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BadVatNumber(ValueError):
    """Not a Swedish VAT number. `reason` is "format" or "check_digit"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_bankgiro(text: str) -> str:
    """`NNN-NNNN` or `NNNN-NNNN`. Raises BadGiro."""
    first, last = _checked(_BANKGIRO, text)
    return f"{first}-{last}"


def parse_plusgiro(text: str) -> str:
    """Pairs from the right before the check digit: `90 08 00-4`. Raises BadGiro."""
    first, last = _checked(_PLUSGIRO, text)
    start = len(first) % 2
    pairs = ([first[:start]] if start else []) + [first[i : i + 2] for i in range(start, len(first), 2)]
    return f"{' '.join(pairs)}-{last}"


def parse_vat_number(text: str) -> str:
    """`SE` + ten digits + `01`, 14 characters. Raises BadVatNumber."""
    match = _VAT.fullmatch("".join(text.split()).translate(_DASHES).upper())
    if not match:
        raise BadVatNumber("format")
    try:
        number = orgnr.parse(match[1] + match[2])
    except orgnr.BadOrgnr:
        raise BadVatNumber("check_digit") from None
    return orgnr.vat_number(number)


def _checked(shape: re.Pattern[str], text: str) -> tuple[str, str]:
    match = shape.fullmatch("".join(text.split()).translate(_DASHES))
    if not match:
        raise BadGiro("length")
    if not luhn.is_valid(match[1] + match[2]):
        raise BadGiro("check_digit")
    return match[1], match[2]
