"""The block of signatures: who signed, how and at which level, when, and what was drawn, as a line drawing.

SIGNATURE: {name, role, at (ISO 8601, UTC), method (domain/signing_methods.py), mark (domain/signature_mark.py, "" if
none)}.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from documents import methods_words
from documents.evidence_page import ROLES
from documents.format import local_minute, moment
from documents.page import HALF, HEADING, LEFT, SECOND, Paper
from documents.sheet import INK, MM, NOTE, STRONG, Sheet
from documents.text import Line, height, wrap
from domain import signature_mark
from languages import gettext as _

_WIDTH = 50 * MM
_SCALE = _WIDTH / signature_mark.WIDTH
_HEIGHT = signature_mark.HEIGHT * _SCALE
_PEN = 0.9  # points


def draw(sheet: Sheet, x: float, y: float, mark: str) -> None:
    """The mark in a box of _WIDTH x _HEIGHT with its top left corner at x, y. Raises signature_mark.BadMark."""
    strokes = []
    for first, *rest in signature_mark.strokes(mark):
        steps = [f"{first[0]} {-first[1]} m", *(f"{right} {-down} l" for right, down in rest)]
        strokes.append(" ".join(steps))
    pen = f"{INK} RG 1 J 1 j {_PEN / _SCALE:.2f} w"
    sheet.figure(x, y, f"{_SCALE:.5f} 0 0 {_SCALE:.5f} 0 0 cm {pen} {' '.join(strokes)} S")


def block(paper: Paper, signatures: Sequence[Mapping[str, Any]]) -> None:
    """All who signed, two beside each other."""
    if not signatures:
        return
    pairs = [signatures[start : start + 2] for start in range(0, len(signatures), 2)]
    paper.y += 3 * MM
    paper.need(HEADING.leading + 1 * MM + _tall(pairs[0]))  # no heading alone at the foot of a page
    paper.heading(_("Underskrifter") if len(signatures) > 1 else _("Underskrift"), after=1 * MM)
    for pair in pairs:
        paper.need(_tall(pair))
        top = low = paper.y
        for one, x in zip(pair, (LEFT, SECOND), strict=False):
            if one["mark"]:
                draw(paper.sheet, x, top, one["mark"])
            paper.y = top + _room(pair)
            paper.lines(_words(one), x)
            low = max(low, paper.y)
        paper.y = low + 3 * MM
    paper.y += 2 * MM


def _room(pair: Sequence[Mapping[str, Any]]) -> float:
    """For what is drawn above the names."""
    return _HEIGHT + 1 * MM if any(one["mark"] for one in pair) else 0.0


def _tall(pair: Sequence[Mapping[str, Any]]) -> float:
    return _room(pair) + max(height(_words(one)) for one in pair)


def _words(one: Mapping[str, Any]) -> list[Line]:
    how = f"{local_minute(moment(one['at']))}. {methods_words.with_level(one['method'])}."
    role = ROLES.get(one.get("role", ""))
    name = f"{one['name']} ({role})" if role else one["name"]
    return [*wrap(name, STRONG, HALF), *wrap(how, NOTE, HALF)]
