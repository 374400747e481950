"""Pages fetch nothing from other hosts, hold no handler, and let people type: no number field, nothing that cuts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "templates"
# Letters are read by mail programs: they name our own address in full.
PAGES = sorted(file for file in FOLDER.rglob("*.html") if "mail" not in file.relative_to(FOLDER).parts)
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def name(file: Path) -> str:
    return file.relative_to(FOLDER).as_posix()


@pytest.mark.parametrize("file", PAGES, ids=name)
@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"<[a-z][^>]*\son[a-z]+\s*=", id="event handler"),
        pytest.param(r"(?:src|href|action)=\"(?:https?:)?//", id="another host"),
        pytest.param(r"type=\"number\"", id="number field"),
        pytest.param(r"<[a-z][^>]*\smaxlength=", id="field that cuts"),
    ],
)
def test_page_has_no(file, pattern):
    found = re.search(pattern, COMMENT.sub("", file.read_text(encoding="utf-8")), re.IGNORECASE)
    assert not found, f"{name(file)}: {found.group(0)!r}"


@pytest.mark.parametrize("file", PAGES, ids=name)
def test_says_what_it_is_and_needs(file):
    assert file.read_text(encoding="utf-8").lstrip().startswith("{#")
