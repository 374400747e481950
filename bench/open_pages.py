"""Pages that lie open and ask for news: what Idag costs, and what 200 open pages take from those who work."""

from __future__ import annotations

import multiprocessing
import re
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event, Semaphore

from bench.counting import statements
from bench.measure import PART, ROWS, Bench, times
from bench.report import Row
from bench.web import NotBuilt, Visitor, serial

PAGES = 200
EVERY = 2.5  # seconds, as templates/_parts/live.html says
ASKED = re.compile(r'id="nytt" hx-get="([^"]+)"')
REQUESTS = 100  # a p95 of forty is its third worst
TURNS = 7


def today_rows(bench: Bench) -> list[Row]:
    visitor = bench.log_in(bench.main)
    found = bench.time("today", lambda: visitor.get("/"))
    client = bench.app.test_client()
    for name, value in visitor.cookies.items():
        client.set_cookie(name, value)
    with statements() as seen:
        client.get("/")
    return [
        Row("Idag", times(found.p50), found.ratio, "× P", 4, 2),
        Row("SQL statements, Idag", "", len(seen), "", 8, 6),
    ]


def open_pages_row(bench: Bench) -> list[Row]:
    """p95 of the list while the pages are hidden and while they ask, taking turns; the median of the turns' ratios."""
    visitor = bench.log_in(bench.main)
    rest, busy, asked = [], [], []
    with _open_pages(bench) as pages:
        for _ in range(TURNS):
            rest.append(_p95(visitor))
            pages.seen.set()
            before, start = pages.answers.value, time.perf_counter()
            busy.append(_p95(visitor))
            if time.perf_counter() - start < EVERY:  # each page has asked at least once
                time.sleep(EVERY)
            asked.append((pages.answers.value - before) / (time.perf_counter() - start))
            pages.seen.clear()
            time.sleep(0.1)  # the last answers come in
    ratio = statistics.median(one / other for one, other in zip(busy, rest, strict=True))
    answers = f"{statistics.median(asked):.0f} answers/s to the pages"
    measured = f"{times(statistics.median(busy))} / {times(statistics.median(rest))}, {answers}"
    return [Row(f"quote list, p95 beside {PAGES} open pages", measured, ratio, "", 2, 1.3)]


def _p95(visitor: Visitor) -> float:
    return serial(lambda: visitor.get(f"/offerter?{ROWS}"), requests=REQUESTS, rounds=1).p95


@dataclass(frozen=True, slots=True)
class Pages:
    """Open pages in a process of their own, which ask while they are seen; how many answers they have got."""

    seen: Event
    end: Event
    opened: Semaphore
    answers: Synchronized[int]


@contextmanager
def _open_pages(bench: Bench) -> Iterator[Pages]:
    """Lists, quotes and Idag of the main firm, all hidden at first."""
    forked = multiprocessing.get_context("fork")
    pages = Pages(forked.Event(), forked.Event(), forked.Semaphore(0), forked.Value("i", 0))
    cookies = bench.log_in(bench.main).cookies
    paths = ("/", f"/offerter?{ROWS}", f"/offerter/{bench.main.sent_n}")
    hands = [(bench.port, cookies, paths[n % len(paths)], n * EVERY / PAGES) for n in range(PAGES)]
    process = forked.Process(target=_all_ask, args=(pages, hands))
    process.start()
    try:
        for _ in hands:
            if not pages.opened.acquire(timeout=60):
                raise NotBuilt("a page did not open")
        yield pages
    finally:
        pages.end.set()
        pages.seen.set()
        process.join()
    if process.exitcode:
        raise NotBuilt("a page got something else than 204")


def _all_ask(pages: Pages, hands: list[tuple[int, dict[str, str], str, float]]) -> None:
    faults: list[int] = []
    threads = [threading.Thread(target=_ask, args=(pages, faults, *hand)) for hand in hands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise SystemExit(1)


def _ask(pages: Pages, faults: list[int], port: int, cookies: dict[str, str], path: str, first: float) -> None:
    """One page: opened, then asking every EVERY seconds, `first` seconds after the others began."""
    visitor = Visitor(port, dict(cookies))
    address = ASKED.findall(visitor.page(path))[0].replace("&amp;", "&")
    pages.opened.release()
    while pages.seen.wait() and not pages.end.is_set():
        time.sleep((first - time.monotonic()) % EVERY)
        if not pages.seen.is_set():
            continue
        status = visitor.get(address, **PART).status
        if status != 204:
            faults.append(status)
        with pages.answers.get_lock():
            pages.answers.value += 1
