"""Millions of values remembered in eight bytes each: have they come before, are they the same on both sides.

A mark is 64 bits of BLAKE2b under a random key of this process, so that nobody can choose two values with one mark.
"""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from hashlib import blake2b

_KEY = os.urandom(32)
_PARTS = 64  # sorted one at a time, so that little is in memory twice


class Marks:
    """A bag of values, each a few texts or numbers. Ask only when all are in."""

    def __init__(self) -> None:
        self._parts = [array("Q") for _part in range(_PARTS)]
        self._is_sorted = False

    def add(self, *value: object) -> None:
        mark = _mark(value)
        self._parts[mark % _PARTS].append(mark)

    def has_doubles(self) -> bool:
        self._sort()
        return any(part[at] == part[at + 1] for part in self._parts for at in range(len(part) - 1))

    def __contains__(self, value: tuple[object, ...]) -> bool:
        self._sort()
        mark = _mark(value)
        part = self._parts[mark % _PARTS]
        at = bisect_left(part, mark)
        return at < len(part) and part[at] == mark

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def same_as(self, other: Marks) -> bool:
        """Whether both hold the same values, each as often."""
        self._sort()
        other._sort()
        return self._parts == other._parts

    def _sort(self) -> None:
        if not self._is_sorted:
            self._parts = [array("Q", sorted(part)) for part in self._parts]
            self._is_sorted = True


def _mark(value: tuple[object, ...]) -> int:
    return int.from_bytes(blake2b(repr(value).encode(), digest_size=8, key=_KEY).digest())
