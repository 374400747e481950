"""Karin and Anna decide together. They share a mail address, and each has a phone and a link of the own."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser import mailbox
from tests.browser.checks import look
from tests.browser.customer_pages import ORDER, Customer
from tests.browser.firm_pages import Builder, Office
from tests.browser.product import Product
from tests.browser.rows import begin
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

TITLE = "Badrum, Granstigen 4"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_they_approve_one_after_the_other(product: Product, visit: Callable[..., Visitor], scripts: bool) -> None:
    begun = begin(product, rot=False)
    jonas = visit(scripts=scripts)
    Office(jonas).log_in(begun.jonas)
    jonas.go(f"/offerter/{begun.n}/granska")
    _add(jonas, "Anna Holm", begun.karin)
    look(jonas, "review-recipients")
    Builder(jonas).send(begun.karin)

    karin, anna = Customer(visit(scripts=scripts), begun.karin), Customer(visit(scripts=scripts), begun.karin)
    _open_own(karin, is_annas=False)
    _open_own(anna, is_annas=True)
    karin.who.sees("Du läser som Karin Almgren.")
    anna.who.sees("Du läser som Anna Holm.")
    assert karin.who.page.url == anna.who.page.url

    _approve(karin, "Karin Almgren")
    karin.who.sees("Du har godkänt. Väntar på Anna Holm.")
    look(karin.who, "joint-waits")
    anna.who.page.reload()
    anna.who.sees("Karin Almgren har godkänt. Nu väntar vi på dig.")
    look(anna.who, "joint-turn")
    jonas.go(f"/offerter/{begun.n}")
    jonas.sees("Väntar på Anna Holm.")
    look(jonas, "joint-firm")

    anna.to_approval()
    look(anna.who, "joint-approve")
    anna.sign("Anna Holm")
    anna.who.button(ORDER)
    anna.who.is_at(re.compile("^(Avtalet är klart|Tack, du har godkänt)$"))
    expect(anna.who.page.locator(".fog .two .who")).to_have_text("Karin Almgren och Anna Holm")
    karin.who.page.reload()
    expect(karin.who.page.locator(".fog .two .who")).to_have_text("Karin Almgren och Anna Holm")
    _papers_come(visit(), begun.karin)


def _add(jonas: Visitor, name: str, email: str) -> None:
    jonas.type("Meddelande", "Hej båda två.")
    jonas.button("Lägg till eller ändra vem som får offerten")
    jonas.unfold("Lägg till en mottagare")
    jonas.type("Mottagarens namn", name)
    jonas.type("Mottagarens e-post", email)
    jonas.pick("Medbestämmer")
    jonas.button("Lägg till")
    jonas.sees(f"{name} får offerten.")
    expect(jonas.page.get_by_label("Meddelande")).to_have_value("Hej båda två.")  # nothing typed is lost


def _open_own(customer: Customer, *, is_annas: bool) -> None:
    """Follow the link of the letter that is to this person: both came to the same address."""
    who, until = customer.who, time.monotonic() + mailbox.PATIENCE_SECONDS
    while True:
        who.go("/dev/mejl")
        rows = who.page.locator("a.row", has_text=customer.email).filter(has_text="Offert:")
        if rows.count() == 2:
            break
        assert time.monotonic() < until, f"two letters to {customer.email}"
        who.page.wait_for_timeout(250)
    for place in range(2):
        who.go("/dev/mejl")
        who.tap(rows.nth(place))
        who.sees(customer.email)
        if bool(who.page.get_by_text("Till Anna Holm").count()) == is_annas:
            who.tap(mailbox.link(who, "/l/"))
            expect(who.page).to_have_url(re.compile("/o/[^/]+$"))
            return
    raise AssertionError("no letter to this person")


def _approve(customer: Customer, name: str) -> None:
    customer.to_approval()
    customer.sign(name)
    customer.who.button(ORDER)


def _papers_come(visitor: Visitor, email: str) -> None:
    until = time.monotonic() + mailbox.PATIENCE_SECONDS
    while mailbox.subjects(visitor, to=email).count("Avtalet är klart") < 2:
        assert time.monotonic() < until, "the paper to both"
        visitor.page.wait_for_timeout(250)
