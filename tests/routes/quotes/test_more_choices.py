"""Fler val of a line: recommended, the customer's quantity, what it costs the firm, keeping it in the price list."""

from __future__ import annotations

import pytest

from domain import permissions
from extensions import db
from models import Article, QuoteLine
from services import transaction
from tests.routes.quotes.conftest import HTMX

NBSP = "\u00a0"
SECRET = "431,57"


def row_of(quote, n=2):
    db.session.rollback()
    db.session.expire_all()
    transaction.may_write()
    return db.session.query(QuoteLine).filter_by(quote_id=quote.id, n=n).one()


@pytest.fixture
def no_margins(monkeypatch):
    """Sellers who may not see margins: no role is so today, but the pages must not lean on that."""
    grants = dict(permissions._GRANTS)
    grants["seller"] = grants["seller"] - {"margin.read"}
    monkeypatch.setattr(permissions, "_GRANTS", grants)


@pytest.fixture
def poor(app, make, firm, no_margins):
    return app.test_client().log_in(make.user(firm, role="seller"))


def test_recommended_and_the_customers_quantity_are_saved(seller, quote, line_data):
    url = f"/offerter/{quote.n}/rader/2"
    seller.post(url, data=line_data(recommended="y", least="10", most="20,5"), headers=HTMX)
    row = row_of(quote)
    assert (row.is_recommended, row.quantity_min_milli, row.quantity_max_milli) == (False, 10_000, 20_500)
    data = line_data(option="y", recommended="y", least="10", most="20,5")
    html = seller.post(f"{url}/klar", data=data, headers=HTMX).get_data(as_text=True)
    assert row_of(quote).is_recommended is True  # only an option is
    assert "kunden väljer 10 till 20,5" in html
    assert "rekommenderas" in html
    html = seller.get(url, headers=HTMX).get_data(as_text=True)
    assert 'value="20,5"' in html
    seller.post(url, data=line_data(rev="3"), headers=HTMX)
    row = row_of(quote)
    assert (row.is_recommended, row.quantity_min_milli, row.quantity_max_milli) == (False, None, None)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"least": "10"}, "Skriv också till vilket antal."),
        ({"most": "20"}, "Skriv också från vilket antal."),
        ({"least": "17", "most": "20"}, "Antalet på raden ska ligga mellan från och till."),
        ({"least": "10", "most": "15"}, "Antalet på raden ska ligga mellan från och till."),
        ({"least": "-1", "most": "20"}, "Antal ska vara över noll och högst 100 000."),
        ({"least": "några", "most": "20"}, "Skriv antal med siffror, till exempel 5,5"),
        ({"purchase": "-5"}, "Inköpspriset ska vara högst 100 miljoner kronor."),
        ({"purchase": "billigt"}, "Skriv ett pris med siffror, till exempel 1\u00a0290,50"),
    ],
)
def test_bad_choices_are_422_with_words_and_kept(seller, quote, line_data, wrong, words):
    url = f"/offerter/{quote.n}/rader/2"
    auto = seller.post(url, data=line_data(**wrong), headers=HTMX)
    assert (auto.status_code, words in auto.get_data(as_text=True)) == (422, True)
    html = seller.post(f"{url}/klar", data=line_data(**wrong)).get_data(as_text=True)
    assert html.count(words) == 2
    assert '<details class="more inset" open>' in html
    for typed in wrong.values():
        assert f'value="{typed}"' in html
    assert row_of(quote).rev == 1


def test_the_margin_is_told_and_follows(seller, quote, line_data):
    url = f"/offerter/{quote.n}/rader/2"
    answer = seller.post(url, data=line_data(purchase="420"), headers=HTMX)
    html = answer.get_data(as_text=True)
    told = f"Inköp 6{NBSP}720{NBSP}kr · Marginal 24{NBSP}%"
    assert f'id="marg-2" hx-swap-oob="true">{told}' in html
    assert row_of(quote).purchase_price_ore == 42_000
    page = seller.get(f"/offerter/{quote.n}/redigera").get_data(as_text=True)
    assert told in page
    assert "En rad saknar inköpspris." in page
    seller.post(url, data=line_data(purchase="", rev="2"), headers=HTMX)
    assert row_of(quote).purchase_price_ore is None
    assert "Marginal" not in seller.get(f"/offerter/{quote.n}/redigera").get_data(as_text=True)


def test_a_margin_without_price_or_below_zero(seller, quote, line_data):
    url = f"/offerter/{quote.n}/rader/2"
    html = seller.post(url, data=line_data(price="", purchase="100"), headers=HTMX).get_data(as_text=True)
    assert f"Inköp 1{NBSP}600{NBSP}kr · Marginal 0{NBSP}%" in html
    html = seller.post(url, data=line_data(price="100", purchase="100", rev="2"), headers=HTMX).get_data(as_text=True)
    assert f"Marginal −25{NBSP}%" in html


def test_who_may_not_see_margins_sees_none_and_changes_none(poor, worker, quote, line_data):
    row_of(quote).purchase_price_ore = 43_157
    db.session.commit()
    base = f"/offerter/{quote.n}"
    answers = [
        poor.get(f"{base}/redigera"),
        poor.get(f"{base}/rader/2"),
        poor.get(f"{base}/rader/2", headers=HTMX),
        poor.get(f"{base}/rader/3?oppen=2", headers=HTMX),
        poor.post(f"{base}/rader/2", data=line_data(quantity="17", purchase="1"), headers=HTMX),
        poor.post(f"{base}/rader/2/klar", data=line_data(quantity="18", rev="2", purchase="1"), headers=HTMX),
        poor.post(f"{base}/rader/2", data=line_data(quantity="1", rev="1", key="annan", purchase="1"), headers=HTMX),
        poor.post(f"{base}/rader/2/ner", headers=HTMX),
        poor.post(f"{base}/rader/2/kopiera", headers=HTMX),
        poor.post(f"{base}/delar/1/kopiera", headers=HTMX),
        poor.get(f"{base}/som-kund"),
        worker.get(f"{base}/som-kund"),
        worker.get(base),
    ]
    for answer in answers:
        html = answer.get_data(as_text=True)
        assert answer.status_code in (200, 302, 409)
        for secret in (SECRET, "Marginal", "Inköp", 'name="purchase"'):
            assert secret not in html
    assert (row_of(quote).purchase_price_ore, row_of(quote).quantity_milli) == (43_157, 18_000)


def test_the_customers_view_says_nothing_of_costs(seller, quote):
    row_of(quote).purchase_price_ore = 43_157
    db.session.commit()
    assert SECRET in seller.get(f"/offerter/{quote.n}/rader/2").get_data(as_text=True)
    for path in ("som-kund", "granska"):
        html = seller.get(f"/offerter/{quote.n}/{path}").get_data(as_text=True)
        for secret in (SECRET, "Marginal", "Inköp"):
            assert secret not in html


def test_an_article_brings_its_purchase_price(seller, make, firm, quote):
    make.article(firm, "Kakel, vit", kind="material", unit="m²", unit_price_ore=38_900, purchase_price_ore=21_000)
    seller.post(f"/offerter/{quote.n}/rader", data={"del": "1", "artikel": "1"})
    assert row_of(quote, 5).purchase_price_ore == 21_000
    seller.post(f"/offerter/{quote.n}/rader/5/kopiera")
    assert row_of(quote, 6).purchase_price_ore == 21_000


def articles(firm):
    return [
        (row.name, row.unit_price_ore, row.basis, row.purchase_price_ore, row.work_type)
        for row in db.session.query(Article).filter_by(firm_id=firm.id).order_by(Article.id)
    ]


def test_a_line_is_kept_in_the_price_list_with_klar(owner, firm, quote, line_data):
    url = f"/offerter/{quote.n}/rader/2"
    owner.post(url, data=line_data(lists="y"), headers=HTMX)
    assert articles(firm) == []  # not while it is typed
    answer = owner.post(f"{url}/klar", data=line_data(lists="y", purchase="420"), headers=HTMX)
    assert "Sparad i prislistan." in answer.get_data(as_text=True)
    assert articles(firm) == [("Rivning av ytskikt", 69_000, "incl", 42_000, "bygg")]
    again = owner.post(f"{url}/klar", data=line_data(lists="y", purchase="420", rev="2"))
    html = owner.get(again.location).get_data(as_text=True)
    assert "Prislistan har redan en artikel som heter så." in html
    assert len(articles(firm)) == 1


def test_only_who_may_write_articles_keeps_a_line(app, make, firm, quote, line_data):
    plain = app.test_client().log_in(make.user(firm, role="seller"))
    assert "Spara i prislistan" not in plain.get(f"/offerter/{quote.n}/rader/2").get_data(as_text=True)
    plain.post(f"/offerter/{quote.n}/rader/2/klar", data=line_data(lists="y"))
    assert articles(firm) == []
