"""What a first visit fetches besides the page stays light: bytes as gzip -9 sends them, fonts as they are."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
TEMPLATES = ROOT / "templates"
SHEETS = ("handslag.css", "firma.css")
CLASS, WORD = re.compile(r"\.([a-z][\w-]*)"), re.compile(r"[a-z][\w-]*")
NO_CLASS = re.compile(r"/\*.*?\*/|url\([^)]*\)", re.DOTALL)
USED = re.compile(r'(?:class|cls)="([^"]*)"')
INCLUDED = re.compile(r'{%-? (?:extends|include|from|import) "([^"]+)"')
SCRIPTS = sorted((STATIC / "js").glob("*.js"))


def gzipped(*files: Path) -> int:
    return sum(len(gzip.compress(file.read_bytes(), 9, mtime=0)) for file in files)


@pytest.mark.parametrize(("name", "most"), [("firma", 11_000), ("kund", 7_500)])
def test_one_stylesheet_for_each_that_is_light(name, most):
    """The customer's comes over a slow network at the first visit, and the first paint waits for it."""
    assert gzipped(STATIC / "made" / f"{name}.css") <= most


def test_the_customers_pages_use_nothing_of_the_firms_stylesheet():
    shared, own = (set(CLASS.findall(NO_CLASS.sub("", (STATIC / "css" / name).read_text()))) for name in SHEETS)
    used = {
        name: {word for words in USED.findall((TEMPLATES / name).read_text()) for word in WORD.findall(words)}
        for name in seen_by_customers()
    }
    assert {name: found for name, words in used.items() if (found := sorted(words & (own - shared)))} == {}


def seen_by_customers() -> set[str]:
    """The templates of the customer's pages; macros are shared, and each page takes some of them."""
    found: set[str] = set()
    waiting = [file for file in TEMPLATES.rglob("*.html") if '{% extends "customer/base.html" %}' in file.read_text()]
    while waiting:
        file = waiting.pop()
        name = file.relative_to(TEMPLATES).as_posix()
        if name not in found and file.exists() and not name.startswith("_macros/"):
            found.add(name)
            waiting += [TEMPLATES / other for other in INCLUDED.findall(file.read_text())]
    return found


@pytest.mark.parametrize(
    ("names", "most"),
    [
        pytest.param(("app",), 1_950, id="customer"),
        pytest.param(("app", "underskrift"), 2_750, id="step 2"),
        pytest.param(("app", "utkast", "ark"), 4_500, id="builder"),
        pytest.param(("app", "utkast", "kvar"), 4_850, id="today, the list, a quote"),
    ],
)
def test_own_scripts_of_a_page(names, most):
    assert gzipped(*(STATIC / "js" / f"{name}.js" for name in names)) <= most


def test_worker_of_at_most_1_2_kb(client):
    assert len(client.get("/sw.js").data) <= 1_200


def test_icons_are_light():
    assert sum(file.stat().st_size for file in (STATIC / "img").iterdir()) <= 8_000


def test_script_for_photos_of_at_most_800_bytes():
    """It is fetched when photos are being chosen, and saves their weight."""
    assert gzipped(STATIC / "js" / "bild.js") <= 800


def test_font_of_at_most_20_kb_named_by_its_content():
    (font,) = (STATIC / "fonts").glob("*.woff2")
    assert font.stat().st_size <= 20_000
    assert font.stem.rpartition(".")[2] == hashlib.sha256(font.read_bytes()).hexdigest()[:10]
    assert f'url("../fonts/{font.name}")' in (STATIC / "css" / "handslag.css").read_text(encoding="utf-8")


def test_a_stylesheet_loses_only_what_means_nothing():
    from scripts.assets import small

    given = """
/* it's "gone" */
.a, .b :hover > c {
  width: calc(1px + 2px);  /* url(x) */
  content: "; /* a */  {";
  src: url( x;,y );
}
@media (width >= 40rem) and (hover: hover) { .a { color: red; } }
"""
    assert small(given) == (
        '.a,.b :hover > c{width:calc(1px + 2px);content:"; /* a */  {";src:url( x;,y )}'
        "@media (width >= 40rem) and (hover:hover){.a{color:red}}"
    )


def test_htmx_is_the_pinned_one():
    from scripts.assets import HTMX, is_htmx

    assert is_htmx(HTMX)
    assert gzipped(HTMX) <= 17_000


def test_compressed_copies_are_up_to_date():
    from scripts.assets import COMPRESSED, is_stale

    assert [file.name for file in STATIC.rglob("*") if file.suffix in COMPRESSED and is_stale(file)] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_scripts_never_evaluate_or_write_markup(script):
    text = script.read_text(encoding="utf-8")
    for way in ("innerHTML", "eval(", "Function(", "document.write", "insertAdjacentHTML", ".style"):
        assert way not in text
