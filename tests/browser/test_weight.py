"""How much a page sends and how often it asks: first visit and repeat, counted by the browser itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.browser.firm_pages import Office
from tests.browser.product import Product
from tests.browser.rows import begin
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

CUSTOMER, OTHERS, REPEAT = (5, 60_000), (7, 70_000), (2, 15_000)  # requests, bytes on the wire


@dataclass
class Traffic:
    """What one visit cost. Redirects count as requests of their own."""

    requests: list[str] = field(default_factory=list)
    wire: int = 0

    def fits(self, most: tuple[int, int]) -> bool:
        return len(self.requests) <= most[0] and self.wire <= most[1]


def load(visitor: Visitor, path: str) -> Traffic:
    """Open the page and count until the network is quiet; what comes from the cache is not sent."""
    traffic, cached = Traffic(), set()
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("Network.enable")

    def asked(event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("http"):
            traffic.requests.append(event["request"]["url"])
        if "redirectResponse" in event:
            traffic.wire += int(event["redirectResponse"]["encodedDataLength"])

    def answered(event: dict[str, Any]) -> None:
        response = event["response"]
        if (response.get("fromDiskCache") or event["requestId"] in cached) and response["url"] in traffic.requests:
            traffic.requests.remove(response["url"])

    session.on("Network.requestServedFromCache", lambda event: cached.add(event["requestId"]))
    session.on("Network.requestWillBeSent", asked)
    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", lambda event: _add(traffic, event))
    visitor.page.goto(path if path.startswith("http") else visitor.url + path, wait_until="networkidle")
    session.detach()
    return traffic


def _add(traffic: Traffic, event: dict[str, Any]) -> None:
    traffic.wire += int(event["encodedDataLength"])


def test_customer_page(product: Product, visit: Callable[..., Visitor]) -> None:
    """The page itself keeps the limit; the mailed address only answers with where it lies (303, no body)."""
    begun = begin(product, is_sent=True)
    karin = visit()
    first = load(karin, begun.link)
    assert first.requests[0] == begun.link
    first.requests.pop(0)
    assert first.fits(CUSTOMER), first
    again = load(karin, f"/o/{begun.deal}")
    assert again.fits(REPEAT), again
    assert load(karin, f"/o/{begun.deal}/godkann").fits(REPEAT)


@pytest.mark.parametrize(
    "path",
    ["/", "/offerter", "/offerter/{n}/redigera", "/offerter/{n}", "/offerter/{n}/granska", "/kunder", "/konto"],
    ids=["today", "quotes", "builder", "quote", "review", "customers", "account"],
)
def test_pages_of_the_firm(product: Product, visit: Callable[..., Visitor], path: str) -> None:
    begun = begin(product, is_sent=True)
    path = path.format(n=begun.n)
    known = visit()
    Office(known).log_in(begun.jonas)
    jonas = visit(storage_state=known.context.storage_state(), service_workers="block")  # it comes when all is loaded
    first = load(jonas, path)
    assert first.fits(OTHERS), first
    again = load(jonas, path)
    assert again.fits(REPEAT), again


def test_script_for_photos_is_fetched_when_they_are_chosen(product: Product, visit: Callable[..., Visitor]) -> None:
    begun = begin(product)
    jonas = visit()
    Office(jonas).log_in(begun.jonas)
    jonas.go(f"/offerter/{begun.n}/redigera")
    with jonas.page.expect_file_chooser(), jonas.page.expect_response(re.compile(r"/static/js/bild\.")) as waiting:
        jonas.tap(jonas.page.locator("label.add"))
    assert waiting.value.ok


def test_start_page(visit: Callable[..., Visitor]) -> None:
    nobody = visit()
    assert (first := load(nobody, "/")).fits(OTHERS), first
    assert (again := load(nobody, "/registrera")).fits(REPEAT), again
