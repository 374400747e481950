"""Skicka and its seconds for undo in a browser, with and without scripts; a link that is handed over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import mailbox
from tests.browser.checks import look
from tests.browser.firm_pages import Office
from tests.browser.product import Product, running
from tests.browser.rows import Begun, begin
from tests.browser.visitor import PHONE, Visitor, enter

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product that waits; not so short that a busy machine cannot undo in time."""
    with running(tmp_path_factory.mktemp("slow"), SEND_HOLD_SECONDS="15") as started:
        yield started


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def jonas(request: pytest.FixtureRequest, slow: Product, chromium: Browser) -> Iterator[Visitor]:
    visitor = enter(chromium, slow.url, scripts=request.param)
    yield visitor
    faults = visitor.faults
    visitor.context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def begun(slow: Product, jonas: Visitor) -> Begun:
    made = begin(slow)
    Office(jonas).log_in(made.jonas)
    return made


def press(jonas: Visitor, begun: Begun) -> None:
    jonas.go(f"/offerter/{begun.n}/granska")
    jonas.tap(jonas.page.get_by_role("button", name="Skicka offerten").locator("visible=true").last)
    jonas.sees("Skickas om 15 sekunder.", re.compile("^Skickas kl. "))


def test_undone_in_time_and_then_sent(jonas: Visitor, begun: Begun) -> None:
    press(jonas, begun)
    look(jonas, "held")
    jonas.button("Ångra utskicket")
    jonas.sees("Utskicket är ångrat. Ingenting har skickats.")
    assert mailbox.subjects(jonas, to=begun.karin) == []

    press(jonas, begun)
    if jonas.scripts:
        expect(jonas.page.get_by_text("Vad har hänt")).to_be_visible(timeout=60_000)  # it came by itself
    mailbox.open_letter(jonas, "Offert: ", to=begun.karin)
    assert len(mailbox.subjects(jonas, to=begun.karin)) == 1
    jonas.go(f"/offerter/{begun.n}")
    jonas.sees("Skickades")


def test_the_toast_undoes_too(jonas: Visitor, begun: Begun) -> None:
    press(jonas, begun)
    jonas.button("Ångra", within=jonas.page.locator("#besked"))
    jonas.sees("Utskicket är ångrat. Ingenting har skickats.")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_link_is_copied_and_a_code_is_large(visit: Callable[..., Visitor], product: Product, dark: bool) -> None:
    jonas, made = visit(), begin(product)
    jonas.page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
    jonas.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=product.url)
    Office(jonas).log_in(made.jonas)
    jonas.go(f"/offerter/{made.n}/granska")
    jonas.pick("Dela eller kopiera länken")
    jonas.tap(jonas.page.get_by_role("button", name="Skicka offerten").locator("visible=true").last)
    jonas.sees("Lämna över länken nu")
    jonas.button("Kopiera")
    jonas.sees("Länken är kopierad.")
    address = jonas.page.locator("#adress").input_value()
    assert jonas.page.evaluate("navigator.clipboard.readText()") == address
    look(jonas, f"given-link-{dark}")

    jonas.go(f"/offerter/{made.n}")
    jonas.button("Visa QR-kod")
    code = jonas.page.get_by_role("img", name="QR-kod med länken till offerten")
    expect(code).to_be_visible()
    box = code.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 300
    assert box["width"] <= PHONE["width"]
    assert code.locator("rect").evaluate("one => getComputedStyle(one).fill") == "rgb(255, 255, 255)"
    look(jonas, f"given-code-{dark}")
    karin = visit()
    karin.go(address)
    karin.sees("Badrum, Granstigen 4")
