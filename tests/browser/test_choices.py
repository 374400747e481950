"""What a customer chooses on the phone: live, or by the buttons alone; nothing chosen or typed is lost on the way."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser import mailbox
from tests.browser.checks import look, tab_through
from tests.browser.customer_pages import Customer
from tests.browser.product import Product
from tests.browser.rows import Begun, begin_choices
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

# 16 hours of 690 kr less 30 %, and four shelves of 450 kr.
BEFORE, WITH_KLINKER, WITH_HEATING = 9_528, 33_828, 42_728
SEVEN_SHELVES, THREE_NICHES = 1_350, 2_550
SHELVES = "antal-9"
OUTSIDE = "Skriv ett antal mellan 2 och 9"
CHOSEN = "Klinker, Golvvärme, Hyllplan 7 st"


def kr(amount: int) -> str:
    return f"{amount:,} kr".replace(",", " ").replace(" ", "\N{NO-BREAK SPACE}")


def _came(visit: Callable[..., Visitor], begun: Begun, **given: bool) -> Customer:
    """Karin, by the mailed link."""
    karin = Customer(visit(**given), begun.karin)
    karin.who.go(begun.link)
    return karin


def _count(karin: Customer, shelves: str) -> None:
    """Type how many, and leave the field; without scripts by the button below."""
    karin.who.type("Hyllplan", shelves)
    if karin.who.scripts:
        karin.who.page.keyboard.press("Tab")
    else:
        karin.who.button("Räkna om priset")


def _is_refused(karin: Customer, text: str) -> None:
    """The words at the field, which keeps what was typed."""
    field = karin.who.page.locator(f"#{SHELVES}")
    expect(karin.who.page.locator(f"#{SHELVES}-e")).to_have_text(OUTSIDE)
    expect(field).to_have_value(text)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_attribute("aria-describedby", re.compile(f"{SHELVES}-e"))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_choosing_and_approving(product: Product, visit: Callable[..., Visitor], scripts: bool) -> None:
    karin = _came(visit, begin_choices(product), scripts=scripts)
    page = karin.who.page
    expect(page.locator("main input:checked")).to_have_count(0)
    expect(page.locator("label.check", has_text="Rekommenderas")).to_have_count(2)
    karin.pays(kr(BEFORE))
    look(karin.who, "choices")

    karin.go_on()
    karin.who.sees("Välj ett alternativ: Golv", "En sak behöver rättas")
    expect(page.locator("fieldset.err .errmsg")).to_have_text("Välj ett alternativ: Golv")
    look(karin.who, "choices-missing")

    karin.pick("Ekparkett")
    karin.pick("Klinker")
    karin.pays(kr(WITH_KLINKER))
    karin.pick("Golvvärme")
    karin.pays(kr(WITH_HEATING))
    _count(karin, "12")
    _is_refused(karin, "12")
    karin.pays(kr(WITH_HEATING))
    karin.go_on()
    karin.who.sees(f"Hyllplan: {OUTSIDE}")
    _is_refused(karin, "12")
    look(karin.who, "choices-quantity")

    _count(karin, "7")
    karin.pays(kr(WITH_HEATING + SEVEN_SHELVES))
    expect(page.locator(f"#{SHELVES}-e")).to_have_text("")
    if scripts:
        tab_through(karin.who)
    _approve(karin)


def _approve(karin: Customer) -> None:
    """Step 2, the agreement and its paper say what was chosen."""
    who, amount = karin.who, kr(WITH_HEATING + SEVEN_SHELVES)
    karin.to_approval()
    expect(who.page.locator("#summan")).to_contain_text(CHOSEN)
    expect(who.page.locator("#summan .total")).to_contain_text(amount)
    look(who, "choices-approve")
    who.tick("Fyll i uppgifterna senare")
    karin.sign("Karin Almgren")
    karin.order()
    who.sees(CHOSEN, amount)
    mailbox.open_letter(who, "Avtalet är klart", to=karin.email)
    text = mailbox.read_attachment(who, "Avtal")
    agreed = text[text.index("Det här har ni kommit överens om") :]
    for words in ("Klinker", "Golvvärme", "Valdes inte: Ekparkett, Nisch.", "Hyllplan: 7 st i stället för 4 st."):
        assert words in agreed, words
    assert amount.replace("\N{NO-BREAK SPACE}", " ") in agreed


def test_an_option_with_a_quantity_of_its_own(product: Product, visit: Callable[..., Visitor]) -> None:
    """Its field comes with the tick, and its price follows."""
    karin = _came(visit, begin_choices(product))
    field = karin.who.page.locator("#antal-8")
    expect(field).to_be_hidden()
    karin.pick("Nisch")
    karin.pays(kr(BEFORE + THREE_NICHES))
    field.fill("2")
    karin.who.page.keyboard.press("Enter")
    karin.pays(kr(BEFORE + THREE_NICHES - 850))
    expect(karin.who.page.locator("#tp-8")).to_have_text(f"+{kr(1700)}")
    karin.pick("Nisch")
    karin.pays(kr(BEFORE))
    expect(field).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_typed_and_straight_on(product: Product, visit: Callable[..., Visitor], scripts: bool) -> None:
    """The button is pressed with the cursor in the field."""
    karin = _came(visit, begin_choices(product), scripts=scripts)
    karin.who.tap(karin.who.page.locator("label.check", has_text="Klinker"))
    karin.who.type("Hyllplan", "7")
    karin.to_approval()
    expect(karin.who.page.locator("#summan")).to_contain_text("Klinker, Hyllplan 7 st")


def test_before_htmx_has_come(product: Product, visit: Callable[..., Visitor]) -> None:
    """What is ticked and typed meanwhile is told when it comes."""
    begun, held = begin_choices(product), list[Route]()
    karin = Customer(visit(), begun.karin)
    karin.who.page.route("**/htmx-*.js", lambda route: held.append(route))
    karin.who.go(begun.link)
    karin.who.tap(karin.who.page.locator("label.check", has_text="Klinker"))
    karin.who.type("Hyllplan", "7")
    karin.who.page.keyboard.press("Tab")
    karin.pays(kr(BEFORE))
    assert len(held) == 1
    held.pop().continue_()
    karin.pays(kr(WITH_KLINKER + SEVEN_SHELVES))


def test_htmx_never_comes(product: Product, visit: Callable[..., Visitor]) -> None:
    begun = begin_choices(product)
    karin = Customer(visit(), begun.karin)
    karin.who.expects(re.compile("net::ERR_FAILED"))

    def never(route: Route) -> None:
        route.abort()

    karin.who.page.route("**/htmx-*.js", never)
    karin.who.go(begun.link)
    karin.who.tap(karin.who.page.locator("label.check", has_text="Klinker"))
    karin.who.type("Hyllplan", "12")
    karin.go_on()
    karin.who.sees(f"Hyllplan: {OUTSIDE}")
    _is_refused(karin, "12")
    expect(karin.who.page.get_by_role("radio", name="Klinker")).to_be_checked()
    karin.who.type("Hyllplan", "7")
    karin.to_approval()
    expect(karin.who.page.locator("#summan")).to_contain_text("Klinker, Hyllplan 7 st")
