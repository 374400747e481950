"""Words between lines: written as they are typed, without a price, moved and taken back as other lines are."""

from __future__ import annotations

import pytest

from extensions import db
from models import Quote, QuoteLine
from services import transaction
from tests.routes.quotes.conftest import HTMX

WORDS = "Vi täcker golv och möbler.\nVattnet är avstängt två dagar."


def fresh(model, **where):
    db.session.rollback()
    db.session.expire_all()
    transaction.may_write()
    return db.session.query(model).filter_by(**where).one()


def typed(words=WORDS, **more):
    return {"words": words, "rev": "1", "key": "jag"} | more


@pytest.fixture
def words(seller, quote):
    """Line 5 of the quote is words, not yet written."""
    part = seller.post(f"/offerter/{quote.n}/rader", data={"del": "1", "ord": "0"}, headers=HTMX)
    html = part.get_data(as_text=True)
    assert part.headers["HX-Trigger"] == "stang-ark"
    assert 'name="words"' in html
    assert 'name="price"' not in html
    return f"/offerter/{quote.n}/rader/5"


def test_words_are_saved_as_they_are_typed(seller, quote, words, statements):
    with statements() as seen:
        answer = seller.post(words, data=typed(), headers=HTMX)
    html = answer.get_data(as_text=True)
    assert (answer.status_code, len(seen) <= 8) == (200, True)
    assert "Sparat" in html
    assert 'name="words"' not in html  # never the field that is typed in
    row = fresh(QuoteLine, quote_id=quote.id, n=5)
    assert (row.text, row.is_text, row.is_option, row.rev) == (WORDS, True, False, 2)
    assert fresh(Quote, n=quote.n).gross_ore == 1_494_000
    closed = seller.post(f"{words}/klar", data=typed(rev="2"), headers=HTMX).get_data(as_text=True)
    assert closed.lstrip().startswith('<li id="rad-5"><a class="line plain"')
    page = seller.get(f"/offerter/{quote.n}/redigera").get_data(as_text=True)
    assert "Vi täcker golv och möbler." in page
    assert "En rad saknar pris" not in page
    assert seller.get(words).get_data(as_text=True).count("<textarea") == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (" ", "Skriv texten, eller ta bort raden."),
        ("x" * 1001, "Skriv högst 1000 tecken."),
        ("Åt 19840601-2388", "Skriv inte personnummer här."),
    ],
)
def test_bad_words_are_422_and_kept(seller, quote, words, wrong, told):
    auto = seller.post(words, data=typed(wrong), headers=HTMX)
    assert (auto.status_code, told in auto.get_data(as_text=True)) == (422, True)
    page = seller.post(f"{words}/klar", data=typed(wrong))
    html = page.get_data(as_text=True)
    assert (page.status_code, html.count(told)) == (422, 2)
    assert wrong in html
    assert fresh(QuoteLine, quote_id=quote.id, n=5).text == ""


def test_two_phones_on_the_same_words(seller, quote, words):
    seller.post(words, data=typed("Evas ord", key="eva"), headers=HTMX)
    page = seller.post(f"{words}/klar", data=typed("Mina ord"))
    html = page.get_data(as_text=True)
    assert page.status_code == 409
    for text in ("Ändrad av Jonas Ek kl.", "Ditt: Mina ord", "Sparat: Evas ord"):
        assert text in html
    auto = seller.post(words, data=typed("Mina ord"), headers=HTMX)
    assert (auto.status_code, 'id="krock-5"' in auto.get_data(as_text=True)) == (409, True)
    assert fresh(QuoteLine, quote_id=quote.id, n=5).text == "Evas ord"
    assert seller.post(f"{words}/klar", data=typed("Mina ord", now_rev="2")).status_code == 303
    assert fresh(QuoteLine, quote_id=quote.id, n=5).text == "Mina ord"


def test_words_removed_on_another_phone_can_be_kept(seller, quote, words):
    seller.post(f"{words}/ta-bort")
    page = seller.post(f"{words}/klar", data=typed())
    assert page.status_code == 409
    assert "Borttagen av Jonas Ek" in page.get_data(as_text=True)
    rev = str(fresh(QuoteLine, quote_id=quote.id, n=5).rev)
    assert seller.post(f"{words}/klar", data=typed(now_rev=rev)).status_code == 303
    row = fresh(QuoteLine, quote_id=quote.id, n=5)
    assert (row.removed_at, row.text) == (None, WORDS)


def test_words_are_copied_moved_removed_and_taken_back(seller, quote, words):
    seller.post(f"{words}/upp", data=typed(), headers=HTMX | {"HX-Target": "del-1"})
    assert fresh(QuoteLine, quote_id=quote.id, n=5).position == 3
    seller.post(f"{words}/kopiera")
    twin = fresh(QuoteLine, quote_id=quote.id, n=6)
    assert (twin.text, twin.is_text) == (WORDS, True)
    part = seller.post(f"{words}/ta-bort", headers=HTMX | {"HX-Target": "del-1"}).get_data(as_text=True)
    assert f'action="{words}/ta-tillbaka"' in part
    seller.post(f"{words}/ta-tillbaka")
    assert fresh(QuoteLine, quote_id=quote.id, n=5).removed_at is None


def test_words_do_not_become_a_price_nor_a_price_words(seller, quote, words, line_data):
    assert seller.post(words, data=line_data(), headers=HTMX).status_code == 404
    assert seller.post(f"/offerter/{quote.n}/rader/2", data=typed(), headers=HTMX).status_code == 404
    assert seller.post(f"/offerter/{quote.n}/rader/2/klar", data=typed(" ")).status_code == 404
    assert seller.post(words, data=line_data(key="x", rev="9"), headers=HTMX).status_code == 404
    assert fresh(QuoteLine, quote_id=quote.id, n=2).is_text is False
    assert fresh(QuoteLine, quote_id=quote.id, n=5).is_text is True


def test_a_strangers_and_a_workers_words(seller, stranger, worker, quote, words):
    assert stranger.post(words, data=typed()).status_code == 404
    assert worker.post(words, data=typed()).status_code == 403
    assert seller.post(words, data=typed(), csrf=False).status_code == 403
