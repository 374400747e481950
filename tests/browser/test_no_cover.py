"""What is typed on the phone outlives lost network, a closed tab and an ended login; it is its writer's alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect

from extensions import db
from models import Login, User
from tests.browser.firm_pages import PASSWORD, SAVED, Builder, Office
from tests.browser.product import Product
from tests.browser.rows import Begun, begin
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

OFFERED = re.compile("^Det finns en osparad ändring från")
LISTED = "Du har text som inte är sparad"
LINE, TEXT = "Bortforsling", "Bortforsling med släp, två turer"
LOST = re.compile(r"net::ERR_(FAILED|INTERNET_DISCONNECTED)|htmx:(sendError|afterRequest)")


@dataclass
class Phone:
    """Jonas with his phone, and the rows that he works on."""

    who: Visitor
    rows: Begun
    product: Product

    def kept(self) -> dict[str, Any]:
        """Everything that lies in this browser's storage, by name."""
        return {name: text for name, text in self.who.page.evaluate("Object.entries(localStorage)") if name != "me"}

    def closes_the_tab(self) -> None:
        self.who.page.close()
        self.who.page = self.who.context.new_page()

    def login_ends(self) -> None:
        """On the server, as after too many days, or from another phone."""
        with self.product.rows():
            user = db.session.query(User).filter_by(email=self.rows.jonas).one()
            db.session.query(Login).filter_by(user_id=user.id).delete()
            db.session.commit()

    def logs_in_again(self, email: str = "") -> None:
        self.who.is_at("Logga in")
        self.who.type("E-post", email or self.rows.jonas)
        self.who.type("Lösenord", PASSWORD)
        self.who.button("Logga in")

    def types_a_customer(self, name: str = "Sven Almgren") -> None:
        self.who.go("/kunder/ny")
        self.who.type("Namn", name)
        self.who.type("Mobil", "0701740605")

    def no_longer_offered(self, path: str) -> None:
        self.who.go(path)
        self.who.page.wait_for_load_state()
        expect(self.who.page.locator(".kept")).to_have_count(0)


@pytest.fixture
def phone(product: Product, visit: Callable[..., Visitor]) -> Phone:
    begun = begin(product)
    visitor = visit(service_workers="block")  # through one, the browser's "offline" lets a POST slip out
    visitor.expects(LOST)
    Office(visitor).log_in(begun.jonas)
    return Phone(visitor, begun, product)


def test_sent_without_network(phone: Phone) -> None:
    jonas = phone.who
    phone.types_a_customer()
    jonas.context.set_offline(True)
    with jonas.page.expect_event("requestfailed", lambda request: request.method == "POST"):
        jonas.button("Spara kunden")
    jonas.context.set_offline(False)
    jonas.go("/kunder/ny")
    jonas.sees(OFFERED)
    jonas.button("Återställ")
    expect(jonas.field("Namn")).to_have_value("Sven Almgren")
    expect(jonas.field("Mobil")).to_have_value("0701740605")
    jonas.button("Spara kunden")
    jonas.is_at("Sven Almgren")
    assert phone.kept() == {}
    phone.no_longer_offered("/kunder/ny")


def test_a_refused_form_keeps_its_text(phone: Phone) -> None:
    """The page that comes back shows it, but only the page has it."""
    jonas = phone.who
    jonas.go("/kunder/ny")
    jonas.type("Namn", "Sven Almgren")
    jonas.button("Spara kunden")
    jonas.sees(re.compile("sak(er)? behöver rättas$"))
    phone.closes_the_tab()
    jonas.go("/kunder/ny")
    jonas.sees(OFFERED)
    jonas.button("Släng")
    phone.no_longer_offered("/kunder/ny")
    assert phone.kept() == {}


def test_closed_tab_is_told_on_idag(phone: Phone) -> None:
    jonas = phone.who
    jonas.go("/prislista/ny")
    jonas.type("Benämning", "Fönsterbyte")
    jonas.type("À-pris", "4 250,50")
    phone.closes_the_tab()
    jonas.go("/")
    jonas.sees(LISTED)
    jonas.link(re.compile("^Ny artikel"))
    jonas.sees(OFFERED)
    jonas.button("Återställ")
    expect(jonas.field("À-pris")).to_have_value("4 250,50")
    jonas.button("Spara artikeln")
    jonas.is_at("Prislista")
    jonas.go("/")
    jonas.page.wait_for_load_state()
    expect(jonas.page.locator("#kvar")).to_be_hidden()


def test_ended_login_while_a_line_is_open(phone: Phone) -> None:
    """htmx is told to reload, the login leads back, the line opens by itself and offers what was typed."""
    jonas = phone.who
    jonas.go(f"/offerter/{phone.rows.n}/redigera")
    Builder(jonas).open_line(LINE)
    phone.login_ends()
    jonas.type("Vad?", TEXT)
    phone.logs_in_again()
    jonas.sees(OFFERED)
    jonas.button("Återställ")
    expect(jonas.field("Vad?")).to_have_value(TEXT)
    expect(jonas.page.locator("#sparat")).to_have_text(SAVED)
    assert phone.kept() == {}


def test_the_cookie_is_gone_too(phone: Phone) -> None:
    """Then the form has no token either, and is refused; the text is there after the next login."""
    jonas = phone.who
    jonas.expects(re.compile("status of 403"))
    phone.types_a_customer()
    jonas.context.clear_cookies()
    jonas.button("Spara kunden")
    jonas.is_at(re.compile("^Formuläret"))
    jonas.go("/kunder/ny")
    phone.logs_in_again()
    jonas.sees(OFFERED)


def test_a_crash_while_a_line_is_open(phone: Phone) -> None:
    jonas, path = phone.who, f"/offerter/{phone.rows.n}/redigera"
    jonas.go(path)
    Builder(jonas).open_line(LINE)
    jonas.context.set_offline(True)
    jonas.type("Vad?", TEXT)
    jonas.sees("Inte sparat, försöker igen")
    phone.closes_the_tab()
    jonas.context.set_offline(False)
    jonas.go(path)
    jonas.sees(OFFERED)
    expect(jonas.field("Vad?")).to_have_value(LINE)


@pytest.mark.parametrize(
    ("path", "label", "text", "button"),
    [
        ("/offerter/{n}/uppgifter", "Villkor", "Vi städar efter oss varje dag.", "Spara"),
        ("/offerter/{n}/granska", "Hälsning till kunden", "Hej Karin, här kommer den.", "Skicka offerten"),
        ("/installningar/offert", "Villkor", "Vi städar efter oss varje dag.", "Spara"),
        ("/installningar/foretag", "Gatuadress", "Hyvelgatan 7", "Spara"),
        ("/installningar/mig", "Telefon", "070-174 06 05", "Spara"),
    ],
    ids=["details", "review", "settings", "company", "me"],
)
def test_ended_login_when_a_page_is_sent(phone: Phone, path: str, label: str, text: str, button: str) -> None:
    jonas, path = phone.who, path.format(n=phone.rows.n)
    label_of = re.compile(f"^{label}|^Meddelande")
    jonas.go(path)
    jonas.type(label_of, text)
    phone.login_ends()
    jonas.button(button)
    phone.logs_in_again()
    jonas.sees(OFFERED)
    jonas.button("Återställ")
    expect(jonas.field(label_of)).to_have_value(text)


def test_an_answer_to_a_question(product: Product, phone: Phone) -> None:
    sent = begin(product, is_sent=True)
    phone.login_ends()
    phone.who.go(f"/offerter/{sent.n}")
    phone.logs_in_again(sent.jonas)
    phone.who.page.locator("summary", has_text="Skriv till").tap()
    phone.who.type("Meddelande", "Vi kan börja på måndag.")
    phone.closes_the_tab()
    phone.who.go(f"/offerter/{sent.n}")
    phone.who.sees(OFFERED)
    phone.who.button("Återställ")
    expect(phone.who.field("Meddelande")).to_have_value("Vi kan börja på måndag.")


def test_changed_by_another_meanwhile_shows_both(phone: Phone, visit: Callable[..., Visitor]) -> None:
    jonas, eva, path = phone.who, visit(), f"/offerter/{phone.rows.n}/uppgifter"
    jonas.go(path)
    jonas.context.set_offline(True)
    jonas.type("Villkor", "Jonas villkor")
    phone.closes_the_tab()
    jonas.context.set_offline(False)
    Office(eva).log_in(phone.rows.eva)
    eva.go(path)
    eva.type("Villkor", "Evas villkor")
    eva.button("Spara")
    eva.is_at(re.compile("^Ändra offert"))
    jonas.go(path)
    expect(jonas.page.locator(".kept dd")).to_have_text(re.compile("Ditt: Jonas villkor.*Sparat: Evas villkor"))
    expect(jonas.field("Villkor")).to_have_value("Evas villkor")


def test_logging_out_deletes_it(phone: Phone) -> None:
    phone.types_a_customer()
    assert phone.kept() != {}
    phone.who.go("/mer")
    phone.who.tap(phone.who.page.get_by_role("button", name="Logga ut").locator("visible=true"))
    phone.who.sees("Registrera företag")
    assert phone.who.page.evaluate("localStorage.length") == 0


def test_another_user_never_sees_it(phone: Phone) -> None:
    phone.types_a_customer()
    phone.login_ends()
    phone.who.go("/kunder/ny")
    phone.logs_in_again(phone.rows.eva)
    phone.who.is_at("Ny kund")
    expect(phone.who.page.locator(".kept")).to_have_count(0)
    assert phone.kept() == {}


def test_a_week_is_the_longest(phone: Phone) -> None:
    phone.types_a_customer()
    phone.who.page.evaluate(
        """() => { const [name, text] = Object.entries(localStorage).find(([name]) => name !== "me");
        localStorage[name] = JSON.stringify({ ...JSON.parse(text), t: Date.now() - 8 * 864e5 }); }"""
    )
    phone.who.go("/offerter")
    phone.who.page.wait_for_load_state()
    assert phone.kept() == {}


def test_the_company_form_without_network(phone: Phone) -> None:
    """All that is typed comes back, but for the number that is the owner's own in a firm of one."""
    jonas, path = phone.who, "/installningar/foretag"
    typed = {"Företagsnamn": "Hyvel & Spik", "Säte": "Lillhamra", "Telefon": "0701740605", "Plusgiro": "4 33 10-4"}
    jonas.go(path)
    jonas.context.set_offline(True)
    jonas.type("Organisationsnummer", "840601-2388")
    for label, text in typed.items():
        jonas.type(label, text)
    assert all("2388" not in text for text in phone.kept().values())
    with jonas.page.expect_event("requestfailed", lambda request: request.method == "POST"):
        jonas.button("Spara")
    jonas.context.set_offline(False)
    jonas.go("/")
    jonas.link(re.compile("^Företaget"), within=jonas.page.locator("#kvar"))
    jonas.sees(OFFERED)
    jonas.button("Återställ")
    for label, text in typed.items():
        expect(jonas.field(label)).to_have_value(text)


@pytest.mark.parametrize("written", ["840601-2388", "198406012388", "19840601 2388"])
def test_a_personnummer_is_not_kept(phone: Phone, written: str) -> None:
    phone.who.go(f"/offerter/{phone.rows.n}/uppgifter")
    phone.who.context.set_offline(True)
    phone.who.type("Villkor", f"Karin {written} bor där")
    (kept,) = phone.kept().values()
    assert "Karin" in json.loads(kept)["v"]["terms"]
    assert "2388" not in kept


def test_a_customer_leaves_nothing_on_the_device(product: Product, visit: Callable[..., Visitor]) -> None:
    begun = begin(product, is_sent=True)
    karin = visit()
    karin.go(begun.link)
    karin.page.locator("textarea").first.fill("Ingår bortforsling?")
    karin.go(f"/o/{begun.deal}/godkann")
    assert karin.page.locator("link[rel=manifest]").count() == 0
    found = """async () => [Object.keys(localStorage), Object.keys(sessionStorage), await caches.keys(),
        (await navigator.serviceWorker.getRegistrations()).length]"""
    only_htmx = ["htmx-current-path-for-history"]  # where it is, until the tab is closed
    assert karin.page.evaluate(found) == [[], only_htmx, [], 0]
