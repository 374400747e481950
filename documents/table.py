"""Tables that break over pages: the head is repeated, and so is the section under way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import languages
from documents import faces
from documents.page import LEFT, RIGHT, Paper
from documents.sheet import HAIR, INK, MM, SOFT, STRONG, Style
from documents.text import Line, height, wrap
from languages import gettext as _

HEAD = Style(faces.MEDIUM, 8.5, 11.7, SOFT)
PAD = 1.15 * MM
BETWEEN = 3 * MM

Cell = Sequence[tuple[str, Style]]


class Column(NamedTuple):
    """`width` in points, without the space between columns. `hang` is the room of `,50` where only some have öre."""

    title: str
    width: float
    right: bool = False
    hang: float = 0


class Table:
    """Rows under a head. Each cell is a list of texts with their styles, one below the other."""

    def __init__(self, paper: Paper, columns: Sequence[Column]) -> None:
        self._paper = paper
        self._columns = columns
        self._section = ""
        self._x: list[float] = []
        x = LEFT
        for column in columns:
            self._x.append(x + column.width if column.right else x)
            x += column.width + BETWEEN
        paper.need(40 * MM)
        self._head()

    def section(self, title: str, total: str) -> None:
        """A bold row with a sum; stays with the row after it."""
        self._section = ""
        self._keep(34 * MM)
        self._paper.sheet.bookmark(self._paper.y, title)
        self._section_row(title, total)
        self._section = title

    def row(self, cells: Sequence[Cell], mark: Callable[[Paper, float, float], None] | None = None) -> None:
        """One row; `mark` draws in the first column, at the x and y it gets.

        A row that fits on a page is moved whole; a longer one is broken.
        """
        columns = [
            [line for text, style in cell for line in wrap(text, style, column.width)]
            for cell, column in zip(cells, self._columns, strict=True)
        ]
        self._flow(columns, self._columns, self._x, mark)

    def words(self, cell: Cell) -> None:
        """A row of words alone, from the second column to the right edge."""
        column, x = Column("", RIGHT - self._x[1]), self._x[1]
        self._flow([[line for text, style in cell for line in wrap(text, style, column.width)]], [column], [x])

    def _flow(
        self,
        columns: list[list[Line]],
        under: Sequence[Column],
        places: Sequence[float],
        mark: Callable[[Paper, float, float], None] | None = None,
    ) -> None:
        paper = self._paper
        tall = max(height(lines) for lines in columns) + 2 * PAD
        self._keep(min(tall, 90 * MM))
        if mark:
            mark(paper, LEFT, paper.y + PAD)
        paper.y += PAD
        while any(columns):
            room = paper.bottom - PAD - paper.y
            fitting = [_fitting(lines, room) for lines in columns]
            self._put([lines[:count] for lines, count in zip(columns, fitting, strict=True)], under, places)
            columns = [lines[count:] for lines, count in zip(columns, fitting, strict=True)]
            if any(columns):
                self._turn()
                paper.y += PAD
        paper.y += PAD
        paper.rule(0.2 * MM, HAIR)

    def _put(self, columns: list[list[Line]], under: Sequence[Column], places: Sequence[float]) -> None:
        paper = self._paper
        lowest = paper.y
        top = paper.y
        for lines, column, x in zip(columns, under, places, strict=True):
            paper.y = top
            for line in lines:
                hang = column.hang if column.hang and languages.at_hand().decimal not in line.text else 0
                paper.put(line, x - hang, right=column.right)
                paper.y += line.style.leading
            lowest = max(lowest, paper.y)
        paper.y = lowest

    def _keep(self, points: float) -> None:
        if self._paper.y + points > self._paper.bottom:
            self._turn()

    def _turn(self) -> None:
        self._paper.new_page()
        self._head()
        if self._section:
            self._section_row(_("%(section)s (forts.)", section=self._section), "")

    def _head(self) -> None:
        paper = self._paper
        paper.y += 1 * MM
        for column, x in zip(self._columns, self._x, strict=True):
            if column.title:
                paper.say(column.title, HEAD, x, right=column.right)
        paper.y += HEAD.leading + 1 * MM
        paper.rule(0.5 * MM, INK)

    def _section_row(self, title: str, total: str) -> None:
        paper, last = self._paper, self._columns[-1]
        paper.y += 3.2 * MM
        x = RIGHT - (last.hang if languages.at_hand().decimal not in total else 0)
        paper.say(total, STRONG, x, right=True)
        for line in wrap(title, STRONG, RIGHT - LEFT - last.width - BETWEEN):
            paper.put(line, LEFT)
            paper.y += line.style.leading
        paper.y += PAD
        paper.rule(0.3 * MM, INK)


def _fitting(lines: list[Line], room: float) -> int:
    """How many of the lines go into this height."""
    for count, line in enumerate(lines):
        room -= line.style.leading
        if room < 0:
            return count
    return len(lines)
