"""A firm's first day on a phone: from registering to leaving, with scripts and without, by visible controls only."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import mailbox
from tests.browser.checks import look, tab_through
from tests.browser.customer_pages import ORDER, Customer
from tests.browser.firm_pages import PASSWORD, Builder, Office
from tests.browser.visitor import Visitor
from tests.factories import FIRM_ORGNR, PERSONNUMMER

pytestmark = pytest.mark.browser

FIRM, BATHROOM, GARAGE, FENCE = "Tumbredd Snickeri", "Badrum, Granstigen 4", "Garageport", "Staket mot vägen"
KARIN, LARS = "Karin Almgren", "Lars Almgren"


def kr(amount: str) -> str:
    """As pages write it, with hard spaces: kr("28 588,75")."""
    return f"{amount} kr".replace(" ", "\N{NO-BREAK SPACE}")


@dataclass
class Day:
    """Two people with a phone each."""

    firm: Visitor
    karin: Visitor
    firm_email: str
    karin_email: str
    office: Office = field(init=False)
    builder: Builder = field(init=False)
    customer: Customer = field(init=False)

    def __post_init__(self) -> None:
        self.office, self.builder = Office(self.firm), Builder(self.firm)
        self.customer = Customer(self.karin, self.karin_email)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_whole_day(visit: Callable[..., Visitor], scripts: bool) -> None:
    word = "med" if scripts else "utan"
    firm, karin = visit(scripts=scripts), visit(scripts=scripts)
    day = Day(firm, karin, f"jonas.{word}@tumbredd.example", f"karin.{word}@kund.example")
    register(day)
    settle_in(day)
    build_bathroom(day)
    send_and_ask(day)
    approve_with_rot(day)
    read_the_paper(day)
    approve_then_withdraw(day)
    take_everything(day)
    leave_and_come_back(day)


def register(day: Day) -> None:
    look(_at(day.firm, "/"), "start")
    day.office.register()
    look(day.firm, "register")
    with day.firm.counted() as used:
        day.office.fill_registration(FIRM, day.firm_email)
    assert (used.taps, used.fields) == (2, 3)
    look(day.firm, "register-sent")
    day.office.confirm(day.firm_email)
    look(day.firm, "confirm")
    day.firm.button("Bekräfta och logga in")
    day.firm.is_at("Idag")
    look(day.firm, "today-first")


def settle_in(day: Day) -> None:
    day.firm.link("Fyll i företagets uppgifter")
    day.office.give_details(FIRM, FIRM_ORGNR)
    look(day.firm, "settings-company")
    day.office.new_article("Snickare", "690")
    look(day.firm, "price-list")
    day.firm.go("/kunder")
    day.office.new_customer(KARIN, day.karin_email)
    look(day.firm, "customer")


def build_bathroom(day: Day) -> None:
    """Two sections, five lines, labour with rot, one option: 28 588,75 kr after a deduction of 8 280 kr."""
    builder = day.builder
    day.firm.go("/offerter")
    look(day.firm, "quotes-empty")
    builder.begin(KARIN)
    look(day.firm, "builder-empty")
    builder.title(BATHROOM)
    builder.rename_section("Del 1", "Rivning")
    with day.firm.counted() as used:
        builder.from_price_list("Rivning", "Snickare", "16")
    assert (used.taps, used.fields) == (2, 1)
    builder.own_line("Rivning", "Bortforsling", quantity="1", unit="st", price="3 900:-", kind="Övrigt")
    builder.add_section("Bygg")
    builder.own_line("Bygg", "Kakel och fog", quantity="12,5", unit="m²", price="429,50", kind="Material")
    builder.from_price_list("Bygg", "Snickare", "24")
    builder.own_line("Bygg", "Golvvärme", quantity="1", unit="st", price="8900", kind="Material", is_option=True)
    builder.pays(kr("28 588,75"))
    day.firm.sees("ROT 30 %")
    look(day.firm, "builder")
    builder.open_line("Kakel och fog")
    look(day.firm, "builder-line")
    if day.firm.scripts:
        tab_through(day.firm)
    day.firm.button("Klar med raden")
    builder.is_closed()


def send_and_ask(day: Day) -> None:
    day.builder.review()
    look(day.firm, "review")
    day.builder.send(day.karin_email)
    look(day.firm, "quote-sent")
    day.customer.open_mailed(BATHROOM)
    day.customer.pays(kr("28 588,75"))
    look(day.karin, "customer-quote")
    day.customer.pick("Golvvärme")
    day.customer.pays(kr("37 488,75"))
    day.customer.ask("Ingår målning av taket?")
    day.firm.go("/")
    day.firm.sees("Ny fråga")
    look(day.firm, "today-question")
    with day.firm.counted() as used:
        day.firm.tap(day.firm.page.locator("a.row", has_text=BATHROOM))
        day.firm.type(re.compile("^Ditt svar till"), "Nej, men det går att lägga till.")
        day.firm.button("Skicka svaret")
    assert used.taps <= 3
    assert used.fields == 1
    day.firm.sees("Svaret är skickat.")
    day.customer.open_mailed("Svar om")
    day.karin.sees("Nej, men det går att lägga till.")


def approve_with_rot(day: Day) -> None:
    customer = day.customer
    customer.to_approval()
    look(day.karin, "customer-approve")
    day.karin.button(ORDER)
    day.karin.sees(re.compile("saker behöver rättas$"))
    look(day.karin, "customer-approve-errors")
    customer.give_home(PERSONNUMMER[0][:8] + "-" + PERSONNUMMER[0][8:], "Lillhamra 3:14")
    with day.karin.counted() as used:
        customer.give_co_applicant(LARS)
    assert (used.taps, used.fields) == (1 if day.karin.scripts else 2, 1)
    day.karin.sees(kr("37 488,75"))
    customer.sign(KARIN)
    if day.karin.scripts:
        tab_through(day.karin)
    customer.order()
    day.karin.sees(kr("37 488,75"), "Avtalet")
    _until_seen(day.karin, day.karin.page.get_by_role("heading", level=1, name="Avtalet är klart"))
    look(day.karin, "customer-agreement")
    day.office.open_quote(BATHROOM)
    day.firm.sees("Godkänd")
    look(day.firm, "quote-approved")


def read_the_paper(day: Day) -> None:
    """Both got the agreement by mail; another library reads its words, sums and masked numbers."""
    for reader, subject, to in (
        (day.karin, "Avtalet är klart", day.karin_email),
        (day.firm, "Godkänd", day.firm_email),
    ):
        mailbox.open_letter(reader, subject, to=to)
        text = mailbox.read_attachment(reader, "Avtal")
        for part in (BATHROOM, FIRM, KARIN, LARS, "Kakel och fog", "Golvvärme", "37 488,75", "8 280", "4 140"):
            assert part in text, (part, text)
        assert f"{PERSONNUMMER[0][:8]}-••••" in text
        assert PERSONNUMMER[0][8:] not in text
    mailbox.open_letter(day.karin, "Avtalet är klart", to=day.karin_email)
    assert "frånträde" in mailbox.read_attachment(day.karin, "Angerblankett").lower()


def approve_then_withdraw(day: Day) -> None:
    _send_simple(day, GARAGE, "14 900")
    customer = day.customer
    customer.open_mailed(GARAGE)
    with day.karin.counted() as used:
        customer.to_approval()
        customer.sign(KARIN)
        customer.order()
    assert used.taps <= 4
    assert used.fields == 1
    customer.withdraw()
    look(day.karin, "customer-withdrawn")
    mailbox.open_letter(day.karin, "Kvittens: du har ångrat avtalet", to=day.karin_email)
    day.karin.sees(re.compile("Vi har tagit emot ditt meddelande"))
    day.firm.go("/")
    day.firm.sees(re.compile("^Ångrat"))
    look(day.firm, "today-withdrawn")


def take_everything(day: Day) -> None:
    """The ZIP, with every file's SHA-256 as its manifest says and the papers in it."""
    with day.firm.counted() as used:
        day.firm.link("Mer")
        day.firm.tap(day.firm.page.locator("main a.row", has_text="Konto och data"))
        day.firm.is_at("Konto och data")
        look(day.firm, "account")
        day.firm.button("Skapa ZIP-fil")
    if day.firm.page.get_by_role("heading", level=1, name="Skriv lösenordet igen").count():
        look(day.firm, "password-again")
        day.office.type_password_again()
        day.firm.button("Skapa ZIP-fil")
    assert (used.taps, used.fields) == (3, 0)
    file = day.firm.page.locator("button.file")
    if day.firm.scripts:
        expect(file).to_be_visible(timeout=60_000)  # the page asks by itself
    else:
        _until_seen(day.firm, file)
    look(day.firm, "account-export")
    content = day.firm.fetch(file).path().read_bytes()
    check_archive(content, day)


def check_archive(content: bytes, day: Day) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        named = {entry["name"]: entry["sha256"] for entry in manifest["files"]}
        others = {name for name in archive.namelist() if not name.startswith("manifest.")}
        assert set(named) == others
        for name, sha256 in named.items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == sha256, name
        papers = [mailbox.pdf_text(archive.read(name)) for name in named if name.endswith(".pdf")]
        assert any("37 488,75" in text and LARS in text for text in papers)
        assert any(GARAGE in text for text in papers)
        assert day.karin_email in archive.read("data/customer.jsonl").decode()


def leave_and_come_back(day: Day) -> None:
    _send_simple(day, FENCE, "9 800")
    day.customer.open_mailed(FENCE)
    address = day.karin.page.url
    day.firm.go("/konto")
    with day.firm.counted() as used:
        day.firm.link("Gå vidare till uppsägning")
        day.firm.is_at("Bekräfta uppsägningen")
        look(day.firm, "leave-confirm")
        day.firm.tick("Jag har hämtat eller behöver inte min data")
        day.firm.type("Lösenord", PASSWORD)
        day.firm.button("Säg upp kontot")
        day.firm.is_at("Kvitto på uppsägningen")
    assert used.fields == 1
    look(day.firm, "leave-receipt")
    _sending_is_off(day)
    day.karin.go(address)
    day.karin.sees("Offerten kan inte godkännas.", FENCE)
    expect(day.karin.page.get_by_text("Till godkännande")).to_have_count(0)
    look(day.karin, "customer-closed")
    day.firm.go("/konto")
    look(day.firm, "account-leaving")
    day.firm.tap(day.firm.page.get_by_role("button", name="Ångra uppsägningen").locator("visible=true").last)
    day.firm.sees("Uppsägningen är ångrad. Kontot fortsätter som vanligt.")
    day.firm.go("/konto")
    day.firm.sees("Gå vidare till uppsägning")
    day.karin.go(address)
    day.customer.to_approval()


def _sending_is_off(day: Day) -> None:
    day.firm.go("/offerter")
    expect(day.firm.page.get_by_role("link", name=re.compile("^Ny"))).to_have_count(0)
    look(day.firm, "quotes-closed")


def _send_simple(day: Day, title: str, price: str) -> None:
    """A quote of one line without deduction, sent."""
    day.firm.go("/offerter")
    day.builder.begin(KARIN)
    day.builder.title(title)
    day.builder.own_line("Del 1", title, quantity="1", unit="st", price=price, kind="Material")
    day.builder.review()
    day.builder.send(day.karin_email)


def _at(visitor: Visitor, path: str) -> Visitor:
    visitor.go(path)
    return visitor


def _until_seen(visitor: Visitor, what: Locator) -> None:
    """Load the page again until what the background work makes is there."""
    for _again in range(120):
        if what.count():
            return
        visitor.page.wait_for_timeout(500)
        visitor.page.reload()
    expect(what).to_be_visible()
