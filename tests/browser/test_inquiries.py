"""A stranger asks for a quote, with a photo, and the firm finds it: with scripts and without."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from domain.inquiries import LEAST_SECONDS
from extensions import db
from models import User
from tests.browser import mailbox
from tests.browser.checks import look, tab_through
from tests.browser.firm_pages import Office
from tests.browser.product import Product
from tests.browser.rows import begin
from tests.browser.test_weight import CUSTOMER, load
from tests.browser.visitor import Visitor
from tests.pictures import photo

pytestmark = pytest.mark.browser

AGAIN = "Tryck på Skicka en gång till"


def form_of(product: Product, jonas: str) -> str:
    """Open the firm's form; its address."""
    with product.rows():
        firm = db.session.query(User).filter_by(email=jonas).one().firm
        firm.takes_inquiries = True
        address = f"/f/{firm.public_id}/forfragan"
        db.session.commit()
    return address


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "bare"])
def test_a_stranger_asks_and_the_firm_finds_it(product: Product, visit: Callable[..., Visitor], scripts: bool) -> None:
    begun = begin(product)
    address = form_of(product, begun.jonas)
    asker = visit(scripts=scripts)
    asker.go(address)
    asker.is_at("Be om offert")
    asker.button("Skicka förfrågan")
    asker.sees("Skriv vad du vill ha gjort", "Skriv ditt namn", "Skriv orten")
    look(asker, "inquiry-errors")
    email = begun.karin.replace("karin", "fragar")
    asker.type("Vad gäller det?", "Byta golv i hallen, 12 m².")
    asker.page.get_by_label("Foton").set_input_files(
        {"name": "hall.jpg", "mimeType": "image/jpeg", "buffer": photo((2000, 1500))}
    )
    asker.type("Gatuadress", "Björkvägen 9")
    asker.type("Postnummer", "999 97")
    asker.type("Ort", "Lillhamra")
    asker.type("Namn", "Ali Björk")
    asker.type("E-post", email)
    asker.button("Skicka förfrågan")
    again = asker.page.get_by_text(AGAIN)
    expect(asker.page.get_by_role("heading", level=1, name="Din förfrågan").or_(again).first).to_be_visible()
    if again.count():  # a test types faster than anyone
        expect(asker.field("Namn")).to_have_value("Ali Björk")
        asker.page.get_by_label("Foton").set_input_files(
            {"name": "hall.jpg", "mimeType": "image/jpeg", "buffer": photo((2000, 1500))}
        )
        asker.page.wait_for_timeout(1000 * LEAST_SECONDS)  # of the server's clock, which no test moves
        asker.button("Skicka förfrågan")
    asker.is_at("Din förfrågan")
    asker.sees("Byta golv i hallen, 12 m².", "Ali Björk")
    look(asker, "inquiry-sent")

    other = visit(scripts=scripts)
    mailbox.open_letter(other, "Din förfrågan till", to=email)
    other.go(str(mailbox.link(other, "/f/kvitto/").get_attribute("href")))
    other.is_at("Din förfrågan")
    expect(other.page).to_have_url(re.compile("/forfragan/skickad$"))

    jonas = visit(scripts=scripts)
    Office(jonas).log_in(begun.jonas)
    jonas.go("/")
    jonas.sees("Ny förfrågan")
    jonas.tap(jonas.page.get_by_role("link", name=re.compile("Förfrågan, Björkvägen 9")).first)
    jonas.sees("Byta golv i hallen, 12 m².")
    expect(jonas.page.locator("#foton li[id^=foto-]")).to_have_count(1)
    jonas.link("Visa allt, tacka nej eller ta bort")
    jonas.is_at("Förfrågan från Ali Björk")
    look(jonas, "inquiry-firm")
    jonas.button("Tacka nej")
    jonas.sees("Svaret är skickat och utkastet arkiverat.")


def test_the_form_is_light_and_goes_by_keyboard(product: Product, visit: Callable[..., Visitor]) -> None:
    address = form_of(product, begin(product).jonas)
    asker = visit()
    first = load(asker, address)
    assert first.fits(CUSTOMER), first
    assert asker.context.cookies() == []
    look(asker, "inquiry-form")
    assert tab_through(asker)
