"""The builder's page: sections, lines, sums, title, details, customer, basis."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta

import pytest

from extensions import db
from models import Quote, QuoteLine, QuoteSection
from services import transaction
from tests.routes.quotes.conftest import HTMX

NBSP = "\u00a0"


def fresh(model, **where):
    db.session.rollback()
    db.session.expire_all()
    transaction.may_write()
    return db.session.query(model).filter_by(**where).one()


def test_page_shows_lines_and_sums(seller, quote):
    page = seller.get(f"/offerter/{quote.n}/redigera")
    html = page.get_data(as_text=True)
    assert page.status_code == 200
    for text in ("Badrum, Granstigen 4", "Karin Almgren", "Rivning av ytskikt", f"11{NBSP}040{NBSP}kr", "ROT 30 %"):
        assert text in html
    assert f"11{NBSP}628{NBSP}kr" in html  # 14 940 less 3 312
    assert f"Tillval för upp till 8{NBSP}900{NBSP}kr är inte medräknade." in html


def test_a_sent_quote_says_what_the_customer_sees(seller, make, firm):
    quote = make.quote(firm, make.customer(firm), status="sent", version=1, number="2026-001")
    html = seller.get(f"/offerter/{quote.n}/redigera").get_data(as_text=True)
    assert "Kunden ser version 1 tills du skickar på nytt." in html


@pytest.mark.parametrize("status", ["accepted", "withdrawn"])
def test_what_may_not_change_is_409_with_words(seller, make, firm, status):
    quote = make.quote(firm, make.customer(firm), status=status)
    page = seller.get(f"/offerter/{quote.n}/redigera")
    assert page.status_code == 409
    assert "Det går inte att ändra" in page.get_data(as_text=True)
    answer = seller.post(f"/offerter/{quote.n}/delar", headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Reswap"]) == (409, "none")
    assert 'id="besked"' in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "path",
    ["redigera", "uppgifter", "kund", "rad/ny?del=1", "rader/2", "delar/1"],
)
def test_who_may_not_see(client, stranger, worker, quote, path):
    url = f"/offerter/{quote.n}/{path}"
    assert stranger.get(url).status_code == 404
    assert worker.get(url).status_code == 403
    answer = client.get(url)
    assert (answer.status_code, answer.location.split("?")[0]) == (302, "/logga-in")


POSTS = [
    "rubrik",
    "uppgifter",
    "moms",
    "kund",
    "arkivera",
    "hamta-tillbaka",
    "rader",
    "rader/2",
    "rader/2/klar",
    "rader/2/kopiera",
    "rader/2/upp",
    "rader/2/ner",
    "rader/2/ta-bort",
    "rader/2/ta-tillbaka",
    "delar",
    "delar/1",
    "delar/1/namn",
    "delar/1/upp",
    "delar/1/ner",
    "delar/1/kopiera",
    "delar/1/ta-bort",
    "delar/1/ta-tillbaka",
]


@pytest.mark.parametrize("path", POSTS)
def test_who_may_not_change(client, seller, stranger, worker, app, quote, line_data, path):
    url = f"/offerter/{quote.n}/{path}"
    data = line_data(title="Ny", valid_until="2027-01-31", name="Eva", email="eva@kund.example", **{"del": "1"})
    before = fresh(Quote, n=quote.n, firm_id=quote.firm_id).touched_at
    assert stranger.post(url, data=data).status_code == 404
    assert worker.post(url, data=data).status_code == 403
    assert app.test_client().post(url, data=data).status_code == 303
    assert seller.post(url, data=data, csrf=False).status_code == 403
    if path not in ("uppgifter", "kund", "rader/2", "delar/1"):  # those are pages too
        assert seller.get(url).status_code == 405
    now = fresh(Quote, n=quote.n, firm_id=quote.firm_id)
    assert (now.touched_at, now.archived_at, now.title) == (before, None, "Badrum, Granstigen 4")


def test_htmx_without_login_reloads_the_page(app, quote):
    answer = app.test_client().get(f"/offerter/{quote.n}/rader/2", headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (401, "true")


def test_title_is_saved_as_it_is_typed(seller, quote):
    answer = seller.post(
        f"/offerter/{quote.n}/rubrik", data={"title": " Kök,  Björkvägen 2 ", "rev": "1", "key": "a"}, headers=HTMX
    )
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Sparat" in html
    assert 'name="title"' not in html  # never the field that is typed in
    row = fresh(Quote, n=quote.n)
    assert (row.title, row.rev) == ("Kök, Björkvägen 2", 2)
    assert "björkvägen" in row.search_text


def test_title_is_saved_without_scripts(seller, quote):
    answer = seller.post(f"/offerter/{quote.n}/rubrik", data={"title": "Kök", "rev": "1", "key": "a"})
    assert (answer.status_code, answer.location) == (303, f"/offerter/{quote.n}/redigera")


def test_a_long_title_wraps_and_is_still_one_line(seller, quote):
    title = "Badrum " * 17
    seller.post(f"/offerter/{quote.n}/rubrik", data={"title": title + "\r\n", "rev": "1", "key": "a"})
    assert fresh(Quote, n=quote.n).title == title.strip()
    page = seller.get(f"/offerter/{quote.n}/redigera").get_data(as_text=True)
    assert re.search(r'<textarea[^>]* class="input title"[^>]* rows="5"[^>]*>\s*Badrum Badrum', page)
    seller.post(f"/offerter/{quote.n}/rubrik", data={"title": "Kök\r\nBjörkvägen 2", "rev": "2", "key": "a"})
    assert fresh(Quote, n=quote.n).title == "Kök Björkvägen 2"


def test_too_long_title_is_422_and_kept(seller, quote):
    page = seller.post(f"/offerter/{quote.n}/rubrik", data={"title": "x" * 121, "rev": "1", "key": "a"})
    html = page.get_data(as_text=True)
    assert page.status_code == 422
    assert "Skriv högst 120 tecken." in html
    assert "x" * 121 in html


def test_stale_title_shows_both_and_keeps_either(seller, quote):
    url = f"/offerter/{quote.n}/rubrik"
    seller.post(url, data={"title": "Evas rubrik", "rev": "1", "key": "eva"})
    page = seller.post(url, data={"title": "Min rubrik", "rev": "1", "key": "jag"})
    html = page.get_data(as_text=True)
    assert page.status_code == 409
    assert "Ditt: Min rubrik" in html
    assert "Sparat: Evas rubrik" in html
    assert fresh(Quote, n=quote.n).title == "Evas rubrik"
    part = seller.post(url, data={"title": "Min rubrik", "rev": "1", "key": "jag"}, headers=HTMX)
    assert part.status_code == 409
    assert 'id="krock-q"' in part.get_data(as_text=True)
    seller.post(url, data={"title": "Min rubrik", "rev": "1", "key": "jag", "now_rev": "2"})
    assert fresh(Quote, n=quote.n).title == "Min rubrik"


DETAILS = {
    "rev": "1",
    "key": "k",
    "valid_until": "2027-01-31",
    "starts_on": "2027-02-01",
    "finishes_on": "2027-02-20",
    "paid_on": "",
    "site_street": "Granstigen 4",
    "site_postal_code": "99998",
    "site_city": "Lillhamra",
    "message": "Hej Karin",
    "terms": "30 dagar",
}


def test_details_are_saved(seller, quote):
    assert seller.get(f"/offerter/{quote.n}/uppgifter").status_code == 200
    answer = seller.post(f"/offerter/{quote.n}/uppgifter", data=DETAILS)
    assert (answer.status_code, answer.location) == (303, f"/offerter/{quote.n}/redigera")
    row = fresh(Quote, n=quote.n)
    assert (row.valid_until.isoformat(), row.site_postal_code, row.message) == ("2027-01-31", "999 98", "Hej Karin")


def test_details_that_were_mended_from_the_review_lead_back_to_it(seller, quote):
    url, review = f"/offerter/{quote.n}/uppgifter", f"/offerter/{quote.n}/granska"
    page = seller.get(url, headers={"Referer": f"http://localhost{review}"}).text
    assert f'href="{review}"' in page
    assert '<input type="hidden" name="fran" value="granska">' in page
    wrong = seller.post(url, data=DETAILS | {"fran": "granska", "valid_until": "snart"})
    assert '<input type="hidden" name="fran" value="granska">' in wrong.text
    assert seller.post(url, data=DETAILS | {"fran": "granska"}).location == review
    for elsewhere in (f"http://localhost/offerter/{quote.n}/redigera", ""):
        assert 'name="fran"' not in seller.get(url, headers={"Referer": elsewhere}).text


def test_bad_details_are_422_with_words_and_kept(seller, quote):
    wrong = DETAILS | {"valid_until": "snart", "finishes_on": "2027-01-01", "site_postal_code": "12"}
    page = seller.post(f"/offerter/{quote.n}/uppgifter", data=wrong)
    html = page.get_data(as_text=True)
    assert page.status_code == 422
    for text in ("Skriv ett datum, till exempel 18 december", "Jobbet kan inte bli klart innan det börjar."):
        assert html.count(text) == 2  # in the summary and at the field
    assert 'value="snart"' in html
    assert "Postnumret har fem siffror" in html


def test_stale_details_show_both(seller, quote):
    url = f"/offerter/{quote.n}/uppgifter"
    seller.post(url, data=DETAILS | {"message": "Evas hälsning", "key": "eva"})
    page = seller.post(url, data=DETAILS | {"message": "Min hälsning"})
    html = page.get_data(as_text=True)
    assert page.status_code == 409
    assert "Ditt: Min hälsning" in html
    assert "Sparat: Evas hälsning" in html
    answer = seller.post(url, data=DETAILS | {"message": "Min hälsning", "now_rev": "2"})
    assert answer.status_code == 303
    assert fresh(Quote, n=quote.n).message == "Min hälsning"


def test_a_firm_first_quote_chooses_its_basis_before_the_first_line(seller, make, firm):
    customer = make.customer(firm, "Brf Kvarnbacken", kind="association")
    seller.post("/offerter/ny", data={"kund": str(customer.n)})
    row = fresh(Quote, customer_id=customer.id)
    assert row.basis == "excl"
    assert "Vilka priser vill du skriva?" in seller.get(f"/offerter/{row.n}/redigera").get_data(as_text=True)
    assert seller.post(f"/offerter/{row.n}/moms", data={"basis": "incl"}).status_code == 303
    assert fresh(Quote, n=row.n).basis == "incl"
    seller.post(f"/offerter/{row.n}/rader", data={"del": "1", "egen": "Dörr"})
    assert seller.post(f"/offerter/{row.n}/moms", data={"basis": "excl"}).status_code == 409
    assert fresh(Quote, n=row.n).basis == "incl"


def test_prices_are_turned_for_a_private_customer_after_both_totals_were_shown(seller, make, firm):
    company = make.customer(firm, "Almgrens Bygg", kind="company")
    karin = make.customer(firm)
    quote = make.quote(firm, company, basis="excl")
    url = f"/offerter/{quote.n}/kund"
    page = seller.post(url, data={"kund": str(karin.n)})
    html = page.get_data(as_text=True)
    assert page.status_code == 409
    assert "Priserna räknas om" in html
    assert f"18{NBSP}675{NBSP}kr" in html
    assert fresh(Quote, n=quote.n).basis == "excl"
    assert fresh(QuoteLine, quote_id=quote.id, n=2).unit_price_ore == 69000
    assert seller.post(url, data={"kund": str(karin.n), "bekrafta": "1"}).status_code == 303
    assert fresh(Quote, n=quote.n).basis == "incl"
    assert fresh(QuoteLine, quote_id=quote.id, n=2).unit_price_ore == 86250


def test_a_company_gets_no_rot(seller, make, firm, quote):
    company = make.customer(firm, "Almgrens Bygg", kind="company")
    seller.post(f"/offerter/{quote.n}/kund", data={"kund": str(company.n)})
    assert fresh(QuoteLine, quote_id=quote.id, n=2).deduction is None
    karin = make.customer(firm)
    seller.post(f"/offerter/{quote.n}/kund", data={"kund": str(karin.n)})
    line = fresh(QuoteLine, quote_id=quote.id, n=2)
    assert (line.deduction, line.work_type) == ("rot", "bygg")


def test_a_new_customer_is_made_on_the_way(seller, quote):
    data = {"name": "Mona Rask", "phone": "070-174 06 05", "kind": "private", "site_city": "Lillhamra"}
    assert seller.post(f"/offerter/{quote.n}/kund", data=data).status_code == 303
    assert fresh(Quote, n=quote.n).customer_name == "Mona Rask"
    page = seller.post(f"/offerter/{quote.n}/kund", data={"name": "Utan kontakt", "kind": "private"})
    assert page.status_code == 422
    assert "Skriv e-post eller mobil" in page.get_data(as_text=True)


def test_delete_a_draft_and_undo(seller, quote):
    answer = seller.post(f"/offerter/{quote.n}/arkivera")
    assert (answer.status_code, answer.location) == (303, "/offerter")
    page = seller.get("/offerter").get_data(as_text=True)
    assert "Utkastet är borttaget." in page
    assert f'action="/offerter/{quote.n}/hamta-tillbaka"' in page
    assert "Badrum, Granstigen 4" not in page
    assert "Badrum, Granstigen 4" in seller.get("/offerter?visa=arkiv").get_data(as_text=True)
    seller.post(f"/offerter/{quote.n}/hamta-tillbaka")
    assert fresh(Quote, n=quote.n).archived_at is None


def many_lines(make, quote, count):
    section = db.session.query(QuoteSection).filter_by(quote_id=quote.id).one()
    for n in range(5, 5 + count):
        make.line(quote, section, n=n, text=f"Kakelsättning, vägg {n}", unit="m²", quantity_milli=24000)
    db.session.commit()


@pytest.mark.parametrize(("lines", "limit"), [(7, 12_000), (117, 16_000)])
def test_weight_of_the_page(seller, make, quote, lines, limit):
    many_lines(make, quote, lines)
    page = seller.get(f"/offerter/{quote.n}/redigera")
    assert len(gzip.compress(page.data, 6)) <= limit


@pytest.mark.parametrize("lines", [0, 117])
def test_statements_do_not_grow_with_lines(seller, make, quote, statements, lines):
    many_lines(make, quote, lines)
    url = f"/offerter/{quote.n}/redigera"
    with statements() as seen:
        seller.get(url)
    assert len(seen) <= 6


def test_dates_are_read_as_swedes_write_them(seller, quote):
    seller.post(f"/offerter/{quote.n}/uppgifter", data=DETAILS | {"valid_until": "18 december 2027"})
    assert fresh(Quote, n=quote.n).valid_until.isoformat() == "2027-12-18"


def test_changes_of_a_sent_quote_leave_its_sums_in_the_list(seller, make, firm, line_data):
    sent = make.quote(
        firm,
        make.customer(firm),
        status="sent",
        version=1,
        number="2026-001",
        changed_since=False,
        to_pay_ore=1_162_800,
        gross_ore=1_494_000,
    )
    before = sent.touched_at - timedelta(0)
    seller.post(f"/offerter/{sent.n}/rader/2/klar", data=line_data(quantity="20"))
    row = fresh(Quote, n=sent.n)
    assert (row.changed_since, row.to_pay_ore) == (True, 1_162_800)
    assert row.touched_at > before
