"""The page of details: how the price is decided, the discount of the whole, the payment plan, what is not included."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from domain.clock import stockholm_date
from extensions import db
from models import Firm, Quote, User
from services import transaction
from services.clock import utc_now
from services.quotes import content, drafting
from tests.routes.quotes.conftest import HTMX

NBSP = "\u00a0"
DAY = (stockholm_date(utc_now()) + timedelta(days=30)).isoformat()


def fresh(quote):
    db.session.rollback()
    db.session.expire_all()
    transaction.may_write()
    return db.session.query(Quote).filter_by(n=quote.n, firm_id=quote.firm_id).one()


def data(*parts, **more):
    """What the form sends; a part is (trigger, text, amount, unit, day)."""
    names = ("trigger", "text", "amount", "unit", "on")
    plan = {f"plan-{n}-{name}": value for n, part in enumerate(parts) for name, value in zip(names, part, strict=True)}
    return {"rev": "1", "key": "jag", "valid_until": DAY, "price_type": "fixed"} | plan | more


THIRDS = (
    ("order", "", "30", "percent", ""),
    ("stage", "Tätskiktet", "30 %", "kr", ""),
    ("finish", "", "", "percent", ""),
)


@pytest.fixture
def url(quote):
    return f"/offerter/{quote.n}/uppgifter"


def test_an_approximate_price_tells_its_most(seller, quote, url):
    assert seller.post(url, data=data(price_type="approximate", limit="", cap="5")).status_code == 303
    row = fresh(quote)
    assert (row.price_type, row.limit_percent, row.cap_ore) == ("approximate", 15, None)
    page = seller.get(f"/offerter/{quote.n}/redigera").get_data(as_text=True)
    assert f"Du får ta ut högst 17{NBSP}181{NBSP}kr." in page
    seller.post(url, data=data(price_type="approximate", limit="10 %", rev="2"))
    assert fresh(quote).limit_percent == 10


def test_a_running_account_with_a_ceiling(seller, quote, url):
    sent = data(price_type="running_with_cap", cap="40 000", markup="12,5")
    assert seller.post(url, data=sent).status_code == 303
    row = fresh(quote)
    assert (row.price_type, row.cap_ore, row.markup_bp) == ("running_with_cap", 4_000_000, 1250)
    html = seller.get(url).get_data(as_text=True)
    assert 'value="40000"' in html
    assert 'value="12,50"' in html
    page = seller.get(f"/offerter/{quote.n}/redigera").get_data(as_text=True)
    assert f"Du får ta ut högst 40{NBSP}000{NBSP}kr." in page
    seller.post(url, data=data(price_type="running", markup="10", cap="1", rev="2"))
    row = fresh(quote)
    assert (row.price_type, row.cap_ore, row.markup_bp) == ("running", None, 1000)
    assert "Du får ta ut högst" not in seller.get(f"/offerter/{quote.n}/redigera").get_data(as_text=True)


def test_a_mark_up_waits_until_a_way_of_pricing_uses_it(seller, quote, url):
    seller.post(url, data=data(price_type="running", markup="12"))
    seller.post(url, data=data(price_type="fixed", markup="12", rev="2"))
    row = fresh(quote)
    assert (row.price_type, row.markup_bp) == ("fixed", 1200)
    draft = drafting.load(quote.firm_id, quote.n)
    firm, user = db.session.get_one(Firm, quote.firm_id), db.session.get_one(User, quote.user_id)
    built = content.build(draft, firm, user, number="", version=0, today=stockholm_date(utc_now()))
    assert built["markup_bp"] is None
    page = seller.get(url).get_data(as_text=True)
    assert re.search(r'</fieldset>\n<div class="sub">.*?id="markup"[^>]*value="12"', page, re.DOTALL)
    assert seller.post(url, data=data(price_type="fixed", markup="mycket", rev="3")).status_code == 303
    assert fresh(quote).markup_bp is None, "nobody reads what is not asked"


def test_a_discount_on_the_whole_is_in_all_sums(seller, quote, url):
    seller.post(url, data=data(discount="10"))
    row = fresh(quote)
    assert (row.discount_bp, row.gross_ore, row.to_pay_ore) == (1000, 1_344_600, 1_344_600 - 298_000)
    page = seller.get(f"/offerter/{quote.n}/redigera").get_data(as_text=True)
    assert f"Rabatt är avdragen med 1{NBSP}494{NBSP}kr." in page
    assert f"13{NBSP}446{NBSP}kr" in page


def test_texts_and_small_houses_are_saved(seller, quote, url):
    sent = data(not_included="Målning\r\nEl", customer_does="Tömmer rummet", is_smahus="y")
    seller.post(url, data=sent)
    row = fresh(quote)
    assert (row.not_included, row.customer_does, row.is_smahus) == ("Målning\nEl", "Tömmer rummet", True)
    seller.post(url, data=data(rev="2"))
    assert fresh(quote).is_smahus is False


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"price_type": "gratis"}, "Välj hur priset bestäms."),
        ({"price_type": "approximate", "limit": "51"}, "Skriv hela procent, från 0 till 50."),
        ({"price_type": "approximate", "limit": "12,5"}, "Skriv hela procent, från 0 till 50."),
        ({"price_type": "running_with_cap", "cap": ""}, "Skriv takpriset i kronor."),
        ({"price_type": "running_with_cap", "cap": "0"}, "Takpriset ska vara över noll."),
        ({"price_type": "running_with_cap", "cap": "tak"}, "Skriv ett pris med siffror, till exempel 1\u00a0290,50"),
        ({"price_type": "running", "markup": "-1"}, "Påslaget ska vara högst 1 000 procent."),
        ({"discount": "101"}, "Rabatten ska vara mellan 0 och 100 procent."),
        ({"not_included": "Åt 19840601-2388"}, "Skriv inte personnummer här."),
    ],
)
def test_a_bad_price_is_422_with_words_and_kept(seller, quote, url, wrong, told):
    page = seller.post(url, data=data(**wrong))
    html = page.get_data(as_text=True)
    assert (page.status_code, html.count(told)) == (422, 2)
    if told != "Välj hur priset bestäms.":
        assert list(wrong.values())[-1] in html
    assert fresh(quote).rev == 1


def test_a_plan_is_saved_and_says_what_each_part_comes_to(seller, quote, url):
    assert seller.post(url, data=data(*THIRDS)).status_code == 303
    plan = json.loads(fresh(quote).payment_plan)
    assert [(part["trigger"], part["text"], part["share_bp"]) for part in plan] == [
        ("order", "", 3000),
        ("stage", "Tätskiktet", 3000),
        ("finish", "", None),
    ]
    html = seller.get(url).get_data(as_text=True)
    for text in (f"Blir 3{NBSP}488{NBSP}kr nu", f"Blir 4{NBSP}652{NBSP}kr nu", "myndigheter avråder kunden"):
        assert text in html


def test_a_plan_in_kronor_and_on_a_day(seller, quote, url):
    parts = (("date", "", "5 000 kr", "percent", "2027-01-15"), ("inspection", "", "", "percent", ""))
    assert seller.post(url, data=data(*parts, is_smahus="y")).status_code == 303
    first, last = json.loads(fresh(quote).payment_plan)
    assert (first["amount_ore"], first["share_bp"], first["on"]) == (500_000, None, "2027-01-15")
    assert (last["amount_ore"], last["trigger"]) == (None, "inspection")
    html = seller.get(url).get_data(as_text=True)
    assert 'value="5000"' in html
    assert 'value="2027-01-15"' in html
    assert '<option selected value="kr">' in html
    assert "Vid småhusbygge" not in html


def test_a_small_house_is_not_paid_in_advance(seller, quote, url):
    seller.post(url, data=data(*THIRDS, is_smahus="y"))
    html = seller.get(url).get_data(as_text=True)
    assert "Ta bort förskottet." in html
    assert "hålla inne en tiondel" in html


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([("order", "", "", "percent", ""), ("finish", "", "", "percent", "")], "Bara den sista delen får vara tom."),
        ([("stage", "", "30", "percent", ""), ("finish", "", "", "percent", "")], "Skriv vad som ska vara klart."),
        ([("date", "", "30", "percent", ""), ("finish", "", "", "percent", "")], "Skriv ett datum, till exempel"),
        ([("date", "", "30", "percent", "snart"), ("finish", "", "", "percent", "")], "Skriv ett datum, till exempel"),
        ([("", "Något", "30", "percent", ""), ("finish", "", "", "percent", "")], "Välj när delen ska betalas."),
        ([("hittepa", "", "30", "percent", ""), ("finish", "", "", "percent", "")], "Välj när delen ska betalas."),
        ([("order", "", "mycket", "kr", ""), ("finish", "", "", "percent", "")], "Skriv ett belopp med siffror"),
        ([("order", "", "-30", "percent", ""), ("finish", "", "", "percent", "")], "Skriv ett belopp med siffror"),
        ([("order", "", "101", "percent", ""), ("finish", "", "", "percent", "")], "Skriv ett belopp med siffror"),
        ([("order", "", "60", "percent", ""), ("finish", "", "50", "percent", "")], "Delarna blir mer än hela summan."),
        ([("order", "", "60", "percent", ""), ("finish", "", "30", "percent", "")], "Den sista delen blir det som är"),
        ([("order", "", "60", "percent", ""), ("finish", "", "30", "kr", "")], "Den sista delen blir det som är kvar"),
        ([("order", "", "20 000", "kr", ""), ("finish", "", "", "percent", "")], "Delarna blir mer än hela summan."),
        ([("order", "x" * 201, "20", "percent", ""), ("finish", "", "", "percent", "")], "Skriv högst 200 tecken."),
        ([("order", "", "1", "percent", "")] * 13, "En plan kan ha högst 12 delar."),
    ],
)
def test_a_bad_plan_is_422_at_its_part_and_kept(seller, quote, url, parts, told):
    page = seller.post(url, data=data(*parts))
    html = page.get_data(as_text=True)
    assert (page.status_code, html.count(told)) == (422, 2)
    for value in parts[0][1:3]:
        assert value in html
    assert fresh(quote).payment_plan == "[]"


def test_parts_that_are_all_shares_may_name_the_last_one_too(seller, quote, url):
    parts = (("order", "", "60", "percent", ""), ("finish", "", "40", "percent", ""))
    assert seller.post(url, data=data(*parts)).status_code == 303
    assert f"Blir 4{NBSP}651{NBSP}kr nu" in seller.get(url).get_data(as_text=True)


def test_empty_rows_are_no_parts(seller, quote, url):
    assert seller.post(url, data=data(("", "", "", "percent", ""), *THIRDS)).status_code == 303
    assert len(json.loads(fresh(quote).payment_plan)) == 3


def test_rows_are_added_and_taken_away_by_buttons(seller, quote, url):
    page = seller.post(url, data=data(*THIRDS, message="Hej Karin", plan="ny"))
    html = page.get_data(as_text=True)
    assert page.status_code == 200
    for text in ('name="plan-3-trigger"', "Tätskiktet", "Hej Karin"):
        assert text in html
    html = seller.post(url, data=data(*THIRDS, plan="bort-1")).get_data(as_text=True)
    assert html.count('-trigger"') == 6  # for, id and name of two
    assert "Tätskiktet" not in html
    html = seller.post(url, data=data(*[THIRDS[0]] * 12, plan="ny")).get_data(as_text=True)
    assert 'name="plan-12-trigger"' not in html
    for odd in ("bort-", "bort-x", "bort-99", "annat"):
        assert seller.post(url, data=data(*THIRDS, plan=odd)).status_code == 200
    assert fresh(quote).rev == 1  # nothing is saved by them


@pytest.mark.parametrize(
    "name", ["plan-x-trigger", "plan--trigger", "plan-0-0-trigger", "plan-99999999999999999999-on"]
)
def test_odd_names_of_parts_do_no_harm(seller, quote, url, name):
    assert seller.post(url, data=data(*THIRDS, plan="ny") | {name: "order"}).status_code == 200
    assert seller.post(url, data=data() | {name: ""}).status_code in (303, 422)


def test_two_phones_on_price_and_plan(seller, quote, url):
    seller.post(url, data=data(price_type="approximate", discount="5", key="eva"))
    page = seller.post(url, data=data(*THIRDS))
    html = page.get_data(as_text=True)
    assert page.status_code == 409
    for text in ("Ditt: Fast pris", "Sparat: Ungefärligt pris", "Sparat: 5", "Ditt: Vid beställning 30 %"):
        assert text in html
    assert json.loads(fresh(quote).payment_plan) == []
    assert seller.post(url, data=data(*THIRDS, now_rev="2")).status_code == 303
    row = fresh(quote)
    assert (row.price_type, len(json.loads(row.payment_plan))) == ("fixed", 3)


def test_a_plan_that_no_longer_fits_is_shown_and_told(seller, quote, url, line_data):
    parts = (("order", "", "5 000", "kr", ""), ("finish", "", "", "percent", ""))
    seller.post(url, data=data(*parts))
    seller.post(f"/offerter/{quote.n}/rader/2/klar", data=line_data(price="1"))
    seller.post(f"/offerter/{quote.n}/rader/3/ta-bort", headers=HTMX)
    html = seller.get(url).get_data(as_text=True)
    assert "Delarna blir mer än hela summan." in html
    assert 'value="5000"' in html


def test_turned_prices_turn_the_ceiling(seller, make, firm):
    company, karin = make.customer(firm, "Almgrens Bygg", kind="company"), make.customer(firm)
    quote = make.quote(firm, company, basis="excl", price_type="running_with_cap", cap_ore=4_000_000)
    seller.post(f"/offerter/{quote.n}/kund", data={"kund": str(karin.n), "bekrafta": "1"})
    assert (fresh(quote).basis, fresh(quote).cap_ore) == ("incl", 5_000_000)


def test_builder_review_and_the_customers_view_say_the_same(seller, quote, url):
    """With discounts on section and whole, a running account and words, all three come to one sum."""
    section = {"title": "Rivning", "price_mode": "rows", "discount": "10", "choice": "", "rev": "1", "key": "a"}
    seller.post(f"/offerter/{quote.n}/delar/1", data=section)
    seller.post(f"/offerter/{quote.n}/rader", data={"del": "1", "ord": "0"})
    seller.post(f"/offerter/{quote.n}/rader/5/klar", data={"words": "Vi städar varje dag.", "rev": "1", "key": "a"})
    seller.post(url, data=data(price_type="approximate", discount="5"))
    for path in ("redigera", "granska", "som-kund"):
        html = seller.get(f"/offerter/{quote.n}/{path}").get_data(as_text=True)
        assert f"12{NBSP}773,70" in html, path
    assert "Vi städar varje dag." in html
