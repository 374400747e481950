"""Pages that lie open and ask for news: what Idag costs, and what 200 open pages take from those who work."""

from __future__ import annotations

import multiprocessing
import re
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event

from bench.counting import statements
from bench.measure import PART, ROWS, Bench, times
from bench.report import Row
from bench.web import NotBuilt, Visitor, serial

PAGES = 200
EVERY = 2.5  # seconds, as templates/_parts/live.html says
ASKED = re.compile(r'id="nytt" hx-get="([^"]+)"')
REQUESTS = 150  # a p95 of forty is its third worst
TURNS = 3


def today_rows(bench: Bench) -> list[Row]:
    visitor = bench.log_in(bench.main)
    found = bench.time("today", lambda: visitor.get("/"))
    client = bench.app.test_client()
    for name, value in visitor.cookies.items():
        client.set_cookie(name, value)
    with statements() as seen:
        client.get("/")
    return [
        Row("Idag", times(found.p50), found.p50 / found.beside, "× P", 4, 2),
        Row("SQL statements, Idag", "", len(seen), "", 8, 6),
    ]


def open_pages_row(bench: Bench) -> list[Row]:
    """p95 of the list while nobody else is there and while 200 pages ask, taking turns."""
    visitor = bench.log_in(bench.main)
    alone, beside, asked = [], [], []
    for _ in range(TURNS):
        alone.append(_p95(visitor))
        with _open_pages(bench) as answers:
            before, start = answers.value, time.perf_counter()
            beside.append(_p95(visitor))
            asked.append((answers.value - before) / (time.perf_counter() - start))
    rest, busy = statistics.median(alone), statistics.median(beside)
    measured = f"{times(busy)} / {times(rest)}, {statistics.median(asked):.0f} answers/s to the pages"
    return [Row(f"quote list, p95 beside {PAGES} open pages", measured, busy / rest, "", 2, 1.3)]


def _p95(visitor: Visitor) -> float:
    return serial(lambda: visitor.get(f"/offerter?{ROWS}"), requests=REQUESTS, rounds=1).p95


@contextmanager
def _open_pages(bench: Bench) -> Iterator[Synchronized[int]]:
    """Lists, quotes and Idag of the main firm, open in a process of their own; how many answers they have got."""
    forked = multiprocessing.get_context("fork")
    answers, opened, end = forked.Value("i", 0), forked.Semaphore(0), forked.Event()
    cookies = bench.log_in(bench.main).cookies
    paths = ("/", f"/offerter?{ROWS}", f"/offerter/{bench.main.sent_n}")
    hands = [(bench.port, cookies, paths[n % len(paths)], n * EVERY / PAGES) for n in range(PAGES)]
    process = forked.Process(target=_ask, args=(hands, answers, opened, end))
    process.start()
    try:
        for _ in hands:
            if not opened.acquire(timeout=60):
                raise NotBuilt("a page did not open")
        yield answers
    finally:
        end.set()
        process.join()
    if process.exitcode:
        raise NotBuilt("a page got something else than 204")


def _ask(hands: list[tuple[int, dict[str, str], str, float]], answers: Synchronized[int], opened, end: Event) -> None:  # type: ignore[no-untyped-def]
    faults: list[int] = []

    def one(port: int, cookies: dict[str, str], path: str, first: float) -> None:
        visitor = Visitor(port, dict(cookies))
        address = ASKED.findall(visitor.page(path))[0].replace("&amp;", "&")
        opened.release()
        due = time.monotonic() + first
        while not end.wait(max(0.0, due - time.monotonic())):
            due += EVERY
            status = visitor.get(address, **PART).status
            if status != 204:
                faults.append(status)
            with answers.get_lock():
                answers.value += 1

    threads = [threading.Thread(target=one, args=hand) for hand in hands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise SystemExit(1)
