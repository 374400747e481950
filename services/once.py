"""One-shot forms act once: a random key in the form, a row in the transaction of the act. Never commits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from domain import canonical
from extensions import db
from models import OnceKey
from services import scope
from services.errors import RuleBroken

LONGEST = 64  # characters of a key that count; our own have 22


class KeyReused(RuleBroken):
    """The same key came with other content."""

    code = "once_reused"


def answer(firm_id: int, key: str, act: str, content: Mapping[str, object]) -> str | None:
    """Where the first use of this key was answered, or None if it has not been used. Raises KeyReused.

    No key is no promise: a form without one acts each time.
    """
    row = scope.find(OnceKey, firm_id, OnceKey.key == key[:LONGEST]) if key else None
    if row is None:
        return None
    if (row.act, row.content_sha256) != (act, _sha256(content)):
        raise KeyReused
    return row.answer


def remember(firm_id: int, key: str, act: str, content: Mapping[str, object], *, at: str, now: datetime) -> None:
    """Keep the key with the address of the answer. A second writer fails on the unique key at commit."""
    if not key:
        return
    key, sha256 = key[:LONGEST], _sha256(content)
    db.session.add(OnceKey(firm_id=firm_id, key=key, act=act, content_sha256=sha256, answer=at, created_at=now))


def forget(firm_id: int, key: str) -> None:
    """Let the form act anew: what it did is undone."""
    db.session.execute(scope.remove(OnceKey, firm_id).where(OnceKey.key == key[:LONGEST]))


def _sha256(content: Mapping[str, object]) -> str:
    return hashlib.sha256(canonical.dumps(dict(content))).hexdigest()
