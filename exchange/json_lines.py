"""JSON lines: one object a line, UTF-8. Times ISO 8601 in UTC, days ISO 8601, bytes hexadecimal, money whole öre."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime

ROWS_A_PIECE = 200


def lines(rows: Iterable[Mapping[str, object]]) -> Iterator[bytes]:
    """The file in pieces."""
    waiting: list[str] = []
    for row in rows:
        waiting.append(json.dumps(dict(row), ensure_ascii=False, default=_plain, separators=(",", ":")) + "\n")
        if len(waiting) >= ROWS_A_PIECE:
            yield "".join(waiting).encode()
            waiting.clear()
    yield "".join(waiting).encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"no JSON for {type(value).__name__}")
