"""The provider of text messages: what it is sent, and what each of its answers means."""

from __future__ import annotations

import json
import socket
import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from mail import sms
from mail.letters import LOST
from mail.sms import HttpDriver, Text
from mail.transport import NotNow, Refused, Unreachable

TEXT = Text("kT4", "+46701740605", "Tumbredd Bygg: offert Badrum. https://offert.example.se/l/abc")


class Provider(ThreadingHTTPServer):
    """Answers each request with the next of `answers`; keeps what it got."""

    daemon_threads = True

    def __init__(self) -> None:
        self.answers: list[tuple[int, str]] = []
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.silence, self.took = threading.Event(), threading.Event()
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/a1/sms"


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        status, words = self.server.answers.pop(0) if self.server.answers else (200, "{}")
        self.server.took.set()
        if status == 0:  # it took the text, and never answers
            self.server.silence.wait(60)
            return
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"{self.server.url}/elsewhere")
        self.send_header("Content-Length", str(len(words.encode())))
        self.end_headers()
        self.wfile.write(words.encode())

    def log_message(self, *given: object) -> None:
        """Nothing is said."""


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.silence.set()
    server.shutdown()
    thread.join()
    server.server_close()


def driver(url: str, **given) -> HttpDriver:
    return HttpDriver(url, "u4711", "Handslag", "hemligt", **given)


def test_what_it_is_sent_as_a_form(provider):
    provider.answers = [(200, '{"status":"created","id":"s70df","message":"secret link","cost":3500}')]
    assert driver(provider.url).send(TEXT) == "200 created s70df"
    (path, headers, body) = provider.got[0]
    assert path == "/a1/sms"
    assert headers["Authorization"] == "Basic " + b64encode(b"u4711:hemligt").decode()
    assert headers["Idempotency-Key"] == "kT4"
    assert {name: values[0] for name, values in parse_qs(body.decode()).items()} == {
        "from": "Handslag",
        "to": "+46701740605",
        "message": TEXT.words,
    }


def test_what_it_is_sent_as_json(provider):
    driver(provider.url, form="json").send(TEXT)
    assert json.loads(provider.got[0][2]) == {"from": "Handslag", "to": "+46701740605", "message": TEXT.words}


@pytest.mark.parametrize(
    ("status", "words", "raised"),
    [
        (400, "Invalid number", Refused),
        (422, '{"error":"bad to"}', Refused),
        (401, "", NotNow),
        (402, "", NotNow),
        (403, "Not enough credits", NotNow),
        (404, "", NotNow),
        (429, "slow down", NotNow),
        (500, "oops", NotNow),
        (503, "", NotNow),
        (302, "", NotNow),
    ],
)
def test_its_answers(provider, status, words, raised):
    provider.answers = [(status, words)]
    with pytest.raises(raised) as found:
        driver(provider.url).send(TEXT)
    assert str(found.value).startswith(str(status))
    assert len(provider.got) == 1, "no redirect is followed with the password"


def test_an_answer_that_repeats_the_link_is_not_kept(provider):
    provider.answers = [(200, f"sent {TEXT.words}"), (200, json.dumps({"id": "x1", "message": TEXT.words}))]
    assert driver(provider.url).send(TEXT) == "200"
    assert driver(provider.url).send(TEXT) == "200 x1"


def test_silence_may_mean_that_it_was_sent(provider, monkeypatch):
    monkeypatch.setattr(sms, "TIMEOUT_SECONDS", 0.2)
    provider.answers = [(0, "")]
    with pytest.raises(NotNow, match=LOST):
        driver(provider.url).send(TEXT)
    assert provider.took.wait(60)
    assert len(provider.got) == 1


def test_a_line_that_breaks_may_mean_it_too():
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=lambda: server.accept()[0].close())
        thread.start()
        with pytest.raises(NotNow, match=LOST):
            driver(f"http://127.0.0.1:{server.getsockname()[1]}/sms").send(TEXT)
        thread.join()


def test_nobody_there_means_that_it_was_not(provider):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Unreachable):
        driver(f"http://127.0.0.1:{port}/sms").send(TEXT)


def test_a_certificate_that_is_not_its_own(provider):
    with pytest.raises(Unreachable):
        driver(provider.url.replace("http://", "https://")).send(TEXT)
    assert provider.got == []


def test_the_password_is_in_no_repr():
    assert "hemligt" not in repr(driver("https://sms.example/"))
