"""No coverage, double taps: nothing typed is lost, and nothing is done twice."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Request, Route, expect

from tests.browser import mailbox
from tests.browser.customer_pages import ORDER, Customer
from tests.browser.firm_pages import SAVED, Builder, Office
from tests.browser.product import Product
from tests.browser.rows import begin
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

LINE, TEXT = "Bortforsling", "Bortforsling med släp, två turer"


@pytest.fixture
def jonas(product: Product, visit: Callable[..., Visitor]) -> Visitor:
    """With a line of his draft open."""
    begun = begin(product)
    visitor = visit(service_workers="block")  # through one, the browser's "offline" lets a POST slip out
    visitor.expects(re.compile(r"net::ERR_(FAILED|INTERNET_DISCONNECTED)|htmx:(sendError|afterRequest)"))
    Office(visitor).log_in(begun.jonas)
    visitor.go(f"/offerter/{begun.n}/redigera")
    Builder(visitor).open_line(LINE)
    return visitor


def test_autosave_fails_twice_and_tries_again(jonas: Visitor) -> None:
    lost: list[str] = []

    def drop(route: Route) -> None:
        if route.request.method == "POST" and len(lost) < 2:
            lost.append(route.request.post_data or "")
            route.abort()
        else:
            route.continue_()

    jonas.page.route("**/rader/*", drop)
    jonas.page.clock.install()
    jonas.type("Vad?", TEXT)
    jonas.page.clock.run_for(1000)
    jonas.sees("Inte sparat, försöker igen")
    jonas.page.clock.run_for(5500)
    _until(jonas, lambda: len(lost) == 2)
    jonas.page.clock.run_for(15_500)
    expect(jonas.page.locator("#sparat")).to_have_text(SAVED)
    jonas.page.reload()
    expect(jonas.page.locator("a.line", has_text=TEXT)).to_have_count(1)


def test_an_autosave_that_klar_overtook_changes_nothing(jonas: Visitor) -> None:
    """A browser gives up the save that is on its way; a busy server may come to it last all the same."""
    held: list[Request] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST" and not held:
            held.append(route.request)  # neither sent on nor answered
        else:
            route.continue_()

    jonas.page.route("**/rader/*", hold)
    jonas.type("Vad?", "Bort")
    _until(jonas, lambda: held != [])
    jonas.type("Vad?", TEXT)
    jonas.button("Klar med raden")
    Builder(jonas).is_closed()
    late = jonas.context.request.post(held[0].url, headers=held[0].headers, data=held[0].post_data or "")
    assert late.status == 409
    jonas.page.reload()
    expect(jonas.page.locator("a.line", has_text=TEXT)).to_have_count(1)


def test_typed_without_coverage_and_closed(jonas: Visitor) -> None:
    """The page is gone before the network is back; what was typed waits in the browser."""
    jonas.context.set_offline(True)
    jonas.type("Vad?", TEXT)
    jonas.sees("Inte sparat, försöker igen")
    jonas.sees(re.compile("^Ingen täckning"))
    address = jonas.page.url
    jonas.page.close()
    jonas.context.set_offline(False)
    jonas.page = jonas.context.new_page()
    jonas.go(address)
    expect(jonas.page.locator("form.lineedit")).to_be_visible()  # opened by itself
    jonas.sees(re.compile("^Det finns en osparad ändring från"))
    jonas.button("Återställ")
    expect(jonas.field("Vad?")).to_have_value(TEXT)
    expect(jonas.page.locator("#sparat")).to_have_text(SAVED)


def test_back_in_coverage_saves_at_once(jonas: Visitor) -> None:
    jonas.context.set_offline(True)
    jonas.type("Vad?", TEXT)
    jonas.sees("Inte sparat, försöker igen")
    jonas.context.set_offline(False)
    expect(jonas.page.locator("#sparat")).to_have_text(SAVED)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_double_taps_do_it_once(product: Product, visit: Callable[..., Visitor], scripts: bool) -> None:
    begun = begin(product)
    jonas, karin = visit(scripts=scripts), visit(scripts=scripts)
    Office(jonas).log_in(begun.jonas)
    jonas.go(f"/offerter/{begun.n}/granska")
    jonas.page.get_by_role("button", name="Skicka offerten").dblclick()
    jonas.sees(re.compile("version 1"))
    customer = Customer(karin, begun.karin)
    customer.open_mailed("Offert:")
    customer.to_approval()
    customer.give_home("19840601-2388", "Lillhamra 3:14")
    customer.sign("Karin Almgren")
    karin.page.get_by_role("button", name=ORDER).dblclick()
    karin.is_at(re.compile("^(Avtalet är klart|Tack, du har godkänt)$"))
    mailbox.open_letter(karin, "Avtalet är klart", to=begun.karin)
    assert mailbox.subjects(karin, to=begun.karin) == ["Avtalet är klart", "Offert"]
    assert mailbox.subjects(karin, to=begun.jonas) == ["Godkänd"]


def _until(visitor: Visitor, is_so: Callable[[], bool]) -> None:
    for _again in range(100):
        if is_so():
            return
        visitor.page.wait_for_timeout(50)
    raise AssertionError("waited in vain")
