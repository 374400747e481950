"""A title as long as one may be, and the fields of a way of pricing: seen whole, and nothing typed lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.checks import look
from tests.browser.firm_pages import Builder, Office
from tests.browser.product import Product
from tests.browser.rows import begin
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

TITLE = (
    "Renovering av badrum och tvättstuga med nytt tätskikt, klinker, golvvärme "
    "och dörr för familjen, Granstigen 4, Lillhamra"
)
MARKUP = "Påslag på material"


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def jonas(request: pytest.FixtureRequest, visit: Callable[..., Visitor], product: Product) -> Visitor:
    visitor = visit(scripts=request.param)
    begun = begin(product)
    Office(visitor).log_in(begun.jonas)
    visitor.go(f"/offerter/{begun.n}/redigera")
    return visitor


def test_a_long_title_is_read_whole_and_has_no_second_line(jonas: Visitor) -> None:
    Builder(jonas).title(TITLE)
    field = jonas.field("Vad gäller jobbet?")
    assert field.evaluate("box => box.scrollWidth <= box.clientWidth && box.scrollHeight <= box.clientHeight")
    look(jonas, "builder-long-title")
    if jonas.scripts:
        field.press("End")
        field.press("Enter")
        expect(field).not_to_be_focused()
        expect(field).to_have_value(TITLE)
    jonas.page.reload()
    expect(jonas.field("Vad gäller jobbet?")).to_have_value(TITLE)


def test_a_mark_up_is_asked_for_where_it_means_something(jonas: Visitor) -> None:
    jonas.go(jonas.page.url.replace("redigera", "uppgifter"))
    markup = jonas.page.get_by_label(MARKUP)
    expect(markup).to_be_hidden()
    look(jonas, "details-fixed")
    for way in ("Löpande räkning", "Löpande räkning med tak"):
        jonas.tap(jonas.page.get_by_text(way, exact=True))
        expect(markup).to_be_visible()
    jonas.type(MARKUP, "12,5")
    look(jonas, "details-running")
    jonas.tap(jonas.page.get_by_text("Fast pris", exact=True))
    expect(markup).to_be_hidden()
    jonas.button("Spara")
    jonas.is_at("Ändra offert: Badrum, Granstigen 4")
    jonas.go(jonas.page.url.replace("redigera", "uppgifter"))
    expect(markup).to_be_hidden()
    jonas.tap(jonas.page.get_by_text("Löpande räkning", exact=True))
    expect(markup).to_have_value("12,50")
