"""Phone numbers as people write them."""

from __future__ import annotations


def spoken(e164: str) -> str:
    """+46701740605 -> 070-174 06 05; a foreign number keeps its country code; what is no number stays as it is."""
    if not e164:
        return ""
    import phonenumbers  # large tables: loaded where a number is shown

    try:
        number = phonenumbers.parse(e164, "SE")
    except phonenumbers.NumberParseException:
        return e164
    style = phonenumbers.PhoneNumberFormat
    return str(phonenumbers.format_number(number, style.NATIONAL if number.country_code == 46 else style.INTERNATIONAL))
