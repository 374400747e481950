"""The client: one kept connection, cookies, forms, and the clock around a request. The same for all."""

from __future__ import annotations

import gzip
import http.client
import multiprocessing
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import urlencode

WARM_UPS = 5
REQUESTS = 25
ROUNDS = 9  # short ones: what is compared takes turns, so that noise of the machine falls on both
CONNECTIONS = 4
SECONDS = 3.0


class NotBuilt(Exception):
    """The page or form that a row measures does not answer as it should."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `seconds` from the first byte sent to the last byte read, `size` as it came over the wire."""

    status: int
    body: bytes
    location: str
    seconds: float

    @property
    def size(self) -> int:
        return len(self.body)

    @property
    def text(self) -> str:
        return (gzip.decompress(self.body) if self.body.startswith(b"\x1f\x8b") else self.body).decode()


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds: medians over the rounds."""

    p50: float
    p95: float
    size: int
    beside: float = 0.0  # p50 of the reference, taken between the rounds
    ratio: float = 0.0  # to the reference: of each round to those before and after it


@dataclass
class Visitor:
    """A browser without a screen: a connection and its cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.used_at = 0.0

    def get(self, path: str, **headers: str) -> Answer:
        return self._send("GET", path, None, headers)

    def page(self, path: str, **headers: str) -> str:
        """An answer to read, not to time. Raises NotBuilt."""
        answer = self._send("GET", path, None, {"Accept-Encoding": "identity", **headers})
        if answer.status != 200:
            raise NotBuilt(f"GET {path}: {answer.status}")
        return answer.text

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        return self._send("POST", path, urlencode(fields).encode(), headers)

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        sent = {"Accept": "text/html", "Accept-Encoding": "gzip, br"} | headers
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        if time.monotonic() - self.used_at > 1:  # gunicorn lets go of a connection that has rested for two seconds
            self.connection.close()
            self.connection.connect()
        start = time.perf_counter()
        self.connection.request(method, path, body=body, headers=sent)
        answer = self.connection.getresponse()
        read = answer.read()
        seconds = time.perf_counter() - start
        self.used_at = time.monotonic()
        for line in answer.msg.get_all("Set-Cookie") or []:
            name, _, value = line.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        return Answer(answer.status, read, answer.headers.get("Location") or "", seconds)


class _Forms(HTMLParser):
    """The fields of every form with a POST, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self.current: dict[str, str] = {}
        self.select = self.textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.current = self.forms.setdefault(given.get("action", ""), {})
            self.forms.setdefault(given.get("hx-post", ""), self.current)
        elif tag == "input":
            if given.get("type") not in ("checkbox", "radio", "submit") or "checked" in dict(attrs):
                self.current.setdefault(given.get("name", ""), given.get("value", ""))
        elif tag == "select":
            self.select = given.get("name", "")
        elif tag == "option" and self.select:
            if "selected" in dict(attrs) or self.select not in self.current:
                self.current[self.select] = given.get("value", "")
        elif tag == "textarea":
            self.textarea = given.get("name", "")
            self.current[self.textarea] = ""

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.current[self.textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.textarea = ""


def form(html: str, action: str) -> dict[str, str]:
    """The fields of the form that posts to `action`. Raises NotBuilt."""
    parser = _Forms()
    parser.feed(html)
    if action not in parser.forms:
        raise NotBuilt(f"no form to {action}")
    return {name: value for name, value in parser.forms[action].items() if name}


def serial(
    act: Callable[[], Answer],
    *,
    expect: int = 200,
    requests: int = REQUESTS,
    rounds: int = ROUNDS,
    reference: Callable[[], float] | None = None,
) -> Timing:
    """p50 and p95 of one request after another; `act` may do untimed work before its request. Raises NotBuilt.

    `reference` is measured between the rounds, and each round is held against the two around it: a shared machine
    doubles and halves its speed within a run, and what is compared must have met the same one.
    """
    halves, tails, size, besides = [], [], 0, []
    for _ in range(WARM_UPS):
        _check(act(), expect)
    for _ in range(rounds):
        if reference is not None:
            besides.append(reference())
        seconds = []
        for _ in range(requests):
            answer = act()
            _check(answer, expect)
            seconds.append(answer.seconds)
            size = answer.size
        seconds.sort()
        halves.append(statistics.median(seconds))
        tails.append(seconds[round(0.95 * (len(seconds) - 1))])
    timing = Timing(statistics.median(halves), statistics.median(tails), size)
    if reference is None:
        return timing
    around = pairwise([*besides, reference()])
    ratios = [half / statistics.mean(pair) for half, pair in zip(halves, around, strict=True)]
    return replace(timing, beside=statistics.median(besides), ratio=statistics.median(ratios))


def _check(answer: Answer, expect: int) -> None:
    if answer.status != expect:
        raise NotBuilt(f"answered {answer.status}, not {expect}")


def throughput(port: int, path: str, cookies: dict[str, str], *, rounds: int = 3) -> float:
    """Requests per second over four kept connections, each in a process of its own; median of the rounds."""
    found = []
    for _ in range(rounds):
        with multiprocessing.get_context("fork").Pool(CONNECTIONS) as pool:
            counts = pool.starmap(_hammer, [(port, path, cookies, SECONDS)] * CONNECTIONS)
        found.append(sum(counts) / SECONDS)
    return statistics.median(found)


def _hammer(port: int, path: str, cookies: dict[str, str], seconds: float) -> int:
    visitor = Visitor(port, dict(cookies))
    _check(visitor.get(path), 200)
    end = time.perf_counter() + seconds
    count = 0
    while time.perf_counter() < end:
        _check(visitor.get(path), 200)
        count += 1
    return count
