"""The drawings of the pages: 24 by 24, stroked, with square caps.

They are drawn in the page: a path is about as long as the address of a sprite, and the customer's page may make five
requests. Templates call `icon` and `brand`; calls with constant names are part of the compiled template (folding.py).
"""

from __future__ import annotations

from flask import Flask
from markupsafe import Markup

from blueprints.shared import folding

ICONS = {
    "today": "M4 5h16v15H4zM4 10h16M8 2.5V7M16 2.5V7M8 15l2.5 2.5L16 13",
    "quote": "M5 3h10l4 4v14H5zM14 3v5h5M8.5 12.5h7M8.5 16.5h5",
    "plus": "M12 4v16M4 12h16",
    "more": "M4 6.5h16M4 12h16M4 17.5h16",
    "people": "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20v-1.5c0-2 2-4 6.5-4s6.5 2 6.5 4V20"
    "M16 5a3.3 3.3 0 0 1 0 6.4M18 14.8c2.3.5 3.5 1.9 3.5 3.7V20",
    "list": "M3 8.5h18v7H3zM7 8.5v3M11 8.5v4M15 8.5v3M19 8.5v4",
    "gear": "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
    "box": "M3.5 7.5L12 3l8.5 4.5v9L12 21l-8.5-4.5zM3.5 7.5L12 12l8.5-4.5M12 12v9",
    "search": "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L21 21",
    "back": "M14.5 4.5L7 12l7.5 7.5",
    "next": "M9.5 4.5L17 12l-7.5 7.5",
    "check": "M4 12.5l5.5 5.5L20 6.5",
    "cross": "M5.5 5.5l13 13M18.5 5.5l-13 13",
    "dots": "M5.5 12h1M11.5 12h1M17.5 12h1",
    "up": "M12 20V5M5.5 11.5L12 5l6.5 6.5",
    "down": "M12 4v15M5.5 12.5L12 19l6.5-6.5",
    "copy": "M8 8h12v12H8zM16 8V4H4v12h4",
    "bin": "M4 6.5h16M9 6.5V3.5h6v3M6 6.5l1 14h10l1-14M10 10.5v6M14 10.5v6",
    "phone": "M4 4h4.5l2 5-2.5 2c1 2.3 2.7 4 5 5l2-2.5 5 2V20h-2C10.5 20 4 13.5 4 6z",
    "camera": "M3 7.5h4.5L9 5h6l1.5 2.5H21V19H3zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
    "chat": "M3.5 4.5h17v12H12L7 20.5v-4H3.5z",
    "mail": "M3 5.5h18v13H3zM3.5 6l8.5 7 8.5-7",
    "dl": "M12 3v12M6 9.5l6 6 6-6M4 20.5h16",
    "clock": "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 7.5V12l3.5 2.5",
    "mark": "M4 5l8 14 8-14",
    "warn": "M12 3.5L22 20.5H2zM12 10v5M12 17.6v.4",
    "lock": "M5 11h14v9.5H5zM8 11V7.5a4 4 0 0 1 8 0V11",
    "eye": "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"
    "M12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
    "pen": "M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19zM14 6.5l3.5 3.5",
    "out": "M14 4h6v16h-6M4 12h10.5M10.5 8l4 4-4 4",
}
BRAND = (
    '<svg viewBox="0 0 32 32" aria-hidden="true"><path class="b1" d="M2 4H19V14.6H10.5V28H2Z"/>'
    '<path class="b2" d="M30 28H13V17.4H21.5V4H30Z"/></svg>'
)


def icon(name: str, small: bool = False, cls: str = "") -> Markup:
    """A drawing of 24 px, or 20 (small). Hidden from screen readers: the word stands beside it, or in aria-label.

    Raises KeyError for a name that has no drawing.
    """
    classes = "icon" + " icon-s" * small + " heavy" * (name == "mark") + (f" {cls}" if cls else "")
    drawn = f'<svg class="{classes}" viewBox="0 0 24 24" aria-hidden="true"><path d="{ICONS[name]}"/></svg>'
    return Markup(drawn)  # noqa: S704  (names of ours, from templates)


def brand() -> Markup:
    """The mark of the product."""
    return Markup(BRAND)  # noqa: S704  (a constant)


def register(app: Flask) -> None:
    folding.fold(app, "icon", icon, made_from=ICONS)
    folding.fold(app, "brand", brand, made_from=BRAND)
