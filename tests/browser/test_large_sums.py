"""Twelve digits on a phone: nothing reaches off the screen, is cut, or lies under something else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.checks import fits
from tests.browser.firm_pages import Builder, Office
from tests.browser.product import Product
from tests.browser.rows import begin_large
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

PAID = "1 852 499 999,98 kr".replace(" ", "\N{NO-BREAK SPACE}")


def _apart(one: Locator, other: Locator) -> None:
    """Two boxes that do not lie over one another."""
    a, b = one.bounding_box(), other.bounding_box()
    assert a is not None
    assert b is not None
    beside = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
    assert beside or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"], (a, b)


def _bar(visitor: Visitor, button: str) -> None:
    bar = visitor.page.locator(".actionbar")
    expect(bar.locator("b.num")).to_have_text(PAID)
    _apart(bar.locator("b.num"), bar.locator(button))


def test_the_firm_sees_it_whole(product: Product, visit: Callable[..., Visitor]) -> None:
    begun, jonas = begin_large(product, is_sent=False), visit()
    Office(jonas).log_in(begun.jonas)
    jonas.go(f"/offerter/{begun.n}/redigera")
    _bar(jonas, "a.btn")
    fits(jonas, "builder")
    Builder(jonas).open_line("Stomme i limträ")
    line = jonas.page.locator("form.lineedit")
    inside, total = line.bounding_box(), line.locator(".rowsum").bounding_box()
    assert inside is not None
    assert total is not None
    assert total["x"] + total["width"] <= inside["x"] + inside["width"] - 15  # the form's own edge
    _apart(line.locator(".rowsum"), line.locator(".unit").first)
    fits(jonas, "line")
    jonas.go(f"/offerter/{begun.n}/granska")
    _bar(jonas, "button")
    fits(jonas, "review")


def test_large_text_leaves_words_whole_beside_it(product: Product, visit: Callable[..., Visitor]) -> None:
    """With the text at 200 % a sum goes below the words, which would else stand a letter to a row (WCAG 1.4.4)."""
    begun, sent = begin_large(product, is_sent=False), begin_large(product, is_sent=True)
    jonas, karin = visit(), visit()
    Office(jonas).log_in(begun.jonas)
    for who, path, whole, words in (
        (jonas, "/kunder", ".topbar.head", "h1"),
        (jonas, "/prislista", ".topbar.head", "h1"),
        (jonas, "/offerter", "a.row", ".t"),
        (jonas, f"/offerter/{begun.n}/redigera", "a.line", ".t"),
        (jonas, f"/offerter/{begun.n}/redigera", ".sect > header", "h3"),
        (karin, sent.link, ".lines tbody tr", "td:first-child"),
        (karin, sent.link, "label.check", ".t"),
        (karin, sent.link, ".actionbar .inner", ".btn"),
    ):
        who.go(path)
        who.page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
        row = who.page.locator(whole).first
        outer, inner = row.bounding_box(), row.locator(words).bounding_box()
        assert outer is not None
        assert inner is not None
        assert inner["width"] > outer["width"] / 3, (path, whole)
        assert inner["x"] >= outer["x"], (path, whole)


def test_a_page_zoomed_to_twice_its_size_is_not_covered_by_its_bar(
    product: Product, visit: Callable[..., Visitor]
) -> None:
    """A phone at 200 % has 195 pixels by 422: the bar goes with the page there, and no digit of the sum is cut."""
    begun, draft = begin_large(product, is_sent=True), begin_large(product, is_sent=False)
    karin, jonas = visit(), visit()
    Office(jonas).log_in(draft.jonas)
    for who, path in ((karin, begun.link), (jonas, f"/offerter/{draft.n}/granska")):
        who.go(path)
        who.page.set_viewport_size({"width": 195, "height": 422})
        bar = who.page.locator(".actionbar")
        expect(bar).to_have_css("position", "static")
        total = bar.locator("b.num").bounding_box()
        assert total is not None
        assert 0 <= total["x"] < total["x"] + total["width"] <= 195


def test_the_customer_sees_it_whole(product: Product, visit: Callable[..., Visitor]) -> None:
    begun = begin_large(product, is_sent=True)
    for desk in (False, True):
        karin = visit(desk=desk)
        karin.go(begun.link)
        if not desk:
            _bar(karin, ".btn")
        price = karin.page.locator("#pris-desk" if desk else "#pris")
        whole, unit = price.bounding_box(), price.locator(".big small").bounding_box()
        assert whole is not None
        assert unit is not None
        assert unit["x"] + unit["width"] <= whole["x"] + whole["width"]
        fits(karin, "customer")
        karin.go(f"/o/{begun.deal}/godkann")
        fits(karin, "approve")
    jonas = visit()
    Office(jonas).log_in(begun.jonas)
    for path in ("/offerter?visa=alla", f"/offerter/{begun.n}"):
        jonas.go(path)
        jonas.sees(PAID)
        fits(jonas, path)
