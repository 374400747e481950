"""What the house fills in by itself, hours as labour with rot, is no unsaved change of the user's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.firm_pages import SAVED, Builder, Office
from tests.browser.product import Product
from tests.browser.rows import begin
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def test_hours_become_labour_without_a_false_alarm(product: Product, visit: Callable[..., Visitor]) -> None:
    begun = begin(product)
    jonas = visit()
    Office(jonas).log_in(begun.jonas)
    jonas.go(f"/offerter/{begun.n}/redigera")
    Builder(jonas).open_line("Bortforsling")

    jonas.choose("Enhet", "tim")

    expect(jonas.page.get_by_role("radio", name="Arbete")).to_be_checked()
    expect(jonas.page.locator("#sparat")).to_have_text(SAVED)
    jonas.type("Antal", "14")
    expect(jonas.page.locator("#sparat")).to_have_text(SAVED)
    jonas.page.wait_for_timeout(1000)  # the save of the number
    expect(jonas.page.locator(".kept p")).to_have_count(0)
    kept = jonas.page.evaluate("Object.keys(localStorage)")
    assert [name for name in kept if name != "me"] == []  # who wrote here last
