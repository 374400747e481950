"""The rows of the table about recalculation: processor time of the arithmetic, beside a bare sum of the same lines."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date
from functools import partial

from bench.refs import sums
from bench.report import Row
from domain.deductions import Applicant
from domain.quotes import Deduction, Line, LineKind, PriceBasis, totals

LINES = (100, 300)
ROUNDS, CALLS = 15, 40
PAID_ON = date(2026, 12, 20)
HOUSEHOLD = tuple(Applicant(used_rot_kr=used, used_rut_kr=used // 2, weight=1) for used in (0, 3_000, 20_001, 44_000))


def rows() -> list[Row]:
    """A long quote with ROT and RUT, options and discounts, recalculated for four who share."""
    ours, bare = {}, {}
    for count in LINES:
        lines = quote(count)
        plain = [(x.quantity_milli, x.unit_price_ore, x.vat_percent, x.deduction is not None) for x in lines]
        ours[count], bare[count] = _beside(
            partial(totals, lines, basis=PriceBasis.INCL, paid_on=PAID_ON, applicants=HOUSEHOLD),
            partial(sums.add_up, plain),
        )
    short, long = LINES
    measured = f"{1e6 * ours[long]:.0f} µs of CPU, bare sum {1e6 * bare[long]:.0f} µs"
    growth = f"{1e6 * ours[long] / long:.2f} µs a line, of {short} lines {1e6 * ours[short] / short:.2f} µs"
    return [
        Row("recalculation, 300 lines, 4 applicants", measured, ours[long] / bare[long], "× bare sum", 8, 4),
        Row(
            "recalculation, growth from 100 lines",
            growth,
            (ours[long] / long) / (ours[short] / short),
            "a line",
            1.1,
            0.9,
        ),
    ]


def quote(count: int) -> list[Line]:
    """Lines of all kinds in turn, labour with ROT and with RUT, some of them options or with a discount."""
    kinds = (
        (LineKind.LABOUR, Deduction.ROT, "bygg"),
        (LineKind.MATERIAL, None, None),
        (LineKind.LABOUR, Deduction.RUT, "stadning"),
        (LineKind.OTHER, None, None),
    )
    return [
        Line(
            key=str(n),
            quantity_milli=1_000 + 250 * (n % 13),
            unit_price_ore=45_050 + 100 * (n % 7),
            vat_percent=25,
            kind=kinds[n % 4][0],
            discount_bp=500 if n % 10 == 0 else 0,
            deduction=kinds[n % 4][1],
            work_type=kinds[n % 4][2],
            is_option=n % 12 == 11,
        )
        for n in range(count)
    ]


def _beside(act: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """Seconds of processor time of one call of each: medians of rounds that take turns on the same machine."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for place, call in enumerate((act, other)):
            start = time.process_time()
            for _ in range(CALLS):
                call()
            found[place].append((time.process_time() - start) / CALLS)
    return statistics.median(found[0]), statistics.median(found[1])
