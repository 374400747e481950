"""Breaking text into lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from documents import faces
from documents.sheet import Style


class Line(NamedTuple):
    """One line of text in the face it is set in. An empty `text` is a blank line between paragraphs."""

    face: faces.Face
    text: str
    style: Style


def wrap(text: str, style: Style, width: float) -> list[Line]:
    """Lines no wider than `width`. Line feeds in the text are kept; a word too long for a line is cut."""
    if "\n" not in text and "\r" not in text:
        return _paragraph(text, style, width)
    return [line for part in text.splitlines() for line in _paragraph(part.rstrip(), style, width)]


def height(lines: list[Line]) -> float:
    """Height of the lines in points."""
    return sum(line.style.leading for line in lines)


def _paragraph(text: str, style: Style, width: float) -> list[Line]:
    face, text = faces.shape(text, style.weight)
    if face.width(text, style.size) <= width:
        return [Line(face, text, style)]
    return [Line(face, line, style) for line in _broken(face, text, style.size, width)]


def _broken(face: faces.Face, text: str, size: float, width: float) -> Iterator[str]:
    space = face.width(" ", size)
    line: list[str] = []
    used = 0.0
    for word in text.split(" "):
        long = face.width(word, size)
        if line and used + space + long <= width:
            line.append(word)
            used += space + long
            continue
        if line:
            yield " ".join(line)
        *full, rest = _cut(face, word, size, width) if long > width else [word]
        yield from full
        line, used = [rest], face.width(rest, size) if full else long
    if line:
        yield " ".join(line)


def _cut(face: faces.Face, word: str, size: float, width: float) -> list[str]:
    """A word in pieces that fit; after a hyphen, slash, dot or the like, if the piece does not get too short."""
    pieces: list[str] = []
    limit = width * 1000 / size
    start, used, soft = 0, 0.0, 0
    for index, letter in enumerate(word):
        advance = face.widths[letter]
        if used + advance > limit and index > start:
            end = soft if soft - start > (index - start) // 3 else index
            pieces.append(word[start:end])
            used = sum(face.widths[each] for each in word[end:index])
            start = end
        used += advance
        if letter in "-/.@_=&":
            soft = index + 1
    pieces.append(word[start:])
    return pieces
