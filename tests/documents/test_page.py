"""The frame of a paper: how a text goes over from one page to the next."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from documents.page import LEFT, Paper
from documents.sheet import BODY, About
from documents.text import wrap
from tests.documents.contents import bathroom

MANY = 12


def spread(monkeypatch, room: int, text: str) -> list[list[str]]:
    """The lines of a text on each page, drawn where there is room for so many lines."""
    paper = Paper(About("Offert", "Tumbredd", "", datetime(2026, 11, 22, tzinfo=UTC)), bathroom()["firm"], "Offert")
    paper.y = paper.bottom - room * BODY.leading - 0.1
    found: dict[int, list[str]] = {}
    put = paper.put

    def note(line, x, **given):
        if x == LEFT and line.text in text.splitlines():
            found.setdefault(paper.sheet.page_count, []).append(line.text)
        put(line, x, **given)

    monkeypatch.setattr(paper, "put", note)
    paper.lines(wrap(text, BODY, 400), LEFT)
    return list(found.values())


@pytest.mark.parametrize("count", range(1, 7))
@pytest.mark.parametrize("room", range(MANY))
def test_no_line_of_a_text_stands_alone_on_a_page(monkeypatch, room, count):
    lines = [f"Rad {n}" for n in range(count)]
    pages = spread(monkeypatch, room, "\n".join(lines))
    assert [line for page in pages for line in page] == lines
    assert all(len(page) >= min(count, 2) for page in pages)


@pytest.mark.parametrize("room", range(MANY))
def test_each_paragraph_by_itself(monkeypatch, room):
    """A blank line parts them: the last line of the first and the first of the second keep company of their own."""
    pages = spread(monkeypatch, room, "Ett\nTvå\nTre\n\nFyra\nFem\nSex")
    for page in pages:
        assert {"Ett", "Två", "Tre"} <= set(page) or not {"Ett", "Två", "Tre"} & set(page)
        assert {"Fyra", "Fem", "Sex"} <= set(page) or not {"Fyra", "Fem", "Sex"} & set(page)
