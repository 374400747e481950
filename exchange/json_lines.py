"""JSON lines: one object a line, UTF-8. Times ISO 8601 in UTC, days ISO 8601, bytes hexadecimal, money whole öre."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any


def lines(names: Sequence[str], chunks: Iterable[Iterable[Sequence[Any]]]) -> Iterator[bytes]:
    """The file in pieces, one per chunk of rows; each row has its values in the order of the names."""
    encoder = json.JSONEncoder(ensure_ascii=False, check_circular=False, default=_plain, separators=(",", ":"))
    encode = encoder.encode
    for chunk in chunks:
        yield "".join([encode(dict(zip(names, row, strict=True))) + "\n" for row in chunk]).encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        at = value if value.tzinfo is UTC else value.astimezone(UTC)
        return at.isoformat()[:-6] + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"no JSON for {type(value).__name__}")
