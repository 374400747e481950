"""How much a quote takes on a phone: taps, typed fields and pages from the start page.

Without scripts the same is done by the same controls. Where a page more costs a tap more, only the fields are asserted
then; what is sent, approved and answered takes no more taps without scripts either.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.checks import look
from tests.browser.customer_pages import Customer
from tests.browser.firm_pages import Builder, Office
from tests.browser.product import Product
from tests.browser.rows import Begun, begin
from tests.browser.visitor import Effort, Visitor

pytestmark = pytest.mark.browser

KARIN, LARS = "Karin Almgren", "Lars Ek"
LARS_MAIL = "lars.ek@kund.example"
BATHROOM = "Badrum, normalt"


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def jonas(request: pytest.FixtureRequest, visit: Callable[..., Visitor]) -> Visitor:
    return visit(scripts=request.param)


@pytest.fixture
def begun(product: Product, jonas: Visitor) -> Begun:
    """Jonas at the start page of a firm with a customer, an article and a quote."""
    made = begin(product)
    Office(jonas).log_in(made.jonas)
    return made


def new_quote(jonas: Visitor) -> None:
    jonas.tap(jonas.page.get_by_role("link", name="Ny offert").locator("visible=true").first)
    jonas.is_at("Vem är det till?")


def row(jonas: Visitor, words: str) -> None:
    """A button of a list, by the words it begins with."""
    jonas.tap(jonas.page.get_by_role("button", name=re.compile(f"^{re.escape(words)}")))


def within(jonas: Visitor, used: Effort, *, taps: int, fields: int) -> None:
    assert used.fields <= fields
    assert used.taps <= taps or not jonas.scripts


def save_template(jonas: Visitor, n: int) -> None:
    jonas.go(f"/offerter/{n}/redigera")
    jonas.link("Spara som mall")
    jonas.is_at("Spara som mall")
    look(jonas, "template-save")
    jonas.type("Mallens namn", BATHROOM)
    jonas.button("Spara som ny mall")
    jonas.is_at(BATHROOM)
    look(jonas, "template")
    jonas.go("/mallar")
    look(jonas, "templates")


@pytest.mark.parametrize("changes", [0, 1], ids=["as-it-is", "a-line-changed"])
def test_from_a_template_to_a_known_customer_sent(jonas: Visitor, begun: Begun, changes: int) -> None:
    save_template(jonas, begun.n)
    jonas.go("/")
    start = jonas.page.title()
    with jonas.counted() as used:
        new_quote(jonas)
        row(jonas, KARIN)
        jonas.is_at("Vad börjar offerten med?")
        look(jonas, "quote-begin")
        row(jonas, BATHROOM)
        builder = Builder(jonas)
        if changes:
            builder.open_line("Rivning av ytskikt")
            jonas.type("Antal", "24")
            jonas.page.keyboard.press("Enter")
            builder.is_closed()
        builder.review()
        jonas.sees("Det här saknas i offerten")
        if changes:
            look(jonas, "review-gaps")
        builder.send(begun.karin)
    assert used.taps <= 8
    assert used.fields <= 2
    # without scripts a line that is changed is a page of its own
    assert len(used.pages - {start}) <= (4 if jonas.scripts or not changes else 5), used.pages


def test_a_customer_approves_without_rot(product: Product, jonas: Visitor) -> None:
    """From the mailed link: the quote, and the page on which it is approved."""
    begun = begin(product, rot=False, is_sent=True)
    karin = Customer(jonas, begun.karin)
    jonas.go(begun.link)
    with jonas.counted() as used:
        karin.to_approval()
        karin.sign(KARIN)
        karin.order()
    assert used.taps <= 4
    assert used.fields <= 1
    assert len(used.pages) <= 2, used.pages


def test_a_question_is_answered_from_today(product: Product, visit: Callable[..., Visitor], jonas: Visitor) -> None:
    begun = begin(product, rot=False, is_sent=True)
    karin = visit()
    karin.go(begun.link)
    Customer(karin, begun.karin).ask("Ingår målning?")
    Office(jonas).log_in(begun.jonas)
    with jonas.counted() as used:
        jonas.tap(jonas.page.locator("a.row", has_text="Ny fråga"))
        jonas.type(re.compile("^Ditt svar till"), "Ja, två strykningar.")
        jonas.button("Skicka svaret")
        jonas.sees("Svaret är skickat.")
    assert used.taps <= 3
    assert used.fields <= 1


def test_a_template_put_into_a_draft(jonas: Visitor, begun: Begun) -> None:
    save_template(jonas, begun.n)
    jonas.go(f"/offerter/{begun.n}/redigera")
    jonas.link("Hämta från mall")
    jonas.sees("Mallens delar hamnar sist i offerten.")
    look(jonas, "template-pick")
    row(jonas, BATHROOM)
    jonas.sees("Mallen är inlagd sist.")
    expect(jonas.page.locator("a.line", has_text="Rivning av ytskikt")).to_have_count(2)


def test_a_line_from_the_price_list(jonas: Visitor, begun: Begun) -> None:
    jonas.go(f"/offerter/{begun.n}/redigera")
    with jonas.counted() as used:
        Builder(jonas).from_price_list("Rivning", "Snickare", "8")
    within(jonas, used, taps=2, fields=1)


def test_the_last_quote_to_another_customer_sent(jonas: Visitor, begun: Begun) -> None:
    jonas.go("/kunder")
    Office(jonas).new_customer(LARS, LARS_MAIL)
    jonas.go(f"/offerter/{begun.n}/redigera")
    Builder(jonas).from_price_list("Rivning", "Snickare", "8")  # what is copied has a sum
    jonas.go("/")
    with jonas.counted() as used:
        new_quote(jonas)
        jonas.tap(jonas.page.locator("main a.line", has_text="Badrum").first)
        jonas.sees(re.compile("^Offerten blir en kopia av"))
        row(jonas, LARS)
        builder = Builder(jonas)
        builder.review()
        builder.send(LARS_MAIL)
    within(jonas, used, taps=6, fields=0)
    jonas.sees(LARS)


def test_a_new_customer_five_lines_a_photo_an_option_and_rot_sent(jonas: Visitor, begun: Begun, tmp_path: Path) -> None:
    photo = tmp_path / "plank.jpg"
    Image.new("RGB", (640, 480), "peru").save(photo, "JPEG")
    with jonas.counted() as used:
        new_quote(jonas)
        jonas.unfold("Ny kund")
        jonas.type("Namn", LARS)
        jonas.type("E-post", LARS_MAIL)
        jonas.button("Spara kunden och fortsätt")
        builder = Builder(jonas)
        jonas.is_at(re.compile("^Ändra offert"))
        builder.title("Staket")
        before = jonas.effort.fields
        own_line(jonas, "Snickare", "16", "690", is_labour=True)
        own_line(jonas, "Lärling", "16", "450", is_labour=True)
        own_line(jonas, "Virke", "120", "42,50")
        own_line(jonas, "Skruv", "4", "389")
        own_line(jonas, "Grind", "1", "2 900", is_option=True)
        typed_in_lines = jonas.effort.fields - before
        jonas.sees("ROT 30 %")
        add_photo(jonas, photo)
        builder.review()
        jonas.sees(re.compile("^Tillval för upp till"))
        builder.send(LARS_MAIL)
    used.fields -= typed_in_lines
    within(jonas, used, taps=30, fields=4)


def add_photo(jonas: Visitor, photo: Path) -> None:
    """Two taps on a phone: the tile, and the photo in the phone's own list. It goes along once it is drawn."""
    jonas.effort.taps += 2
    jonas.page.locator("#foton-nya").set_input_files(photo)
    if not jonas.scripts:
        jonas.button("Ladda upp")
    drawn = jonas.page.locator("#foton img")
    if jonas.scripts:
        expect(drawn).to_be_visible(timeout=60_000)
        return
    for _again in range(120):
        if drawn.count():
            break
        jonas.page.wait_for_timeout(500)
        jonas.page.reload()
    if jonas.page.get_by_role("heading", level=1, name="Foton").count():
        jonas.go(re.sub("/foton.*", "/redigera", jonas.page.url))


def own_line(
    jonas: Visitor, text: str, quantity: str, price: str, *, is_labour: bool = False, is_option: bool = False
) -> None:
    """Typed by hand; hours are labour by themselves, and Enter means Klar."""
    jonas.link("Lägg till rad")
    jonas.tap(jonas.page.get_by_role("button", name=re.compile("Egen rad")))
    expect(jonas.page.locator("form.lineedit")).to_be_visible()
    jonas.type("Vad?", text)
    jonas.type("Antal", quantity)
    if is_labour:
        jonas.choose("Enhet", "tim")
    if is_option:
        jonas.tick(re.compile("^Tillval"))
    jonas.type("Pris inkl. moms", price)
    jonas.page.keyboard.press("Enter")
    Builder(jonas).is_closed()
