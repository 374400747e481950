"""The words a customer agrees to, each with version and SHA-256: shown on the page, kept in the agreed JSON, printed.

Not in the catalogue: they are evidence, in the language in which they were shown. A changed word is a new version; old
ones stay. Sources: lag (2005:59) 2 kap. 5, 9, 11 and 15 §§, in English directive 2011/83/EU art. 8.2 and guidance
2021/C 525/01; which tick is asked when: domain/consents.py. The statement of who asks for rot or rut:
inkomstskattelagen (1999:1229) 67 kap. 11-19 §§.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import languages
from documents.format import day_in_words
from domain import canonical
from domain.consents import E_SIGNATURE, RIGHT_ENDS_WHEN_DONE, START_WITHIN_PERIOD
from languages import ENGLISH, SWEDISH

VERSION = "2026-11-20"
STATEMENT_VERSION = "2026-11-21"

_TEXTS = {
    SWEDISH: {
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
    },
    ENGLISH: {
        (E_SIGNATURE, "private"): (
            "I have read the quote and the terms, and I have been informed of my right of withdrawal. The contract and "
            "the information may be sent to me by e-mail. My name here counts as my signature."
        ),
        (E_SIGNATURE, "other"): (
            "I have read the quote and the terms, and I am authorised to order for {customer}. The contract may be "
            "sent by e-mail. My name here counts as my signature."
        ),
        (START_WITHIN_PERIOD, "private"): (
            "I want the work to begin before the withdrawal period ends on {last_day}, and I know that I then pay for "
            "work already carried out if I withdraw."
        ),
        (RIGHT_ENDS_WHEN_DONE, "private"): (
            "I know that the right of withdrawal ends when all the work has been carried out, if the work began at my "
            "request."
        ),
    },
}
_BUTTONS = {
    SWEDISH: {"private": "Beställ med betalningsskyldighet", "other": "Godkänn och beställ"},
    ENGLISH: {"private": "Order with obligation to pay", "other": "Approve and order"},
}
_STATEMENTS = {
    SWEDISH: {
        "owns": (
            "Jag äger bostaden helt eller delvis, och den används av mitt eller min förälders hushåll. Jag fyller "
            "minst 18 år senast det år som jobbet betalas och är inte närstående till {firm}. Arbetet ersätts inte av "
            "försäkring eller bidrag. Det jag har skrivit om årets avdrag stämmer."
        ),
        "lives": (
            "Bostaden används av mitt eller min förälders hushåll. Jag fyller minst 18 år senast det år som jobbet "
            "betalas och är inte närstående till {firm}. Arbetet ersätts inte av försäkring eller bidrag. Det jag har "
            "skrivit om årets avdrag stämmer."
        ),
    },
    ENGLISH: {
        "owns": (
            "I own all or part of the home, and it is used by my own or my parent's household. I turn at least 18 no "
            "later than the year in which the job is paid and am not a close relative of {firm}. The work is not paid "
            "for by insurance or a grant. What I have written about this year's deduction is correct."
        ),
        "lives": (
            "The home is used by my own or my parent's household. I turn at least 18 no later than the year in which "
            "the job is paid and am not a close relative of {firm}. The work is not paid for by insurance or a grant. "
            "What I have written about this year's deduction is correct."
        ),
    },
}


@dataclass(frozen=True, slots=True)
class Wording:
    """One text as it was shown."""

    text: str

    @property
    def sha256(self) -> str:
        return canonical.sha256_hex(self.text.encode())


def consent(kind: str, *, customer_kind: str, customer: str, last_day: date) -> Wording:
    """A tick in the language at hand. Raises KeyError for one that the kind of customer is not offered."""
    text = _TEXTS[languages.code()][kind, _group(customer_kind)]
    return Wording(text.format(customer=customer, last_day=day_in_words(last_day)))


def button(customer_kind: str) -> Wording:
    """What stands on the order button (lag (2005:59) 2 kap. 9 §)."""
    return Wording(_BUTTONS[languages.code()][_group(customer_kind)])


def statement(kinds: Collection[str], firm: str) -> Wording:
    """What each who asks for the deduction states of home and household; only rut does without owning."""
    text = _STATEMENTS[languages.code()]["lives" if set(kinds) == {"rut"} else "owns"]
    return Wording(text.format(firm=firm))


def _group(customer_kind: str) -> str:
    return "private" if customer_kind == "private" else "other"
