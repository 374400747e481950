"""The papers of the house name what is there: links, pictures, tests, and the ids that tests carry."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAPER = (ROOT / "docs" / "security.md").read_text()
EXPLAINED = set(re.findall(r"^\| ([AC]-\d\d) \|", PAPER, flags=re.MULTILINE))
ROOMS = ("blueprints", "documents", "domain", "exchange", "jobs", "mail", "scripts", "services", "tables", "tests")


def test_links_lead_somewhere():
    papers = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = {
        f"{paper.relative_to(ROOT)}: {target}"
        for paper in papers
        for target in re.findall(r"\]\(([^)#:]+)\)", paper.read_text())
        if not (paper.parent / target).exists()
    }
    assert broken == set()


def test_pictures_are_light():
    assert [file.name for file in (ROOT / "docs" / "img").iterdir() if file.stat().st_size > 60_000] == []


def test_every_named_test_is_there():
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", PAPER))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_id_is_explained():
    unexplained = {
        f"{path.relative_to(ROOT)}: {found}"
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for in_name, in_text, number in re.findall(r"(?:\btest_([acAC])|\b([AC])-)(\d\d)(?:_|\b)", path.read_text())
        if (found := f"{(in_name or in_text).upper()}-{number}") not in EXPLAINED
    }
    assert unexplained == set()
