"""The rows of the table about signatures: one yes, fifty at the same moment, and what completing one costs.

The background work rests while customers approve: a paper is made after the answer, and is measured by itself.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from sqlalchemy import select

from bench import waiting
from bench.fill import Deal
from bench.measure import Bench, times
from bench.report import Row
from bench.web import ROUNDS, Answer, NotBuilt, Visitor, form
from extensions import db
from models import Agreement
from services import transaction
from services.deal import agreements
from services.proof import package, reading
from services.sealing import keys, making

TOGETHER = 50  # customers who approve in the same moment
SEALED_AT_ONCE = 25  # papers that share the start of one child
WITHIN = 300.0  # seconds
TICKS = os.sysconf("SC_CLK_TCK")
PERSONNUMMER = "198406012388"  # a test number that Skatteverket publishes


def rows(bench: Bench, worker: int) -> list[Row]:
    """`worker` is the process of the background work."""
    together = [bench.next_deal() for _ in range(min(TOGETHER, len(bench.deals) // 3))]

    def approve() -> Answer:
        visitor, path, fields = _about_to_approve(bench, bench.next_deal())
        return visitor.post(path, fields)

    bench.settle()
    with _resting(bench, worker):
        found = bench.time("approve", approve, expect=303, requests=len(bench.deals) // (ROUNDS + 1))
        seconds, slowest = _at_once(bench, together)
    made, each = _completed(bench, worker)
    p = bench.p()
    return [
        Row("approve (checks, chain, commit)", times(found.p50), found.ratio, "× P", 20, 8),
        # no row of the table of targets: one writer at a time, so no quicker than one after the other
        Row(
            f"{len(together)} approve at once",
            f"{times(seconds)}, the last after {times(slowest)}",
            seconds / (len(together) * found.p50),
            "of as many in turn",
            1.5,
            1,
        ),
        Row(
            f"approve and complete, one of {made}",
            f"{times(found.p50)} and {times(each)} of CPU in the background; {_parts(bench)}",
            (found.p50 + each) / p,
            "× P",
            20,
            8,
        ),
    ]


def _about_to_approve(bench: Bench, deal: Deal) -> tuple[Visitor, str, dict[str, str]]:
    """A customer with step 2 filled in."""
    path = f"/o/{deal.public_id}/godkann"
    visitor = bench.customer(deal)
    fields = form(visitor.page(path), path) | {
        "name": "Karin Almgren",
        "home": "house",
        "fastighetsbeteckning": "Lillhamra 3:14",
        "personnummer": PERSONNUMMER,
        "e_signature": "y",
        "statement": "y",
    }
    fields.pop("later", None)
    return visitor, path, fields


def _at_once(bench: Bench, deals: list[Deal]) -> tuple[float, float]:
    """Seconds until all of them have their answer, each with a connection of the own, and of the slowest answer."""
    waiting = [_about_to_approve(bench, deal) for deal in deals]
    start = Barrier(len(waiting) + 1)

    def press(visitor: Visitor, path: str, fields: dict[str, str]) -> Answer:
        start.wait()
        return visitor.post(path, fields)

    with ThreadPoolExecutor(len(waiting)) as pool:
        answers = [pool.submit(press, *one) for one in waiting]
        start.wait()
        began = time.perf_counter()
        made = [answer.result() for answer in answers]
        seconds = time.perf_counter() - began
    if {answer.status for answer in made} != {303}:
        raise NotBuilt(f"not all were approved: {sorted(answer.status for answer in made)}")
    return seconds, max(answer.seconds for answer in made)


@contextlib.contextmanager
def _resting(bench: Bench, worker: int) -> Iterator[None]:
    """Stop the background work, but never where it holds the write lock."""
    with bench.app.app_context():
        transaction.may_write()
        db.session.execute(db.text("SELECT 1"))
        os.kill(worker, signal.SIGSTOP)
        transaction.rollback()
    try:
        yield
    finally:
        os.kill(worker, signal.SIGCONT)


def _completed(bench: Bench, worker: int) -> tuple[int, float]:
    """How many papers the worker makes now, letters and all, and seconds of CPU for each."""
    with bench.app.app_context():
        counts = waiting.papers()
        made, before, until = next(counts), _cpu_of(worker), time.monotonic() + WITHIN
        while next(counts):
            if time.monotonic() > until:
                raise NotBuilt("the papers are not made")
            time.sleep(0.1)
    bench.settle()
    return made, (_cpu_of(worker) - before) / max(made, 1)


def _cpu_of(pid: int) -> float:
    """Seconds of CPU of a process and of the children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def _parts(bench: Bench) -> str:
    """What drawing, packing and sealing one of these papers takes, here."""
    with bench.app.test_request_context(), transaction.reading():
        agreement = db.session.scalars(select(Agreement).order_by(Agreement.id.desc()).limit(1)).one()
        facts = reading.facts(agreement)
        drawn: list[bytes] = []

        def draw() -> None:
            drawn.append(agreements.render(agreement, facts.quote, facts.version, facts.firm, facts.pdf))

        key = keys.seal_key()
        draw()  # faces and modules are loaded with the first
        draws = _cpu(draw)
        packs = _cpu(lambda: package.build_all(facts, (package.SHARED, package.FIRM), checkpoint=None))
        alone = _cpu(lambda: making.seal([making.Paper(drawn[-1])], key))
        many = _cpu(lambda: making.seal([making.Paper(drawn[-1])] * SEALED_AT_ONCE, key)) / SEALED_AT_ONCE
    return f"PDF {times(draws)}, package {times(packs)}, seal {times(many)} (alone {times(alone)})"


def _cpu(act: Callable[[], object]) -> float:
    """Seconds of CPU, those of child processes among them."""

    def used() -> float:
        who = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
        return sum(one.ru_utime + one.ru_stime for one in who)

    start = used()
    act()
    return used() - start
