"""Texts leave compressed for those who can read it, and only then."""

from __future__ import annotations

import gzip

from flask.testing import FlaskClient

# FlaskClient, not tests/client.py, which reads every page as text
GZIP = {"Accept-Encoding": "gzip, br"}


def test_a_page_is_compressed_for_a_browser_that_takes_it(app):
    client = FlaskClient(app)
    plain = client.get("/villkor", headers={"Accept-Encoding": "identity"})
    answer = client.get("/villkor", headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == plain.data
    assert int(answer.headers["Content-Length"]) == len(answer.data) < len(plain.data) / 2
    assert "Accept-Encoding" in answer.vary
    assert "Accept-Encoding" in plain.vary


def test_a_browser_that_refuses_gzip_is_believed(app):
    for refused in ("gzip;q=0, br", "br", ""):
        answer = FlaskClient(app).get("/villkor", headers={"Accept-Encoding": refused})
        assert "Content-Encoding" not in answer.headers


def test_what_is_no_page_or_no_success_is_left_as_it_is(app):
    client = FlaskClient(app)
    assert "Content-Encoding" not in client.get("/sw.js", headers=GZIP).headers
    assert "Content-Encoding" not in client.get("/l/nej", headers=GZIP).headers
