"""A running product and a browser, one of each per test run; visitors who tell what went wrong for them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from scripts.run_tests import browser as installed_browser
from tests.browser.product import Product, running
from tests.browser.visitor import Visitor, enter

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
WHOLE_DAY = Path(__file__).with_name("test_whole_day.py")
MOST_SAID = 4000  # characters
expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A whole day takes as long as twenty others: begun last, it would leave the other worker with nothing to do."""
    items.sort(key=lambda item: item.path != WHOLE_DAY)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Function) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the product said, beside what the test saw: it runs in processes of its own."""
    report = yield
    if report.failed:
        for name, used in item.funcargs.items():
            if isinstance(used, Product):
                report.sections.append((f"Said by {name}", used.log.read_text()[-MOST_SAID:]))
    return report


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("product")) as started:
        yield started


@pytest.fixture(scope="session")
def _playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(_playwright: Playwright) -> Iterator[Browser]:
    started = _playwright.chromium.launch(executable_path=installed_browser(), args=[*ARGUMENTS])
    yield started
    started.close()


@pytest.fixture
def visit(product: Product, chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """New visitors; at the end none of them may have met a fault."""
    visitors: list[Visitor] = []

    def enter_product(**given) -> Visitor:
        visitors.append(enter(chromium, product.url, **given))
        return visitors[-1]

    yield enter_product
    faults = [fault for visitor in visitors for fault in visitor.faults]
    for visitor in visitors:
        visitor.context.close()
    assert not faults, "\n".join(faults)
