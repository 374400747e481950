"""Search by parts of words, the same way for customers, articles and quotes, and the order of names in lists."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import ColumnElement, and_, bindparam, or_
from sqlalchemy.orm import InstrumentedAttribute

LONGEST = 100  # characters of a search that are looked at
MOST_WORDS = 6
_LIKE_A_PHONE = re.compile(r"[\d\s()+-]{5,}")
# å, ä, ö come last and in this order: the three signs after z, as the Swedish seven-bit alphabet had them
_ORDER = str.maketrans({"å": "{", "ä": "|", "ö": "}", "é": "e", "ü": "y", "æ": "|", "ø": "}"})


def text_of(*parts: str | None) -> str:
    """What a row is found by: its words in lower case."""
    return " ".join(" ".join(_plain(part).split()) for part in parts if part)


def matches(column: InstrumentedAttribute[str], typed: str) -> list[ColumnElement[bool]]:
    """Every typed word must stand somewhere in the text. `%` and `_` mean themselves."""
    return [column.contains(word, autoescape=True) for word in _words(typed)]


def prepared(column: InstrumentedAttribute[str], count: int) -> list[ColumnElement[bool]]:
    """As `matches`, for a statement that is made once for so many words: their values come from `patterns`."""
    return [column.like(bindparam(f"word_{place}"), escape="/") for place in range(count)]


def patterns(typed: str) -> dict[str, str]:
    """The values of a prepared search, as many as words were typed."""
    return {f"word_{place}": f"%{_literal(word)}%" for place, word in enumerate(_words(typed))}


def _words(typed: str) -> list[str]:
    return _plain(typed.replace("\0", "")[:LONGEST]).split()[:MOST_WORDS]


def _literal(word: str) -> str:
    return word.replace("/", "//").replace("%", "/%").replace("_", "/_")


def matches_with_phone(column: InstrumentedAttribute[str], typed: str) -> list[ColumnElement[bool]]:
    """As `matches`; 070-174 06 05 also finds the digits of a phone number, however it is grouped."""
    found = matches(column, typed)
    if not _LIKE_A_PHONE.fullmatch(typed.strip()) or len(typed) > LONGEST:
        return found
    digits = re.sub(r"\D", "", typed)
    return [or_(and_(*found), column.contains(digits.removeprefix("00"), autoescape=True))]


def phone_text(e164: str) -> str:
    """A phone number as one finds it: +46701740605 also as 0701740605."""
    return f"{e164} 0{e164[3:]}" if e164.startswith("+46") else e164


def order_of(name: str) -> str:
    """What a name is sorted by, the same in every database: a Swedish list by its code points."""
    return _plain(name).translate(_ORDER)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower()
