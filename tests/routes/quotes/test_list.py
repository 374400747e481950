"""The list of quotes and a new quote."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest

from domain.clock import stockholm_date
from extensions import db
from models import Customer, Quote
from services import transaction
from services.clock import utc_now
from tests.routes.quotes.conftest import HTMX

NBSP = "\u00a0"


@pytest.fixture
def sent(make, firm):
    """A quote with the customer, seven days ago, three days left."""
    now = utc_now()
    return make.quote(
        firm,
        make.customer(firm),
        title="Altan 32 m²",
        status="sent",
        turn="customer",
        version=1,
        number="2026-002",
        sent_at=now - timedelta(days=7),
        valid_until=stockholm_date(now) + timedelta(days=3),
        to_pay_ore=6_490_000,
        gross_ore=7_000_000,
        deducted="rot",
    )


def test_one_quote_is_one_job_in_english_too(seller, make, firm, quote):
    seller.post("/installningar/mig", data={"name": "Jonas Ek", "language": "en"})
    assert ">1 job<" in seller.get("/offerter").text
    make.quote(firm, title="Trapp i ek")
    assert ">2 jobs<" in seller.get("/offerter").text


def test_groups_by_whose_turn_it_is(seller, make, firm, quote, sent):
    make.quote(
        firm, title="Byte av dörrar", status="sent", turn="firm", version=1, number="2026-001", question_at=utc_now()
    )
    make.quote(firm, title="Trapp i ek", status="accepted", version=1, number="2026-003")
    html = seller.get("/offerter").get_data(as_text=True)
    heads = [
        html.index(f"</svg> {text}" if text == "Din tur" else f">{text} <")
        for text in ("Din tur", "Kundens tur", "Utkast", "Klart senaste veckan")
    ]
    assert heads == sorted(heads)
    for text in ("Ny fråga", "Skickad", "Godkänd", "3 dagar kvar", f"64{NBSP}900{NBSP}kr", "efter ROT"):
        assert text in html
    assert f'href="/offerter/{quote.n}/redigera"' in html
    assert f'href="/offerter/{sent.n}"' in html


def test_a_draft_that_waits_on_the_firm_stands_once(seller, quote):
    """One made by a request from outside, or that could not be sent."""
    quote.turn = "firm"
    db.session.commit()
    assert seller.get("/offerter").text.count(quote.title) == 1
    assert seller.get("/offerter?visa=utkast").text.count(quote.title) == 1


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("visa=utkast", {"Badrum, Granstigen 4"}),
        ("visa=alla", {"Badrum, Granstigen 4", "Altan 32 m²", "Trapp i ek", "Staket"}),
        ("visa=godkanda", {"Trapp i ek"}),
        ("visa=avbojda", {"Staket"}),
        ("visa=arkiv", set()),
        ("visa=hittepa", {"Badrum, Granstigen 4", "Altan 32 m²", "Trapp i ek", "Staket"}),
        ("q=granstigen", {"Badrum, Granstigen 4"}),
        ("q=BADRUM+almgren", {"Badrum, Granstigen 4"}),
        ("q=%25", set()),
    ],
)
def test_filters_and_search(seller, make, firm, quote, sent, query, there):
    sent.search_text = "altan 32 m²"
    make.quote(firm, title="Trapp i ek", status="accepted", search_text="trapp")
    make.quote(firm, title="Staket", status="declined", search_text="staket")
    db.session.commit()
    html = seller.get(f"/offerter?{query}").get_data(as_text=True)
    titles = ("Badrum, Granstigen 4", "Altan 32 m²", "Trapp i ek", "Staket")
    assert {title for title in titles if title in html} == there


def test_htmx_gets_the_rows_only(seller, quote):
    part = seller.get("/offerter?q=badrum", headers=HTMX)
    assert part.get_data(as_text=True).lstrip().startswith('<div id="rader">')
    assert "HX-History-Restore-Request" in part.headers["Vary"]


def test_empty_states(seller):
    assert "Din första offert." in seller.get("/offerter").get_data(as_text=True)
    assert "Inget heter ”takvåd”." in seller.get("/offerter?q=takv%C3%A5d").get_data(as_text=True)
    assert "Inga utkast." in seller.get("/offerter?visa=utkast").get_data(as_text=True)


def rows_of(make, firm, count):
    customer = make.customer(firm)
    for i in range(count):
        turn, status = (("firm", "sent"), ("customer", "sent"), ("none", "draft"))[i % 3]
        make.quote(firm, customer, lines=False, title=f"Jobb {i:03}", turn=turn, status=status, sent_at=utc_now())


def test_pages_by_key_hold_every_quote_once(seller, make, firm):
    rows_of(make, firm, 75)
    seen: list[str] = []
    url = "/offerter"
    while url:
        html = seller.get(url).get_data(as_text=True)
        seen += [part[:8] for part in html.split('<span class="t">')[1:]]
        more = html.split('href="')
        url = next((part.split('"')[0].replace("&amp;", "&") for part in more if "sida=" in part.split('"')[0]), "")
    assert len(seen) == 75
    assert len(set(seen)) == 75
    assert len(seller.get("/offerter?antal=50").get_data(as_text=True).split('<span class="t">')) == 51
    assert seller.get("/offerter?sida=9-1-1").status_code == 200
    assert seller.get("/offerter?sida=skräp").status_code == 200


@pytest.mark.parametrize("count", [3, 60])
def test_statements_and_weight_do_not_grow(seller, make, firm, statements, count):
    rows_of(make, firm, count)
    with statements() as seen:
        page = seller.get("/offerter?antal=50")
    assert len(seen) <= 5  # the login, and the groups until the page is full
    assert len(gzip.compress(page.data, 6)) <= 12_000


def test_who_may(client, stranger, worker, quote):
    html = worker.get("/offerter").get_data(as_text=True)
    assert f'href="/offerter/{quote.n}"' in html  # the quote, not its builder
    assert "Badrum" not in stranger.get("/offerter?visa=alla").get_data(as_text=True)
    assert client.get("/offerter").status_code == 302
    assert worker.get("/offerter/ny").status_code == 403
    assert client.post("/offerter").status_code == 405


def newest():
    db.session.rollback()
    db.session.expire_all()
    transaction.may_write()
    return db.session.query(Quote).order_by(Quote.id.desc()).first()


def test_new_quote_for_a_known_customer(seller, make, firm):
    firm.default_terms, firm.default_message, firm.default_valid_days = "Trettio dagar", "Hej", 14
    customer = make.customer(firm)
    page = seller.get("/offerter/ny?q=karin").get_data(as_text=True)
    assert "Karin Almgren" in page
    answer = seller.post("/offerter/ny", data={"kund": str(customer.n)})
    row = newest()
    assert answer.location == f"/offerter/{row.n}/redigera"
    assert (row.customer_id, row.basis, row.terms, row.message) == (customer.id, "incl", "Trettio dagar", "Hej")
    assert (row.valid_until - stockholm_date(utc_now())).days == 14
    assert (row.site_street, row.number, row.status) == ("Granstigen 4", None, "draft")


def test_new_quote_for_a_new_customer(seller, make, firm):
    data = {"name": "Mona Rask", "email": "mona@kund.example", "kind": "private", "site_street": "Ekvägen 1"}
    assert seller.post("/offerter/ny", data=data).status_code == 303
    assert (newest().customer_name, newest().site_street) == ("Mona Rask", "Ekvägen 1")
    bad = seller.post("/offerter/ny", data={"name": "Mona", "email": "mona(at)kund", "kind": "private"})
    assert bad.status_code == 422
    assert 'value="mona(at)kund"' in bad.get_data(as_text=True)
    assert db.session.query(Customer).count() == 1


def test_new_quote_without_customer(seller):
    assert seller.post("/offerter/ny", data={"utan": "1"}).status_code == 303
    assert newest().customer_id is None
    assert seller.get(f"/offerter/{newest().n}/redigera").status_code == 200


def test_another_firms_customer_is_not_found(seller, make):
    customer = make.customer(make.firm("Annan Snickeri"))
    assert seller.post("/offerter/ny", data={"kund": str(customer.n)}).status_code == 404
