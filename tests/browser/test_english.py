"""The product in English, light and dark: the customer's pages of a Swedish quote, the firm's list and builder."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from extensions import db
from models import User
from tests.browser.checks import look
from tests.browser.customer_pages import Customer
from tests.browser.firm_pages import Office
from tests.browser.product import Product
from tests.browser.rows import begin
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def test_pages_in_english(product: Product, visit: Callable[..., Visitor]) -> None:
    begun = begin(product, is_sent=True)
    jonas = visit()
    Office(jonas).log_in(begun.jonas)
    with product.rows():
        db.session.query(User).filter_by(email=begun.jonas).one().language = "en"
        db.session.commit()
    for path, heading, name in (
        ("/offerter", "Quotes", "quotes-en"),
        (f"/offerter/{begun.n}/redigera", None, "builder-en"),
    ):
        jonas.go(path)
        expect(jonas.page.locator("html")).to_have_attribute("lang", "en")
        if heading:
            expect(jonas.page.get_by_role("heading", level=1)).to_have_text(heading)
        look(jonas, name)

    karin = Customer(visit(), begun.karin)
    who, where = karin.who, f"/o/{begun.deal}"
    karin.open_mailed("Offert:")
    who.go(f"{where}?sprak=en")
    expect(who.page.locator("html")).to_have_attribute("lang", "en")
    expect(who.page.get_by_role("heading", level=1)).to_have_attribute("lang", "sv")
    look(who, "customer-en")
    who.go(f"{where}/godkann?sprak=en")
    expect(who.page.get_by_role("heading", level=1)).to_have_text("Approve the quote")
    look(who, "approve-en")
