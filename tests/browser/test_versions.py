"""One link for the life of the deal: what has changed, older versions, an approval that comes too late, feedback."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.checks import look
from tests.browser.customer_pages import ORDER, Customer
from tests.browser.product import Product
from tests.browser.rows import begin, send_changed
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_quote_that_changes_twice(product: Product, visit: Callable[..., Visitor], scripts: bool) -> None:
    begun = begin(product, is_sent=True)
    karin = visit(scripts=scripts)
    customer = Customer(karin, begun.karin)
    karin.go(begun.link)
    customer.pays("11\u00a0628\u00a0kr")

    send_changed(product, begun, quantity_milli=18000)
    karin.go(begun.link)
    customer.pays("12\u00a0594\u00a0kr")
    karin.unfold("Ändrat sedan")
    karin.sees("Ändrat: Rivning av ytskikt", "16 tim → 18 tim", "+1\u00a0380\u00a0kr")
    look(karin, "changed")
    karin.link("Läs version 1")
    karin.sees("Det här är en äldre version.")
    expect(karin.page.get_by_role("button", name=ORDER)).to_have_count(0)
    expect(karin.page.locator("#pris .big")).to_have_text("11\u00a0628 kr")
    look(karin, "older-version")
    karin.link("Till den senaste, version 2")

    customer.to_approval()
    customer.give_home("19840601-2388", "Lillhamra 3:14")
    customer.sign("Karin Almgren")
    send_changed(product, begun, quantity_milli=19000)
    karin.button(ORDER)
    karin.sees("Inget är godkänt än.", "Du betalar nu 13\u00a0077\u00a0kr i stället för 12\u00a0594\u00a0kr.")
    karin.unfold("Ändrat sedan version 2")
    karin.sees("18 tim → 19 tim")
    expect(karin.field("Ditt namn")).to_have_value("Karin Almgren")
    expect(karin.field("Fastighetsbeteckning")).to_have_value("Lillhamra 3:14")
    look(karin, "changed-meanwhile")
    customer.sign("Karin Almgren")
    customer.order()

    answer(karin)
    karin.go(begun.link)
    karin.sees("Du gav 4 av 5.")
    karin.unfold("Skriv något mer eller ändra")
    expect(karin.field("Vill du säga något mer?")).to_have_value("Tydligt och bra.")


def answer(karin: Visitor) -> None:
    """A figure is sent by itself; without scripts there is a button."""
    asked = karin.page.locator("#omdome")
    asked.scroll_into_view_if_needed()
    karin.pick("4")
    if karin.scripts:
        karin.sees("Du gav 4 av 5.")
    else:
        karin.button("Skicka", within=asked)
        karin.unfold("Skriv något mer eller ändra")
    look(karin, "feedback")
    karin.type("Vill du säga något mer?", "Tydligt och bra.", within=asked)
    karin.button("Skicka", within=asked)
    karin.sees("Tack för ditt omdöme.")
