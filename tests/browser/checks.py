"""What every page must hold: no axe violation, nothing off the screen or too small for a thumb, focus that is seen.

WCAG 2.2 AA: 1.4.4 resize text, 1.4.10 reflow, 2.4.7 and 2.4.11 focus, 2.5.8 targets (here 44 px on a phone).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.visitor import DESK, PHONE, Visitor

RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}  # what dark and light decide
NARROW = {"width": 320, "height": 640}
THUMB, INLINE = 44, 24  # CSS pixels: a control, a link in running text
PICTURES = os.environ.get("PICTURES", "")  # a folder: every page that is looked at is saved there
_AXE = Axe().axe_script
_CHECKS = Path(__file__).with_suffix(".js").read_text()


def look(visitor: Visitor, name: str, *, desk: dict[str, Any] | None = None) -> None:
    """Note the faults of the page as it stands. With scripts also by axe, on the phone, light and dark.

    `desk`: what axe is asked there, which is once for each route, by test_accessibility.py. The desk in light has the
    colours of the phone in light and the rail of the desk in dark.
    """
    page = visitor.page
    page.wait_for_load_state()  # a stylesheet on its way has no sizes
    size = page.viewport_size or PHONE
    _save(page, f"{name}-390")
    faults = _on_phone(page)
    if visitor.scripts:
        faults += _axe(page, "phone, light", RULES)
        page.emulate_media(color_scheme="dark")
        _save(page, f"{name}-390-dark")
        faults += _axe(page, "phone, dark", COLOURS)
        if desk:
            page.set_viewport_size(DESK)
            faults += _axe(page, "desk, dark", desk)
        page.emulate_media(color_scheme="light")
        if PICTURES:
            page.set_viewport_size(DESK)
            _save(page, f"{name}-1280")
        page.set_viewport_size(size)
    visitor.faults += [f"{name} ({page.url}): {fault}" for fault in faults]


def fits(visitor: Visitor, name: str) -> None:
    """Note what reaches off the screen as it is, or is cut."""
    visitor.faults += _off_screen(visitor.page, name)


def tab_through(visitor: Visitor, *, most: int = 200) -> list[str]:
    """Press Tab until the focus comes round; each stop must be seen, with a ring. Returns the stops."""
    visitor.let_settle()
    page = visitor.page
    stops: list[str] = []
    _ask(page, "begin")
    while len(stops) < most:
        page.keyboard.press("Tab")
        stop = _ask(page, "stop")
        if stop is None or stop["again"]:
            break
        assert stop["isSeen"], f"focus is hidden: {stop['name']}"
        assert stop["hasRing"], f"focus cannot be seen: {stop['name']}"
        stops.append(stop["name"])
    return stops


def _on_phone(page: Page) -> list[str]:
    size = page.viewport_size or PHONE
    faults = [f"small: {one}" for one in _ask(page, "small", [THUMB, INLINE])]
    page.set_viewport_size(NARROW)
    faults += _off_screen(page, "320 px")
    page.set_viewport_size(size)
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    faults += _off_screen(page, "text at 200 %")
    page.evaluate("() => { document.documentElement.style.fontSize = ''; }")
    return faults


def _off_screen(page: Page, when: str) -> list[str]:
    return [f"{fault}, {when}: {one}" for fault in ("sideways", "clipped") for one in _ask(page, fault)]


def _axe(page: Page, when: str, rules: dict[str, Any]) -> list[str]:
    if not page.evaluate("() => !!window.axe"):
        page.evaluate(_AXE)
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    return [f"axe, {when}: {one}" for one in _ask(page, "violations", options)]


def _ask(page: Page, what: str, argument: Any = None) -> Any:
    """Call one of the functions in checks.js."""
    return page.evaluate(f"(argument) => ({_CHECKS}).{what}(argument)", argument)


def _save(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True, caret="initial")
