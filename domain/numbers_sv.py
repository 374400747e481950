"""Numbers as Swedes write them, read into whole units. Range checks are the caller's."""

from __future__ import annotations

import re

_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f\u2060\ufeff]+")
_MINUS = str.maketrans({"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2013": "-"})
_KRONOR_TAIL = re.compile(r"\s*(?:kr|kronor|sek)\.?$|\s*[:,]-$", re.IGNORECASE)
_PERCENT_TAIL = re.compile(r"\s*(?:%|procent)$", re.IGNORECASE)
_GROUPED_BY_SPACE = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+")
_GROUPED_BY_DOT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
_DIGITS = re.compile(r"[0-9]{1,12}")


class NotANumber(ValueError):
    """The text is no number. `reason` is "empty", "format" or "decimals" (more of them than the unit has)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_kronor(text: str) -> int:
    """Kronor as öre: `1 290,50`, `1290:-`, `1.290,50`, `12.50`, `1290 kr`. Raises NotANumber."""
    tidy = _KRONOR_TAIL.sub("", _tidy(text))
    if tidy.count(":") == 1:
        tidy = tidy.replace(":", ",")
    return _parse(tidy, decimals=2, dot_groups=True)


def parse_quantity(text: str) -> int:
    """A quantity as thousandths: `5,5` and `5.5` are 5500. Raises NotANumber."""
    return _parse(_tidy(text), decimals=3, dot_groups=False)


def parse_percent(text: str) -> int:
    """A percentage as hundredths of a percent: `25`, `25 %` and `25%` are 2500. Raises NotANumber."""
    return _parse(_PERCENT_TAIL.sub("", _tidy(text)), decimals=2, dot_groups=False)


def _tidy(text: str) -> str:
    return _SPACES.sub(" ", text).strip().translate(_MINUS)


def _parse(text: str, *, decimals: int, dot_groups: bool) -> int:
    if not text:
        raise NotANumber("empty")
    sign = 1
    if text[0] in "+-":
        sign = -1 if text[0] == "-" else 1
        text = text[1:].lstrip()
    whole, tail = _halves(text, dot_groups=dot_groups)
    if _GROUPED_BY_SPACE.fullmatch(whole):
        whole = whole.replace(" ", "")
    elif _GROUPED_BY_DOT.fullmatch(whole):
        whole = whole.replace(".", "")
    if not _DIGITS.fullmatch(whole or "0") or not _DIGITS.fullmatch(tail or "0") or not whole + tail:
        raise NotANumber("format")
    tail = tail.rstrip("0")
    if len(tail) > decimals:
        raise NotANumber("decimals")
    return sign * int((whole or "0") + tail.ljust(decimals, "0"))


def _halves(text: str, *, dot_groups: bool) -> tuple[str, str]:
    """Whole part and decimals. A comma always marks decimals; a dot does when it cannot mark thousands."""
    if "," in text:
        whole, _, tail = text.partition(",")
        return whole, tail
    if "." in text and not (dot_groups and _GROUPED_BY_DOT.fullmatch(text)):
        whole, _, tail = text.rpartition(".")
        return whole, tail
    return text, ""
