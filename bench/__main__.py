"""./run bench: fill firms, start product and references, measure every row, print it, write docs/performance.md."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from flask import Flask

from bench import (
    arithmetic,
    browser,
    chain,
    checking,
    fill,
    leaving,
    letters,
    measure,
    open_pages,
    report,
    servers,
    signing,
    weigh,
)
from bench.measure import Bench
from bench.report import Row, measured, note
from bench.servers import Server
from bench.web import ROUNDS, Timing, Visitor, serial, throughput
from config import Settings
from domain.clock import stockholm_date
from scripts.prepare import prepare
from services.clock import utc_now

FIRMS = (1_000, 10_000, 100_000)
QUICK = (1_000, 10_000)
MAIN = 10_000  # quotes of the firm that most rows are measured on
DEALS = 200  # approvals need a quote each
STARTS = 7


def main() -> int:
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        folder = Path(place)
        port = servers.free_port()
        os.environ |= {"DATA_DIR": str(folder / "data"), "PORT": str(port)}  # the migration is a process of its own
        app = prepare(Settings.from_environment())
        bench = _fill(app, port, asked.firms)
        with contextlib.ExitStack() as running:
            page = running.enter_context(servers.reference("page", folder))
            hello = running.enter_context(servers.reference("hello", folder))
            starts = _starts(folder, port)
            ours = running.enter_context(servers.product(folder / "data", port, folder / "product.log"))
            rows, references = _measure(bench, ours, page, hello, folder, with_phone=not asked.no_browser)
            rows += weigh.start_row(*starts)
        if not asked.quick:
            note("measuring: a firm with 1 GB that moves")
            rows += measured(lambda: leaving.moving_rows(folder), Row("moving", "", None, "× ZIP", 60, 30))
        rows += weigh.install_row()
    print(report.printed(rows))
    if asked.write:
        report.write(rows, references, sorted(bench.firms), report.notes(), stockholm_date(utc_now()))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description="Measure speed and weight beside references.")
    parser.add_argument("--quick", action="store_true", help="without the firm of 100,000 quotes; writes nothing")
    parser.add_argument("--firms", help="sizes of the firms, such as 1000,10000")
    parser.add_argument("--no-browser", action="store_true", help="without the rows that need Chromium")
    asked = parser.parse_args()
    asked.write = not (asked.quick or asked.firms or asked.no_browser)
    sizes = asked.firms.split(",") if asked.firms else QUICK if asked.quick else FIRMS
    asked.firms = sorted(int(size) for size in sizes)
    return asked


def _fill(app: Flask, port: int, sizes: list[int]) -> Bench:
    firms: dict[int, fill.Filled] = {}
    with app.app_context():
        for size in sizes:
            start = time.perf_counter()
            firms[size] = fill.firm(size, now=utc_now())
            note(f"filled a firm with {size:,} quotes in {time.perf_counter() - start:.0f} s")
        main = firms[MAIN] if MAIN in firms else firms[max(firms)]
        found = fill.deals(main, DEALS, now=utc_now())
    os.sync()  # or the first commits that are measured wait for what was filled in
    return Bench(app, port, firms, found, main)


def _starts(folder: Path, port: int) -> tuple[list[float], list[float]]:
    """Seconds from start to first page, of the product and of reference P, taking turns."""
    ours, page = [], []
    for _ in range(STARTS):
        with servers.product(folder / "data", port, folder / "product.log") as server:
            ours.append(server.first_page_seconds)
        with servers.reference("page", folder) as server:
            page.append(server.first_page_seconds)
    return ours, page


def _measure(
    bench: Bench, ours: Server, page: Server, hello: Server, folder: Path, *, with_phone: bool
) -> tuple[list[Row], list[str]]:
    bench.settle()
    answers = {"H": _of_reference(hello), "P": _of_reference(page)}
    bench.p = lambda: _of_reference(page, rounds=1).p50
    bench.p_throughput = lambda: throughput(page.port, "/", {})
    references = [
        f"H: {measure.times(answers['H'].p50)}",
        f"P: {measure.times(answers['P'].p50)}, {answers['P'].size / 1000:.1f} kB, {bench.p_throughput():.0f}/s "
        "at 4 connections",
    ]
    note(", ".join(references))
    rows: list[Row] = []
    for act, must, stretch in (
        (measure.list_rows, 3, 1.5),
        (measure.article_rows, 3, 1.5),
        (measure.growth_row, 1.3, 1.1),
        (measure.quote_rows, 4, 2),
        (measure.save_rows, 4, 2),
        (measure.long_rows, 1, 0.8),
        (measure.customer_rows, 3, 1.5),
        (partial(signing.rows, worker=servers.worker(ours)), 20, 8),
        (open_pages.today_rows, 4, 2),
        (measure.login_rows, 4, 2),
        (measure.tail_row, 2.5, 1.5),
        (measure.statement_rows, 8, 4),
        (open_pages.open_pages_row, 2, 1.3),
        (weigh.pdf_rows, 5, 2.5),
        (checking.rows, 1.5, 1),
    ):
        name = getattr(act, "__name__", "signatures")
        note(f"measuring: {name}")
        rows += measured(partial(act, bench), Row(name, "", None, "", must, stretch))
    rows += weigh.memory_row(ours, page)
    note("measuring: arithmetic")
    rows += arithmetic.rows()
    note("measuring: a long chain")
    rows += chain.rows(bench)
    between = sorted(timing.beside for timing in bench.timings.values())
    if between:
        span = f"{measure.times(between[0])} to {measure.times(between[-1])}"
        references.append(f"P between the rounds of the product's rows, against which they are held: {span}")
    if with_phone:
        note("measuring: pages on a phone")
        rows += _pages(bench, page, hello)
    note("measuring: letters")
    rows += measured(lambda: letters.letters_row(folder), Row("letters", "", None, "of smtplib's", 0.3, 0.5, True))
    note("measuring: export")
    rows += measured(lambda: leaving.export_rows(bench, ours, folder), Row("export", "", None, "× ZIP", 30, 10))
    return rows, references


def _of_reference(server: Server, *, rounds: int = ROUNDS) -> Timing:
    visitor = Visitor(server.port)
    return serial(lambda: visitor.get("/"), rounds=rounds)


def _pages(bench: Bench, page: Server, hello: Server) -> list[Row]:
    with browser.phone() as phone:
        if phone is None:
            note("  left out: no Chromium. On Debian: apt install chromium-headless-shell")
            return []
        addresses = [f"http://127.0.0.1:{server.port}/" for server in (page, hello)]
        missing = Row("pages on a phone", "", None, "", 0, 0)
        return measured(lambda: weigh.page_rows(bench, phone, *addresses), missing)


if __name__ == "__main__":
    sys.exit(main())
