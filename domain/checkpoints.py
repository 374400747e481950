"""Checkpoints: one signed hash over the ends of all firms' chains (security.md E-06, E-12).

leaf = SHA-256(0x02 + canonical {firm, link, seq}), leaves by firm id; node = SHA-256(0x03 + left + right); an odd node
moves up. A checkpoint is {v, t, n, root, prev, key}; its canonical bytes are what is signed. `prev` is the id of the
checkpoint before, SHA-256(0x04 + its canonical bytes), zeros for the first. Hashes are 64 hex digits.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct, field

from domain import canonical
from domain.evidence import timestamp

FIRST_PREV = "00" * 32
Head = tuple[str, str, int]  # firm's public id, link, seq
Side = Literal["left", "right"]
Path = list[tuple[Side, str]]  # from the leaf upwards: on which side the other node stands, and its hash


def body(*, n: int, at: datetime, root: str, prev: str, key: str) -> dict[str, Any]:
    """A checkpoint as it is signed. `key` is the id of the Ed25519 key that is in force."""
    return {"v": 1, "t": timestamp(at), "n": n, "root": root, "prev": prev, "key": key}


def id_of(signed: bytes) -> str:
    """What the next checkpoint names this one by; `signed` are its canonical bytes."""
    return hashlib.sha256(b"\x04" + signed).hexdigest()


def leaf_hash(firm: str, link: str, seq: int) -> str:
    """Of the end of one firm's chain; `firm` is its public id."""
    return hashlib.sha256(b"\x02" + canonical.dumps({"firm": firm, "link": link, "seq": seq})).hexdigest()


def node_hash(left: str, right: str) -> str:
    """Of two nodes of the tree, in their order."""
    return hashlib.sha256(b"\x03" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()


class _Node(Struct):
    hash: str
    size: int  # leaves below
    holds: bool  # the followed leaf is below


class Tree(Struct):
    """Takes the heads of all firms in the order of their ids, one at a time; keeps one node per height.

    `follow` is the firm whose way to the root is wanted.
    """

    follow: str = ""
    path: Path = field(default_factory=list)
    followed: Head | None = None
    size: int = 0
    _last: str = ""
    _peaks: list[_Node] = field(default_factory=list)

    def add(self, firm: str, link: str, seq: int) -> None:
        """Raises ValueError for a firm out of order."""
        if self.size and firm <= self._last:
            raise ValueError("the firms of a checkpoint are ordered by their ids")
        is_wanted = firm == self.follow
        if is_wanted:
            self.followed = firm, link, seq
        self._last, self.size = firm, self.size + 1
        self._peaks.append(_Node(leaf_hash(firm, link, seq), 1, is_wanted))
        while len(self._peaks) > 1 and self._peaks[-2].size == self._peaks[-1].size:
            self._join()

    def root(self) -> str:
        """Ends the tree. Raises ValueError where there is no firm."""
        if not self._peaks:
            raise ValueError("a checkpoint needs a firm")
        while len(self._peaks) > 1:
            self._join()
        return self._peaks[0].hash

    def _join(self) -> None:
        right, left = self._peaks.pop(), self._peaks.pop()
        if left.holds:
            self.path.append(("right", right.hash))
        elif right.holds:
            self.path.append(("left", left.hash))
        joined = node_hash(left.hash, right.hash)
        self._peaks.append(_Node(joined, left.size + right.size, left.holds or right.holds))


def follows(signed: bytes, n: int, prev: str) -> bool:
    """Whether a stored checkpoint is in its canonical form and names its number and the one before it."""
    try:
        content = json.loads(signed)
        told = content["n"], content["prev"]
        return bool(set(content) == {"v", "t", "n", "root", "prev", "key"} and told == (n, prev)) and (
            canonical.dumps(content) == signed
        )
    except (ValueError, TypeError, KeyError):
        return False
