"""What a first visit fetches besides the page stays light: bytes as gzip -9 sends them, fonts as they are."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
SCRIPTS = sorted((STATIC / "js").glob("*.js"))


def gzipped(*files: Path) -> int:
    return sum(len(gzip.compress(file.read_bytes(), 9, mtime=0)) for file in files)


def test_one_stylesheet_of_at_most_11_kb():
    sheets = sorted((STATIC / "css").glob("*.css"))
    assert [sheet.name for sheet in sheets] == ["handslag.css"]
    assert gzipped(*sheets) <= 11_000


@pytest.mark.parametrize(
    ("names", "most"),
    [
        pytest.param(("app",), 1_950, id="customer"),
        pytest.param(("app", "utkast", "ark"), 4_500, id="builder"),
        pytest.param(("app", "utkast", "kvar"), 4_800, id="today, the list, a quote"),
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
