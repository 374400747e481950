"""Sections: new, rename, move, copy, remove with undo; with htmx and as pages."""

from __future__ import annotations

import pytest

from extensions import db
from models import QuoteLine, QuoteSection
from services import transaction
from tests.routes.quotes.conftest import HTMX


def sections(quote):
    db.session.rollback()
    db.session.expire_all()
    transaction.may_write()
    rows = db.session.query(QuoteSection).filter_by(quote_id=quote.id, removed_at=None)
    return [row.title for row in sorted(rows, key=lambda row: (row.position, row.n))]


@pytest.fixture
def two(make, quote):
    db.session.add(QuoteSection(firm_id=quote.firm_id, quote_id=quote.id, n=2, position=2, title="Kakel"))
    db.session.commit()
    return quote


def test_new_section_opens_its_name(seller, quote):
    part = seller.post(f"/offerter/{quote.n}/delar", headers=HTMX).get_data(as_text=True)
    assert part.lstrip().startswith('<section class="sect" id="del-2"')
    assert 'id="dt-2"' in part
    assert seller.post(f"/offerter/{quote.n}/delar").location == f"/offerter/{quote.n}/delar/3"
    assert sections(quote) == ["Rivning", "", ""]


def test_rename(seller, quote):
    url = f"/offerter/{quote.n}/delar/1"
    assert seller.get(url).get_data(as_text=True).startswith("<!doctype")
    assert seller.get(url, headers=HTMX).get_data(as_text=True).lstrip().startswith('<header id="dh-1"')
    part = seller.post(url, data={"title": "Rivning och städ", "rev": "1", "key": "a"}, headers=HTMX)
    assert "Rivning och städ" in part.get_data(as_text=True)
    answer = seller.post(url, data={"title": "Rivning", "rev": "2", "key": "a"})
    assert answer.location == f"/offerter/{quote.n}/redigera#del-1"
    long = seller.post(url, data={"title": "x" * 121, "rev": "3", "key": "a"})
    assert long.status_code == 422
    assert "x" * 121 in long.get_data(as_text=True)


def test_stale_rename_shows_both(seller, quote):
    url = f"/offerter/{quote.n}/delar/1"
    seller.post(url, data={"title": "Evas del", "rev": "1", "key": "eva"})
    page = seller.post(url, data={"title": "Min del", "rev": "1", "key": "jag"})
    assert page.status_code == 409
    assert "Ditt: Min del" in page.get_data(as_text=True)
    assert "Sparat: Evas del" in page.get_data(as_text=True)
    assert seller.post(url, data={"title": "Min del", "rev": "1", "key": "jag"}, headers=HTMX).status_code == 409
    assert sections(quote) == ["Evas del"]
    seller.post(url, data={"title": "Min del", "rev": "1", "key": "jag", "now_rev": "2"})
    assert sections(quote) == ["Min del"]


def test_move(seller, two):
    part = seller.post(f"/offerter/{two.n}/delar/2/upp", headers=HTMX).get_data(as_text=True)
    assert part.lstrip().startswith('<div id="delar">')
    assert sections(two) == ["Kakel", "Rivning"]
    assert seller.post(f"/offerter/{two.n}/delar/2/upp").status_code == 303  # already first
    seller.post(f"/offerter/{two.n}/delar/2/ner")
    assert sections(two) == ["Rivning", "Kakel"]


def test_copy_takes_the_lines_along(seller, two):
    answer = seller.post(f"/offerter/{two.n}/delar/1/kopiera")
    assert answer.location == f"/offerter/{two.n}/delar/3"
    assert sections(two) == ["Rivning", "Rivning", "Kakel"]
    texts = [row.text for row in db.session.query(QuoteLine).filter_by(quote_id=two.id).order_by(QuoteLine.n)]
    assert texts == ["Rivning av ytskikt", "Bortforsling", "Golvvärme, el"] * 2


def test_remove_and_undo_bring_all_back(seller, quote):
    part = seller.post(f"/offerter/{quote.n}/delar/1/ta-bort", headers=HTMX).get_data(as_text=True)
    assert f'action="/offerter/{quote.n}/delar/1/ta-tillbaka"' in part
    assert sections(quote) == []
    assert "Rivning av ytskikt" not in seller.get(f"/offerter/{quote.n}/redigera").get_data(as_text=True)
    seller.post(f"/offerter/{quote.n}/delar/1/ta-tillbaka")
    assert sections(quote) == ["Rivning"]
    assert "Rivning av ytskikt" in seller.get(f"/offerter/{quote.n}/redigera").get_data(as_text=True)
    seller.post(f"/offerter/{quote.n}/delar/1/ta-bort")
    assert "Delen är borttagen." in seller.get(f"/offerter/{quote.n}/redigera").get_data(as_text=True)


def test_no_more_than_50_sections(seller, quote):
    for n in range(2, 51):
        db.session.add(QuoteSection(firm_id=quote.firm_id, quote_id=quote.id, n=n, position=n, title=""))
    db.session.commit()
    assert seller.post(f"/offerter/{quote.n}/delar").status_code == 409
