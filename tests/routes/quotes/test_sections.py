"""Sections: new, rename, move, copy, remove with undo; with htmx and as pages."""

from __future__ import annotations

import re

import pytest

from extensions import db
from models import QuoteLine, QuoteSection
from services import transaction
from tests.routes.quotes.conftest import HTMX

NBSP = "\u00a0"


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


def settings_of(quote, n=1):
    db.session.rollback()
    db.session.expire_all()
    transaction.may_write()
    row = db.session.query(QuoteSection).filter_by(quote_id=quote.id, n=n).one()
    return row.title, row.price_mode, row.discount_bp, row.choice


def data(**changes):
    return {"title": "Rivning", "price_mode": "rows", "discount": "", "choice": "", "rev": "1", "key": "a"} | changes


def test_the_name_of_a_new_section_is_typed_in_its_head(seller, quote):
    url = f"/offerter/{quote.n}/delar/1/namn"
    part = seller.post(url, data={"title": "Rivning och städ ", "rev": "1", "key": "a"}, headers=HTMX)
    assert "Rivning och städ" in part.get_data(as_text=True)
    long = seller.post(url, data={"title": "x" * 121, "rev": "2", "key": "a"}, headers=HTMX)
    assert long.status_code == 422
    assert "x" * 121 in long.get_data(as_text=True)
    page = seller.post(url, data={"title": "x" * 121, "rev": "2", "key": "a"})
    assert page.status_code == 422
    assert "x" * 121 in page.get_data(as_text=True)
    stale = {"title": "Min del", "rev": "1", "key": "jag"}
    assert seller.post(url, data=stale, headers=HTMX).status_code == 409
    assert sections(quote) == ["Rivning och städ"]
    assert seller.post(url, data=stale | {"now_rev": "2"}).status_code == 303
    assert sections(quote) == ["Min del"]


def test_settings_are_a_sheet_or_a_page(seller, quote):
    url = f"/offerter/{quote.n}/delar/1"
    assert seller.get(url).get_data(as_text=True).startswith("<!doctype")
    assert seller.get(url, headers=HTMX).get_data(as_text=True).lstrip().startswith("<header>")
    part = seller.post(url, data=data(title="Rivning ", price_mode="sum", discount="10"), headers=HTMX)
    html = part.get_data(as_text=True)
    assert part.headers["HX-Trigger"] == "stang-ark"
    for text in ("Rabatt 10", "Kunden ser bara summan.", f"13{NBSP}446{NBSP}kr"):
        assert text in html
    assert settings_of(quote) == ("Rivning", "sum", 1000, "")
    answer = seller.post(url, data=data(price_mode="no_rows", rev="2", key="b"))
    assert (answer.status_code, answer.location) == (303, f"/offerter/{quote.n}/redigera#del-1")
    assert settings_of(quote) == ("Rivning", "no_rows", 0, "")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": "x" * 121}, "Skriv högst 120 tecken."),
        ({"discount": "101"}, "Rabatten ska vara mellan 0 och 100 procent."),
        ({"discount": "tio"}, "Skriv procent med siffror, till exempel 10"),
        ({"price_mode": "annat"}, "Välj vad kunden ser."),
        ({"choice": "två"}, "Välj hur kunden väljer."),
    ],
)
def test_bad_settings_are_422_with_words_and_kept(seller, quote, wrong, words):
    url = f"/offerter/{quote.n}/delar/1"
    page = seller.post(url, data=data(**wrong))
    html = page.get_data(as_text=True)
    assert (page.status_code, html.count(words)) == (422, 2)
    if not {"price_mode", "choice"} & wrong.keys():
        assert next(iter(wrong.values())) in html
    part = seller.post(url, data=data(**wrong), headers=HTMX)
    assert (part.status_code, part.headers["HX-Retarget"]) == (422, "#ark")
    first_wrong = "discount" if "discount" in wrong else "title"
    assert re.search(
        rf'<input[^>]*name="{first_wrong}"[^>]*autofocus|<input[^>]*autofocus[^>]*name="{first_wrong}"', part.text
    )
    assert part.text.count("autofocus") == 1
    assert settings_of(quote) == ("Rivning", "rows", 0, "")


def test_two_phones_on_the_settings(seller, quote):
    url = f"/offerter/{quote.n}/delar/1"
    seller.post(url, data=data(title="Evas del", discount="5", key="eva"))
    mine = data(title="Min del", choice="one", key="jag")
    page = seller.post(url, data=mine)
    html = page.get_data(as_text=True)
    assert page.status_code == 409
    for text in ("Ändrad av Jonas Ek", "Ditt: Min del", "Sparat: Evas del", "Ditt: Högst en", "Sparat: 5"):
        assert text in html
    part = seller.post(url, data=mine, headers=HTMX)
    assert (part.status_code, part.headers["HX-Retarget"]) == (409, "#ark")
    assert settings_of(quote) == ("Evas del", "rows", 500, "")
    seller.post(url, data=mine | {"now_rev": "2"})
    assert settings_of(quote) == ("Min del", "rows", 0, "one")


def test_a_lost_answer_is_no_conflict(seller, quote):
    url = f"/offerter/{quote.n}/delar/1"
    assert seller.post(url, data=data(discount="5")).status_code == 303
    assert seller.post(url, data=data(discount="6")).status_code == 303
    assert settings_of(quote)[2] == 600


def test_settings_of_a_section_that_was_removed_meanwhile(seller, quote):
    url = f"/offerter/{quote.n}/delar/1"
    seller.post(f"{url}/ta-bort")
    page = seller.post(url, data=data(discount="5"))
    assert page.status_code == 409
    assert "Borttagen av Jonas Ek" in page.get_data(as_text=True)
    rev = db.session.query(QuoteSection).filter_by(quote_id=quote.id).one().rev
    assert seller.post(url, data=data(discount="5", now_rev=str(rev))).status_code == 303
    assert sections(quote) == ["Rivning"]
    assert settings_of(quote)[2] == 500
    assert "Rivning av ytskikt" in seller.get(f"/offerter/{quote.n}/redigera").get_data(as_text=True)


def options(quote):
    db.session.rollback()
    db.session.expire_all()
    transaction.may_write()
    rows = db.session.query(QuoteLine).filter_by(quote_id=quote.id).order_by(QuoteLine.n)
    return {row.n: row.is_option for row in rows}


def test_a_choice_makes_its_lines_options_and_new_ones_too(seller, quote, line_data):
    base = f"/offerter/{quote.n}"
    html = seller.post(f"{base}/delar/1", data=data(choice="must"), headers=HTMX).get_data(as_text=True)
    assert "kunden väljer" in html
    assert options(quote) == {2: True, 3: True, 4: True}
    seller.post(f"{base}/rader", data={"del": "1", "egen": "Kakel, svart"})
    seller.post(f"{base}/rader", data={"del": "1", "ord": "0"})
    assert options(quote) == {2: True, 3: True, 4: True, 5: True, 6: False}
    rev = db.session.query(QuoteLine).filter_by(quote_id=quote.id, n=2).one().rev
    seller.post(f"{base}/rader/2/klar", data=line_data(rev=str(rev)))  # its form has no option to untick
    assert options(quote)[2] is True
    seller.post(f"{base}/delar/1", data=data(rev="2", key="b"))
    assert options(quote)[2] is True  # they stay options, one by one
    rev = db.session.query(QuoteLine).filter_by(quote_id=quote.id, n=2).one().rev
    seller.post(f"{base}/rader/2/klar", data=line_data(rev=str(rev)))
    assert options(quote)[2] is False


def test_a_line_that_moves_into_a_choice_is_an_option(seller, two):
    base = f"/offerter/{two.n}"
    seller.post(f"{base}/delar/2", data=data(title="Kakel", choice="one"))
    seller.post(f"{base}/rader/3/ner")
    seller.post(f"{base}/rader/3/ner")
    assert options(two) == {2: False, 3: True, 4: True}


@pytest.mark.parametrize("act", ["upp", "ner", "kopiera", "ta-bort"])
def test_a_section_that_another_phone_removed(seller, two, act):
    base = f"/offerter/{two.n}"
    seller.post(f"{base}/delar/2/ta-bort")
    part = seller.post(f"{base}/delar/2/{act}", headers=HTMX)
    html = part.get_data(as_text=True)
    assert part.status_code == 200
    assert html.lstrip().startswith('<div id="delar">')
    assert "Delen är redan borttagen av Jonas Ek." in html
    assert f'action="{base}/delar/2/ta-tillbaka"' in html
    answer = seller.post(f"{base}/delar/2/{act}")
    assert answer.status_code == 303
    assert "redan borttagen" in seller.get(answer.location).get_data(as_text=True)
    assert sections(two) == ["Rivning"]  # nothing doubled
    seller.post(f"{base}/delar/2/ta-tillbaka")
    assert sections(two) == ["Rivning", "Kakel"]  # nothing lost


def test_a_line_for_a_section_that_another_phone_removed(seller, make, firm, two):
    make.article(firm)
    base = f"/offerter/{two.n}"
    seller.post(f"{base}/delar/2/ta-bort")
    for row in ({"egen": "Kakel"}, {"ord": "0"}, {"artikel": "1"}):
        page = seller.post(f"{base}/rader", data={"del": "2"} | row)
        assert page.status_code == 409
        assert "Någon annan har tagit bort delen." in page.get_data(as_text=True)
    assert list(options(two)) == [2, 3, 4]


def test_a_copy_has_the_same_settings(seller, quote):
    seller.post(f"/offerter/{quote.n}/delar/1", data=data(price_mode="sum", discount="10", choice="one"))
    seller.post(f"/offerter/{quote.n}/delar/1/kopiera")
    assert settings_of(quote, 2) == ("Rivning", "sum", 1000, "one")


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
