"""Step 2 with a code that goes another way than the link, and a signature drawn by hand for who wants to."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from extensions import db
from models import Customer as CustomerRow
from models import Quote
from tests.browser import mailbox
from tests.browser.checks import look
from tests.browser.customer_pages import Customer
from tests.browser.product import Product
from tests.browser.rows import Begun, begin, send_changed
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def begin_coded(product: Product) -> tuple[Begun, str]:
    """A sent quote that asks for a code, and the customer's number."""
    begun, phone = begin(product, rot=False), f"+46701740{secrets.randbelow(900) + 100}"
    with product.rows():
        quote = db.session.query(Quote).filter_by(public_id=begun.deal).one()
        quote.signing_method = "link_code"
        db.session.query(CustomerRow).filter_by(id=quote.customer_id).one().phone = phone
        db.session.commit()
    send_changed(product, begun, text="Garageport")
    return begun, phone


def code_in(visitor: Visitor, phone: str) -> str:
    mailbox.open_letter(visitor, "Sms", to=phone)
    return re.search(r"kod är (\d{6})", visitor.page.locator("main").inner_text())[1]


def draw(who: Visitor) -> None:
    pad = who.page.locator("#rita svg")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    at = lambda right, down: (box["x"] + box["width"] * right, box["y"] + box["height"] * down)  # noqa: E731
    for stroke in ([(0.1, 0.2), (0.1, 0.8)], [(0.25, 0.2), (0.12, 0.5), (0.27, 0.8)], [(0.4, 0.5), (0.9, 0.45)]):
        who.page.mouse.move(*at(*stroke[0]))
        who.page.mouse.down()
        for step in stroke[1:]:
            who.page.mouse.move(*at(*step), steps=6)
        who.page.mouse.up()


def mark_of(who: Visitor) -> str:
    return who.page.locator("#mark").input_value()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_signing_with_a_code(product: Product, visit: Callable[..., Visitor], scripts: bool) -> None:
    begun, phone = begin_coded(product)
    karin, reader = Customer(visit(scripts=scripts), begun.karin), visit()
    who, plain = karin.who, "" if scripts else "-plain"
    karin.open_mailed("Offert:")
    karin.to_approval()
    who.type("Ditt namn", "Karin Åkesson")
    if scripts:
        draw(who)
        who.button("Rita om")
        assert mark_of(who) == ""
        draw(who)
        assert re.fullmatch(r"(M\d+ \d+(L\d+ \d+)+){3}", mark_of(who))
    else:
        expect(who.page.locator("#rita")).to_be_hidden()
    look(who, f"approve-code{plain}")
    mark = mark_of(who)
    who.button("Skicka kod")
    who.sees(f"Koden är skickad med sms till …{phone[-2:]}.")
    expect(who.field("Ditt namn")).to_have_value("Karin Åkesson")  # nothing typed or drawn is lost
    assert mark_of(who) == mark
    look(who, f"approve-code-sent{plain}")
    code = code_in(reader, phone)
    who.tick(re.compile("^Jag har läst"))
    who.type("Engångskod", f"{(int(code) + 1) % 10**6:06d}")
    who.button(re.compile("^Beställ med"))
    who.sees("Koden stämmer inte. Kontrollera siffrorna.")
    look(who, f"approve-code-wrong{plain}")
    who.type("Engångskod", code)
    karin.order()
    who.sees("Med namn och engångskod, via länk (enkel elektronisk underskrift)")
    if scripts:
        expect(who.page.locator("figure svg path")).to_have_attribute("d", mark)
    look(who, f"receipt-mark{plain}")
