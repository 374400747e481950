"""Two people change the same line: the later save is told, both values can be read, each is kept with one tap."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.checks import look
from tests.browser.firm_pages import Builder, Office
from tests.browser.product import Product
from tests.browser.rows import begin
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

LINE = "Bortforsling"


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def phones(request: pytest.FixtureRequest, product: Product, visit: Callable[..., Visitor]) -> tuple[Visitor, Visitor]:
    """Jonas and Eva, each with the same line open."""
    begun = begin(product)
    both = []
    for email in (begun.jonas, begun.eva):
        visitor = visit(scripts=request.param)
        Office(visitor).log_in(email)
        visitor.go(f"/offerter/{begun.n}/redigera")
        Builder(visitor).open_line(LINE)
        both.append(visitor)
    return both[0], both[1]


def test_keep_mine(phones: tuple[Visitor, Visitor]) -> None:
    jonas, eva = phones
    _make_them_differ(jonas, eva)
    jonas.button("Behåll mitt")
    _is_saved(jonas)
    _line_costs(jonas, "4 200")
    _line_costs(eva, "4 200")


def test_keep_theirs(phones: tuple[Visitor, Visitor]) -> None:
    jonas, eva = phones
    _make_them_differ(jonas, eva)
    jonas.link("Behåll det sparade")
    expect(jonas.field("Pris inkl. moms")).to_have_value("4500")
    jonas.button("Klar med raden")
    _is_saved(jonas)
    _line_costs(jonas, "4 500")


def test_the_line_was_removed_meanwhile(phones: tuple[Visitor, Visitor]) -> None:
    jonas, eva = phones
    eva.button("Ta bort")
    eva.sees("Raden är borttagen.")
    jonas.type("Pris inkl. moms", "4 200")
    if not jonas.scripts:
        jonas.button("Klar med raden")
    jonas.sees(re.compile(r"^Borttagen av Eva Berg kl\. \d\d\.\d\d$"))
    expect(jonas.field("Pris inkl. moms")).to_have_value("4 200")
    jonas.button("Behåll mitt")
    _is_saved(jonas)
    _line_costs(jonas, "4 200")


def _make_them_differ(jonas: Visitor, eva: Visitor) -> None:
    """Eva saves 4 500 kr, then Jonas 4 200 kr: he is told, and nothing of either is lost."""
    eva.type("Pris inkl. moms", "4500")
    eva.button("Klar med raden")
    _is_saved(eva)
    with jonas.page.expect_response(lambda answer: answer.request.method == "POST") as waiting:
        jonas.type("Pris inkl. moms", "4 200")
        if not jonas.scripts:
            jonas.button("Klar med raden")
    assert waiting.value.status == 409
    jonas.sees(re.compile(r"^Ändrad av Eva Berg kl\. \d\d\.\d\d$"))
    expect(jonas.page.locator(".note.bad dd").first).to_have_text(
        re.compile(r"Ditt: 4.?200.*Sparat: 4.?500", re.DOTALL)
    )
    expect(jonas.field("Pris inkl. moms")).to_have_value("4 200")
    look(jonas, "builder-conflict")


def _is_saved(visitor: Visitor) -> None:
    expect(visitor.page.locator("form.lineedit")).to_have_count(0)


def _line_costs(visitor: Visitor, amount: str) -> None:
    """As the builder shows it after a fresh start."""
    visitor.page.reload()
    expect(visitor.page.locator("a.line", has_text=LINE).locator(".a")).to_have_text(
        re.compile(amount.replace(" ", r"\s") + r"\skr")
    )
