"""The colours of the stylesheet can be read in sunlight: text 7:1 (4.5:1 at the very least), edges of controls 3:1."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "static" / "css" / "handslag.css").read_text(encoding="utf-8")
TOKEN = re.compile(r"--([a-z0-9-]+): (#[0-9a-f]{6})\b")


def tokens() -> dict[str, dict[str, str]]:
    """The colour tokens per scheme; dark inherits what it does not set."""
    light, dark = (dict(TOKEN.findall(block)) for block in re.findall(r":root \{(.*?)\n *\}", CSS, re.DOTALL)[:2])
    return {"light": light, "dark": light | dark}


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb. Source: WCAG 2.2, definition of relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


PAIRS = [
    ("ink", "surface", 7.0),
    ("ink", "bg", 7.0),
    ("ink", "sunk", 7.0),
    ("ink-2", "surface", 7.0),
    ("ink-2", "bg", 7.0),
    ("ink-2", "sunk", 4.5),
    ("gran", "surface", 7.0),
    ("gran", "bg", 7.0),
    ("on-gran", "gran", 7.0),
    ("gran-deep", "gran-tint", 7.0),
    ("ink", "gran-tint", 7.0),
    ("ink-2", "gran-tint", 4.5),
    ("on-varsel", "varsel", 7.0),
    ("falu", "surface", 7.0),
    ("falu", "bg", 4.5),
    ("falu", "falu-tint", 4.5),
    ("on-falu", "falu", 7.0),
    ("amber", "amber-tint", 7.0),
    ("blue", "blue-tint", 7.0),
    ("on-rail", "rail", 7.0),
    ("on-rail-2", "rail", 7.0),
    ("edge", "surface", 3.0),
    ("edge", "bg", 3.0),
    ("varsel", "rail", 3.0),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_contrast(scheme, front, ground, least):
    colours = tokens()[scheme]
    assert contrast(colours[front], colours[ground]) >= least


def test_black_on_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_both_schemes_are_read():
    found = tokens()
    assert found["light"]["ink"] != found["dark"]["ink"]
    assert len(found["light"]) > 20


def test_paper_is_never_dark():
    """A printed page takes the light colours, whatever the screen had: pale words on white paper are none."""
    sheets = [file.read_text(encoding="utf-8") for file in (Path(__file__).parents[2] / "static" / "css").glob("*.css")]
    asked = [line for sheet in sheets for line in sheet.splitlines() if "prefers-color-scheme: dark" in line]
    assert asked
    assert [line for line in asked if not line.strip().startswith("@media screen and (")] == []
