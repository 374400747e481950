"""Control signs, and marks that print nothing: they hide in a name, or turn round the words beside them on a screen.

A paper shows such a text otherwise. Of those that print nothing only the joiners stay, which letters and emoji are
made with.
"""

from __future__ import annotations

import re

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def stands_in(text: str) -> bool:
    return _UNSEEN.search(text) is not None


def left_out(text: str) -> str:
    return _UNSEEN.sub("", text)
