"""Versions as the firm sees them: what the newest changed, and older ones to read."""

from __future__ import annotations

import hashlib

import pytest

from bench.counting import statements
from extensions import db
from models import QuoteVersion
from tests.routes.deal.conftest import make_sent
from tests.routes.deal.test_versions import change


@pytest.fixture
def twice(app, make):
    """Version 1 had 16 hours, version 2 has 18."""
    sent = make_sent(app, make)
    change(sent, quantity_milli=18000)
    return sent


@pytest.fixture
def owner(twice, client):
    client.environ_base["handslag.raise_errors"] = True
    return client.log_in(twice.make.owner(twice.firm))


def url(sent, rest: str = "") -> str:
    return f"/offerter/{sent.quote.n}{rest}"


def test_the_page_says_what_version_2_changed(twice, owner):
    page = owner.get(url(twice)).text
    for words in ("Ändrat i version 2", "16 tim → 18 tim", "+1\u00a0380\u00a0kr", "+966\u00a0kr", "Läs version 1"):
        assert words in page, words


def test_a_first_version_costs_no_statement_more(app, make, client):
    sent = make_sent(app, make)
    client.log_in(make.owner(sent.firm))
    with statements() as first:
        page = client.get(url(sent)).text
    assert "Ändrat i version" not in page
    change(sent, quantity_milli=18000)
    with statements() as second:
        client.get(url(sent))
    assert len(second) == len(first) + 1


def test_an_older_version_as_the_customer_read_it(twice, owner):
    page = owner.get(url(twice, "/version/1")).text
    for words in ("Det här är en äldre version.", "16 tim", "11\u00a0628", "Tillbaka till offerten"):
        assert words in page, words
    main = page.split("<main")[1]
    for words in ("<button", "/o/", "/l/", "18 tim"):
        assert words not in main, words
    paper = owner.get(url(twice, "/version/1/offert.pdf"))
    db.session.rollback()
    row = db.session.query(QuoteVersion).filter_by(quote_id=twice.quote_id, version=1).one()
    assert hashlib.sha256(paper.data).hexdigest() == row.pdf_sha256
    assert owner.get(url(twice, "/version/2")).location == url(twice)


@pytest.mark.parametrize("rest", ["/version/0", "/version/3", "/version/2/offert.pdf", "/version/x"])
def test_there_is_no_other_version(twice, owner, rest):
    assert owner.get(url(twice, rest)).status_code == 404


@pytest.mark.parametrize("rest", ["/version/1", "/version/1/offert.pdf"])
def test_who_may_not(app, twice, owner, rest):
    stranger = app.test_client().log_in(twice.make.owner(twice.make.firm("Annat Bygg")))
    assert stranger.get(url(twice, rest)).status_code == 404
    assert app.test_client().get(url(twice, rest)).status_code == 302
    assert owner.post(url(twice, rest)).status_code == 405
    worker = app.test_client().log_in(twice.make.user(twice.firm, role="worker"))
    assert worker.get(url(twice, rest)).status_code == 200
