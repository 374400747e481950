"""A PDF made elsewhere: taken in by the firm, read as pictures by the customer on a phone, and signed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.checks import look
from tests.browser.customer_pages import Customer
from tests.browser.firm_pages import Office
from tests.browser.product import Product
from tests.browser.rows import begin
from tests.browser.visitor import Visitor
from tests.ground.product import wait_for
from tests.papers import HOSTILE, pdf

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_document_is_uploaded_read_and_signed(
    product: Product, visit: Callable[..., Visitor], tmp_path: Path, scripts: bool
) -> None:
    good, bad = tmp_path / "Ritning A.pdf", tmp_path / "Blankett.pdf"
    good.write_bytes(pdf(2, words="Plan"))
    bad.write_bytes(HOSTILE["script on opening"][0]())
    begun = begin(product)
    jonas, karin = visit(scripts=scripts), visit(scripts=scripts)
    Office(jonas).log_in(begun.jonas)
    jonas.go("/offerter/ny")
    jonas.link("Ladda upp en PDF som kunden ska skriva under")
    jonas.is_at("Ladda upp en PDF")
    _send(jonas, bad)
    _settled(jonas, "Dokumentet går inte att använda.")
    jonas.sees(re.compile("körs när den öppnas"))
    _send(jonas, good)
    _settled(jonas, "Byt fil")
    jonas.type("Rubrik", "Planritning")
    jonas.button("Spara")
    pages = jonas.page.get_by_role("img", name=re.compile(r"^Sida \d av 2$"))
    expect(pages).to_have_count(2)
    look(jonas, "document-draft")
    jonas.tap(jonas.page.get_by_role("link", name=re.compile("Välj kund")).locator("visible=true").first)
    jonas.tap(jonas.page.get_by_role("button", name=re.compile("^Karin")))
    jonas.button("Granska")
    jonas.is_at("Granska och skicka")
    jonas.button("Skicka dokumentet")
    jonas.sees(re.compile(r"Dokument \d{4}-001"))

    customer = Customer(karin, begun.karin)
    customer.open_mailed("Dokument: Planritning – 2 sidor")
    picture = karin.page.get_by_role("img", name="Sida 1 av 2")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("picture => picture.naturalWidth") > 1000
    look(karin, "document")
    original = karin.fetch(karin.page.get_by_role("link", name=re.compile("^Ladda ner originalet")))
    assert original.path().read_bytes() == good.read_bytes()
    karin.link("Till underskrift")
    karin.is_at("Skriv under dokumentet")
    customer.sign("Karin Almgren")
    karin.button("Skriv under")
    karin.is_at(re.compile("^(Avtalet är klart|Tack, du har skrivit under)$"))
    look(karin, "document-signed")


def _send(who: Visitor, file: Path) -> None:
    who.page.get_by_label("PDF-fil").set_input_files(file)
    who.button("Ladda upp")
    expect(who.page).to_have_url(re.compile(r"/dokument/\d+$"))


def _settled(who: Visitor, words: str) -> None:
    """The worker has looked into the file; without scripts the page is asked for again."""
    said = who.page.get_by_text(words)
    if who.scripts:
        expect(said).to_be_visible()
        return

    def is_said() -> bool | None:
        who.page.reload()
        return said.is_visible() or None

    wait_for(is_said)
