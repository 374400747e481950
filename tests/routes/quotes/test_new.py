"""/offerter/ny: for whom, and what it begins with."""

from __future__ import annotations

import re

import pytest

from domain.clock import stockholm_date
from extensions import db
from models import Customer, Quote, QuoteLine
from services.actors import Actor
from services.clock import utc_now
from services.quotes import templates


@pytest.fixture
def template(make, firm, quote):
    user = make.owner(firm)
    actor = Actor(firm.id, firm.public_id, f"user:{user.public_id}", user.name, user.id)
    return templates.save(quote.n, "Badrum", once_key="", removes_draft=False, actor=actor, now=utc_now())


@pytest.fixture
def lars(make, firm):
    return make.customer(firm, "Lars Ek", site_street="Ekvägen 1")


def newest() -> Quote:
    db.session.rollback()
    return db.session.query(Quote).order_by(Quote.n.desc()).limit(1).one()


def test_without_templates_a_customer_is_enough(seller, quote, lars):
    answer = seller.post("/offerter/ny", data={"kund": str(lars.n)})
    assert answer.location == f"/offerter/{newest().n}/redigera"


def test_with_templates_the_next_question_is_what_it_begins_with(seller, template, lars):
    answer = seller.post("/offerter/ny", data={"kund": str(lars.n)})
    assert answer.location == f"/offerter/ny?kund={lars.n}"
    page = seller.get(answer.location)
    assert "Vad börjar offerten med?" in page.text
    assert "Till Lars Ek" in page.text
    form = dict(re.findall(r'name="(once|kund)" value="([^"]*)"', page.text)) | {"mall": "1"}
    locations = {seller.post("/offerter/ny", data=form).location for _press in range(2)}
    assert len(locations) == 1
    assert newest().customer_name == "Lars Ek"
    assert newest().title == "Badrum"
    assert db.session.query(QuoteLine).filter_by(quote_id=newest().id).count() == 3


def test_an_empty_one_is_still_a_tap(seller, template, lars):
    answer = seller.post("/offerter/ny", data={"kund": str(lars.n), "tom": "1"})
    assert answer.location == f"/offerter/{newest().n}/redigera"
    assert db.session.query(QuoteLine).filter_by(quote_id=newest().id).count() == 0


def test_a_new_customer_is_kept_before_the_question(seller, template):
    answer = seller.post("/offerter/ny", data={"name": "Lars Ek", "email": "lars@kund.example", "kind": "private"})
    lars = db.session.query(Customer).filter_by(name="Lars Ek").one()
    assert answer.location == f"/offerter/ny?kund={lars.n}"


def test_the_latest_quotes_are_offered_for_copying(seller, make, firm, quote, lars):
    quote.gross_ore = quote.to_pay_ore = 1_494_000
    db.session.commit()
    page = seller.get("/offerter/ny")
    assert "Kopiera en tidigare offert" in page.text
    assert f'href="/offerter/ny?kopia={quote.n}"' in page.text
    chosen = seller.get(f"/offerter/ny?kopia={quote.n}")
    assert "Offerten blir en kopia av ”Badrum, Granstigen 4”." in chosen.text
    form = dict(re.findall(r'name="(once|kopia)" value="([^"]*)"', chosen.text)) | {"kund": str(lars.n)}
    assert seller.post("/offerter/ny", data=form).location == f"/offerter/{newest().n}/redigera"
    copy = newest()
    assert (copy.customer_name, copy.site_street, copy.status) == ("Lars Ek", "Ekvägen 1", "draft")
    assert copy.valid_until > stockholm_date(utc_now())


def test_a_fault_in_the_new_customer_keeps_what_is_copied(seller, quote):
    answer = seller.post("/offerter/ny", data={"name": "", "kopia": str(quote.n), "kind": "private"})
    assert answer.status_code == 422
    assert f'name="kopia" value="{quote.n}"' in answer.text
    assert "Skriv kundens namn." in answer.text


def test_searching_a_customer_keeps_what_is_copied(seller, quote, lars):
    page = seller.get(f"/offerter/ny?kopia={quote.n}&q=lars")
    assert page.text.count(f'name="kopia" value="{quote.n}"') >= 3
    assert "Lars Ek" in page.text


def test_a_sent_quote_leads_to_its_copy(seller, quote):
    assert f'href="/offerter/ny?kopia={quote.n}"' in seller.get(f"/offerter/{quote.n}/redigera").text


def test_from_a_template_for_nobody_yet(seller, template):
    assert "Offerten börjar med mallen ”Badrum”." in seller.get("/offerter/ny?mall=1").text
    seller.post("/offerter/ny", data={"mall": "1", "utan": "1"})
    assert newest().customer_id is None
    assert newest().basis == "incl"


def test_who_may_not(worker, stranger, quote, template):
    assert worker.post("/offerter/ny", data={"utan": "1", "kopia": str(quote.n)}).status_code == 403
    assert stranger.post("/offerter/ny", data={"utan": "1", "kopia": str(quote.n)}).status_code == 404
    assert stranger.get(f"/offerter/ny?kopia={quote.n}").status_code == 404
