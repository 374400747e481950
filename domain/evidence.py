"""The evidence chain of a firm: entries, links, commitments. What is signed of it: domain/checkpoints.py.

SHA-256 everywhere, each use with its own first byte.
Hashes and links are 64 hex digits. A link is not part of its entry: link = H(1, previous link, content hash).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from domain import canonical

ZERO_LINK = "00" * 32


def entry(
    *, firm: str, seq: int, at: datetime, act: str, obj: str, actor: str, data: Mapping[str, Any]
) -> dict[str, Any]:
    """An entry as it is hashed. `at` is aware; it is kept in UTC with milliseconds."""
    return {
        "v": 1,
        "firm": firm,
        "seq": seq,
        "t": timestamp(at),
        "act": act,
        "obj": obj,
        "actor": actor,
        "data": dict(data),
    }


def timestamp(at: datetime) -> str:
    """`2026-11-20T08:15:30.123Z`: UTC, milliseconds (cut, not rounded)."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def commitment(random32: bytes, value: str) -> str:
    """`c:` + HMAC-SHA256 of the value under 32 random bytes. Without those bytes it tells nothing about the value."""
    if len(random32) != 32:
        raise ValueError("32 random bytes are needed")
    return "c:" + hmac.new(random32, value.encode(), hashlib.sha256).hexdigest()


def entry_bytes(content: Mapping[str, Any]) -> bytes:
    """The canonical bytes of an entry."""
    return canonical.dumps(content)


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256(0x00 + canonical entry)."""
    return content_hash_of(entry_bytes(content))


def content_hash_of(stored: bytes) -> str:
    """SHA-256(0x00 + the canonical bytes as they are stored)."""
    return hashlib.sha256(b"\x00" + stored).hexdigest()


def link_hash(previous: str, content: str) -> str:
    """SHA-256(0x01 + previous link + content hash), from and to hex."""
    return hashlib.sha256(b"\x01" + bytes.fromhex(previous) + bytes.fromhex(content)).hexdigest()


def first_bad(
    firm: str,
    entries: Iterable[tuple[bytes, str]],
    *,
    head: tuple[int, str] | None = None,
    known: Collection[int] = (),
) -> int | None:
    """The seq of the first entry that does not hold, or None. `entries` are (canonical bytes, link) in order of seq.

    Checks firm, seq without gaps, canonical form and links. `head` is the firm's stored (seq, link): a chain cut short
    is named by the first missing seq. `known` are breaks that are told already: the walk goes on after them from what
    the entry claims.
    """
    link, seq = ZERO_LINK, 0
    for stored, claimed in entries:
        seq += 1
        link = link_hash(link, content_hash_of(stored))
        if link != claimed or not _is_entry(stored, firm, seq):
            if seq not in known:
                return seq
            link, seq = claimed, _seq_of(stored, seq)
    if head is not None and head != (seq, link):
        missing = seq + 1 if head[0] > seq else seq
        return None if missing in known else missing
    return None


def _is_entry(stored: bytes, firm: str, seq: int) -> bool:
    try:
        content = json.loads(stored)
        return bool(content["firm"] == firm and content["seq"] == seq and entry_bytes(content) == stored)
    except (ValueError, TypeError, KeyError):
        return False


def _seq_of(stored: bytes, otherwise: int) -> int:
    try:
        return int(json.loads(stored)["seq"])
    except (ValueError, TypeError, KeyError):
        return otherwise
