"""A drawn signature as the path of an SVG: strokes of whole points, nothing else.

M12 34L15 36L18 40M60 20L60 20, on a sheet of WIDTH x HEIGHT. Only what this grammar says is kept, so the text can stand
in a page and be drawn on a paper.
"""

from __future__ import annotations

import re

WIDTH, HEIGHT = 1000, 320
MOST_BYTES = 16_000
MOST_POINTS = 2_000

_POINT = re.compile(r"([ML])([0-9]{1,4}) ([0-9]{1,4})")
Stroke = tuple[tuple[int, int], ...]


class BadMark(ValueError):
    """No signature that the pad could have made."""


def strokes(mark: str) -> tuple[Stroke, ...]:
    """The strokes of a mark; none of an empty one. Raises BadMark."""
    if len(mark) > MOST_BYTES or not mark.isascii():
        raise BadMark
    found: list[list[tuple[int, int]]] = []
    at = points = 0
    while at < len(mark):
        hit = _POINT.match(mark, at)
        if hit is None or (hit[1] == "L" and not found):
            raise BadMark
        x, y = int(hit[2]), int(hit[3])
        if x > WIDTH or y > HEIGHT:
            raise BadMark
        if hit[1] == "M":
            found.append([])
        found[-1].append((x, y))
        at, points = hit.end(), points + 1
        if points > MOST_POINTS:
            raise BadMark
    return tuple(tuple(stroke) for stroke in found)


def parse(typed: str) -> str:
    """The mark as it is kept; empty where nothing is drawn. A stroke of one point is a dot. Raises BadMark."""
    lines = []
    for stroke in strokes(typed.strip()):
        first, *rest = stroke
        lines.append(f"M{first[0]} {first[1]}" + "".join(f"L{x} {y}" for x, y in rest or [first]))
    return "".join(lines)
