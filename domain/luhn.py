"""Check digit by modulus 10 (Luhn), for personnummer, orgnr, bankgiro and plusgiro."""

from __future__ import annotations


def is_valid(digits: str) -> bool:
    """Whether the last digit checks the others. `digits` holds ASCII digits only."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        product = int(char) * (1 + place % 2)
        total += product - 9 if product > 9 else product
    return total % 10 == 0
