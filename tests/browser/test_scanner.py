"""Mail scanners open every mailed address, again and again: nothing may change, and the links still work."""

from __future__ import annotations

import re
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from email import message_from_bytes, policy
from http.cookiejar import CookieJar

import pytest

from tests.browser.customer_pages import Customer
from tests.browser.firm_pages import Office
from tests.browser.product import Product, running
from tests.browser.rows import Begun, begin
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

TIMES = 100
PATIENCE_SECONDS = 60


@pytest.fixture
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Its own: in the one of all tests the letters of the others come and go."""
    with running(tmp_path_factory.mktemp("scanned")) as started:
        yield started


def test_a_hundred_fetches_change_nothing(product: Product, visit: Callable[..., Visitor]) -> None:
    begun = begin(product, is_sent=True)
    jonas, karin, new = visit(), visit(), visit()
    addresses = _mailed(product, jonas, karin, new, begun)
    before, open_page = _whole_database(product), _open_list(jonas)
    for n in range(TIMES):
        for address in addresses:
            assert _fetch(address, "HEAD" if n % 3 else "GET") == 200, address
    assert _whole_database(product) == before
    assert open_page() == 204  # nothing has happened since it was drawn
    assert "har öppnat" not in jonas.page.content()
    customer = Customer(karin, begun.karin)
    customer.open_mailed("Offert:")
    customer.to_approval()
    Office(new).confirm(f"new-{begun.jonas}")
    new.button("Bekräfta och logga in")
    new.is_at("Idag")


def _mailed(product: Product, jonas: Visitor, karin: Visitor, new: Visitor, begun: Begun) -> list[str]:
    """Have every kind of letter with an address of its own sent; the addresses."""
    office = Office(new)
    office.register()
    office.fill_registration("Ny Firma", f"new-{begun.jonas}")
    jonas.go("/glomt")
    jonas.type("E-post", begun.jonas)
    jonas.button("Skicka länk")
    karin.go(begun.link)
    Customer(karin, begun.karin).ask("Ingår målning?")
    asked = Office(jonas)
    asked.log_in(begun.jonas)
    jonas.go(f"/offerter/{begun.n}")
    jonas.type(re.compile("^Ditt svar till"), "Ja.")
    jonas.button("Skicka svaret")
    jonas.sees("Svaret är skickat.")
    return _addresses(product, to=(begun.jonas, begun.karin, f"new-{begun.jonas}"), letters=5)


def _open_list(jonas: Visitor) -> Callable[[], int]:
    """The list lies open; what it is answered when it asks for news."""
    jonas.go("/offerter")
    address = jonas.page.locator("#nytt").get_attribute("hx-get") or ""
    return lambda: jonas.page.request.get(jonas.url + address, headers={"HX-Request": "true"}).status


def _addresses(product: Product, *, to: tuple[str, ...], letters: int) -> list[str]:
    """All addresses in the letters to these people, once that many have arrived."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = [
            message_from_bytes(path.read_bytes(), policy=policy.default) for path in product.mailbox.rglob("*.eml")
        ]
        mine = [message for message in found if str(message["To"]) in to]
        waiting = _waiting(product)
        if len(mine) >= letters and not waiting:
            break
        assert time.monotonic() < until, ([str(message["Subject"]) for message in mine], waiting)
        time.sleep(0.2)
    texts = [body.get_content() for message in mine if (body := message.get_body(("plain",)))]
    return sorted({address for text in texts for address in re.findall(r"http://\S+", text)})


def _waiting(product: Product) -> list[tuple[object, ...]]:
    asked = "SELECT kind, attempts, next_at, lease_until, reply FROM letter WHERE state = 'queued'"
    with closing(sqlite3.connect(product.folder / "handslag.db")) as connection:
        return connection.execute(asked).fetchall()


def _whole_database(product: Product) -> list[str]:
    """Every row, but when a login was last used."""
    with closing(sqlite3.connect(product.folder / "handslag.db")) as connection:
        return [line for line in connection.iterdump() if not line.startswith('INSERT INTO "login"')]


def _fetch(address: str, method: str) -> int:
    """As a scanner does: follows redirects, keeps cookies, runs no script."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    try:
        asked = urllib.request.Request(address, method=method)  # noqa: S310  (addresses that the product has mailed)
        with opener.open(asked, timeout=PATIENCE_SECONDS) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
