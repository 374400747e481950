"""The pages as an app on the phone: what installing asks for, the page for no network, and what is never kept."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Error, expect

from tests.browser.checks import look
from tests.browser.firm_pages import Office
from tests.browser.product import Product
from tests.browser.rows import Begun, begin
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

LOST = re.compile(r"net::ERR_(FAILED|INTERNET_DISCONNECTED)|htmx:(sendError|afterRequest)")
KEPT = """async () => {
  const names = await caches.keys();
  const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  return [names, requests.flat().map(({ url }) => new URL(url).pathname)];
}"""


@pytest.fixture
def begun(product: Product) -> Begun:
    return begin(product, is_sent=True)


@pytest.fixture
def jonas(begun: Begun, visit: Callable[..., Visitor]) -> Visitor:
    """Logged in, with the worker at work."""
    visitor = visit()
    visitor.expects(LOST)
    Office(visitor).log_in(begun.jonas)
    visitor.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    visitor.page.wait_for_function("navigator.serviceWorker.ready.then(({ active }) => active?.state === 'activated')")
    return visitor


def test_what_installing_asks_for(jonas: Visitor) -> None:
    address = jonas.page.locator("link[rel=manifest]").get_attribute("href")
    session = jonas.context.new_cdp_session(jonas.page)
    told = session.send("Page.getAppManifest")
    assert urlsplit(told["url"]).path == address
    assert told["errors"] == []
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] in ([], [IN_PRIVATE])
    manifest = jonas.page.request.get(jonas.url + str(address)).json()
    assert (manifest["name"], manifest["start_url"], manifest["scope"], manifest["display"]) == (
        "Handslag",
        "/",
        "/",
        "standalone",
    )
    sizes = {}
    for icon in manifest["icons"]:
        answer = jonas.page.request.get(jonas.url + icon["src"])
        assert (answer.status, answer.headers["content-type"].split(";")[0]) == (200, icon["type"])
        if icon["type"] == "image/png":
            width, height = Image.open(io.BytesIO(answer.body())).size
            sizes[icon["sizes"], icon.get("purpose", "any")] = f"{width}x{height}"
    assert sizes == {
        ("192x192", "any"): "192x192",
        ("512x512", "any"): "512x512",
        ("512x512", "maskable"): "512x512",
    }
    touch = jonas.page.locator("link[rel=apple-touch-icon]").get_attribute("href")
    assert jonas.page.request.get(jonas.url + str(touch)).status == 200


IN_PRIVATE = {"errorId": "in-incognito", "errorArguments": []}  # what a test's browser is


def test_without_network_says_what_is_kept_and_comes_back(begun: Begun, jonas: Visitor) -> None:
    jonas.go("/kunder/ny")
    jonas.type("Namn", "Sven Almgren")
    jonas.context.set_offline(True)
    jonas.go(f"/offerter/{begun.n}")
    jonas.is_at("Ingen täckning")
    jonas.sees("Du har text som inte är sparad", re.compile("^Ny kund"))
    look(jonas, "offline")
    jonas.context.set_offline(False)
    jonas.is_at(re.compile("^Badrum|^Offert"))
    assert jonas.page.url.endswith(f"/offerter/{begun.n}")


def test_without_network_and_nothing_unsaved(jonas: Visitor) -> None:
    jonas.context.set_offline(True)
    jonas.go("/offerter?visa=alla")
    jonas.is_at("Ingen täckning")
    jonas.sees("All text du har skrivit här är sparad.")
    expect(jonas.page.locator("#kvar")).to_be_hidden()
    jonas.context.set_offline(False)
    jonas.is_at("Offerter")


def test_only_static_files_and_that_page_are_kept(begun: Begun, jonas: Visitor) -> None:
    for path in ("/", "/offerter", f"/offerter/{begun.n}", "/kunder", "/konto", "/mer", begun.link):
        jonas.go(path)
    names, paths = jonas.page.evaluate(KEPT)
    assert len(names) == 1
    assert [path for path in paths if not path.startswith("/static/")] == ["/utan-natet"]
    assert len(paths) == 5


def test_an_older_workers_files_are_dropped(begun: Begun, visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/logga-in")
    visitor.page.evaluate("caches.open('handslag-0123456789').then((cache) => cache.add('/utan-natet'))")
    Office(visitor).log_in(begun.jonas)
    visitor.page.wait_for_function("caches.keys().then((names) => !names.includes('handslag-0123456789'))")


@pytest.mark.parametrize("path", ["/o/xxxxxxxxxxxxxxxxxxxxxx", "/l/xxxxxxxxxxxxxxxxxxxxxx"])
def test_it_keeps_away_from_customers_pages(jonas: Visitor, path: str) -> None:
    jonas.context.set_offline(True)
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        jonas.go(path)


def test_it_keeps_away_from_what_is_sent(begun: Begun, jonas: Visitor) -> None:
    jonas.go("/kunder/ny")
    jonas.type("Namn", "Sven Almgren")
    jonas.context.set_offline(True)
    with jonas.page.expect_event("requestfailed", lambda request: request.method == "POST"):
        jonas.button("Spara kunden")
