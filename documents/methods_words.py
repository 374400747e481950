"""The methods of signing and their levels in words: for page, paper and letter, in the language that is spoken."""

from __future__ import annotations

from domain.signing_methods import LEVELS, Level, Method
from languages import gettext as _
from languages import lazy_gettext as _l

NAMES = {
    Method.ORAL: _l("Ja enligt företaget"),
    Method.LINK: _l("Med namn, via länk"),
    Method.LINK_CODE: _l("Med namn och engångskod, via länk"),
    Method.ON_SITE: _l("Med namn, på företagets skärm"),
    Method.MANUAL_SCAN: _l("Skriftligt ja, som företaget har sparat"),
    Method.BANKID: _l("Med BankID"),
}
LEVEL_NAMES = {
    Level.NONE: _l("inte underskrivet här"),
    Level.PAPER: _l("inte underskrivet här"),
    Level.SIMPLE: _l("enkel elektronisk underskrift"),
    Level.ADVANCED: _l("avancerad elektronisk underskrift"),
}

_BY_LINK = {
    "mail": _l("Länk som skickades till beställarens e-postadress."),
    "sms": _l("Personlig länk som skickades med sms till beställarens mobilnummer."),
    "handed_over": _l("Länk som företaget lämnade över till beställaren, inte genom Handslag."),
}
_CODE = {
    "mail": _l("Dessutom en engångskod som skickades med sms till beställarens mobilnummer."),
    "sms": _l("Dessutom en engångskod som skickades till beställarens e-postadress."),
    "handed_over": _l("Dessutom en engångskod som Handslag skickade till beställaren en annan väg."),
}
_ON_SITE = _l("På plats, på en av företagets enheter, som beställaren fick låna.")
_SIMPLE = _l(
    "Nivå: enkel elektronisk underskrift enligt eIDAS-förordningen (EU) nr 910/2014. Beställaren skrev sitt namn, "
    "kryssade i samtyckena och tryckte på beställningsknappen. Ingen e-legitimation användes."
)
_DRAWN = _l("Beställaren ritade också sin underskrift.")


def name(method: str) -> str:
    """Med namn, via länk"""
    return str(NAMES[Method(method)])


def level_name(method: str) -> str:
    """enkel elektronisk underskrift"""
    return str(LEVEL_NAMES[LEVELS[Method(method)]])


def with_level(method: str) -> str:
    """Med namn, via länk (enkel elektronisk underskrift)"""
    return str(_("%(method)s (%(level)s)", method=name(method), level=level_name(method)))


def told(method: str, way: str) -> str:
    """One or two sentences for the paper: how who signed was reached. Empty for a yes given elsewhere.

    `way` is the link's (services/deal/links.py).
    """
    if method == Method.ON_SITE:
        return str(_ON_SITE)
    if method == Method.LINK_CODE:
        return f"{_BY_LINK[way]} {_CODE[way]}"
    return str(_BY_LINK[way]) if method == Method.LINK else ""


def level(*, is_drawn: bool = False) -> str:
    """What the paper says of the level of a signature on the page."""
    return f"{_SIMPLE} {_DRAWN}" if is_drawn else str(_SIMPLE)
