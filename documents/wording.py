"""The words a customer agrees to, each with version and SHA-256: shown on the page, kept in the agreed JSON, printed.

Not in the catalogue: they are evidence, in the language in which they were shown. A changed word is a new version; old
ones stay. Sources: lag (2005:59) 2 kap. 5, 9, 11 and 15 §§, in English directive 2011/83/EU art. 8.2 and guidance
2021/C 525/01; which tick is asked when: domain/consents.py. The statement of who asks for rot or rut:
inkomstskattelagen (1999:1229) 67 kap. 11-19 §§.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from msgspec import Struct

import languages
from documents.format import day_in_words
from domain import canonical
from domain.consents import E_SIGNATURE, RIGHT_ENDS_WHEN_DONE, START_WITHIN_PERIOD
from domain.deal_kinds import DealKind
from languages import ENGLISH, SWEDISH

VERSION = "2026-11-22"
ORDER = "order"  # a document by which a consumer orders something
STATEMENT_VERSION = "2026-11-21"

_TEXTS: dict[str, dict[tuple[str, ...], str]] = {
    SWEDISH: {
        (E_SIGNATURE, "contract", "private"): (
            "Jag har läst kontraktet och dess villkor, och jag har fått information om min ångerrätt. Det underskrivna "
            "kontraktet och informationen får skickas till mig med e-post. Mitt namn här är min underskrift."
        ),
        (E_SIGNATURE, "contract", "other"): (
            "Jag har läst kontraktet och dess villkor, och jag får skriva under för {customer}. Det underskrivna "
            "kontraktet får skickas med e-post. Mitt namn här är min underskrift."
        ),
        (E_SIGNATURE, "document", "private"): (
            "Jag har läst dokumentet. Det underskrivna dokumentet får skickas till mig med e-post. Mitt namn här är "
            "min underskrift."
        ),
        (E_SIGNATURE, ORDER, "private"): (
            "Jag har läst dokumentet, och jag har fått information om min ångerrätt. Det underskrivna dokumentet och "
            "informationen får skickas till mig med e-post. Mitt namn här är min underskrift."
        ),
        (E_SIGNATURE, "document", "other"): (
            "Jag har läst dokumentet, och jag får skriva under för {customer}. Det underskrivna dokumentet får skickas "
            "med e-post. Mitt namn här är min underskrift."
        ),
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
        (E_SIGNATURE, "contract", "private"): (
            "I have read the contract and its terms, and I have been informed of my right of withdrawal. The signed "
            "contract and the information may be sent to me by e-mail. My name here is my signature."
        ),
        (E_SIGNATURE, "contract", "other"): (
            "I have read the contract and its terms, and I am authorised to sign for {customer}. The signed contract "
            "may be sent by e-mail. My name here is my signature."
        ),
        (E_SIGNATURE, "document", "private"): (
            "I have read the document. The signed document may be sent to me by e-mail. My name here is my signature."
        ),
        (E_SIGNATURE, ORDER, "private"): (
            "I have read the document, and I have been informed of my right of withdrawal. The signed document and the "
            "information may be sent to me by e-mail. My name here is my signature."
        ),
        (E_SIGNATURE, "document", "other"): (
            "I have read the document, and I am authorised to sign for {customer}. The signed document may be sent by "
            "e-mail. My name here is my signature."
        ),
        (E_SIGNATURE, "private"): (
            "I have read the quote and the terms, and I have been informed of my right of withdrawal. The agreement "
            "and the information may be sent to me by e-mail. My name here counts as my signature."
        ),
        (E_SIGNATURE, "other"): (
            "I have read the quote and the terms, and I am authorised to order for {customer}. The agreement may "
            "be sent by e-mail. My name here counts as my signature."
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
    SWEDISH: {"private": "Beställ med betalningsskyldighet", "other": "Godkänn och beställ", "signed": "Skriv under"},
    ENGLISH: {"private": "Order with obligation to pay", "other": "Approve and order", "signed": "Sign"},
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


_ATTESTS = {
    SWEDISH: (
        "Jag har sett att {names} har skrivit under, och intygar det som vittne. Jag blir inte själv bunden av "
        "avtalet. Mitt namn här gäller som underskrift."
    ),
    ENGLISH: (
        "I have seen that {names} signed, and attest it as a witness. I am not bound by the agreement myself. My "
        "name here counts as my signature."
    ),
}
_WITNESS_BUTTON = {SWEDISH: "Skriv under som vittne", ENGLISH: "Sign as a witness"}


class Wording(Struct, frozen=True):
    """One text as it was shown."""

    text: str

    @property
    def sha256(self) -> str:
        return canonical.sha256_hex(self.text.encode())


def consent(
    kind: str, *, customer_kind: str, customer: str, last_day: date, deal_kind: str = DealKind.QUOTE
) -> Wording:
    """A tick in the language at hand. Raises KeyError for one that the kind of customer is not offered."""
    texts, group = _TEXTS[languages.code()], _group(customer_kind)
    text = texts.get((kind, deal_kind, group)) or texts[kind, group]
    return Wording(text.format(customer=customer, last_day=day_in_words(last_day)))


def kind_of(content: Mapping[str, Any]) -> str:
    """By what words a version is said yes to: its kind (domain/deal_kinds.py), or ORDER."""
    is_order = content["kind"] == DealKind.DOCUMENT and content["withdrawal"]["right"]
    return ORDER if is_order else str(content["kind"])


def button(customer_kind: str, deal_kind: str = DealKind.QUOTE) -> Wording:
    """What stands on the order button: a consumer's names the duty to pay (lag (2005:59) 2 kap. 9 §)."""
    group = _group(customer_kind)
    if deal_kind == DealKind.DOCUMENT or (deal_kind == DealKind.CONTRACT and group != "private"):
        group = "signed"
    return Wording(_BUTTONS[languages.code()][group])


def attests(names: str) -> Wording:
    """What a witness ticks, who attests the signatures of these people."""
    return Wording(_ATTESTS[languages.code()].format(names=names))


def witness_button() -> Wording:
    """What stands on the button of a witness, who orders nothing."""
    return Wording(_WITNESS_BUTTON[languages.code()])


def statement(kinds: Collection[str], firm: str) -> Wording:
    """What each who asks for the deduction states of home and household; only rut does without owning."""
    text = _STATEMENTS[languages.code()]["lives" if set(kinds) == {"rut"} else "owns"]
    return Wording(text.format(firm=firm))


def _group(customer_kind: str) -> str:
    return "private" if customer_kind == "private" else "other"
