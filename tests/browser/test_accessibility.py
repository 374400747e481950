"""Every page beside the whole day's way, its errors, and a quote of 120 lines: axe, sizes, reflow, keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from services import operator_links
from tests.browser.checks import RULES, look, tab_through
from tests.browser.customer_pages import ORDER, Customer
from tests.browser.firm_pages import Builder, Office
from tests.browser.product import Product
from tests.browser.rows import Begun, begin
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

MANY = 120
RECTIFY = re.compile("(sak|saker) behöver rättas$")


def _logged_in(visit: Callable[..., Visitor], begun: Begun) -> Visitor:
    visitor = visit()
    Office(visitor).log_in(begun.jonas)
    return visitor


def _refused(visitor: Visitor, button: str, name: str) -> None:
    """Press the button of a form that is wrong; the summary comes first, has the focus, and is looked at."""
    visitor.tap(visitor.page.get_by_role("button", name=button, exact=True).locator("visible=true").last)
    expect(visitor.page.locator("#felen h2")).to_have_text(RECTIFY)
    expect(visitor.page.locator("#felen")).to_be_focused()
    expect(visitor.page).to_have_title(re.compile("^Fel: "))
    look(visitor, name, desk=RULES)


def test_before_login(visit: Callable[..., Visitor]) -> None:
    nobody = visit()
    for path, button, name in (
        ("/registrera", "Registrera", "register"),
        ("/logga-in", "Logga in", "login"),
        ("/glomt", "Skicka länk", "forgot"),
    ):
        nobody.go(path)
        if path != "/registrera":  # seen on the whole day's way
            look(nobody, name, desk=RULES)
        _refused(nobody, button, f"{name}-errors")
    nobody.type("E-post", "nobody@kund.example")
    nobody.button("Skicka länk")
    nobody.is_at("Vi har skickat ett mejl")
    look(nobody, "forgot-sent", desk=RULES)
    for path in (
        "/villkor",
        "/bitradesavtal",
        "/integritet",
        "/kontrollera",
        "/dev/mejl",
        "/bekrafta/fel",
        "/o/finns-inte",
        "/finns-inte",
    ):
        nobody.go(path)
        look(nobody, f"nobody{path.replace('/', '-')}", desk=RULES)


def test_the_operator(product: Product, visit: Callable[..., Visitor]) -> None:
    operator = visit()
    operator.go("/drift/regler")
    operator.is_at("Sidan öppnas med en länk")
    look(operator, "operator-shut", desk=RULES)
    with product.rows():
        path = f"/drift/in/{operator_links.token()}"
    operator.go(path)
    operator.is_at("Regler för ROT och RUT")
    look(operator, "operator-rules", desk=RULES)


def test_lists_and_settings(product: Product, visit: Callable[..., Visitor]) -> None:
    jonas = _logged_in(visit, begin(product, is_sent=True))
    for path, name in (
        ("/", "today"),
        ("/mer", "more"),
        ("/offerter", "quotes"),
        ("/offerter?q=finns-inte", "quotes-none"),
        ("/offerter/ny", "quote-new"),
        ("/kunder", "customers"),
        ("/kunder/1", "customer-one"),
        ("/prislista", "articles"),
        ("/prislista/hamta", "articles-file"),
        ("/mallar", "templates-empty"),
        ("/texter", "texts-empty"),
        ("/texter/ny", "text-new"),
        ("/installningar/mig", "settings-me"),
    ):
        jonas.go(path)
        look(jonas, name, desk=RULES)


def test_what_a_price_list_from_a_file_becomes(product: Product, visit: Callable[..., Visitor]) -> None:
    jonas = _logged_in(visit, begin(product))
    jonas.go("/prislista/hamta")
    rows = "".join(f"Fel {n};{n}x\n" for n in range(7))
    jonas.type("Eller klistra in rader", f"Artnr;Namn;Pris\n1;Kakel;399,50\n2;Snickare;720\n{rows}")
    jonas.button("Visa vad raderna blir")
    expect(jonas.page.get_by_role("heading", level=1)).to_have_text("Så blir prislistan")
    look(jonas, "articles-file-plan", desk=RULES)
    jonas.tap(jonas.page.get_by_role("button", name="Lägg in de 2 som stämmer").locator("visible=true"))
    expect(jonas.page.locator("#besked")).to_contain_text("1 artikel är inlagd. 1 artikel är ändrad.")


def test_refused_forms_of_the_firm(product: Product, visit: Callable[..., Visitor]) -> None:
    begun = begin(product)
    jonas = _logged_in(visit, begun)
    for path, label, text, button, name in (
        ("/offerter/ny", "E-post", "fel", "Spara kunden och fortsätt", "quote-new-errors"),
        ("/kunder/ny", "E-post", "fel", "Spara kunden", "customer-errors"),
        ("/prislista/ny", "À-pris", "dyrt", "Spara artikeln", "article-errors"),
        ("/prislista/hamta", "Eller klistra in rader", "Namn", "Visa vad raderna blir", "articles-file-errors"),
        ("/texter/ny", "Namn", "Hälsning", "Spara texten", "text-errors"),
        (f"/mallar/spara?offert={begun.n}", "Mallens namn", "840601-2388", "Spara som ny mall", "template-errors"),
        ("/installningar/foretag", "Organisationsnummer", "123", "Spara", "settings-company-errors"),
        ("/installningar/offert", "Offerten gäller", "länge", "Spara", "settings-quote-errors"),
        (f"/offerter/{begun.n}/uppgifter", "Postnummer", "123", "Spara", "quote-details-errors"),
        (f"/offerter/{begun.n}/granska", "Till e-post", "fel", "Skicka offerten", "review-errors"),
        ("/konto/avsluta/bekrafta", "Lösenord", "fel", "Säg upp kontot", "leave-errors"),
    ):
        jonas.go(path)
        if path == "/offerter/ny":
            jonas.unfold("Ny kund")
        jonas.type(label, text)
        if label == "Lösenord":
            jonas.tick("Jag har hämtat eller behöver inte min data")
        if path.endswith("foretag"):
            jonas.tap(jonas.page.locator("form:has(#orgnr) .actions .btn"))
            expect(jonas.page.locator("#felen h2")).to_have_text(RECTIFY)
            look(jonas, name, desk=RULES)
        else:
            _refused(jonas, button, name)
        if label != "Lösenord":
            expect(jonas.field(label)).to_have_value(text)


def test_builder_states(product: Product, visit: Callable[..., Visitor]) -> None:
    """An open sheet, an open menu, a line with errors, a section's name, the line as a page of its own."""
    begun = begin(product)
    jonas = _logged_in(visit, begun)
    jonas.go(f"/offerter/{begun.n}/redigera")
    builder = Builder(jonas)
    jonas.link("Lägg till rad")
    expect(jonas.page.get_by_role("dialog")).to_be_visible()
    look(jonas, "builder-sheet", desk=RULES)
    jonas.link("Stäng")
    expect(jonas.page.get_by_role("link", name="Lägg till rad")).to_be_focused()
    jonas.tap(builder.section("Rivning").locator("summary.iconbtn"))
    look(jonas, "builder-menu", desk=RULES)
    jonas.link("Namn, priser och rabatt", within=builder.section("Rivning"))
    expect(jonas.field("Delens namn")).to_be_focused()
    look(jonas, "builder-section-settings", desk=RULES)
    jonas.type("Rabatt på delen", "10")
    jonas.pick("Bara summan")
    builder.name_section("Rivning och bortforsling", "Spara")
    jonas.sees("Kunden ser bara summan.")
    jonas.link("Lägg till rad")
    jonas.tap(jonas.page.get_by_role("button", name="Lägg till text"))
    jonas.type("Text", "Vi täcker golv och möbler.")
    builder.is_saved()
    look(jonas, "builder-words", desk=RULES)
    jonas.go(f"/offerter/{begun.n}/redigera")
    builder.open_line("Bortforsling")
    jonas.type("Antal", "tolv")
    jonas.sees("Skriv antal med siffror, till exempel 5,5")
    jonas.unfold("Fler val")
    look(jonas, "builder-line-errors", desk=RULES)
    jonas.go(f"/offerter/{begun.n}/rader/3")
    look(jonas, "line-page", desk=RULES)
    jonas.go(f"/offerter/{begun.n}/delar/1")
    look(jonas, "section-page", desk=RULES)
    jonas.go(f"/offerter/{begun.n}/uppgifter")
    jonas.button("Dela upp betalningen")
    jonas.button("Lägg till en del i planen")
    expect(jonas.page.get_by_role("group", name="Del 2 av betalningsplanen")).to_be_visible()
    look(jonas, "quote-plan", desk=RULES)


def test_a_hundred_and_twenty_lines(product: Product, visit: Callable[..., Visitor]) -> None:
    begun = begin(product, lines=MANY, is_sent=True)
    jonas, karin = _logged_in(visit, begun), visit()
    for path, name in (("redigera", "many-builder"), ("granska", "many-review"), ("som-kund", "many-preview")):
        jonas.go(f"/offerter/{begun.n}/{path}")
        look(jonas, name, desk=RULES)
    karin.go(begun.link)
    look(karin, "many-customer", desk=RULES)


def test_pages_of_the_customer(product: Product, visit: Callable[..., Visitor]) -> None:
    begun = begin(product, is_sent=True)
    karin = visit()
    karin.go(begun.link)
    for path, name in (("/villkor", "terms"), ("/uppgifter", "privacy"), ("/nej", "decline")):
        karin.go(f"/o/{begun.deal}{path}")
        look(karin, f"customer-{name}", desk=RULES)
    karin.go(f"/o/{begun.deal}")
    _refused(karin, "Skicka frågan", "customer-question-errors")
    karin.go(f"/o/{begun.deal}")
    customer = Customer(karin, begun.karin)
    customer.to_approval()
    karin.pick("Bostadsrätt")
    karin.unfold("Har du redan använt avdrag i år?")
    karin.unfold("Dela avdraget med fler")
    look(karin, "customer-approve-flat", desk=RULES)
    karin.tick("Fyll i uppgifterna senare")
    look(karin, "customer-approve-later", desk=RULES)
    customer.sign("Karin Almgren")
    karin.button(ORDER)
    karin.link("Fyll i uppgifterna")
    karin.is_at("Uppgifter för avdraget")
    _refused(karin, "Spara uppgifterna", "customer-details-errors")
    karin.go(f"/o/{begun.deal}/angra")
    karin.type("Ditt namn", "")
    _refused(karin, "Bekräfta frånträde", "customer-withdraw-errors")


def test_by_keyboard(product: Product, visit: Callable[..., Visitor]) -> None:
    """Tab through builder, approval and account: each stop is seen, with a ring, under no bar."""
    begun = begin(product, is_sent=True)
    jonas, karin = _logged_in(visit, begun), visit()
    jonas.go(f"/offerter/{begun.n}/redigera")
    Builder(jonas).open_line("Bortforsling")
    stops = tab_through(jonas)
    assert len(stops) > 20, stops
    jonas.go("/konto")
    assert len(tab_through(jonas)) > 5
    karin.go(begun.link)
    karin.go(f"/o/{begun.deal}/godkann")
    stops = tab_through(karin)
    assert any(ORDER in stop for stop in stops), stops


def test_focus_stays_after_every_swap(product: Product, visit: Callable[..., Visitor]) -> None:
    """Whatever the server puts in place of what was pressed, the next Tab goes on from there."""
    jonas = _logged_in(visit, begun := begin(product))
    jonas.go(f"/offerter/{begun.n}/redigera")
    builder, page = Builder(jonas), jonas.page
    builder.open_line("Bortforsling")
    for button in ("Kopiera", "Upp", "Ner", "Ta bort"):
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            jonas.button(button)
        _has_focus(jonas, button)
    jonas.button("Ångra")
    expect(page.locator("a.line", has_text="Bortforsling").first).to_be_visible()
    builder.open_line("Golvvärme, el")
    _has_focus(jonas, "open")
    jonas.button("Klar med raden")
    builder.is_closed()
    _has_focus(jonas, "Klar med raden")
    builder.from_price_list("Rivning", "Snickare", "2")
    _has_focus(jonas, "price list")
    builder.rename_section("Rivning", "Allt")
    _has_focus(jonas, "section")


def _has_focus(visitor: Visitor, after: str) -> None:
    visitor.page.wait_for_timeout(200)  # htmx settles after 20 ms
    focused = visitor.page.evaluate("() => document.activeElement !== document.body && document.activeElement.tagName")
    assert focused, f"the focus is lost after {after}"


def test_a_quote_declined(product: Product, visit: Callable[..., Visitor]) -> None:
    """Three taps, no field; the firm reads why."""
    begun = begin(product, is_sent=True)
    jonas, karin = _logged_in(visit, begun), visit()
    karin.go(begun.link)
    with karin.counted() as used:
        karin.link("Tacka nej till offerten")
        karin.pick("För dyrt")
        karin.button("Tacka nej")
        karin.sees("Du har tackat nej.")
    assert (used.taps, used.fields) == (3, 0)
    look(karin, "customer-declined", desk=RULES)
    jonas.go("/")
    jonas.sees("Avböjd", re.compile("För dyrt"))
    look(jonas, "today-declined", desk=RULES)
    jonas.go(f"/offerter/{begun.n}")
    look(jonas, "quote-declined", desk=RULES)


def test_a_quote_taken_back(product: Product, visit: Callable[..., Visitor]) -> None:
    begun = begin(product, is_sent=True)
    jonas, karin = _logged_in(visit, begun), visit()
    jonas.go(f"/offerter/{begun.n}")
    look(jonas, "quote-out", desk=RULES)
    jonas.link("Ta tillbaka offerten")
    expect(jonas.page).to_have_url(re.compile("ta-tillbaka$"))
    look(jonas, "quote-recall", desk=RULES)
    jonas.tap(jonas.page.get_by_role("button", name=re.compile("^Ta tillbaka")))
    jonas.sees("Återtagen")
    karin.go(begun.link)
    karin.sees(re.compile("har tagit tillbaka offerten"))
    look(karin, "customer-recalled", desk=RULES)
