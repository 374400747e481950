"""What the firm does, page by page, by what it sees: the same with scripts and without."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, expect

from tests.browser import mailbox
from tests.browser.visitor import Visitor

PASSWORD = "grovspik och hyvel 7"
SAVED = re.compile(r"^Sparat \d\d\.\d\d$")


@dataclass
class Office:
    """The firm's pages outside the builder."""

    who: Visitor

    def register(self) -> None:
        self.who.go("/")
        self.who.link("Registrera företag")
        self.who.is_at("Registrera företag")

    def fill_registration(self, firm: str, email: str) -> None:
        self.who.type("Företagsnamn", firm)
        self.who.type("E-post", email)
        self.who.type("Lösenord", PASSWORD)
        self.who.tick(re.compile("^Jag får företräda företaget"))
        self.who.button("Registrera")
        self.who.is_at("Vi har skickat ett mejl")

    def confirm(self, email: str) -> None:
        mailbox.open_letter(self.who, "Bekräfta din e-postadress", to=email)
        self.who.tap(mailbox.link(self.who, "/bekrafta/"))
        self.who.is_at("Bekräfta din e-postadress")

    def log_in(self, email: str) -> None:
        self.who.go("/logga-in")
        self.who.type("E-post", email)
        self.who.type("Lösenord", PASSWORD)
        self.who.button("Logga in")
        self.who.is_at("Idag")

    def give_details(self, name: str, orgnr: str) -> None:
        self.who.type("Organisationsnummer", orgnr)
        self.who.tick("Godkänd för F-skatt")
        self.who.type("Gatuadress", "Verkstadsvägen 2")
        self.who.type("Postnummer", "999 99")
        self.who.type("Ort", "Lillhamra")
        self.who.type("Telefon", "08-465 04 04")
        self.who.button("Spara")
        self.who.sees("Sparat.")

    def new_article(self, name: str, price: str) -> None:
        self.who.go("/mer")
        self.who.tap(self.who.page.get_by_role("link", name="Prislista").locator("visible=true"))
        self.who.tap(self.who.page.get_by_role("link", name="Ny artikel").locator("visible=true").first)
        self.who.is_at("Ny artikel")
        self.who.type("Benämning", name)
        self.who.type("À-pris", price)
        self.who.choose("Skatteavdrag", "ROT, Bygg")
        self.who.button("Spara artikeln")
        self.who.is_at("Prislista")
        self.who.sees(name)

    def new_customer(self, name: str, email: str) -> None:
        self.who.tap(self.who.page.get_by_role("link", name="Ny kund").locator("visible=true").first)
        self.who.type("Namn", name)
        self.who.type("E-post", email)
        self.who.type("Gatuadress", "Granstigen 4")
        self.who.type("Postnummer", "99998")
        self.who.type("Ort", "Lillhamra")
        self.who.button("Spara kunden")
        self.who.is_at(name)

    def open_quote(self, title: str) -> None:
        self.who.go("/offerter?visa=alla")
        self.who.tap(self.who.page.locator("a.row", has_text=title))

    def type_password_again(self) -> None:
        self.who.is_at("Skriv lösenordet igen")
        self.who.type("Lösenord", PASSWORD)
        self.who.button("Fortsätt")


@dataclass
class Builder:
    """The quote builder."""

    who: Visitor

    def begin(self, customer: str) -> None:
        """A new quote for a customer of the list."""
        self.who.tap(self.who.page.get_by_role("link", name="Ny offert").locator("visible=true").first)
        self.who.is_at("Vem är det till?")
        self.who.tap(self.who.page.get_by_role("button", name=re.compile(f"^{customer}")))
        self.who.is_at(re.compile("^Ändra offert"))

    def title(self, text: str) -> None:
        self.who.type("Vad gäller jobbet?", text)
        if self.who.scripts:
            self.is_saved()
        else:
            self.who.button("Spara rubriken")

    def is_saved(self) -> None:
        expect(self.who.page.locator("#sparat")).to_have_text(SAVED)

    def section(self, name: str) -> Locator:
        return self.who.page.get_by_role("region", name=name, exact=True)

    def rename_section(self, old: str, new: str) -> None:
        self.who.tap(self.section(old).locator("summary.iconbtn"))
        self.who.link("Namn, priser och rabatt", within=self.section(old))
        self.name_section(new, "Spara")

    def add_section(self, name: str) -> None:
        self.who.button("Ny del")
        self.name_section(name, "Klar" if self.who.scripts else "Spara")

    def name_section(self, name: str, button: str) -> None:
        self.who.type("Delens namn", name)
        self.who.tap(self.who.page.get_by_role("button", name=button, exact=True).locator("visible=true").last)
        expect(self.section(name)).to_be_visible()

    def from_price_list(self, section: str, article: str, quantity: str) -> None:
        """Two taps and one field; Enter means Klar."""
        self._add(section, re.compile(f"{article}"))
        self.who.type("Antal", quantity)
        self.who.page.keyboard.press("Enter")
        self.is_closed()

    def own_line(
        self, section: str, text: str, *, quantity: str, unit: str, price: str, kind: str, is_option: bool = False
    ) -> None:
        self._add(section, re.compile("Egen rad"))
        self.who.type("Vad?", text)
        self.who.type("Antal", quantity)
        self.who.choose("Enhet", unit)
        self.who.type("Pris inkl. moms", price)
        self.who.pick(kind)
        if is_option:
            self.who.tick(re.compile("^Tillval"))
        self.who.button("Klar med raden")
        self.is_closed()

    def is_closed(self) -> None:
        expect(self.who.page.locator("form.lineedit")).to_have_count(0)
        expect(self.who.page.get_by_role("heading", level=1, name=re.compile("^Ändra offert"))).to_have_count(1)

    def open_line(self, text: str) -> None:
        self.who.tap(self.who.page.locator("a.line", has_text=text))
        expect(self.who.page.locator("form.lineedit")).to_be_visible()
        self.who.let_settle()

    def _add(self, section: str, button: re.Pattern[str]) -> None:
        self.who.link("Lägg till rad", within=self.section(section))
        self.who.tap(self.who.page.get_by_role("button", name=button))
        expect(self.who.page.locator("form.lineedit")).to_be_visible()

    def pays(self, amount: str) -> None:
        """What the bar says that the customer pays."""
        expect(self.who.page.locator(".actionbar #summa")).to_have_text(amount)

    def review(self) -> None:
        self.who.link("Granska")
        self.who.is_at("Granska och skicka")

    def send(self, to: str) -> None:
        self.who.button("Skicka offerten")
        self.who.sees(f"Skickat till {to}.")
