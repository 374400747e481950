"""The frozen version is what was drawn, whatever happens between the drawing and the writing."""

from __future__ import annotations

import json

import pytest

from domain.clock import stockholm_date
from extensions import db
from models import Counter, Quote, QuoteLine, QuoteVersion, StoredFile
from services import storage, transaction
from services.clock import utc_now
from services.errors import Stale
from services.quotes import sending
from tests.routes.deal.conftest import send


@pytest.fixture
def quote(make):
    firm = make.firm()
    return make.quote(firm, make.customer(firm))


def test_another_quote_takes_the_number_meanwhile(make, quote, monkeypatch):
    drawn, year = [], stockholm_date(utc_now()).year
    inner = sending._draw

    def draw(firm_id, *rest):
        found = inner(firm_id, *rest)
        drawn.append(found.number)
        if len(drawn) == 1:
            transaction.start_writing()
            db.session.add(Counter(firm_id=firm_id, series=f"quote-{year}", value=1))
            db.session.commit()
            transaction.only_read()
        return found

    monkeypatch.setattr(sending, "_draw", draw)
    sent = send(make, quote)
    assert drawn == [f"{year}-001", f"{year}-002"]
    assert sent.number == f"{year}-002"
    version = db.session.query(QuoteVersion).one()
    assert json.loads(version.content)["number"] == f"{year}-002"
    assert db.session.query(StoredFile).filter_by(purpose="quote").count() == 1


def test_a_line_saved_meanwhile_is_seen_as_stale(make, quote, monkeypatch):
    quote_id = quote.id
    inner = sending._draw

    def draw(*given):
        found = inner(*given)
        transaction.start_writing()
        db.session.query(QuoteLine).filter_by(quote_id=quote_id, n=3).update({"unit_price_ore": 1})
        db.session.commit()
        transaction.only_read()
        return found

    monkeypatch.setattr(sending, "_draw", draw)
    with pytest.raises(Stale):
        send(make, quote)
    transaction.may_write()
    db.session.rollback()
    assert db.session.get_one(Quote, quote_id).version == 0
    assert db.session.query(Counter).filter(Counter.series.like("quote-%")).count() == 0


def test_a_failed_write_gives_the_number_back(make, quote, monkeypatch):
    def fail(*args, **given):
        raise OSError("disk")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "put", fail)
        with pytest.raises(OSError, match="disk"):
            send(make, quote)
    transaction.may_write()
    db.session.rollback()
    assert send(make, quote).number == f"{stockholm_date(utc_now()).year}-001"


def test_the_content_is_the_page_the_pdf_and_the_sum(make, quote):
    sent = send(make, quote)
    content = json.loads(db.session.query(QuoteVersion).one().content)
    assert content["schema"] == "handslag.quote/1"
    assert content["address"] == f"http://localhost/o/{sent.public_id}"
    assert [line["key"] for line in content["sections"][0]["lines"]] == ["2", "3", "4"]
    assert content["sections"][0]["total_ore"] == 1494000
    assert content["totals"]["options_ore"] == 890000
    assert content["withdrawal"] == {"right": True, "days": 14, "text_version": "2026-11-20"}
