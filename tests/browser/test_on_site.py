"""Visa för kund: the phone is the customer's until the password is typed. And a yes given elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.checks import look
from tests.browser.customer_pages import Customer
from tests.browser.firm_pages import PASSWORD, Office
from tests.browser.product import Product
from tests.browser.rows import Begun, begin
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

TITLE = re.compile("^Badrum")
BACK = "Lämna tillbaka telefonen"
LOST = re.compile(r"net::ERR_(FAILED|INTERNET_DISCONNECTED)|htmx:(sendError|afterRequest)")
KEPT = "Du har text som inte är sparad"
REFUSED = re.compile(r"status of 403|htmx:(responseError|afterRequest)")  # what the lock answers to htmx


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def jonas(request: pytest.FixtureRequest, visit: Callable[..., Visitor]) -> Visitor:
    return visit(scripts=request.param)


@pytest.fixture
def begun(product: Product, jonas: Visitor) -> Begun:
    """Jonas at the start page of a firm with a sent quote."""
    made = begin(product, rot=False, is_sent=True)
    Office(jonas).log_in(made.jonas)
    return made


def is_held(jonas: Visitor, begun: Begun) -> None:
    expect(jonas.page).to_have_url(re.compile(f"/o/{begun.deal}$"))
    expect(jonas.page.get_by_role("link", name=BACK)).to_have_count(1)
    jonas.page.wait_for_load_state()  # and its script has run


def test_two_taps_to_the_page_and_the_customer_approves(jonas: Visitor, begun: Begun) -> None:
    with jonas.counted() as used:
        jonas.tap(jonas.page.get_by_role("link", name=TITLE).locator("visible=true").first)
        expect(jonas.page).to_have_url(re.compile(f"/offerter/{begun.n}$"))
        look(jonas, "firm-quote-sent")
        jonas.button("Visa för kund")
        is_held(jonas, begun)
    assert used.taps == 2
    look(jonas, "on-site")
    karin = Customer(jonas, begun.karin)
    karin.to_approval()
    look(jonas, "on-site-approve")
    karin.sign("Karin Almgren")
    karin.order()
    jonas.sees("Med namn, på företagets skärm")
    look(jonas, "on-site-receipt")
    jonas.tap(jonas.page.get_by_role("link", name=BACK).first)
    jonas.is_at("Tillbaka till företaget")
    look(jonas, "on-site-back")
    jonas.type("Lösenord", "fel lösenord här")
    jonas.button("Lås upp")
    jonas.sees("Lösenordet stämmer inte.")
    look(jonas, "on-site-back-wrong")
    jonas.go("/offerter")
    expect(jonas.page).to_have_url(re.compile(f"/o/{begun.deal}/avtal$"))
    jonas.go("/tillbaka")
    jonas.type("Lösenord", PASSWORD)
    jonas.button("Lås upp")
    expect(jonas.page).to_have_url(re.compile(f"/offerter/{begun.n}$"))
    jonas.sees(re.compile("På plats, på företagets skärm"))
    look(jonas, "firm-quote-on-site")


def test_nothing_on_the_phone_leads_back_but_the_password(jonas: Visitor, begun: Begun) -> None:
    jonas.expects(REFUSED)
    jonas.go("/kunder")
    jonas.go(f"/offerter/{begun.n}")
    second = jonas.context.new_page()  # a second tab, left open at a list
    second.goto(jonas.url + "/offerter")
    jonas.button("Visa för kund")
    is_held(jonas, begun)
    for path in ("/", "/offerter", f"/offerter/{begun.n}", "/kunder", "/konto", "/installningar/foretag", "/logga-in"):
        jonas.go(path)
        is_held(jonas, begun)
    jonas.page.go_back()
    is_held(jonas, begun)
    for _step in range(4):
        jonas.page.go_back()
    is_held(jonas, begun)
    if not jonas.scripts:
        second.reload()  # with them the list asks by itself, and is led away
    expect(second).to_have_url(re.compile(f"/o/{begun.deal}$"))
    jonas.page.close()  # closing the tab ends nothing
    jonas.page = jonas.context.new_page()
    jonas.go("/")
    is_held(jonas, begun)


def test_an_old_tab_is_led_away_by_its_next_request(product: Product, visit: Callable[..., Visitor]) -> None:
    jonas = visit()
    made = begin(product)
    sent = begin(product, rot=False, is_sent=True)
    assert sent.jonas != made.jonas
    Office(jonas).log_in(sent.jonas)
    jonas.go("/offerter")
    jonas.expects(REFUSED)
    other = jonas.context.new_page()
    other.goto(f"{jonas.url}/offerter/{sent.n}")
    other.get_by_role("button", name="Visa för kund").tap()
    expect(other).to_have_url(re.compile(f"/o/{sent.deal}$"))
    search = jonas.page.get_by_role("searchbox").locator("visible=true")
    search.fill("bad")  # htmx asks for the list
    expect(jonas.page).to_have_url(re.compile(f"/o/{sent.deal}$"))


def test_without_network_nothing_of_the_firms_is_told(product: Product, visit: Callable[..., Visitor]) -> None:
    """The worker's own page lists what the firm typed and has not saved: not to the customer."""
    jonas = visit()
    jonas.expects(LOST)
    begun = begin(product, rot=False, is_sent=True)
    Office(jonas).log_in(begun.jonas)
    jonas.page.wait_for_function("navigator.serviceWorker.ready.then(({ active }) => active?.state === 'activated')")
    jonas.go("/kunder/ny")
    jonas.type("Namn", "Sven Almgren")
    jonas.go("/")
    jonas.sees(KEPT)
    jonas.go(f"/offerter/{begun.n}")
    jonas.button("Visa för kund")
    is_held(jonas, begun)
    jonas.context.set_offline(True)
    jonas.go("/offerter")
    jonas.is_at("Ingen täckning")
    expect(jonas.page.get_by_text(KEPT).locator("visible=true")).to_have_count(0)
    expect(jonas.page.get_by_text(re.compile("^Ny kund"))).to_have_count(0)
    jonas.context.set_offline(False)
    is_held(jonas, begun)
    jonas.go("/tillbaka")
    jonas.type("Lösenord", PASSWORD)
    jonas.button("Lås upp")
    expect(jonas.page).to_have_url(re.compile(f"/offerter/{begun.n}$"))
    jonas.go("/")
    jonas.sees(KEPT)  # nothing was lost


def test_a_yes_on_the_phone_is_written_down(jonas: Visitor, begun: Begun) -> None:
    jonas.go(f"/offerter/{begun.n}")
    jonas.link("Kunden har sagt ja på annat sätt")
    jonas.is_at("Kunden har sagt ja")
    look(jonas, "manual")
    jonas.button("Anteckna kundens ja")
    jonas.sees("Välj hur kunden sa ja")
    look(jonas, "manual-wrong")
    jonas.tap(jonas.page.locator("label.check", has_text="På telefon"))
    jonas.type("Anteckning", "Ringde och sa ja till allt.")
    jonas.button("Anteckna kundens ja")
    expect(jonas.page).to_have_url(re.compile(f"/offerter/{begun.n}$"))
    jonas.sees("Kundens ja är antecknat. Avtalet görs i ordning.", re.compile("^Sa ja på telefon"))
    look(jonas, "firm-quote-manual")
    jonas.button("Ta tillbaka anteckningen")
    jonas.sees("Anteckningen är tillbakatagen. Nu väntar vi på kunden igen.")


def test_the_customer_reads_what_was_written_down(
    product: Product, visit: Callable[..., Visitor], jonas: Visitor, begun: Begun
) -> None:
    jonas.go(f"/offerter/{begun.n}/sagt-ja")
    jonas.tap(jonas.page.locator("label.check", has_text="Med mejl"))
    jonas.button("Anteckna kundens ja")
    expect(jonas.page).to_have_url(re.compile(f"/offerter/{begun.n}$"))
    karin = visit(scripts=jonas.scripts)
    karin.go(begun.link)
    karin.sees(re.compile("har antecknat att .* sa ja med mejl"), "Du har inte skrivit under här.")
    look(karin, "customer-manual")
