"""The rows of the table, as they are printed and as docs/performance.md keeps them."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "performance.md"


@dataclass(frozen=True, slots=True)
class Row:
    """One measured thing. `value` is in `unit` and compared with `must` and `stretch` (less is better, or more)."""

    what: str
    measured: str
    value: float | None
    unit: str
    must: float
    stretch: float
    more_is_better: bool = False

    def verdict(self, limit: float) -> str:
        if self.value is None:
            return "–"
        value = round(self.value, 2)
        return "yes" if (value >= limit if self.more_is_better else value <= limit) else "no"

    def cells(self) -> list[str]:
        value = "not built" if self.value is None else f"{_figure(self.value)} {self.unit}".strip()
        limits = [f"{_figure(limit)}: {self.verdict(limit)}" for limit in (self.must, self.stretch)]
        return [self.what, self.measured, value, *limits]


HEAD = ["what", "measured", "value", "must", "stretch"]


def _figure(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if value < 100 else f"{value:.0f}"


def printed(rows: list[Row]) -> str:
    table = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in table
    )


def write(rows: list[Row], references: list[str], sizes: list[int], notes: str, on: date) -> None:
    """Put the result into docs/performance.md; what a person wrote under `## Where the time goes` stays."""
    kept = notes or "Nothing was noted."
    lines = ["# Speed and weight", "", "Made by `./run bench`. Ratios count, not times: machines differ.", ""]
    of = ", ".join(f"{size:,}" for size in sizes)
    lines += [f"Measured on {on.isoformat()}: {machine()}. Firms of {of} quotes"]
    lines += ["of ten lines in one SQLite database; gunicorn with 2 workers, as `./run` starts it.", ""]
    lines += ["## References of the same run", "", *(f"- {reference}" for reference in references), ""]
    lines += [
        "## Result",
        "",
        _markdown(HEAD),
        _markdown(["---"] * len(HEAD)),
        *(_markdown(row.cells()) for row in rows),
        "",
    ]
    lines += [METHOD, "", "## Where the time goes", "", kept]
    DOCUMENT.write_text("\n".join(lines).rstrip() + "\n")


def notes() -> str:
    """What a person wrote about the rows that miss their mark."""
    if not DOCUMENT.exists():
        return ""
    return DOCUMENT.read_text().partition("## Where the time goes\n")[2].strip()


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    kind = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, {memory:.0f} GiB"
    return f"{kind}, Python {platform.python_version()}"


def _markdown(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


METHOD = """## Method

References and product are started and driven in the same run by the same client (`bench/web.py`), with logins, tokens
and authorisation on. Serial: p50 and p95 of 25 requests after 5 warm-ups on one kept connection, median of 9 rounds,
with rounds of P between them; the ratio is the median of each round's to the two of P around it, since the machine's
speed changes within a run, and what is compared must have met the same. Starts take turns likewise. Then 4 connections
for 3 seconds, median of 3, P's beside them. A POST gets its form by a request that is not timed; a line is saved again
and again from one open form, as while somebody types, and a login is sent again and again from one page: P, too, is
asked without a pause, and one of 3 ms between the logins makes each a fifth slower. 200 open pages (Idag, lists,
quotes) ask for news every 2.5 seconds each from a process of their own; the p95 of the list is of 100 requests, while
they ask and while they are hidden, taking turns seven times. Pages: headless Chromium at 390 × 844, median of 3;
throttled means a processor 4 times slower, 562 ms round trip and 1.44 Mbit/s. Memory is the proportional set size of
all processes after the load. Ratios: H is a bare Flask answer, P a Flask page with one query of 50 rows out of 10,000
(`bench/refs/`), both under the same gunicorn; the bare canvas is reportlab drawing the same words, nothing else.
Letters: an installation of its own with its real worker, and a mail server that thinks 20 ms over each; smtplib then
sends it as many of the same size, ready made, over one connection. Recalculation: processor time of the pure
arithmetic, no request and no database, taking turns with a bare sum of the same lines (`bench/refs/sums.py`).
Verification: processor time of the process that looks into a sealed paper whose bytes are not known here, taking turns
with a program that loads pyHanko and validates the seal. Chains: processor time of walking a firm's chain from its
start, as by night; the limits are our own."""


def note(words: str) -> None:
    print(words, flush=True)


def measured(act: Callable[[], list[Row]], missing: Row) -> list[Row]:
    """The rows of a measurement, or the row that says that its feature is not built."""
    from bench.web import NotBuilt

    try:
        return act()
    except NotBuilt as error:
        note(f"  {missing.what}: {error}")
        return [missing]
