"""What iOS and Firefox need and Chromium does not: seen here by what can be asked of any browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.firm_pages import Office
from tests.browser.product import Product
from tests.browser.rows import begin
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

ON_ITS_SIDE = {"width": 844, "height": 390}
NOTCH = 47  # CSS pixels of an iPhone on its side, left and right


def test_less_motion_is_none(visit: Callable[..., Visitor]) -> None:
    """With a transition, however short, WebKit leaves the ink of light on the ground of dark."""
    visitor = visit()
    visitor.go("/")
    moving = "() => [...document.querySelectorAll('*')].map((one) => getComputedStyle(one).transitionProperty)"
    assert set(visitor.page.evaluate(moving)) == {"none"}


def test_nothing_lies_under_the_notch(product: Product, visit: Callable[..., Visitor]) -> None:
    begun = begin(product)
    visitor = visit()
    Office(visitor).log_in(begun.jonas)
    visitor.page.set_viewport_size(ON_ITS_SIDE)
    insets = {"left": NOTCH, "right": NOTCH, "bottom": 21}
    visitor.context.new_cdp_session(visitor.page).send("Emulation.setSafeAreaInsetsOverride", {"insets": insets})
    for path in ("/", f"/offerter/{begun.n}/redigera"):
        visitor.go(path)
        under = """(notch) => [...document.querySelectorAll("a[href]:not(.skip), button, h1, input")].filter((one) => {
            const { left, right, width } = one.getBoundingClientRect();
            return width > 1 && !one.closest(".filters") && (left < notch - 1 || right > innerWidth - notch + 1);
        }).map((one) => one.outerHTML)"""
        assert visitor.page.evaluate(under, NOTCH - 12) == []  # an icon's button may reach out by its own margin


def test_a_sum_stays_in_its_card_in_any_font(product: Product, visit: Callable[..., Visitor]) -> None:
    """A page that is opened for the first time is set in the phone's own font, which may be a wide one."""
    visitor = visit(desk=True)
    visitor.go(begin(product, is_sent=True).link)
    total = visitor.page.locator("#pris-desk .big")
    total.evaluate("(big) => { big.firstChild.data = '28\u00a0588,75 '; big.style.fontFamily = 'monospace'; }")
    assert total.evaluate("(big) => big.scrollWidth <= big.clientWidth")


def test_a_press_beside_a_menu_closes_it(product: Product, visit: Callable[..., Visitor]) -> None:
    """On iOS a press on plain text is no click that a script could hear."""
    begun = begin(product)
    visitor = visit(scripts=False)
    Office(visitor).log_in(begun.jonas)
    visitor.go(f"/offerter/{begun.n}/redigera")
    menu = visitor.page.locator(".topbar details.menu")
    visitor.tap(menu.locator("summary"))
    expect(menu.locator(".pop")).to_be_visible()
    visitor.page.touchscreen.tap(4, 400)
    expect(menu).to_have_js_property("open", False)


def test_escape_in_an_empty_search_closes_the_sheet(product: Product, visit: Callable[..., Visitor]) -> None:
    """WebKit's search field clears itself and tells the sheet nothing; no key that a script presses does either."""
    begun = begin(product)
    visitor = visit()
    Office(visitor).log_in(begun.jonas)
    visitor.go(f"/offerter/{begun.n}/redigera")
    visitor.link("Lägg till rad")
    field = visitor.page.get_by_role("searchbox")
    escape = {"key": "Escape", "bubbles": True}
    field.fill("kakel")
    field.dispatch_event("keydown", escape)
    expect(field).to_be_visible()
    field.fill("")
    field.dispatch_event("keydown", escape)
    expect(field).to_be_hidden()


def test_a_font_that_never_comes_is_no_fault(visit: Callable[..., Visitor]) -> None:
    """Firefox says so too when the page is left before the font has come."""
    visitor = visit()
    visitor.expects(re.compile("net::ERR_FAILED"))
    visitor.page.route("**/*.woff2", lambda route: route.abort())
    visitor.go("/")
    visitor.page.evaluate("() => document.fonts.load('1em Familjen Grotesk').catch(() => {})")
    assert visitor.faults == []
