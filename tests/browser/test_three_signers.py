"""Anna, Karin and a witness sign one after the other, on one phone that goes from hand to hand."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.checks import look
from tests.browser.customer_pages import ORDER, Customer
from tests.browser.firm_pages import Builder, Office
from tests.browser.product import Product
from tests.browser.rows import begin
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

SENT = "Offert: Badrum, Granstigen 4"


def test_in_a_set_order_on_one_phone_without_scripts(product: Product, visit: Callable[..., Visitor]) -> None:
    sign_in_turn(product, visit, scripts=False)


def sign_in_turn(product: Product, visit: Callable[..., Visitor], *, scripts: bool) -> None:
    begun = begin(product, rot=False)
    anna, vera = (begun.karin.replace("karin", name) for name in ("anna", "vera"))
    jonas = visit(scripts=scripts)
    Office(jonas).log_in(begun.jonas)
    jonas.go(f"/offerter/{begun.n}/mottagare")
    _add(jonas, "Anna Holm", anna, "Medbestämmer")
    jonas.go(f"/offerter/{begun.n}/mottagare")
    _add(jonas, "Vera Lind", vera, "Vittne")
    jonas.go(f"/offerter/{begun.n}/mottagare")
    jonas.button("Bestäm ordningen")
    jonas.sees("De skriver under en i taget. Var och en får ett mejl när det är dags.")
    jonas.button("Senare Karin Almgren")
    expect(jonas.page.locator("ol > li > b")).to_have_text(["Anna Holm", "Karin Almgren", "Vera Lind"])
    look(jonas, "signers-order")
    jonas.go(f"/offerter/{begun.n}/granska")
    Builder(jonas).send(begun.karin)

    phone = visit(scripts=scripts)
    for email, name in ((vera, "Vera Lind"), (begun.karin, "Karin Almgren"), (anna, "Anna Holm")):
        Customer(phone, email).open_mailed(SENT)
        phone.sees(re.compile(f"^Du läser som {name}."))
        if name != "Anna Holm":
            phone.sees(re.compile("^Väntar på Anna Holm."))
            look(phone, f"signers-not-yet-{name[:4]}")
    _sign(phone, anna, "Anna Holm")
    phone.sees("Du har godkänt. Väntar på Karin Almgren.")
    look(phone, "signers-next")
    jonas.go(f"/offerter/{begun.n}")
    jonas.sees(re.compile("^Väntar på Karin Almgren."))
    look(jonas, "signers-firm")

    phone.button("Nästa: lämna över till Karin Almgren")
    phone.sees(re.compile("^Du läser som Karin Almgren."))
    _sign(phone, begun.karin, "Karin Almgren")
    phone.button("Nästa: lämna över till Vera Lind")
    phone.sees(re.compile("^Du läser som Vera Lind."))
    look(phone, "signers-witness-turn")
    phone.tap(phone.page.locator("a", has_text="Skriv under som vittne").locator("visible=true"))
    phone.is_at("Skriv under som vittne")
    look(phone, "signers-witness")
    phone.type("Ditt namn", "Vera Lind")
    phone.tick(re.compile("^Jag har sett att Anna Holm och Karin Almgren har skrivit under"))
    phone.button("Skriv under som vittne")
    phone.is_at(re.compile("^(Avtalet är klart|Tack, du har godkänt)$"))
    expect(phone.page.locator(".fog .two .who")).to_have_text("Anna Holm och Karin Almgren")
    look(phone, "signers-done")


def _add(jonas: Visitor, name: str, email: str, role: str) -> None:
    jonas.unfold("Lägg till en mottagare")
    jonas.type("Mottagarens namn", name)
    jonas.type("Mottagarens e-post", email)
    jonas.pick(role)
    look(jonas, f"signers-add-{role}")
    jonas.button("Lägg till")
    jonas.sees(f"{name} får offerten.")


def _sign(phone: Visitor, email: str, name: str) -> None:
    customer = Customer(phone, email)
    customer.to_approval()
    customer.sign(name)
    phone.button(ORDER)
