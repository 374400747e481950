"""What a letter is, and who draws which kind.

A row in the outbox names a kind and the ids it is drawn from; the function registered for that kind reads what is
needed and gives back the words. A module registers its letters where it defines them:

    @draws("quote_sent")
    def quote_sent(params: Params) -> Letter: ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

Params = Mapping[str, Any]  # what the outbox row holds, "firm_id" and "now"


class Attachment(Struct, frozen=True):
    name: str
    media_type: str  # "application/pdf"
    content: bytes


class Letter(Struct, frozen=True):
    """The words of one letter; `html` may be empty. `from_name` is shown before the installation's own address."""

    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""
    from_name: str = ""


class Unwanted(Exception):
    """What the letter was to say has lost its reason since it was queued: it is not sent."""


Draw = Callable[[Params], Letter]
LETTERS: dict[str, Draw] = {}
Word = Callable[[Params], str]
LOST = "no answer came: the text may have been sent"  # kept as the provider's answer
TEXTS: dict[str, Word] = {}  # text messages: kinds that end in _sms


def draws(kind: str) -> Callable[[Draw], Draw]:
    """Register the function that draws letters of this kind."""

    def register(draw: Draw) -> Draw:
        LETTERS[kind] = draw
        return draw

    return register


def texts(kind: str) -> Callable[[Word], Word]:
    """Register the function that words text messages of this kind."""

    def register(word: Word) -> Word:
        TEXTS[kind] = word
        return word

    return register
