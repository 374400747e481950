"""Canonical JSON: the same content gives the same bytes, so that a hash of it proves something.

Source: RFC 8785, narrowed: no floats at all, keys are ASCII strings, texts are NFC.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping


def dumps(obj: object) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces. Raises TypeError on floats, ValueError on odd keys."""
    return json.dumps(_plain(obj), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def sha256_hex(data: bytes) -> str:
    """SHA-256 as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def _plain(obj: object) -> object:
    if obj is None or isinstance(obj, bool):
        return obj
    if isinstance(obj, int):
        return int(obj)
    if isinstance(obj, str):
        return unicodedata.normalize("NFC", str(obj))
    if isinstance(obj, Mapping):
        return {_key(key): _plain(value) for key, value in obj.items()}
    if isinstance(obj, list | tuple):
        return [_plain(item) for item in obj]
    raise TypeError(f"{type(obj).__name__} has no canonical form")


def _key(key: object) -> str:
    if not isinstance(key, str) or not key.isascii():
        raise ValueError("a key is an ASCII string")
    return str(key)
