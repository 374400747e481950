"""The words a customer agrees to, each with version and SHA-256: shown on the page, kept in the agreed JSON, printed.

Swedish on purpose and not in the catalogue: they are evidence. A changed word is a new version; old ones stay.
Sources: lag (2005:59) 2 kap. 5, 9, 11 and 15 §§; which tick is asked when: domain/consents.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from documents.format import day_in_words
from domain import canonical
from domain.consents import E_SIGNATURE, RIGHT_ENDS_WHEN_DONE, START_WITHIN_PERIOD

VERSION = "2026-11-20"

_TEXTS = {
    (E_SIGNATURE, "private"): (
        "Jag har läst offerten och villkoren, och jag har fått information om min ångerrätt. Avtalet och "
        "informationen får skickas till mig med e-post. Mitt namn här gäller som underskrift."
    ),
    (E_SIGNATURE, "other"): (
        "Jag har läst offerten och villkoren, och jag får beställa för {customer}. Avtalet får skickas med e-post. "
        "Mitt namn här gäller som underskrift."
    ),
    (START_WITHIN_PERIOD, "private"): (
        "Jag vill att arbetet börjar innan ångertiden är slut den {last_day}, och jag vet att jag då betalar för "
        "utfört arbete om jag ångrar mig."
    ),
    (RIGHT_ENDS_WHEN_DONE, "private"): (
        "Jag vet att ångerrätten upphör när hela arbetet är utfört, om arbetet har börjat på min begäran."
    ),
}
_BUTTONS = {"private": "Beställ med betalningsskyldighet", "other": "Godkänn och beställ"}


@dataclass(frozen=True, slots=True)
class Wording:
    """One text as it was shown."""

    text: str

    @property
    def sha256(self) -> str:
        return canonical.sha256_hex(self.text.encode())


def consent(kind: str, *, customer_kind: str, customer: str, last_day: date) -> Wording:
    """The text of a tick. Raises KeyError for a tick that the kind of customer is not offered."""
    text = _TEXTS[kind, _group(customer_kind)]
    return Wording(text.format(customer=customer, last_day=day_in_words(last_day)))


def button(customer_kind: str) -> Wording:
    """What stands on the order button (lag (2005:59) 2 kap. 9 §)."""
    return Wording(_BUTTONS[_group(customer_kind)])


def _group(customer_kind: str) -> str:
    return "private" if customer_kind == "private" else "other"
