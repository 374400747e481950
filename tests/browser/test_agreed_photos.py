"""The photos of a quote on the customer's page and on the agreement: the same, each opening in full."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.checks import look
from tests.browser.customer_pages import Customer
from tests.browser.product import Product
from tests.browser.rows import begin_photos
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_what_was_agreed_to_shows_its_photos(product: Product, visit: Callable[..., Visitor], scripts: bool) -> None:
    begun = begin_photos(product)
    karin = visit(scripts=scripts)
    customer = Customer(karin, begun.karin)
    karin.go(begun.link)
    photos = karin.page.get_by_role("region", name="Foton").get_by_role("link")
    expect(photos).to_have_count(2)
    shown = [photo.get_attribute("href") for photo in photos.all()]
    customer.to_approval()
    customer.give_home("19840601-2388", "Lillhamra 3:14")
    customer.sign("Karin Almgren")
    customer.order()
    assert [photo.get_attribute("href") for photo in photos.all()] == shown
    for picture in karin.page.get_by_role("img", name="Badrummet före"), photos.last.get_by_role("img"):
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("picture => picture.naturalWidth") == 320
    karin.page.evaluate("scrollTo(0, 0)")
    look(karin, "agreement-photos")
    large = karin.page.request.get(f"{product.url}{shown[0]}")
    assert (large.status, large.headers["content-type"]) == (200, "image/jpeg")
