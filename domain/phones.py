"""Phone numbers as people write them."""

from __future__ import annotations

import re
from functools import lru_cache

USUAL = re.compile(r"\+46(7[02369]|10|8)([0-9]{3})([0-9]{2})([0-9]{2})")  # mobile, of no place, Stockholm


@lru_cache(maxsize=512)  # a firm's own number stands on all its pages
def spoken(e164: str) -> str:
    """+46701740605 -> 070-174 06 05; a foreign number keeps its country code; what is no number stays as it is."""
    if not e164:
        return ""
    if usual := USUAL.fullmatch(e164):
        return usual.expand(r"0\1-\2 \3 \4")
    import phonenumbers  # the tables of all countries, 3 MB: loaded for the others

    try:
        number = phonenumbers.parse(e164, "SE")
    except phonenumbers.NumberParseException:
        return e164
    style = phonenumbers.PhoneNumberFormat
    return str(phonenumbers.format_number(number, style.NATIONAL if number.country_code == 46 else style.INTERNATIONAL))


def takes_texts(e164: str) -> bool:
    """Whether a text message may reach it; not a number of a kind that is known never to."""
    import phonenumbers

    kind = phonenumbers.PhoneNumberType
    try:
        found = phonenumbers.number_type(phonenumbers.parse(e164, "SE"))
    except phonenumbers.NumberParseException:
        return False
    return found not in (kind.FIXED_LINE, kind.TOLL_FREE, kind.PREMIUM_RATE, kind.SHARED_COST, kind.UAN, kind.VOICEMAIL)
