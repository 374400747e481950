"""C-32: absurd numbers at every number of every form: 422 with the field named, the typed text kept, nothing stored."""

from __future__ import annotations

import re

import pytest

from extensions import db
from models import Article, Quote, QuoteLine
from services.quotes.lines import MAX_LINES
from tests.security.conftest import deal_of, send
from tests.security.web import filled, form_on, stored

NO_NUMBER = [
    "1e309",
    "NaN",
    "Infinity",
    "-Infinity",
    "0x10",
    "1,2,3",
    "1.2.3.4",
    "٣",
    "½",
    "1_000",
    "9" * 5000,
    "--1",
    "−",
]
LINE = {
    "quantity": ["-1", " ", "0", "10" + "0" * 12, "0,0001", *NO_NUMBER],
    "price": ["10" + "0" * 12, "0,005", "1000000000000", "-1000000000000", *NO_NUMBER],
    "discount": ["-1", "101", "100,01", "1e2", *NO_NUMBER],
    "vat": ["7", "-25", "25.0", "1e309", "", "25,5"],
    "kind": ["work", "", "labour'--"],
    "unit": ["", "x" * 13],
    "deduction": ["rot:nonsense", "rot", "arv:bygg", "rut:bygg"],
}
DATES = ["1899-12-31", "9999-99-99", "2026-02-30", "10000-01-01", "0000-01-01", "31 februari", "-1", "1e9", "NaN", "٣"]


@pytest.fixture
def owner(app, alfa):
    client = app.test_client().log_in(alfa.owner)
    client.environ_base["handslag.raise_errors"] = True
    return client


def refused(answer, name: str, typed: str) -> None:
    """The field is marked, its words stand beside it, and what was typed is still there."""
    assert answer.status_code == 422, (name, typed[:20], answer.status_code)
    marked = re.findall(r"<(?:input|select|textarea|fieldset)[^>]*aria-invalid[^>]*>", answer.text)
    assert any(name in tag for tag in marked), (name, typed[:20], marked[:2])


def test_a_line(owner, alfa):
    form = form_on(owner, "/offerter/2/rader/2", "/klar")
    before = stored()
    for name, values in LINE.items():
        for typed in values:
            answer = owner.post(form.action, data={**filled(form), name: typed})
            assert answer.status_code == 422, (name, typed[:20])
            if name in ("quantity", "price", "discount"):
                refused(answer, name, typed)
            save = form.action.removesuffix("/klar")
            part = owner.post(save, data={**filled(form), name: typed}, headers={"HX-Request": "true"})
            assert part.status_code == 422
    assert {name for name, mark in stored().items() if mark != before[name]} == set()


def test_an_article(owner):
    form = form_on(owner, "/prislista/ny", "/prislista")
    count = db.session.query(Article).count()
    for typed in [*LINE["price"], "", " \t"]:
        refused(owner.post(form.action, data={**filled(form), "price": typed}), "price", typed)
    assert owner.post(form.action, data={**filled(form), "vat": "7"}).status_code == 422
    assert db.session.query(Article).count() == count


def test_days(owner):
    form = form_on(owner, "/offerter/2/uppgifter", "/uppgifter")
    quote_id = db.session.query(Quote).filter_by(title="Ett utkast").one().id
    for name in ("valid_until", "paid_on", "starts_on", "finishes_on"):
        for typed in DATES:
            if typed.startswith("1899") and name in ("starts_on", "finishes_on"):
                continue  # a job that began long ago is odd, and the user's own business
            refused(owner.post(form.action, data={**filled(form), name: typed}), name, typed)
    assert db.session.get_one(Quote, quote_id).rev == 1


def test_the_day_in_the_form_of_sending(owner):
    form = form_on(owner, "/offerter/2/granska", "/skicka")
    for typed in [*DATES, " ", "1999-01-01", "2200-01-01"]:
        refused(owner.post(form.action, data={**filled(form), "valid_until": typed}), "valid_until", typed)
    assert db.session.query(Quote).filter_by(title="Ett utkast").one().status == "draft"


def test_days_of_validity(owner, alfa):
    form = form_on(owner, "/installningar/offert", "/offert")
    for typed in ["0", " ", "-1", "366", "1e2", "30,5", "NaN", "9" * 5000, ""]:
        answer = owner.post(form.action, data={**filled(form), "default_valid_days": typed})
        refused(answer, "default_valid_days", typed)


def test_what_a_customer_says_of_the_used_allowance(app, make, alfa):
    quote = db.session.query(Quote).filter_by(title="Hos kunden").one()
    sent = deal_of(app, make, alfa.firm, quote)
    form = sent.step2()
    for typed in ["-1", "100001", *NO_NUMBER]:
        refused(sent.post("/godkann", {**form, "used_rot": typed}), "used_rot", typed)
        assert sent.post("/godkann/summa", {**form, "used_rot": typed}).status_code == 200
    for name in ("total", "to_pay", "version"):
        for typed in ["1e309", "NaN", "-1", "9" * 5000, "٣", ""]:
            assert sent.post("/godkann", {**form, name: typed}).status_code == 409
    assert sent.quote.status == "sent"


def test_more_lines_than_a_quote_may_have(owner, make, alfa):
    quote = db.session.query(Quote).filter_by(title="Ett utkast").one()
    lines = db.session.query(QuoteLine).filter_by(quote_id=quote.id).order_by(QuoteLine.n).all()
    first, have = lines[0], len(lines)
    for number in range(MAX_LINES - have):
        db.session.add(
            QuoteLine(
                firm_id=quote.firm_id,
                quote_id=quote.id,
                section_id=first.section_id,
                n=100 + number,
                position=100 + number,
                text="Rad",
                changed_at=first.changed_at,
            )
        )
    db.session.commit()
    n, quote_id = quote.n, quote.id
    assert owner.post(f"/offerter/{n}/rader", data={"del": "1", "egen": "En till"}).status_code == 409
    assert owner.post(f"/offerter/{n}/rader/2/kopiera").status_code == 409
    assert owner.post(f"/offerter/{n}/delar/1/kopiera").status_code == 409
    assert db.session.query(QuoteLine).filter_by(quote_id=quote_id).count() == MAX_LINES
    assert owner.get(f"/offerter/{n}/redigera").status_code == 200


def test_the_dearest_quote_there_can_be(app, make, alfa, owner):
    """The largest quantity at the largest price, discounted and with options, is exact in both databases."""
    firm = alfa.firm
    quote = make.quote(firm, make.customer(firm, kind="company"), basis="excl")
    for line in db.session.query(QuoteLine).filter_by(quote_id=quote.id):
        line.quantity_milli, line.unit_price_ore, line.discount_bp = 100_000_000, 10_000_000_000, 1
        line.deduction = line.work_type = None
    db.session.commit()
    sent = deal_of(app, make, firm, send(make, quote))
    form = sent.step2()
    net = 2 * (100_000 * 10_000_000_000 * 9999 // 10000)
    assert int(form["total"]) == net + net // 4
    assert sent.post("/godkann", form).status_code == 303
    assert sent.quote.gross_ore == net + net // 4
