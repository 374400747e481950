"""C-07, C-08, C-10, C-14, C-44: the same headers on every answer: pages, parts, papers, errors, static files."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from http.cookies import SimpleCookie

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from app import create_app
from config import Settings
from extensions import db
from models import Quote
from services.errors import DiskFull, TooMany
from tests.client import Client
from tests.security.addresses import address, method, rules
from tests.security.conftest import deal_of, send, token_of
from tests.security.web import crawl

POLICY = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
}

INSTALLED = ("/sw.js", "/manifest.webmanifest")  # the same for all, and asked for again each time


def check(answer, *, https: bool = False) -> None:
    path, headers = answer.request.path, answer.headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert {name: policy.get(name) for name in POLICY} == POLICY, path
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff", path
    assert headers["Referrer-Policy"] == "same-origin", path
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
    if https:
        assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains", path
    if not path.startswith("/static/"):
        is_picture = answer.mimetype.startswith("image/")
        may_keep = is_picture or path in INSTALLED or path.startswith("/kontrollera/")
        assert headers["Cache-Control"] == "no-store" or (may_keep and "private" in headers["Cache-Control"]), path
    assert "Server" not in headers
    assert "Access-Control-Allow-Origin" not in headers


class Watched(Client):
    """Checks the headers of every answer it gets."""

    https = False

    def open(self, *args, **kwargs):
        answer = super().open(*args, **kwargs)
        check(answer, https=self.https)
        return answer


@pytest.fixture
def watched(app, monkeypatch) -> Flask:
    monkeypatch.setattr(app, "test_client_class", Watched)
    return app


def test_on_every_route_for_everyone(watched, make, alfa):
    quote = db.session.query(Quote).filter_by(public_id=alfa.names["deal_id"]).one()
    owner, customer = watched.test_client().log_in(alfa.owner), deal_of(watched, make, alfa.firm, quote).client
    for client in (watched.test_client(), owner, customer):
        client.environ_base.pop("handslag.raise_errors", None)
        for rule in rules(watched):
            url = address(rule, alfa.names)
            if method(rule) == "GET":
                client.get(url)
                client.head(url)
            else:
                client.post(url, csrf=False)
            client.options(url)
    pages = crawl(owner, "/offerter", "/konto", skip=())
    assert [path for path in pages if path.startswith("/static/")]
    assert [path for path in pages if path.endswith(".pdf")]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (RuntimeError("x"), 500),
        (DiskFull(), 503),
        (TooMany(60), 429),
        (OperationalError("x", None, Exception("database or disk is full")), 503),
    ],
)
def test_on_every_error(watched, monkeypatch, fault, status):
    def fail() -> None:
        raise fault

    monkeypatch.setitem(watched.view_functions, "accounts.login", fail)
    assert watched.test_client().get("/logga-in").status_code == status


def test_on_errors_that_no_view_has_made(watched):
    client = watched.test_client()
    assert client.get("/finns-inte").status_code == 404
    assert client.get("/static/finns-inte.css").status_code == 404
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/?q=%00").status_code == 400
    assert client.post("/healthz").status_code == 405
    assert client.post("/logga-in", csrf=False).status_code == 403
    big = {"email": "x" * 2_000_000}
    assert client.post("/logga-in", data=big).status_code == 413
    assert client.post("/logga-in", data="a&" * 400_000, csrf=False).status_code == 413
    many = {f"f{number}": "x" for number in range(2000)}
    assert client.post("/logga-in", data=many, content_type="multipart/form-data").status_code == 413


@pytest.mark.parametrize(
    "path", ["/.git/HEAD", "/.env", "/metrics", "/debug", "/console", "/static/", "/static/../app.py"]
)
def test_nothing_else_lies_there(watched, path):
    assert watched.test_client().get(path).status_code == 404
    assert watched.test_client().open(path, method="TRACE").status_code in (404, 405)


@pytest.fixture
def production(app, settings: Settings) -> Iterator[Flask]:
    """The same data served as in production."""
    served = create_app(dataclasses.replace(settings, BASE_URL="https://firma.example", PRODUCTION=True))
    served.test_client_class = Watched
    yield served
    with served.app_context():
        db.session.remove()
        db.engine.dispose()


def test_with_https(production, make, monkeypatch):
    monkeypatch.setattr(Watched, "https", True)
    email = make.owner(make.firm()).email
    db.session.rollback()
    with production.app_context():
        client = production.test_client()
        client.environ_base["wsgi.url_scheme"] = "https"
        pages = {path: client.get(path, base_url="https://firma.example") for path in ("/", "/logga-in", "/dev/mejl")}
        assert [answer.status_code for answer in pages.values()] == [200, 200, 404]
        typed = {"email": email, "password": "grovspik och hyvel 7"}
        login = client.post("/logga-in", data=typed, base_url="https://firma.example", csrf=False)
        assert login.status_code == 403
        token = re.search(r'name="csrf_token" value="([^"]+)"', pages["/logga-in"].text)[1]
        login = client.post(
            "/logga-in", data={**typed, "csrf_token": token}, base_url="https://firma.example", csrf=False
        )
        assert login.status_code == 303
        cookies = [
            SimpleCookie(line) for answer in (*pages.values(), login) for line in answer.headers.getlist("Set-Cookie")
        ]
        morsels = [morsel for cookie in cookies for morsel in cookie.values()]
        assert morsels
        for morsel in morsels:
            assert morsel.key.startswith("__Host-")
            assert morsel["secure"]
            assert morsel["httponly"]
            assert morsel["path"] == "/"
            assert not morsel["domain"]
            assert morsel["samesite"] in ("Lax", "Strict")
            assert len(morsel.OutputString()) < 4096
        static = re.search(r'"(/static/[^"]+)"', pages["/logga-in"].text)[1]
        with client.get(static, base_url="https://firma.example") as answer:
            assert answer.status_code == 200


def test_the_cookie_of_a_link_with_https(production, make):
    firm = make.firm()
    quote = send(make, make.quote(firm, make.customer(firm)))
    path, name = f"/l/{token_of(quote)}", f"__Host-l-{quote.public_id}="
    db.session.rollback()
    with production.app_context():
        cookie = production.test_client().get(path, base_url="https://firma.example").headers["Set-Cookie"]
    assert cookie.startswith(name)
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
