"""JSON of a stranger: what the product never writes is refused, so that no text of it can surprise a reader.

Refused are doubled keys, floats, NaN, integers beyond 53 bits (I-JSON, RFC 7493 section 2.2: nothing counted here is
larger), NUL (PostgreSQL keeps none) and halves of surrogate pairs (no UTF-8 for them).
"""

from __future__ import annotations

import json
from typing import Any

MOST_DIGITS = 16
LARGEST = 2**53


class BadJson(ValueError):
    """The text is not JSON, or not of the kind the product writes."""


def loads(data: bytes | str) -> Any:
    """Raises BadJson."""
    try:
        text = data if isinstance(data, str) else data.decode()
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise BadJson from None
    if "\\u" in text:  # raw ones are refused by the reader and by UTF-8
        _require_texts(value)
    return value


def record(data: bytes | str) -> dict[str, Any]:
    """The same of an object. Raises BadJson."""
    value = loads(data)
    if not isinstance(value, dict):
        raise BadJson
    return value


def is_text(value: str) -> bool:
    """Whether both databases can keep it."""
    if "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _require_texts(value: Any) -> None:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.keys()
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and not is_text(one):
            raise BadJson


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadJson
    return found


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS + 1 or abs(number := int(digits)) > LARGEST:
        raise BadJson
    return number


def _refuse(_text: str) -> Any:
    raise BadJson


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_whole, parse_float=_refuse, parse_constant=_refuse, strict=True
)
