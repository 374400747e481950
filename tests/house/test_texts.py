"""Every text a user reads is marked for translation, and the catalogue can be drawn from the sources."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LETTERS = sorted((ROOT / "templates" / "mail").glob("*.txt"))
MARKS = {"_", "_l", "gettext", "ngettext", "lazy_gettext"}
SPOKEN = {"aria-label", "alt", "title", "placeholder"}
SWEDISH = re.compile(r"[åäöÅÄÖ]")
SENTENCE = re.compile(r"[åäöÅÄÖ]|^[A-Z][a-zåäö]+( [a-zåäö]+)+")
WORD = re.compile(r"[A-Za-zÅÄÖåäö]{2,}")
# names and units, the same in every language
NAMES = {"Handslag", "kr", "PDF", "ROT", "RUT", "ZIP", "kB", "IP", "CSV", "JSON", "JPG", "PNG", "SHA"}
# no texts: what people type, and names of files and units that stand in stored data
DATA = {"services/passwords.py", "services/search.py"}
# what is agreed to is evidence: each version stands in the source, in each language
DATA |= {"documents/clauses.py", "documents/texts.py", "documents/wording.py"}
DATA |= {"documents/proof_readme.py"}  # in both languages, whoever reads it
DATA |= {"services/exporting/sheets.py"}  # in Swedish, whoever asks for it: equal firms give equal archives
NO_TEXTS = {"mån", "LÄS-MIG.txt", "553 the mail server takes only addresses without å, ä, ö (no SMTPUTF8)"}


class Spoken(HTMLParser):
    """The words of a page that stand outside expressions, in text and in attributes that are read out."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._skipped = 0
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self._skipped += tag in ("script", "style", "svg")
        self.words += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag):
        self._skipped -= tag in ("script", "style", "svg")

    def handle_data(self, data):
        if not self._skipped:
            self.words.append(data)


def without_expressions(source: str) -> str:
    source = re.sub(r"\{% block main_class %\}.*?\{% endblock %\}", "", source)  # names of CSS classes
    source = re.sub(r' hx-[a-z-]+="[^"]*"', "", source)
    return re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", source, flags=re.DOTALL)


def unmarked(texts: list[str]) -> list[str]:
    return [word for text in texts for word in WORD.findall(text) if word not in NAMES]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_words_of_templates_are_marked(template):
    source = template.read_text()
    assert unmarked(Spoken(without_expressions(source)).words) == []
    assert list(unmarked_constants(source)) == []


@pytest.mark.parametrize("letter", LETTERS, ids=lambda path: path.name)
def test_words_of_letters_are_marked(letter):
    source = letter.read_text()
    assert unmarked([without_expressions(source)]) == []
    assert list(unmarked_constants(source)) == []


def unmarked_constants(source: str) -> Iterator[str]:
    """Swedish texts in the expressions of a template that no mark encloses."""
    tree = Environment(extensions=["jinja2.ext.do"]).parse(source)  # noqa: S701  (nothing is rendered)
    marked = {
        id(constant)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in MARKS
        for constant in call.find_all(nodes.Const)
    }
    for constant in tree.find_all(nodes.Const):
        if isinstance(constant.value, str) and id(constant) not in marked and SWEDISH.search(constant.value):
            yield constant.value


PYTHON = sorted(
    path
    for room in ("blueprints", "documents", "services", "mail", "jobs")
    for path in (ROOT / room).rglob("*.py")
    if "demo" not in path.parts and str(path.relative_to(ROOT)) not in DATA
)


@pytest.mark.parametrize("file", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_texts_in_python_are_marked(file):
    tree = ast.parse(file.read_text())
    marked = {
        id(part)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MARKS
        for part in ast.walk(call)
    }
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    speaks = SENTENCE if "blueprints" in file.parts else SWEDISH  # services also speak English, to operators
    found = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and speaks.search(node.value)
        and node.value not in NO_TEXTS
        and id(node) not in marked | docstrings
    ]
    assert found == []


def test_the_catalogue_can_be_drawn():
    """As babel.cfg says; a template that pybabel cannot read would silently leave its texts out."""
    rooms = ("blueprints", "services", "mail", "templates")
    python = {"_": None, "_l": None, "gettext": None}
    texts = {
        message
        for room in rooms
        for _file, _line, message, _comments, _context in extract_from_dir(
            str(ROOT / room),
            method_map=[("**.py", "python"), ("**.html", "jinja2"), ("mail/**.txt", "jinja2")],
            options_map={"**.html": {"silent": "false"}},
            keywords=python,
        )
    }
    assert {"Offerter", "Inget väntar på dig.", "Skriv ditt namn", "Ångra avtalet här"} <= texts
    assert len(texts) > 500
