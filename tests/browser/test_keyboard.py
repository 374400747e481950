"""At the desk: Ctrl+Enter finishes a line and asks for the next."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.firm_pages import Builder, Office
from tests.browser.product import Product
from tests.browser.rows import begin
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

LINE = "Bortforsling"


@pytest.fixture
def eva(product: Product, visit: Callable[..., Visitor]) -> Visitor:
    begun = begin(product)
    visitor = visit(desk=True)
    Office(visitor).log_in(begun.eva)
    visitor.go(f"/offerter/{begun.n}/redigera")
    Builder(visitor).open_line(LINE)
    return visitor


def test_ctrl_enter_finishes_and_asks_for_the_next(eva: Visitor) -> None:
    eva.field("Vad?").fill("Bortforsling med släp")
    eva.page.keyboard.press("Control+Enter")
    expect(eva.page.locator("dialog#ark")).to_be_visible()
    expect(eva.page.locator("form.lineedit")).to_have_count(0)
    expect(eva.page.locator("a.line", has_text="Bortforsling med släp")).to_have_count(1)


def test_ctrl_enter_stays_at_a_line_with_faults(eva: Visitor) -> None:
    eva.field("Antal").fill("mycket")
    eva.page.keyboard.press("Control+Enter")
    eva.sees("Skriv antal med siffror, till exempel 5,5")
    expect(eva.page.locator("dialog#ark")).to_be_hidden()
