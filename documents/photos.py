"""The photos of a quote: two beside each other, each with its caption. `content` is a frozen content, see quote.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from documents.page import HALF, LEFT, SECOND, Paper
from documents.places import belongs_to
from documents.sheet import MM, NOTE, QUIET
from documents.text import Line, height, wrap
from languages import gettext as _

_MOST_HEIGHT = 80 * MM
_CAPTION_GAP = 1.5 * MM
_ROW_GAP = 6 * MM


class _Figure(NamedTuple):
    """A picture with its size in points, and the lines below it."""

    jpeg: bytes
    wide: float
    high: float
    lines: list[Line]


def draw(paper: Paper, content: Mapping[str, Any], pictures: Mapping[str, bytes]) -> None:
    """A block of all photos of the content; `pictures` are JPEGs by the photo's id.

    Raises KeyError for a photo without its picture.
    """
    figures = [_figure(content, photo, pictures[photo["id"]]) for photo in content.get("photos", [])]
    if not figures:
        return
    rows = [figures[at : at + 2] for at in range(0, len(figures), 2)]
    paper.y += 8 * MM
    paper.need(22 * MM + _tall(rows[0]))
    paper.heading(_("Foton"))
    for row in rows:
        paper.need(_tall(row))
        top = paper.y
        for figure, x in zip(row, (LEFT, SECOND), strict=False):
            paper.sheet.photo(x, top, figure.wide, figure.high, figure.jpeg)
            paper.y = top + figure.high + _CAPTION_GAP
            paper.lines(figure.lines, x)
        paper.y = top + _tall(row) + _ROW_GAP


def _figure(content: Mapping[str, Any], photo: Mapping[str, Any], jpeg: bytes) -> _Figure:
    scale = min(HALF / photo["width"], _MOST_HEIGHT / photo["height"])
    lines = [line for line in wrap(photo["caption"], NOTE, HALF) if photo["caption"]]
    about = belongs_to(content, photo)
    lines += [line for line in wrap(about, QUIET, HALF) if about]
    return _Figure(jpeg, photo["width"] * scale, photo["height"] * scale, lines)


def _tall(row: Sequence[_Figure]) -> float:
    return max(figure.high + _CAPTION_GAP + height(figure.lines) for figure in row)
