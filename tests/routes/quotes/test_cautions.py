"""What looks wrong with a deduction: told on Granska and in the builder, with the place where it is mended."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime

import pytest
import time_machine

from blueprints.quotes.cautions import _WORDS
from domain.checks import Caution
from extensions import db
from models import Customer, Quote, QuoteLine, QuoteSection
from services import transaction
from tests.routes.quotes.conftest import HTMX

NBSP = "\u00a0"
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _a_day_in_november():
    with time_machine.travel(NOW, tick=False):
        yield


def line_of(quote, n) -> QuoteLine:
    return db.session.query(QuoteLine).filter_by(quote_id=quote.id, n=n).one()


def review(client, quote) -> str:
    return client.get(f"/offerter/{quote.n}/granska").text


def builder(client, quote) -> str:
    return client.get(f"/offerter/{quote.n}/redigera").text


def told(page, text) -> str:
    """The address that a sentence links to."""
    found = re.search(rf'href="([^"]*)">{re.escape(text)}', page)
    assert found, text
    return found[1]


def test_each_code_has_words():
    assert set(_WORDS) == set(Caution)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Restid och milersättning", "Raden ser ut som resa"),
        ("Besiktning av taket", "Arbetet ser inte ut att ge avdrag"),
        ("Plattsättning badrum", "Kontrollera typen av arbete"),
        ("Installera laddbox", "Laddbox, solceller och batteri"),
    ],
)
def test_a_line_that_speaks_against_its_deduction(seller, quote, text, sentence):
    line_of(quote, 2).text = text
    db.session.commit()
    for page in (review(seller, quote), builder(seller, quote)):
        assert told(page, sentence) == f"/offerter/{quote.n}/rader/2"
    assert "Skicka offerten" in review(seller, quote)


def test_an_open_line_says_it_beside_its_kind_and_follows_what_is_typed(seller, quote, line_data):
    url = f"/offerter/{quote.n}/rader/2"
    assert '<div id="tvek-2" hidden></div>' in seller.get(url).text
    answer = seller.post(url, data=line_data(text="Restid"), headers=HTMX).text
    assert re.search(r'<div id="tvek-2" hx-swap-oob="true"><p class="note warn small">Raden ser ut som resa', answer)
    assert "Raden ser ut som resa" in seller.get(url).text
    answer = seller.post(url, data=line_data(text="Restid", deduction="", rev="2"), headers=HTMX).text
    assert '<div id="tvek-2" hidden hx-swap-oob="true"></div>' in answer


def test_no_travel_links_to_the_lines(seller, quote):
    line_of(quote, 3).kind = "material"
    db.session.commit()
    sentence = "Ta med resa eller annan övrig kostnad."
    assert told(review(seller, quote), sentence) == f"/offerter/{quote.n}/redigera#delar"
    assert told(builder(seller, quote), sentence) == "#delar"


def test_a_discount_on_another_section_than_the_labours(seller, quote):
    section = QuoteSection(firm_id=quote.firm_id, quote_id=quote.id, n=2, position=2, discount_bp=1000)
    db.session.add(section)
    db.session.flush()
    line = line_of(quote, 4)
    line.section_id, line.is_option = section.id, False
    db.session.commit()
    assert "Rabatten ligger inte på arbetet" in review(seller, quote)
    db.session.query(QuoteSection).filter_by(quote_id=quote.id, n=1).one().discount_bp = 1000
    db.session.commit()
    assert "Rabatten ligger inte på arbetet" not in review(seller, quote)


def save(client, quote, **typed):
    sent = {"rev": "1", "key": "jag", "valid_until": "2026-12-20", "price_type": "fixed"} | typed
    return client.post(f"/offerter/{quote.n}/uppgifter", data=sent)


def fresh(quote) -> Quote:
    db.session.rollback()
    transaction.may_write()
    return db.session.get_one(Quote, quote.id, populate_existing=True)


def test_a_new_house(seller, quote):
    assert save(seller, quote, home="house", home_year="2021").status_code == 303
    row = fresh(quote)
    assert (row.home, row.home_year) == ("house", 2021)
    sentence = (
        "Huset har värdeår 2021. Om- och tillbyggnad ger ROT först för värdeår 2020 och äldre. "
        "Reparation och underhåll ger ROT ändå"
    )
    for page in (review(seller, quote), builder(seller, quote)):
        assert told(page, sentence) == f"/offerter/{quote.n}/uppgifter#home_year"
    assert "Skicka offerten" in review(seller, quote)
    form = seller.get(f"/offerter/{quote.n}/uppgifter").text
    assert re.search(r'<option selected value="house">|<option value="house" selected>', form)
    assert 'id="home_year"' in form
    assert 'value="2021"' in form
    assert save(seller, quote, home="house", home_year="2020", rev="2").status_code == 303
    assert "Huset har värdeår" not in review(seller, quote)


def test_a_rented_home_gives_no_rot(seller, quote):
    assert save(seller, quote, home="rented").status_code == 303
    page = review(seller, quote)
    assert "En hyresrätt ger inget ROT: kunden måste äga bostaden." in page
    assert f'href="/offerter/{quote.n}/uppgifter#home">Ändra bostaden eller raderna' in page
    assert 'name="once"' not in page or "Skicka offerten</button>" not in page
    assert told(builder(seller, quote), "En hyresrätt ger inget ROT") == f"/offerter/{quote.n}/uppgifter#home"
    line = line_of(fresh(quote), 2)
    line.deduction, line.work_type = "rut", "stadning"
    db.session.commit()
    assert "En hyresrätt" not in review(seller, quote)


def test_a_company_with_a_deduction_cannot_be_sent_to(seller, quote):
    db.session.get_one(Customer, quote.customer_id).kind = "company"
    db.session.commit()
    page = review(seller, quote)
    assert "Avdrag ges bara till privatpersoner." in page
    assert f'href="/offerter/{quote.n}/redigera#delar">Ta bort avdraget på raderna' in page
    assert told(builder(seller, quote), "Avdrag ges bara till privatpersoner") == "#delar"
    hidden = dict(re.findall(r'name="(once|seen)"[^>]*value="([^"]*)"', page))
    sent = hidden | {"way": "mail", "email": "info@bygg.example", "valid_until": "2026-12-20", "remind": "0"}
    answer = seller.post(f"/offerter/{quote.n}/skicka", data=sent)
    assert answer.status_code == 409
    row = fresh(quote)
    assert (row.version, row.hold) == (0, "")


@pytest.mark.parametrize("typed", [{"home_year": "21"}, {"home_year": "nytt"}, {"home": "slott"}])
def test_a_home_that_cannot_be_read_is_asked_for_again(seller, quote, typed):
    answer = save(seller, quote, **typed)
    assert answer.status_code == 422
    words = "Välj en av bostäderna." if "home" in typed else "Skriv ett år med fyra siffror, till exempel 1987"
    assert words in answer.text
    assert next(iter(typed.values())) in answer.text or "home" in typed


PLAN = [
    {"trigger": "start", "text": "", "share_bp": 4000, "amount_ore": None, "on": None},
    {"trigger": "finish", "text": "", "share_bp": None, "amount_ore": None, "on": None},
]


def test_a_plan_past_new_year_tells_each_years_part(seller, quote):
    """Labour 11 040 gives rot 3 312, to pay 11 628 of 14 940: 40 % at the start, the rest when it is done."""
    quote.payment_plan = json.dumps(PLAN)
    quote.starts_on, quote.finishes_on, quote.paid_on = date(2026, 12, 7), date(2027, 1, 15), date(2027, 1, 20)
    db.session.commit()
    sentence = (
        f"Betalningsplanen går över nyår. 2026: kunden betalar 4{NBSP}651{NBSP}kr, ROT 30 % är 1{NBSP}324{NBSP}kr. "
        f"2027: kunden betalar 6{NBSP}977{NBSP}kr, ROT 30 % är 1{NBSP}987{NBSP}kr. "
        "Varje år har sitt eget avdragsutrymme"
    )
    for page in (review(seller, quote), builder(seller, quote)):
        assert told(page, sentence) == f"/offerter/{quote.n}/uppgifter#plan"
    assert sentence in seller.get(f"/offerter/{quote.n}/uppgifter").text


def test_an_advance_that_is_done_too_late(seller, quote):
    quote.payment_plan = json.dumps(PLAN)
    quote.starts_on, quote.finishes_on = date(2026, 12, 7), date(2027, 2, 12)
    db.session.commit()
    sentence = f"En del betalas i förskott men jobbet blir klart efter 1{NBSP}februari 2027."
    assert told(review(seller, quote), sentence) == f"/offerter/{quote.n}/uppgifter#plan"
    assert sentence in seller.get(f"/offerter/{quote.n}/uppgifter").text


def test_a_job_that_is_done_next_year_but_reckoned_for_this(seller, quote):
    quote.starts_on, quote.finishes_on = date(2026, 12, 7), date(2027, 1, 15)
    db.session.commit()
    sentence = "Jobbet blir klart 2027 men avdraget är räknat för 2026. Ändra väntad betalningsdag"
    assert told(review(seller, quote), sentence) == f"/offerter/{quote.n}/uppgifter#paid_on"


def test_payment_in_another_year_than_today(seller, quote):
    quote.paid_on = date(2027, 1, 8)
    db.session.commit()
    sentence = f"Avdraget är räknat för betalning 8{NBSP}januari 2027."
    assert told(review(seller, quote), sentence) == f"/offerter/{quote.n}/uppgifter#paid_on"


def test_a_firm_without_f_skatt_is_warned_not_stopped(owner, firm, quote):
    firm.f_skatt = False
    db.session.commit()
    page = review(owner, quote)
    assert told(page, "Avdraget kräver att ni är godkända för F-skatt") == "/installningar/foretag#f_skatt"
    assert "Skicka offerten" in page
