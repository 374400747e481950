"""A database that is older than what was signed: found out by the file of checkpoints that lies beside it.

What the file knows and the table lacks is taken back in, as it was signed: a number that anyone may have read is never
given twice. Then every chain is walked, and those that end before their leaf are named.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature

from domain import canonical, checkpoints
from services import checkpoint_file, incidents, nudge, transaction
from services.checkpoint_rows import Checkpoint, newest, store
from services.incidents import Finding
from services.sealing import keys


def is_older() -> bool:
    """Whether the file knows a checkpoint that the table lacks. In the running transaction."""
    last = checkpoint_file.last_line()
    if last is None:
        return False
    found = newest()
    return found is None or bool(found.n < last["checkpoint"]["n"])


def take_back(now: datetime) -> int:
    """Store what only the file knows, as far as it is signed and follows; how many. An incident, once. Commits."""
    with transaction.reading():
        if not is_older():
            return 0
        found = newest()
    n, prev = (found.n, found.id) if found else (0, checkpoints.FIRST_PREV)
    last, taken, public = n, 0, public_keys()
    transaction.start_writing()
    if (now_there := newest()) is not None and now_there.n != last:
        transaction.rollback()
        return 0
    for line in checkpoint_file.lines():
        if line["checkpoint"]["n"] <= n:
            continue
        one = _of(line)
        if not checkpoints.follows(one.body, n + 1, prev) or not is_signed(one, public):
            break
        heads = [{"firm": firm, "seq": seq, "link": link} for firm, seq, link in line["heads"]]
        store(one, heads, list(line["left"]))
        n, prev, taken = one.n, one.id, taken + 1
    nudge.after_commit("verify_evidence")
    transaction.commit()
    incidents.note_all([Finding(incidents.DATABASE_OLDER, about=str(last))], now=now)
    return taken


def public_keys() -> dict[str, Any]:
    """Every published Ed25519 key by its id."""
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    return {one["id"]: load_pem_public_key(one["pem"].encode()) for one in keys.published() if one["kind"] == "ed25519"}


def is_signed(one: Checkpoint, public: Mapping[str, Any], *, by: str = "") -> bool:
    """Whether the key that the checkpoint names (or `by`) has signed it, and every signature beside holds."""
    if not {one.content["key"], by or one.content["key"]} <= set(one.signatures):
        return False
    try:
        for name, signature in one.signatures.items():
            public[name].verify(base64.b64decode(signature), one.body)
    except (InvalidSignature, KeyError, ValueError, TypeError):
        return False
    return True


def _of(line: Mapping[str, Any]) -> Checkpoint:
    body = canonical.dumps(line["checkpoint"])
    return Checkpoint(line["checkpoint"]["n"], checkpoint_file.at_of(dict(line)), body, dict(line["signatures"]))
