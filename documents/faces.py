"""The faces of the papers: Familjen Grotesk, and Source Sans for what it lacks.

A run of text that holds a letter outside Familjen Grotesk is set whole in Source Sans of like weight. A letter that
both lack never becomes an empty box: see `shape`.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont

REGULAR, MEDIUM, BOLD = 400, 500, 700

_FAMILJEN = {REGULAR: "FamiljenGrotesk-Regular", MEDIUM: "FamiljenGrotesk-Medium", BOLD: "FamiljenGrotesk-Bold"}
_SOURCE = {REGULAR: "SourceSansPro-Regular", MEDIUM: "SourceSansPro-Semibold", BOLD: "SourceSansPro-Bold"}

# Spaces that no face has, hyphens that look alike, and marks that steer layout and print nothing.
_TIDY: dict[int, str | None] = {
    0x09: " ",
    0x2007: "\u00a0",
    0x2009: "\u00a0",
    0x202F: "\u00a0",
    0x2010: "-",
    0x2011: "-",
    0x2215: "/",
    **dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xFE0E, 0xFE0F]),
}
_LOADING = threading.Lock()
_PICTURES = frozenset({"So", "Sk", "Cf", "Cc", "Cs", "Co", "Cn"})


class Face(NamedTuple):
    """One face in one weight. `widths` holds the advance of each letter in thousandths of the size."""

    name: str
    font: TTFont
    widths: dict[str, float]
    letters: frozenset[str]

    def width(self, text: str, size: float) -> float:
        """Width of a text in points. Every letter must be in `letters`."""
        widths = self.widths
        return sum([widths[letter] for letter in text]) * size / 1000


_loaded: dict[str, Face] = {}


def familjen(weight: int) -> Face:
    """Familjen Grotesk in weight 400, 500 or 700; read from disk once per process."""
    name = _FAMILJEN[weight]
    return _loaded.get(name) or _load(name, Path(__file__).parent / "fonts")


def source(weight: int) -> Face:
    """Source Sans in the like weight; read when the first letter needs it."""
    name = _SOURCE[weight]
    if name not in _loaded:
        import font_source_sans_pro

        _load(name, Path(font_source_sans_pro.__file__).parent / "files")
    return _loaded[name]


def shape(text: str, weight: int) -> tuple[Face, str]:
    """The face for a run of text, and the text as it can be set in it.

    Pictures (emoji) that no face has are left out; other letters that no face has (Arabic, Chinese) become `?`.
    """
    face = familjen(weight)
    if face.letters.issuperset(text):
        return face, text
    text = _clean(text)
    if face.letters.issuperset(text):
        return face, text
    face = source(weight)
    if not face.letters.issuperset(text):
        text = "".join(letter if letter in face.letters else _stand_in(letter) for letter in text)
        text = re.sub(" {2,}", " ", text)
    return face, text


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_TIDY)


def _stand_in(letter: str) -> str:
    return "" if unicodedata.category(letter) in _PICTURES else "?"


def _load(name: str, folder: Path) -> Face:
    """Read and register a face. Once only: two of one name in one document would be mixed up."""
    from reportlab import rl_config
    from reportlab.lib.rl_accel import fp_str
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    with _LOADING:
        if name not in _loaded:
            rl_config.useA85 = 0  # raw compressed streams: a fifth smaller than in ASCII
            # Not "ASCII readable": only the letters in use are embedded.
            font = TTFont(name, str(folder / f"{name}.ttf"), asciiReadable=False, shapable=False)
            pdfmetrics.registerFont(font)
            face: Any = font.face
            # Code 0 is the face's box for a missing letter; a soft hyphen would be drawn as a hyphen.
            codes = [code for code, glyph in face.charToGlyph.items() if glyph and code >= 32 and code not in _TIDY]
            widths = {chr(code): float(face.charWidths.get(code, face.defaultWidth)) for code in codes}
            # Every file lists the widths of its letters: each is put into words once, not once a file.
            width_of = face.getCharWidth
            face.getCharWidth = cache(lambda code: fp_str(width_of(code)).encode())
            _loaded[name] = Face(name, font, widths, frozenset(widths))
    return _loaded[name]
