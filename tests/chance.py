"""Texts without what is drawn by lot in them: ids, tokens and checksums hold any few signs sooner or later."""

from __future__ import annotations

import re

# a public id has 22 signs; each part of a token and of a checksum that can be searched has more
_DRAWN = re.compile(r"[A-Za-z0-9_-]{22,}")


def without_drawn(text: str) -> str:
    """What is left when everything drawn by lot is gone: for tests that a short word or number is not in it."""
    return _DRAWN.sub("", text)
