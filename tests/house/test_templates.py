"""Templates: each is used, none has inline code or unescaped data, every form carries a token."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
CODE = "\n".join(
    file.read_text()
    for room in ("blueprints", "services", "mail", "jobs", "documents")
    for file in sorted((ROOT / room).rglob("*.py"))
)


def names():
    return [file.relative_to(ROOT / "templates").as_posix() for file in TEMPLATES]


@pytest.mark.parametrize("name", names())
def test_template_is_clean(name):
    text = (ROOT / "templates" / name).read_text()
    bare = re.sub(r"\{#.*?#\}", "", text, flags=re.S)
    for wrong in ("|safe", "| safe", " style=", "<style", "hx-on", "onclick=", "javascript:", "hx-vals='js"):
        assert wrong not in bare, wrong
    for script in re.findall(r"<script[^>]*>", bare):
        assert " src=" in script
    for form in re.findall(r"<form\b.*?</form>", bare, flags=re.S):
        if re.search(r'method="post"', form, flags=re.I):
            assert re.search(r"csrf(_token)?\(", form), form[:120]


def test_every_template_is_used():
    texts = {name: (ROOT / "templates" / name).read_text() for name in names()}
    unused = []
    for name in names():
        stem = name.rsplit(".", 1)[0]
        others = "\n".join(text for other, text in texts.items() if other != name)
        folder = name.split("/")[0]
        by_rule = folder in ("errors", "mail", "legal")  # named by status, kind of letter or version
        if name not in CODE and name not in others and stem not in CODE and not by_rule:
            unused.append(name)
    assert not unused
