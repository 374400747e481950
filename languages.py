"""The languages of the product, and what is said in the one at hand.

A text is marked with `_()` where it stands, in Swedish, which is also its key; translations/<code>/LC_MESSAGES holds it
in the other language. The language at hand is set where a request, a letter or a paper begins and holds to its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from struct import iter_unpack, unpack_from
from typing import Any

FOLDER = Path(__file__).resolve().parent / "translations"
SWEDISH = "sv"
ENGLISH = "en"


@dataclass(frozen=True, eq=False)
class Language:
    """The signs in its numbers and times, and its texts by their Swedish ones, read when the first is said."""

    code: str
    name: str  # in the language itself
    decimal: str
    colon: str  # between hours and minutes
    percent: str

    @property
    def catalogue(self) -> Path | None:
        """The compiled texts; set-up makes the file. None for the language of the keys."""
        return None if self.code == SWEDISH else FOLDER / self.code / "LC_MESSAGES" / "messages.mo"

    @cached_property
    def texts(self) -> dict[str, str]:
        return {key: forms[0] for key, forms in _read(self.catalogue)}

    @cached_property
    def several(self) -> dict[str, str]:
        """For any number but one."""
        return {key: forms[1] for key, forms in _read(self.catalogue) if len(forms) > 1}


def _read(catalogue: Path | None) -> Iterator[tuple[str, list[str]]]:
    """Each key and its forms. Read here, since the standard library takes several times as long."""
    if catalogue is None:
        return
    data = catalogue.read_bytes()
    count, keys, said = unpack_from("<3I", data, 8)

    def strings(at: int) -> Iterator[list[str]]:
        for length, place in iter_unpack("<2I", data[at : at + 8 * count]):
            yield data[place : place + length].decode().split("\0")

    for key, forms in zip(strings(keys), strings(said), strict=True):
        if key[0]:
            yield key[0], forms


LANGUAGES = {
    SWEDISH: Language(SWEDISH, "Svenska", ",", ".", "\u00a0%"),
    ENGLISH: Language(ENGLISH, "English", ".", ":", "%"),
}
_at_hand: ContextVar[Language] = ContextVar("language", default=LANGUAGES[SWEDISH])
at_hand = _at_hand.get


def code() -> str:
    """The code of the language at hand: sv or en."""
    return _at_hand.get().code


def use(code: str) -> None:
    """Go on in this language; in Swedish if it is none of ours."""
    _at_hand.set(LANGUAGES.get(code) or LANGUAGES[SWEDISH])


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Say what is said within in this language; in Swedish if it is none of ours."""
    before = _at_hand.set(LANGUAGES.get(code) or LANGUAGES[SWEDISH])
    try:
        yield
    finally:
        _at_hand.reset(before)


def gettext(text: str, **values: object) -> str:
    """The text in the language at hand, its %(name)s filled in."""
    said = _at_hand.get().texts.get(text, text)
    return said % values if values else said


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """The one text for the number one, the other for all others; %(num)s is the number."""
    language = _at_hand.get()
    said = language.texts.get(one, one) if num == 1 else language.several.get(one, many)
    return said % {"num": num, **values}


class Lazy:
    """A text that is named before there is a language, and said in the one at hand where it is shown."""

    __slots__ = ("text", "values")

    def __init__(self, text: str, values: dict[str, object] | None = None) -> None:
        self.text, self.values = text, values

    def __str__(self) -> str:
        said = _at_hand.get().texts.get(self.text, self.text)
        return said % self.values if self.values else said

    __html__ = __str__

    def __repr__(self) -> str:
        return f"Lazy({self.text!r})"

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(str(self), name)

    def __eq__(self, other: object) -> bool:
        return str(self) == (str(other) if isinstance(other, Lazy) else other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __len__(self) -> int:
        return len(str(self))

    def __contains__(self, part: str) -> bool:
        return part in str(self)

    def __add__(self, other: object) -> str:
        return f"{self}{other}"

    def __radd__(self, other: object) -> str:
        return f"{other}{self}"

    def __mod__(self, values: object) -> str:
        return str(self) % values


def lazy_gettext(text: str, **values: object) -> Any:
    """A Lazy, which goes wherever a str does; its values may be such texts too."""
    return Lazy(text, values)
