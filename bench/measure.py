"""The rows of the table about answers: time, statements, size. All are asked for as a browser would."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import Flask

from bench import waiting, web
from bench.counting import statements
from bench.fill import PASSWORD, Deal, Filled, long_draft
from bench.report import Row
from bench.web import REQUESTS, Answer, NotBuilt, Timing, Visitor, form, serial
from services.clock import utc_now

PART = {"HX-Request": "true"}
ROWS = "antal=50"
LONG = (30, 300)  # lines
COOKIE = "handslag"
REVISION = re.compile(r'name="rev" value="(\d+)"')


@dataclass
class Bench:
    """What the measurements share."""

    app: Flask
    port: int
    firms: dict[int, Filled]
    deals: list[Deal]  # each is approved once
    main: Filled  # the firm that most rows are measured on
    p: Callable[[], float] = float  # seconds of one answer of reference P, measured when it is called
    p_throughput: Callable[[], float] = float  # answers of P a second, likewise
    timings: dict[str, Timing] = field(default_factory=dict)

    def log_in(self, filled: Filled) -> Visitor:
        visitor = Visitor(self.port)
        fields = form(visitor.page("/logga-in"), "/logga-in") | {"email": filled.email, "password": PASSWORD}
        if visitor.post("/logga-in", fields).status != 303:
            raise NotBuilt("the login was refused")
        return visitor

    def next_deal(self) -> Deal:
        if not self.deals:
            raise NotBuilt("more quotes to approve than were made")
        return self.deals.pop()

    def customer(self, deal: Deal) -> Visitor:
        """A customer who has followed the link of the letter."""
        visitor = Visitor(self.port)
        if visitor.get(f"/l/{deal.token}").location != f"/o/{deal.public_id}":
            raise NotBuilt("the link does not lead to the quote")
        return visitor

    def settle(self) -> None:
        """Wait until the worker has delivered what is queued: what is measured next has the machine for itself."""
        with self.app.app_context():
            for count in waiting.letters():
                if not count:
                    return
                time.sleep(0.05)

    def time(self, name: str, act: Callable[[], Answer], *, expect: int = 200, requests: int = REQUESTS) -> Timing:
        """Time an act, and P between its rounds."""
        self.timings[name] = serial(act, expect=expect, requests=requests, reference=self.p)
        return self.timings[name]


def times(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def list_rows(bench: Bench) -> list[Row]:
    visitor = bench.log_in(bench.main)
    path = f"/offerter?{ROWS}"
    found = bench.time("list", lambda: visitor.get(path))
    search = bench.time("search", lambda: visitor.get(f"/offerter?{ROWS}&q=granstigen+7"))
    rare = bench.time("search, nothing found", lambda: visitor.get(f"/offerter?{ROWS}&q=takpannor"))
    per_second = web.throughput(bench.port, path, visitor.cookies)
    return [
        Row("quote list, 50 rows", times(found.p50), found.ratio, "× P", 3, 1.5),
        Row("quote list, wire", "compressed", found.size / 1000, "kB", 12, 12),
        Row("search, 50 hits", times(search.p50), search.ratio, "× P", 3, 1.5),
        # no row of the table of targets: the limits of a page to edit
        Row("search, no hit in 10,000", times(rare.p50), rare.ratio, "× P", 4, 2),
        Row(
            "quote list, 4 connections",
            f"{per_second:.0f}/s",
            per_second / bench.p_throughput(),
            "of P's",
            0.35,
            0.65,
            more_is_better=True,
        ),
    ]


def article_rows(bench: Bench) -> list[Row]:
    """A letter typed in the price list, and in what the builder offers from it: the parts that htmx asks for."""
    visitor, draft_n = bench.log_in(bench.main), bench.main.draft_n
    found = bench.time("articles", lambda: visitor.get("/prislista?q=g", **PART))
    rare = bench.time("articles, nothing found", lambda: visitor.get("/prislista?q=takpannor", **PART))
    sheet = bench.time("articles, builder", lambda: visitor.get(f"/prislista/sok?offert={draft_n}&del=1&q=g", **PART))
    return [
        Row("price list of 5,000, a letter", times(found.p50), found.ratio, "× P", 3, 1.5),
        Row("price list of 5,000, no hit", times(rare.p50), rare.ratio, "× P", 3, 1.5),
        Row("price list in the builder, a letter", times(sheet.p50), sheet.ratio, "× P", 3, 1.5),
    ]


def growth_row(bench: Bench) -> list[Row]:
    sizes = sorted(bench.firms)
    small, large = sizes[0], sizes[-1]
    found: dict[int, list[float]] = {small: [], large: []}
    visitors = {size: bench.log_in(bench.firms[size]) for size in found}
    for size in (small, large, small, large):  # taking turns: noise falls on both
        found[size].append(serial(partial(visitors[size].get, f"/offerter?{ROWS}")).p50)
    ratio = min(found[large]) / min(found[small])
    measured = f"{times(min(found[large]))} / {times(min(found[small]))}"
    return [Row(f"list at {large:,} / at {small:,}", measured, ratio, "", 1.3, 1.1)]


def quote_rows(bench: Bench) -> list[Row]:
    visitor, n = bench.log_in(bench.main), bench.main.draft_n
    edit = bench.time("builder", lambda: visitor.get(f"/offerter/{n}/redigera"))
    rows = [Row("builder, 10 lines", times(edit.p50), edit.ratio, "× P", 4, 2)]
    try:
        show = bench.time("quote", lambda: visitor.get(f"/offerter/{bench.main.sent_n}"))
    except NotBuilt:
        return [*rows, Row("sent quote, 10 lines", "", None, "× P", 4, 2)]
    return [*rows, Row("sent quote, 10 lines", times(show.p50), show.ratio, "× P", 4, 2)]


def save_rows(bench: Bench) -> list[Row]:
    save = typing(bench.log_in(bench.main), f"/offerter/{bench.main.draft_n}/rader/1")
    found = bench.time("save a line", save)
    return [
        Row("save a line, new totals", times(found.p50), found.ratio, "× P", 4, 2),
        Row("save a line, wire", "one request", found.size / 1000, "kB", 6, 3),
    ]


def typing(visitor: Visitor, path: str) -> Callable[[], Answer]:
    """What autosave sends while a quantity is typed: the open form again and again, with the last answer's revision."""
    fields, count = form(visitor.page(path, **PART), path), iter(range(10**6))

    def save() -> Answer:
        answer = visitor.post(path, fields | {"quantity": f"{16 + next(count) % 7},5"}, **PART)
        if answer.status == 200:
            fields["rev"] = REVISION.findall(answer.text)[0]
        return answer

    return save


def long_rows(bench: Bench) -> list[Row]:
    """What a line costs in a quote of 300 lines in 20 sections, beside one of 30."""
    visitor = bench.log_in(bench.main)
    opened, saved = {}, {}
    for lines in LONG:
        with bench.app.app_context():
            n = long_draft(bench.main, lines, now=utc_now())
        save = typing(visitor, f"/offerter/{n}/rader/1")
        opened[lines] = serial(partial(visitor.get, f"/offerter/{n}/redigera"), requests=15).p50
        saved[lines] = serial(save, requests=15).p50
    rows = []
    for name, found in (("opened", opened), ("a line saved", saved)):
        rows.append(long_row(f"quote of 300 lines, {name}", found))
    return rows


def long_row(name: str, found: dict[int, float]) -> Row:
    """What each line costs in the long quote, beside what each costs in the short one; `found` in seconds."""
    short, long = found[LONG[0]], found[LONG[1]]
    measured = f"{times(long)}, of 30 lines {times(short)}"
    return Row(name, measured, (long / LONG[1]) / (short / LONG[0]), "a line", 1, 0.8)


def customer_rows(bench: Bench) -> list[Row]:
    deal = bench.next_deal()
    visitor = bench.customer(deal)
    show = bench.time("customer page", lambda: visitor.get(f"/o/{deal.public_id}"))
    step = bench.time("customer, step 2", lambda: visitor.get(f"/o/{deal.public_id}/godkann"))
    return [
        Row("customer page", times(show.p50), show.ratio, "× P", 3, 1.5),
        # no row of the table of targets: a form to fill in, held to the limits of a page to edit
        Row("customer page, step 2", times(step.p50), step.ratio, "× P", 4, 2),
    ]


def login_rows(bench: Bench) -> list[Row]:
    """One whose password's hash costs nothing to check: what the other's login takes more is the hash's."""
    bench.settle()

    def log_in(email: str) -> Callable[[], Answer]:
        """The same page's form sent again and again, each time by a browser that is not logged in yet."""
        visitor = Visitor(bench.port)
        fields = form(visitor.page("/logga-in"), "/logga-in") | {"email": email, "password": PASSWORD}
        before = dict(visitor.cookies)

        def send() -> Answer:
            visitor.cookies = dict(before)
            return visitor.post("/logga-in", fields)

        return send

    found = bench.time("log in", log_in(bench.main.quick_email), expect=303)
    whole = serial(log_in(bench.main.email), expect=303).p50
    measured = f"{times(found.p50)}, with the hash {times(whole)}"
    return [Row("log in, without the hash", measured, found.ratio, "× P", 4, 2)]


def tail_row(bench: Bench) -> list[Row]:
    name, worst = max(bench.timings.items(), key=lambda item: item[1].p95 / item[1].p50)
    return [Row("p95 / p50, the worst", f"{name}, {times(worst.p95)}", worst.p95 / worst.p50, "", 2.5, 1.5)]


def statement_rows(bench: Bench) -> list[Row]:
    """Statements of a request, in this process on the same database: the most of a small and a large firm."""
    counts: dict[str, int] = {}
    for filled in (bench.firms[min(bench.firms)], bench.main):
        client = _client(bench, bench.log_in(filled).cookies)
        line = f"/offerter/{filled.draft_n}/rader/1"
        fields = form(client.get(line, headers=PART).text, line) | {"quantity": f"{filled.size % 97},25"}
        acts: dict[str, Callable[[], Any]] = {
            "list": partial(client.get, f"/offerter?{ROWS}"),
            "builder": partial(client.get, f"/offerter/{filled.draft_n}/redigera"),
            "save a line": partial(client.post, line, data=fields, headers=PART),
        }
        for name, act in acts.items():
            counts[name] = max(counts.get(name, 0), _count(act))
    deal = bench.next_deal()
    client = _client(bench, bench.customer(deal).cookies)
    counts["customer page"] = _count(lambda: client.get(f"/o/{deal.public_id}"))
    limits = {"list": (8, 4), "builder": (10, 6), "save a line": (12, 8), "customer page": (8, 5)}
    return [
        Row(f"SQL statements, {name}", "", counts[name], "", must, stretch) for name, (must, stretch) in limits.items()
    ]


def _count(act: Callable[[], Any]) -> int:
    with statements() as seen:
        answer = act()
    if answer.status_code != 200:
        raise NotBuilt(f"answered {answer.status_code}")
    return len(seen)


def _client(bench: Bench, cookies: dict[str, str]) -> Any:
    client = bench.app.test_client()
    for name, value in cookies.items():
        client.set_cookie(name, value)
    return client
