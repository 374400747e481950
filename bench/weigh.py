"""The rows of the table about papers, pages on a phone, memory, start and installation."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench import servers
from bench.browser import Phone
from bench.measure import LONG, ROWS, Bench, long_row, times
from bench.refs import canvas
from bench.report import Row
from bench.servers import ROOT, Server
from extensions import db
from models import QuoteVersion
from services import transaction
from services.quotes.content import read

FONTS = ROOT / "documents" / "fonts"


def pdf_rows(bench: Bench) -> list[Row]:
    from documents import quote as paper

    with bench.app.app_context():
        statement = select(QuoteVersion.content).where(QuoteVersion.firm_id == bench.main.firm_id).limit(1)
        content = read(db.session.scalars(statement).one())
        transaction.rollback()
    canvas.load(str(FONTS / "FamiljenGrotesk-Regular.ttf"), str(FONTS / "FamiljenGrotesk-Bold.ttf"))
    words = _words(content)
    bare = _median(lambda: canvas.draw(words))
    ours = _median(lambda: paper.render(content, None))
    size = len(paper.render(content, None))
    long = {lines: _median(partial(paper.render, _of_lines(content, lines), None), 3) for lines in LONG}
    return [
        Row("PDF of a quote, drawn afresh", f"{times(ours)}, canvas {times(bare)}", ours / bare, "× canvas", 5, 2.5),
        Row("PDF of a quote, size", "", size / 1000, "kB", 60, 30),
        long_row("PDF of a quote of 300 lines", long),
    ]


def _of_lines(content: dict[str, Any], count: int) -> dict[str, Any]:
    """The same quote with so many lines, in sections of fifteen."""
    section = content["sections"][-1]
    lines = [section["lines"][place % len(section["lines"])] for place in range(count)]
    return content | {"sections": [section | {"lines": lines[at : at + 15]} for at in range(0, count, 15)]}


def _words(content: dict[str, Any]) -> list[list[str]]:
    """The words that the quote's page shows, as rows of at most four columns."""
    firm, customer, sections = content["firm"], content["customer"], content["sections"]
    rows = [[f"Offert {content['number']}"], [str(content["title"])], [str(content["message"])]]
    rows += [[str(value)] for part in (firm, customer) for value in part.values() if value]
    for section in sections:
        rows.append([section["title"], str(section["total_ore"])])
        for line in section["lines"]:
            amounts = [f"{line['quantity_milli']} {line['unit']}", str(line["unit_price_ore"]), str(line["total_ore"])]
            rows.append([line["text"], *amounts])
    rows += [[line] for line in str(content["terms"]).splitlines() if line]
    return rows[:50]


def page_rows(bench: Bench, phone: Phone, page: str, hello: str) -> list[Row]:
    """First and repeat visits, and throttled paint beside the references' (`page`, `hello`: their addresses)."""
    home = f"http://127.0.0.1:{bench.port}"
    firm = bench.log_in(bench.main).cookies
    deal = bench.next_deal()
    customer = bench.customer(deal).cookies
    pages = {
        "customer page": (f"{home}/o/{deal.public_id}", customer),
        "list": (f"{home}/offerter?{ROWS}", firm),
        "builder": (f"{home}/offerter/{bench.main.draft_n}/redigera", firm),
    }
    floor, reference = phone.paint(hello, {}).lcp_ms, phone.paint(page, {}).lcp_ms
    rows, blocked, shifts = [], [], []
    for name, (url, cookies) in pages.items():
        first, again = phone.visits(url, cookies)
        is_public = name == "customer page"
        rows += [
            Row(f"first visit, {name}", "", first.requests, "requests", *((5, 2) if is_public else (8, 5))),
            Row(f"first visit, {name}", "", first.wire_bytes / 1000, "kB", *((60, 20) if is_public else (120, 50))),
            Row(f"repeat visit, {name}", "", again.requests, "requests", 2, 1),
            Row(f"repeat visit, {name}", "", again.wire_bytes / 1000, "kB", 15, 8),
        ]
        if not is_public:
            rows.append(Row(f"scripts, {name}", "decoded", first.script_bytes / 1000, "kB", 80, 55))
        paint = phone.paint(url, cookies)
        must, stretch = (1.1, 1.3 * floor / reference) if is_public else (1.4, 1.1)
        rows.append(
            Row(f"largest paint, {name}", f"{paint.lcp_ms:.0f} ms", paint.lcp_ms / reference, "× P's", must, stretch)
        )
        blocked.append(paint.blocked_ms)
        shifts.append(paint.shift)
    measured = f"P's paint {reference:.0f} ms, H's {floor:.0f} ms"
    rows.append(Row("blocking time, the worst", measured, max(blocked), "ms", 100, 30))
    rows.append(Row("shift of layout, the worst", "", max(shifts), "", 0.02, 0))
    return rows


def memory_row(ours: Server, page: Server) -> list[Row]:
    own, reference = ours.pss_mib(), page.pss_mib()
    measured = f"{own:.0f} MiB in {len(servers.tree(ours.pid))} processes, P {reference:.0f} MiB"
    return [Row("memory of all processes", measured, own / reference, "× P's", 3, 1.7)]


def start_row(ours: list[float], page: list[float]) -> list[Row]:
    """Seconds of starts that took turns: each of ours is held against the one of P after it."""
    ratio = statistics.median(own / beside for own, beside in zip(ours, page, strict=True))
    measured = f"{statistics.median(ours):.2f} s, P {statistics.median(page):.2f} s"
    return [Row("start to first page", measured, ratio, "× P's", 4, 2)]


def install_row() -> list[Row]:
    """What the pinned requirements take on disk; the set-up itself is one command."""
    total = 0
    for name in re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "requirements.txt").read_text(), re.M):
        try:
            files = metadata.files(name) or []
        except metadata.PackageNotFoundError:
            continue
        paths = [Path(str(file.locate())) for file in files]
        total += sum(path.stat().st_size for path in paths if path.is_file())
    return [
        Row("install, commands", "./run", 1, "", 3, 1),
        Row("install, size of what is required", "no database server", total / 1e6, "MB", 250, 120),
    ]


def _median(act: Callable[[], object], count: int = 40) -> float:
    for _ in range(5):
        act()
    found = []
    for _ in range(count):
        start = time.perf_counter()
        act()
        found.append(time.perf_counter() - start)
    return statistics.median(found)
