"""Lines: open, autosave, Klar, conflict, move, copy, remove; with htmx and as pages."""

from __future__ import annotations

import gzip

import pytest

from extensions import db
from models import Quote, QuoteLine, QuoteSection
from services import transaction
from tests.routes.quotes.conftest import HTMX

NBSP = "\u00a0"


def line_row(quote, n):
    db.session.rollback()
    db.session.expire_all()
    transaction.may_write()
    return db.session.query(QuoteLine).filter_by(quote_id=quote.id, n=n).one()


def order(quote):
    db.session.rollback()
    db.session.expire_all()
    transaction.may_write()
    rows = db.session.query(QuoteLine).filter_by(quote_id=quote.id, removed_at=None)
    return [row.n for row in sorted(rows, key=lambda row: (row.section_id, row.position))]


def test_open_line_is_a_part_or_a_page(seller, quote):
    url = f"/offerter/{quote.n}/rader/2"
    part = seller.get(url, headers=HTMX)
    html = part.get_data(as_text=True)
    assert html.lstrip().startswith('<li id="rad-2"')
    assert 'hx-trigger="input delay:800ms, change"' in html
    assert "HX-Request" in part.headers["Vary"]
    page = seller.get(url).get_data(as_text=True)
    assert page.startswith("<!doctype")
    assert "hx-post" not in page  # a page of its own saves by its button


def test_opening_a_line_closes_the_other(seller, quote):
    html = seller.get(f"/offerter/{quote.n}/rader/2?oppen=3", headers=HTMX).get_data(as_text=True)
    assert '<li id="rad-3" hx-swap-oob="true">' in html


def test_no_such_line(seller, quote):
    assert seller.get(f"/offerter/{quote.n}/rader/99").status_code == 404


def test_autosave_answers_with_what_is_around_the_fields(seller, quote, line_data):
    answer = seller.post(f"/offerter/{quote.n}/rader/2", data=line_data(quantity="5,5", price="1 290:-"), headers=HTMX)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    for part in ("rsum-2", "dsum-1", "summa", "summor", "sparat", "rev-2", "text-2-e", "quantity-2-e"):
        assert f'id="{part}"' in html
    assert 'name="quantity"' not in html  # never a field that may be typed in
    assert f"7{NBSP}095{NBSP}kr" in html
    assert 'name="rev" value="2"' in html
    row = line_row(quote, 2)
    assert (row.quantity_milli, row.unit_price_ore, row.rev, row.changed_by) == (5500, 129000, 2, "Jonas Ek")
    total = db.session.query(Quote).filter_by(id=quote.id).one()
    assert (total.gross_ore, total.deducted, total.changed_since) == (709_500 + 390_000, "rot", True)


def test_autosave_is_light_and_asks_little(seller, make, quote, line_data, statements):
    section = db.session.query(QuoteSection).filter_by(quote_id=quote.id).one()
    for n in range(5, 12):
        make.line(quote, section, n=n, text=f"Kakelsättning, vägg {n}", deduction="rot", work_type="bygg")
    db.session.commit()
    url = f"/offerter/{quote.n}/rader/2"
    with statements() as seen:
        answer = seller.post(url, data=line_data(quantity="12", unit="tim"), headers=HTMX)
    assert answer.status_code == 200
    assert len(seen) <= 8
    assert len(answer.data) <= 6_000
    assert len(gzip.compress(answer.data, 6)) <= 3_000


def test_saving_the_same_again_changes_nothing(seller, quote, line_data):
    answer = seller.post(f"/offerter/{quote.n}/rader/2", data=line_data(), headers=HTMX)
    assert answer.status_code == 200
    assert line_row(quote, 2).rev == 1


def test_klar_closes_the_line(seller, quote, line_data):
    answer = seller.post(f"/offerter/{quote.n}/rader/2/klar", data=line_data(quantity="17"), headers=HTMX)
    html = answer.get_data(as_text=True)
    assert html.lstrip().startswith('<li id="rad-2"><a class="line"')
    assert "17 tim × 690" in html
    assert 'id="klar"' in html
    without = seller.post(f"/offerter/{quote.n}/rader/2/klar", data=line_data(quantity="18", rev="2"))
    assert (without.status_code, without.location) == (303, f"/offerter/{quote.n}/redigera#rad-2")
    assert line_row(quote, 2).quantity_milli == 18000


WRONG = [
    ({"text": " "}, "Skriv vad raden gäller."),
    ({"quantity": ""}, "Skriv antal med siffror, till exempel 5,5"),
    ({"quantity": "många"}, "Skriv antal med siffror, till exempel 5,5"),
    ({"quantity": "1,2345"}, "Skriv antal med högst tre decimaler, till exempel 1,235"),
    ({"quantity": "-3"}, "Antal ska vara över noll och högst 100 000."),
    ({"quantity": "0"}, "Antal ska vara över noll och högst 100 000."),
    ({"quantity": "999999999"}, "Antal ska vara över noll och högst 100 000."),
    ({"price": "dyrt"}, "Skriv ett pris med siffror, till exempel 1\u00a0290,50"),
    ({"price": "12,345"}, "Skriv priset med högst två decimaler, till exempel 1\u00a0290,50"),
    ({"discount": "12,345"}, "Skriv procent med högst två decimaler, till exempel 12,25"),
    ({"price": "99999999999"}, "Priset ska vara högst 100 miljoner kronor."),
    ({"vat": "20"}, "Momsen kan vara 25, 12, 6 eller 0 procent."),
    ({"kind": "annat"}, "Välj arbete, material eller övrigt."),
    ({"discount": "120"}, "Rabatten ska vara mellan 0 och 100 procent."),
    ({"deduction": "rot:hittepa"}, "Välj ett avdrag ur listan."),
    ({"text": "x" * 201}, "Skriv högst 200 tecken."),
]


@pytest.mark.parametrize(("wrong", "words"), WRONG)
def test_bad_input_is_422_with_words_and_typed_text_kept(seller, quote, line_data, wrong, words):
    data = line_data(**wrong)
    auto = seller.post(f"/offerter/{quote.n}/rader/2", data=data, headers=HTMX)
    assert auto.status_code == 422
    assert words in auto.get_data(as_text=True)
    assert "Inte sparat" in auto.get_data(as_text=True)
    done = seller.post(f"/offerter/{quote.n}/rader/2/klar", data=data, headers=HTMX)
    assert (done.status_code, done.headers["HX-Retarget"]) == (422, "#rad-2")
    page = seller.post(f"/offerter/{quote.n}/rader/2/klar", data=data)
    html = page.get_data(as_text=True)
    assert page.status_code == 422
    assert html.count(words) == 2  # summary and field
    assert "<title>Fel: " in html
    for typed in wrong.values():
        if typed.strip() and "kind" not in wrong and "vat" not in wrong and "deduction" not in wrong:
            assert f'value="{typed}"' in html
    assert line_row(quote, 2).rev == 1


def test_hours_become_labour_with_rot_for_a_private_customer(seller, quote, line_data):
    data = line_data(text="Bortforsling", unit="tim", kind="other", was_kind="other", was_unit="st", deduction="")
    html = seller.post(f"/offerter/{quote.n}/rader/3", data=data, headers=HTMX).get_data(as_text=True)
    assert 'id="typ-3"' in html
    assert 'id="avdrag-3"' in html
    row = line_row(quote, 3)
    assert (row.kind, row.deduction, row.work_type) == ("labour", "rot", "bygg")
    again = line_data(text="Bortforsling", deduction="", rev="2")
    seller.post(f"/offerter/{quote.n}/rader/3/klar", data=again)
    assert line_row(quote, 3).deduction is None  # a default can be turned back


def test_material_carries_no_deduction(seller, quote, line_data):
    seller.post(f"/offerter/{quote.n}/rader/2/klar", data=line_data(kind="material", unit="st"))
    row = line_row(quote, 2)
    assert (row.kind, row.deduction) == ("material", None)


def test_stale_save_shows_both_values_and_keeps_mine(seller, quote, line_data):
    url = f"/offerter/{quote.n}/rader/2"
    seller.post(f"{url}/klar", data=line_data(quantity="26", key="eva"))
    mine = line_data(quantity="24", text="Rivning, allt")
    auto = seller.post(url, data=mine, headers=HTMX)
    html = auto.get_data(as_text=True)
    assert auto.status_code == 409
    for text in ("Ändrad av Jonas Ek kl.", "Ditt: 24", "Sparat: 26", "Ditt: Rivning, allt", "Behåll mitt"):
        assert text in html
    assert 'id="krock-2"' in html
    page = seller.post(f"{url}/klar", data=mine)
    assert page.status_code == 409
    html = page.get_data(as_text=True)
    assert "Sparat: 26" in html
    assert 'value="24"' in html
    assert line_row(quote, 2).quantity_milli == 26000
    kept = seller.post(f"{url}/klar", data=mine | {"now_rev": "2"})
    assert kept.status_code == 303
    row = line_row(quote, 2)
    assert (row.quantity_milli, row.text, row.rev) == (24000, "Rivning, allt", 3)


def test_keeping_mine_is_refused_if_it_changed_once_more(seller, quote, line_data):
    url = f"/offerter/{quote.n}/rader/2/klar"
    seller.post(url, data=line_data(quantity="26", key="eva"))
    seller.post(url, data=line_data(quantity="27", key="eva", rev="2"))
    assert seller.post(url, data=line_data(quantity="24", now_rev="2")).status_code == 409


def test_a_lost_answer_is_no_conflict(seller, quote, line_data):
    """The form saved, the answer was lost on the way: the next save still carries the old revision."""
    url = f"/offerter/{quote.n}/rader/2"
    assert seller.post(url, data=line_data(quantity="2"), headers=HTMX).status_code == 200
    assert seller.post(url, data=line_data(quantity="24"), headers=HTMX).status_code == 200
    assert line_row(quote, 2).quantity_milli == 24000


def test_a_save_that_the_browser_gave_up_does_not_undo_a_later_one(seller, quote, line_data):
    """Autosave was on its way when Klar was pressed, and was reached by a server last."""
    url = f"/offerter/{quote.n}/rader/2"
    klar, late = line_data(price="429,50", sent="1795251600900"), line_data(price="", sent="1795251600100")
    assert seller.post(f"{url}/klar", data=klar, headers=HTMX).status_code == 200
    assert seller.post(url, data=late, headers=HTMX).status_code == 409
    assert line_row(quote, 2).unit_price_ore == 42_950
    assert seller.post(url, data=line_data(price="430", sent="1795251601000"), headers=HTMX).status_code == 200
    assert line_row(quote, 2).unit_price_ore == 43_000


def test_a_line_removed_meanwhile_can_be_kept(seller, quote, line_data):
    seller.post(f"/offerter/{quote.n}/rader/2/ta-bort")
    page = seller.post(f"/offerter/{quote.n}/rader/2/klar", data=line_data(quantity="24"))
    html = page.get_data(as_text=True)
    assert page.status_code == 409
    assert "Borttagen av Jonas Ek" in html
    rev = str(line_row(quote, 2).rev)
    assert (
        seller.post(f"/offerter/{quote.n}/rader/2/klar", data=line_data(quantity="24", now_rev=rev)).status_code == 303
    )
    row = line_row(quote, 2)
    assert (row.removed_at, row.quantity_milli) == (None, 24000)


def test_move_copy_remove_and_undo(seller, quote):
    base = f"/offerter/{quote.n}/rader"
    assert seller.post(f"{base}/2/ner").location == f"/offerter/{quote.n}/redigera#rad-2"
    assert order(quote) == [3, 2, 4]
    seller.post(f"{base}/4/upp")
    assert order(quote) == [3, 4, 2]
    seller.post(f"{base}/3/kopiera")
    assert order(quote) == [3, 5, 4, 2]
    assert seller.post(f"{base}/4/ta-bort").status_code == 303
    assert order(quote) == [3, 5, 2]
    page = seller.get(f"/offerter/{quote.n}/redigera").get_data(as_text=True)
    assert "Raden är borttagen." in page
    assert f'action="{base}/4/ta-tillbaka"' in page
    seller.post(f"{base}/4/ta-tillbaka")
    assert order(quote) == [3, 5, 4, 2]


def test_tools_save_what_is_typed_first(seller, quote, line_data):
    answer = seller.post(
        f"/offerter/{quote.n}/rader/2/ner",
        data=line_data(quantity="33"),
        headers=HTMX | {"HX-Target": "del-1"},
    )
    html = answer.get_data(as_text=True)
    assert html.lstrip().startswith('<section class="sect" id="del-1"')
    assert 'id="ner-2"' in html  # the line stays open, so that the pressed button gets its focus back
    assert line_row(quote, 2).quantity_milli == 33000
    wrong = seller.post(f"/offerter/{quote.n}/rader/2/ner", data=line_data(quantity="x", rev="2"), headers=HTMX)
    assert (wrong.status_code, wrong.headers["HX-Retarget"]) == (422, "#rad-2")


def test_a_line_moves_into_the_next_section(seller, make, quote):
    section = QuoteSection(firm_id=quote.firm_id, quote_id=quote.id, n=2, position=2, title="Kakel")
    db.session.add(section)
    db.session.commit()
    answer = seller.post(f"/offerter/{quote.n}/rader/4/ner", headers=HTMX | {"HX-Target": "del-1"})
    html = answer.get_data(as_text=True)
    assert '<section class="sect" id="del-2" hx-swap-oob="true"' in html
    assert line_row(quote, 4).section_id == section.id
    seller.post(f"/offerter/{quote.n}/rader/4/upp")
    assert order(quote) == [2, 3, 4]


def test_remove_with_htmx_offers_an_undo(seller, quote):
    answer = seller.post(f"/offerter/{quote.n}/rader/2/ta-bort", headers=HTMX | {"HX-Target": "del-1"})
    html = answer.get_data(as_text=True)
    assert 'id="rad-2"' not in html
    assert f'action="/offerter/{quote.n}/rader/2/ta-tillbaka"' in html
    assert 'id="besked"' in html


def test_pick_from_the_price_list(seller, make, firm, quote):
    make.article(firm, "Snickare", unit_price_ore=55200, basis="excl")
    make.article(firm, "Kakel, vit", kind="material", unit="m²", unit_price_ore=38900)
    sheet = seller.get(f"/offerter/{quote.n}/rad/ny?del=1", headers=HTMX).get_data(as_text=True)
    assert sheet.lstrip().startswith("<header>")
    assert "Snickare" in sheet
    hits = seller.get(f"/prislista/sok?offert={quote.n}&del=1&q=kak", headers=HTMX).get_data(as_text=True)
    assert hits.lstrip().startswith('<form id="traffar"')
    assert "Egen rad: ”kak”" in hits
    assert "Snickare" not in hits
    assert seller.get(f"/prislista/sok?offert={quote.n}&del=1&q=kak").get_data(as_text=True).startswith("<!doctype")
    answer = seller.post(f"/offerter/{quote.n}/rader", data={"del": "1", "artikel": "1"}, headers=HTMX)
    assert answer.headers["HX-Trigger"] == "stang-ark"
    assert answer.get_data(as_text=True).lstrip().startswith('<li id="rad-5"')
    row = line_row(quote, 5)
    assert (row.unit_price_ore, row.deduction, row.work_type) == (69000, "rot", "bygg")
    own = seller.post(f"/offerter/{quote.n}/rader", data={"del": "1", "egen": "kak"})
    assert own.location == f"/offerter/{quote.n}/rader/6"
    assert (line_row(quote, 6).text, line_row(quote, 6).kind) == ("kak", "material")


@pytest.mark.parametrize("query", ["", "?del=9", "?del=x", "?del=99999999999999999999"])
def test_no_such_section(seller, quote, query):
    assert seller.get(f"/offerter/{quote.n}/rad/ny{query}").status_code == 404


def test_another_firms_article_is_not_found(seller, make, quote):
    make.article(make.firm("Annan Snickeri"), "Hemligt pris")
    page = seller.get(f"/offerter/{quote.n}/rad/ny?del=1").get_data(as_text=True)
    assert "Hemligt pris" not in page
    assert seller.post(f"/offerter/{quote.n}/rader", data={"del": "1", "artikel": "1"}).status_code == 404


def test_no_more_than_500_lines(seller, make, quote):
    section = db.session.query(QuoteSection).filter_by(quote_id=quote.id).one()
    for n in range(5, 502):
        make.line(quote, section, n=n, text="Rad")
    db.session.commit()
    page = seller.post(f"/offerter/{quote.n}/rader", data={"del": "1", "egen": "en till"})
    assert page.status_code == 409
    assert "högst 500 rader" in page.get_data(as_text=True)
    assert seller.post(f"/offerter/{quote.n}/rader/2/kopiera").status_code == 409
    assert seller.post(f"/offerter/{quote.n}/delar/1/kopiera").status_code == 409
    assert len(order(quote)) == 500


def test_a_personnummer_is_refused_in_a_line(seller, quote, line_data):
    page = seller.post(f"/offerter/{quote.n}/rader/2/klar", data=line_data(text="Åt 19840601-2388"))
    assert page.status_code == 422
    assert "Skriv inte personnummer här." in page.get_data(as_text=True)
