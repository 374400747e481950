"""What the customer does by the mailed link, page by page."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import expect

from tests.browser import mailbox
from tests.browser.visitor import Visitor

ORDER = "Beställ med betalningsskyldighet"


@dataclass
class Customer:
    who: Visitor
    email: str

    def open_mailed(self, subject: str, part: str = "/l/") -> str:
        """Follow the link of the letter; the address that it had."""
        mailbox.open_letter(self.who, subject, to=self.email)
        found = mailbox.link(self.who, part)
        address = found.get_attribute("href") or ""
        self.who.tap(found)
        expect(self.who.page).to_have_url(re.compile("/o/[^/]+$"))
        return address

    def pays(self, amount: str) -> None:
        """The sum in the bar and above."""
        expect(self.who.page.locator(".actionbar #summa")).to_have_text(amount)
        expect(self.who.page.locator("#pris .big")).to_have_text(amount.replace("\N{NO-BREAK SPACE}kr", " kr"))

    def pick(self, option: str) -> None:
        self.who.tap(self.who.page.locator("label.check", has_text=option))
        if not self.who.scripts:
            self.who.button("Räkna om priset")

    def ask(self, text: str) -> None:
        self.who.type(re.compile("^Din fråga till"), text)
        self.who.button("Skicka frågan")
        expect(self.who.page.locator(".bubble", has_text=text)).to_be_visible()

    def go_on(self) -> None:
        """A link, or the button of the form where there is something to choose."""
        self.who.tap(self.who.page.locator("a, button", has_text="Till godkännande").locator("visible=true"))

    def to_approval(self) -> None:
        self.go_on()
        self.who.is_at("Godkänn offerten")

    def give_home(self, personnummer: str, designation: str) -> None:
        self.who.type("Ditt personnummer", personnummer)
        self.who.pick("Hus")
        self.who.type("Fastighetsbeteckning", designation)
        self.who.tick(re.compile("^Jag äger bostaden"))

    def give_co_applicant(self, name: str) -> None:
        """The number is typed by that person, afterwards."""
        self.who.unfold("Dela avdraget med fler")
        self.who.type("Medsökandes namn", name)
        if self.who.scripts:
            self.who.page.keyboard.press("Tab")
        else:
            self.who.button("Räkna om")
        self.who.sees(re.compile("^Ni delar ROT lika"))

    def sign(self, name: str) -> None:
        self.who.type("Ditt namn", name)
        self.who.tick(re.compile("^Jag har läst"))

    def order(self) -> None:
        self.who.button(ORDER)
        self.who.is_at(re.compile("^(Avtalet är klart|Tack, du har godkänt)$"))

    def withdraw(self) -> None:
        self.who.link("Ångra avtalet här")
        self.who.is_at("Ångra avtalet")
        self.who.button("Bekräfta frånträde")
        self.who.is_at("Vi har tagit emot ditt meddelande")
