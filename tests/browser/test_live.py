"""Open pages show what a customer does, leave what is being typed alone, and ask only while they are seen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from extensions import db
from models import Quote
from services.clock import utc_now
from tests.browser.checks import look
from tests.browser.customer_pages import Customer
from tests.browser.firm_pages import Office
from tests.browser.product import Product
from tests.browser.rows import Begun, begin
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

ASKED = re.compile(r"/nytt\?")
QUESTION = "Ingår målning?"
MINUTE = 60_000  # milliseconds


@pytest.fixture
def begun(product: Product) -> Begun:
    return begin(product, rot=False, is_sent=True)


@pytest.fixture
def karin(visit: Callable[..., Visitor], begun: Begun) -> Customer:
    karin = visit()
    karin.go(begun.link)
    return Customer(karin, begun.karin)


@pytest.fixture
def jonas(visit: Callable[..., Visitor], begun: Begun) -> Visitor:
    jonas = visit()
    Office(jonas).log_in(begun.jonas)
    return jonas


def test_list_today_and_quote_show_a_question_and_an_approval(
    visit: Callable[..., Visitor], jonas: Visitor, begun: Begun, karin: Customer
) -> None:
    known = jonas.context.storage_state()
    pages = {path: visit(storage_state=known, desk=path == "/") for path in ("/", "/offerter", f"/offerter/{begun.n}")}
    for path, visitor in pages.items():
        visitor.go(path)
        expect(visitor.page.locator("#nytt")).to_have_count(1)
    karin.ask(QUESTION)
    for visitor in pages.values():
        expect(visitor.page.get_by_role("status")).to_have_text("Karin Almgren har ställt en fråga")
        expect(visitor.page.locator("#innehall").get_by_text("Ny fråga").first).to_be_visible()
    expect(pages[f"/offerter/{begun.n}"].page.locator(".bubble", has_text=QUESTION)).to_be_visible()
    karin.to_approval()
    karin.sign("Karin Almgren")
    karin.order()
    for visitor in pages.values():
        expect(visitor.page.get_by_role("status")).to_have_text("Karin Almgren har godkänt")
    expect(pages[f"/offerter/{begun.n}"].page.get_by_role("heading", name="Avtalet")).to_be_visible()


def test_what_is_being_typed_stays(jonas: Visitor, begun: Begun, karin: Customer) -> None:
    karin.ask(QUESTION)
    jonas.go(f"/offerter/{begun.n}")
    answer = jonas.field(re.compile("^Ditt svar till"))
    answer.focus()
    jonas.page.keyboard.type("Ja, det ")
    karin.ask("Och tapeter?")
    expect(jonas.page.locator(".bubble", has_text="Och tapeter?")).to_be_visible()
    expect(answer).to_be_focused()
    jonas.page.keyboard.type("ingår.")
    expect(answer).to_have_value("Ja, det ingår.")


def test_focus_stays_on_the_row(jonas: Visitor, begun: Begun, karin: Customer) -> None:
    jonas.go("/offerter")
    jonas.page.locator(f'a.row[href="/offerter/{begun.n}"]').focus()
    karin.ask(QUESTION)
    row = jonas.page.locator(f'a.row[href="/offerter/{begun.n}"]')
    expect(row).to_contain_text("Ny fråga")
    expect(row).to_be_focused()


def test_a_search_on_its_way_is_not_overtaken(jonas: Visitor, begun: Begun, karin: Customer) -> None:
    """The answer to the older question would take away the place where the hits are put."""
    jonas.go("/offerter")
    held: list[Route] = []
    jonas.page.route(re.compile(r"/offerter\?q="), lambda route: held.append(route))
    jonas.page.get_by_role("searchbox").fill("finnsinte")
    expect(jonas.page.locator("input.htmx-request")).to_have_count(1)
    with jonas.page.expect_response(lambda answer: bool(ASKED.search(answer.url)) and answer.status == 200):
        karin.ask(QUESTION)
    held[0].continue_()
    jonas.sees("Inget heter ”finnsinte”.")
    expect(jonas.page.locator("a.row")).to_have_count(0)


def test_an_offered_undo_stays(jonas: Visitor, begun: Begun, karin: Customer) -> None:
    jonas.go("/offerter")
    jonas.page.evaluate(
        "document.getElementById('besked').append(document.createElement('form'))"  # as after something was put away
    )
    karin.ask(QUESTION)
    expect(jonas.page.locator("a.row", has_text="Ny fråga")).to_be_visible()
    expect(jonas.page.locator("#besked form")).to_have_count(1)
    expect(jonas.page.locator("#besked")).to_have_text("")


def test_a_hidden_page_asks_nothing_and_a_left_one_seldom(jonas: Visitor) -> None:
    page = jonas.page
    page.clock.install()
    jonas.go("/offerter")
    page.wait_for_load_state("networkidle")
    asked = _count(page)
    _wait(page, 25_000)  # on a busy machine some answers come after the next question was due
    assert len(asked) >= 2
    _hide(page, hidden=True)
    asked.clear()
    _wait(page, MINUTE // 2)
    assert asked == []
    with page.expect_request(ASKED):
        _hide(page, hidden=False)
    page.clock.fast_forward(11 * MINUTE)
    asked.clear()
    _wait(page, MINUTE)
    assert 1 <= len(asked) <= 3
    page.keyboard.press("Shift")
    asked.clear()
    _wait(page, 25_000)
    assert len(asked) >= 2


def _count(page: Page) -> list[str]:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if ASKED.search(request.url) else None)
    return asked


def _wait(page: Page, milliseconds: int) -> None:
    """Let the page's clock run; each question is answered before the next is due."""
    for _ in range(0, milliseconds, 2500):
        page.clock.run_for(2500)
        page.wait_for_load_state("networkidle")


def _hide(page: Page, *, hidden: bool) -> None:
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_nothing_more_is_asked_of_a_quote_that_is_over(jonas: Visitor, begun: Begun) -> None:
    jonas.go(f"/offerter/{begun.n}")
    other = jonas.context.new_page()
    other.goto(f"{jonas.url}/offerter/{begun.n}/ta-tillbaka")
    other.get_by_role("button", name="Ta tillbaka").click()
    expect(jonas.page.locator("#lage")).to_contain_text("Återtagen")
    expect(jonas.page.locator("#nytt")).not_to_have_attribute("hx-get", ASKED)


def test_without_scripts_the_page_is_as_it_was(visit: Callable[..., Visitor], begun: Begun, karin: Customer) -> None:
    still = visit(scripts=False)
    Office(still).log_in(begun.jonas)
    still.go(f"/offerter/{begun.n}")
    asked = _count(still.page)
    karin.ask(QUESTION)
    assert asked == []
    expect(still.page.locator(".bubble")).to_have_count(0)
    still.page.reload()
    expect(still.page.locator(".bubble", has_text=QUESTION)).to_be_visible()


def test_today_with_an_address_that_failed_looks_right(product: Product, jonas: Visitor, begun: Begun) -> None:
    with product.rows():
        quote = db.session.query(Quote).filter_by(public_id=begun.deal).one()
        quote.mail_failed_at, quote.turn = utc_now(), "firm"
        db.session.commit()
    jonas.go("/")
    jonas.sees("Mejlet kom inte fram. Kontrollera adressen.", "Ute hos kund")
    look(jonas, "today-failed")
