"""One person with a browser: notes every fault that it meets, and counts taps and typed fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Download, Locator, Page, Request, expect

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
# What the browser and htmx say of things that the product does on purpose.
ON_PURPOSE = re.compile(
    r"Failed to load resource: the server responded with a status of (401|404|409|410|422) "
    r"|htmx:(sendAbort|afterRequest), "  # a request that a newer one of the same form replaced
    r"|Service Worker registration blocked by Playwright"  # where a test asks for it
)


@dataclass
class Effort:
    """Taps, typed fields, and the pages (their titles) on which they were done, between two moments."""

    taps: int = 0
    fields: int = 0
    pages: set[str] = field(default_factory=set)


@dataclass
class Visitor:
    """One context: cookies, cache and storage of its own. `scripts` is whether JavaScript is on."""

    context: BrowserContext
    page: Page
    url: str
    scripts: bool
    effort: Effort = field(default_factory=Effort)
    faults: list[str] = field(default_factory=list)
    pardoned: list[re.Pattern[str]] = field(default_factory=lambda: [ON_PURPOSE])

    def go(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.url + path)

    def tap(self, what: Locator, **given) -> None:
        self.let_settle()
        self.effort.taps += 1
        self._note_page(what)
        what.tap(**given) if self._has_touch else what.click(**given)

    def button(self, name: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        self.tap((within or self.page).get_by_role("button", name=name, exact=True))

    def link(self, name: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        self.tap((within or self.page).get_by_role("link", name=name, exact=True))

    def type(self, label: str | re.Pattern[str], text: str, *, within: Locator | None = None) -> None:
        """Type into the one visible field with this label."""
        self.let_settle()
        self.effort.fields += 1
        where = self.field(label, within=within)
        self._note_page(where)
        where.fill(text)

    def field(self, label: str | re.Pattern[str], *, within: Locator | None = None) -> Locator:
        words = re.compile(rf"^{re.escape(label)}( \(frivillig\))?$") if isinstance(label, str) else label
        return (within or self.page).get_by_label(words).locator("visible=true")

    def choose(self, label: str, option: str) -> None:
        """An entry of a select."""
        self.let_settle()
        self.effort.taps += 1
        self.field(label).select_option(label=option)

    def pick(self, words: str) -> None:
        """A radio button, by the words beside it."""
        self.tap(self.page.get_by_role("radio", name=words).locator("xpath=ancestor::label"))

    def tick(self, words: str | re.Pattern[str]) -> None:
        """A box, pressed where it is drawn: its text may hold links."""
        label = self.page.get_by_role("checkbox", name=words).locator("xpath=ancestor::label")
        self.tap(label, position={"x": 16, "y": 16})

    def unfold(self, words: str) -> None:
        self.tap(self.page.locator("summary", has_text=words))

    def sees(self, *texts: str | re.Pattern[str]) -> None:
        """Each text stands on the page, visible."""
        for text in texts:
            expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible()

    def is_at(self, heading: str | re.Pattern[str]) -> None:
        """The page with this h1."""
        expect(self.page.get_by_role("heading", level=1, name=heading)).to_have_count(1)

    def fetch(self, what: Locator) -> Download:
        """What the browser saves when this is pressed."""
        with self.page.expect_download() as waiting:
            self.tap(what)
        return waiting.value

    def expects(self, words: re.Pattern[str]) -> None:
        """What the test itself breaks is no fault of the page."""
        self.pardoned.append(words)

    @contextmanager
    def counted(self) -> Iterator[Effort]:
        """What is done inside is counted from zero."""
        before, self.effort = self.effort, Effort()
        yield self.effort
        self.effort = before

    def _note_page(self, what: Locator) -> None:
        what.wait_for()  # the page that it is on
        self.effort.pages.add(self.page.title())

    def let_settle(self) -> None:
        """Scripts have come, and htmx has given a new part its behaviour, 20 ms after it is seen: quick for a hand,
        not for a test."""
        if self.scripts:
            self.page.wait_for_load_state()
            expect(self.page.locator(".htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)

    @property
    def _has_touch(self) -> bool:
        return (self.page.viewport_size or DESK)["width"] < DESK["width"]


def enter(browser: Browser, url: str, *, scripts: bool = True, desk: bool = False, **given) -> Visitor:
    """A new visitor on a phone, or at a desk."""
    phone = {"viewport": PHONE, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
    size = {"viewport": DESK} if desk else phone
    context = browser.new_context(
        java_script_enabled=scripts,
        locale="sv-SE",
        timezone_id="Europe/Stockholm",
        reduced_motion="reduce",
        **size,
        **given,
    )
    context.set_default_timeout(15_000)
    visitor = Visitor(context, context.new_page(), url, scripts)
    _listen(visitor)
    return visitor


def _listen(visitor: Visitor) -> None:
    host = urlsplit(visitor.url).netloc

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(words.search(message.text) for words in visitor.pardoned):
            visitor.faults.append(f"console: {message.text}")

    def asked(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https") and address.netloc != host:
            visitor.faults.append(f"request to another host: {request.url}")

    visitor.context.on("console", said)
    visitor.context.on("weberror", lambda error: visitor.faults.append(f"script: {error.error}"))
    visitor.context.on("request", asked)
