"""What a phone sees: requests and bytes of first and repeat visits, largest paint, blocking time, shift of layout."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from scripts.run_tests import browser as installed_browser

ROUNDS = 3
PHONE = {"width": 390, "height": 844}
CPU_SLOWDOWN = 4
ROUND_TRIP_MS = 562
BYTES_PER_SECOND = 1.44e6 / 8
WATCH = """
window.seen = {lcp: 0, shift: 0, blocked: 0};
new PerformanceObserver((list) => { for (const e of list.getEntries()) seen.lcp = e.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) seen.shift += e.value; })
  .observe({type: "layout-shift", buffered: true});
new PerformanceObserver((list) => { for (const e of list.getEntries()) seen.blocked += Math.max(0, e.duration - 50); })
  .observe({type: "longtask", buffered: true});
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """One page load: requests that went over the wire, their bytes, and decoded bytes of scripts."""

    requests: int
    wire_bytes: int
    script_bytes: int


@dataclass(frozen=True, slots=True)
class Paint:
    """Medians of throttled loads: milliseconds, and the share of the page that moved."""

    lcp_ms: float
    blocked_ms: float
    shift: float


class Phone:
    """A browser that the measurements share; every first visit has a profile of its own."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser

    def visits(self, url: str, cookies: dict[str, str]) -> tuple[Visit, Visit]:
        """The first and the repeat visit."""
        with self._context(url, cookies) as context:
            return self._load(context, url), self._load(context, url)

    def paint(self, url: str, cookies: dict[str, str]) -> Paint:
        """First visits with a slow processor on a slow network."""
        found = []
        for _ in range(ROUNDS):
            with self._context(url, cookies) as context:
                page = context.new_page()
                page.add_init_script(WATCH)
                wire = context.new_cdp_session(page)
                wire.send("Network.enable")
                wire.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
                slow = {"latency": ROUND_TRIP_MS, "downloadThroughput": BYTES_PER_SECOND}
                wire.send(
                    "Network.emulateNetworkConditions", {"offline": False, "uploadThroughput": BYTES_PER_SECOND, **slow}
                )
                page.goto(url, wait_until="load")
                page.wait_for_timeout(1500)
                found.append(page.evaluate("window.seen"))
        return Paint(*(statistics.median(row[name] for row in found) for name in ("lcp", "blocked", "shift")))

    @contextmanager
    def _context(self, url: str, cookies: dict[str, str]) -> Iterator[Any]:
        context = self.browser.new_context(viewport=PHONE, device_scale_factor=2)
        try:
            origin = "/".join(url.split("/")[:3])
            context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in cookies.items()])
            yield context
        finally:
            context.close()

    def _load(self, context: Any, url: str) -> Visit:
        page = context.new_page()
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        kinds: dict[str, str] = {}
        sizes: dict[str, int] = {}
        cached: set[str] = set()
        decoded: dict[str, int] = {}

        def responded(event: dict[str, Any]) -> None:
            if event["response"]["url"].startswith("data:") or event["response"].get("fromDiskCache"):
                cached.add(event["requestId"])
            kinds[event["requestId"]] = event["type"]

        def received(event: dict[str, Any]) -> None:
            decoded[event["requestId"]] = decoded.get(event["requestId"], 0) + event["dataLength"]

        wire.on("Network.requestServedFromCache", lambda event: cached.add(event["requestId"]))
        wire.on("Network.responseReceived", responded)
        wire.on("Network.dataReceived", received)
        wire.on(
            "Network.loadingFinished", lambda event: sizes.update({event["requestId"]: int(event["encodedDataLength"])})
        )
        page.goto(url, wait_until="load")
        page.wait_for_timeout(400)
        page.close()
        fetched = [request for request in kinds if request not in cached]
        scripts = sum(decoded.get(request, 0) for request, kind in kinds.items() if kind == "Script")
        return Visit(len(fetched), sum(sizes.get(request, 0) for request in fetched), scripts)


@contextmanager
def phone() -> Iterator[Phone | None]:
    """A headless Chromium, or None on a machine without one."""
    found = installed_browser()
    if not found:
        yield None
        return
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=[*arguments, "--disable-sync", "--no-first-run"]
        )
        try:
            yield Phone(browser)
        finally:
            browser.close()
