"""Karin has 6 000 kr of the year's rot left and shares it with Erik: each types the own data on the own phone.

The sum and the parts are the same krona in the builder, on the pages, in the letters and in the papers.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser import mailbox
from tests.browser.checks import look
from tests.browser.customer_pages import Customer
from tests.browser.firm_pages import Builder, Office
from tests.browser.product import Product
from tests.browser.rows import begin_spouses
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

KARIN, ERIK = "Karin Almgren", "Erik Almgren"
PAYS, HERS, HIS = "50\u00a0268\u00a0kr", "6\u00a0000\u00a0kr", "13\u00a0872\u00a0kr"
MISSING = f"Personnummer saknas för {ERIK}"


def test_two_spouses_share_a_deduction(product: Product, visit: Callable[..., Visitor]) -> None:
    begun = begin_spouses(product)
    eriks_mail = begun.karin.replace("karin", "erik")
    jonas, karin, erik = visit(), Customer(visit(), begun.karin), visit()
    Office(jonas).log_in(begun.jonas)
    jonas.go(f"/offerter/{begun.n}/redigera")
    Builder(jonas).pays(PAYS)

    karin.who.go(begun.link)
    karin.pays(PAYS)
    karin.to_approval()
    _fill_in(karin.who, eriks_mail)
    look(karin.who, "share-approve")
    karin.sign(KARIN)
    karin.order()
    karin.who.sees(f"{MISSING}.")
    karin.who.link("Skicka eller öppna länken")
    karin.who.is_at("De som delar avdraget")
    look(karin.who, "share-guests")
    jonas.go(f"/offerter/{begun.n}")
    jonas.sees(re.compile(f"^{MISSING} – avdraget kan inte begäras än"))
    look(jonas, "share-missing")

    mailbox.open_letter(erik, "vill dela avdraget med dig", to=eriks_mail)
    erik.sees(re.compile(HIS))
    erik.tap(mailbox.link(erik, "/a/"))
    erik.is_at("Dina uppgifter för avdraget")
    expect(erik.page).to_have_url(re.compile("/avdrag/[^/]+$"))
    expect(erik.page.locator("dl.sums dd")).to_have_text(HIS)
    look(erik, "share-own")
    erik.type("Ditt personnummer", "19850215-2393")
    erik.tick(re.compile("^Jag äger bostaden"))
    erik.button("Spara uppgifterna")
    erik.is_at("Tack, dina uppgifter är sparade")
    expect(erik.page.locator("dl.sums dd")).to_have_text(HIS)
    look(erik, "share-thanks")

    karin.who.page.reload()
    karin.who.sees("Har fyllt i sina uppgifter.")
    jonas.page.reload()
    expect(jonas.page.get_by_text(MISSING)).to_have_count(0)
    for reader, subject, to in (
        (karin.who, "Avtalet är klart", begun.karin),
        (jonas, "Godkänd", begun.jonas),
    ):
        mailbox.open_letter(reader, subject, to=to)
        expect(reader.page.locator("main")).to_contain_text(PAYS)
        text = mailbox.read_attachment(reader, "Avtal").replace("\u00a0", " ")
        for part in (KARIN, ERIK, PAYS, HERS, HIS):
            assert part.replace("\u00a0", " ") in text, (part, text)


def _fill_in(karin: Visitor, eriks_mail: str) -> None:
    """What is left counts as soon as it is typed, and so does who shares."""
    karin.type("Ditt personnummer", "19840601-2388")
    karin.pick("Hus")
    karin.type("Fastighetsbeteckning", "Lillhamra 3:14")
    karin.tick(re.compile("^Jag äger bostaden"))
    total = karin.page.locator("#summan .total dd")
    karin.unfold("Har du redan använt avdrag i år?")
    karin.type("ROT som du redan har använt i år", "44 000")
    karin.page.keyboard.press("Tab")
    expect(total).to_have_text("64\u00a0140\u00a0kr")
    karin.unfold("Dela avdraget med fler")
    karin.type("Medsökandes namn", ERIK)
    karin.page.keyboard.press("Tab")
    expect(total).to_have_text(PAYS)
    karin.sees(f"ROT delas så här: du {HERS}, {ERIK} {HIS}.")
    karin.let_settle()
    karin.type("Medsökandes e-post", eriks_mail)
    karin.page.keyboard.press("Tab")
    karin.sees("En medsökande till")
    karin.let_settle()
