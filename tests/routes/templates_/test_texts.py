"""/texter, and putting one of them into what is being written."""

from __future__ import annotations

import re

import pytest

from extensions import db
from models import Firm, QuoteLine, TextBlock
from services import transaction
from services.text_blocks import PLACES
from tables.templates import PLACES as STORED_PLACES

HTMX = {"HX-Request": "true"}
GOOD = {"place": "terms", "title": "Betalning", "text": "Betalning 30 dagar."}


def stored(n=9) -> TextBlock:
    db.session.rollback()
    return db.session.query(TextBlock).filter_by(n=n).populate_existing().one()


def test_the_places_are_those_of_the_table():
    assert PLACES == STORED_PLACES


def test_a_new_text_stands_under_its_place(seller):
    assert "Här hamnar texter du ofta skriver." in seller.get("/texter").text
    assert seller.get("/texter/ny?plats=terms").status_code == 200
    assert seller.post("/texter", data=GOOD).location == "/texter"
    page = seller.get("/texter").text
    assert page.index("Villkor") < page.index("Betalning 30 dagar.")


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("title", "", "Skriv vad texten ska heta."),
        ("title", "x" * 81, "Skriv högst 80 tecken."),
        ("text", " ", "Skriv texten."),
        ("text", "x" * 5001, "Skriv högst 5000 tecken."),
        ("text", "Karin, 840601-2388", "Skriv inte personnummer här."),
    ],
)
def test_what_is_wrong_stands_twice_and_the_rest_stays(seller, field, typed, words):
    answer = seller.post("/texter", data=GOOD | {field: typed})
    assert answer.status_code == 422
    assert answer.text.count(words) == 2
    assert GOOD["text" if field == "title" else "title"] in answer.text
    assert db.session.query(TextBlock).count() == 0


def test_words_between_lines_are_shorter(seller):
    assert seller.post("/texter", data=GOOD | {"place": "row", "text": "x" * 1001}).status_code == 422
    assert seller.post("/texter", data=GOOD | {"place": "nowhere"}).status_code == 422


def test_it_is_changed_and_a_stale_save_shows_both(seller, block):
    form = {"place": "message", "title": "Hälsning", "text": "Hej.", "rev": "1"}
    assert "Tack för besöket." in seller.get("/texter/9").text
    assert seller.post("/texter/9", data=form).status_code == 303
    stale = seller.post("/texter/9", data=form | {"text": "Hallå."})
    assert stale.status_code == 409
    assert "Hej." in stale.text
    assert "Hallå." in stale.text
    again = re.search(r'name="rev" value="(\d+)"', stale.text)[1]
    assert seller.post("/texter/9", data=form | {"text": "Hallå.", "rev": again}).status_code == 303
    assert stored().text == "Hallå."


def test_it_is_archived_and_taken_back(seller, block):
    seller.post("/texter/9/arkivera")
    assert "/texter/9/hamta-tillbaka" in seller.get("/texter").text
    assert "Vanlig hälsning" in seller.get("/texter?visa=arkiverade").text
    seller.post("/texter/9/hamta-tillbaka")
    assert stored().archived_at is None


def test_put_into_the_message_of_the_review_keeping_what_is_typed(seller, quote, block):
    page = seller.get(f"/offerter/{quote.n}/granska").text
    assert "Hämta text" in page
    typed = {"email": "annan@kund.example", "valid_until": "2027-01-31", "message": "Hej!", "seen": "x", "once": "y"}
    answer = seller.post(f"/offerter/{quote.n}/granska/text", data=typed | {"hamta": "message", "text-message": "9"})
    assert answer.status_code == 200
    assert "Hej!\n\nTack för besöket." in answer.text
    assert 'value="annan@kund.example"' in answer.text
    assert 'value="2027-01-31"' in answer.text
    assert 'name="once" value="y"' in answer.text


@pytest.mark.parametrize("chosen", ["", "x", "99999999999", "0"])
def test_nothing_chosen_changes_nothing(seller, quote, block, chosen):
    answer = seller.post(
        f"/offerter/{quote.n}/granska/text", data={"message": "Hej!", "hamta": "message", "text-message": chosen}
    )
    assert answer.status_code == 200
    assert ">Hej!</textarea>" in answer.text.replace("\r\n", "")


def test_put_into_the_details_keeping_what_is_typed(seller, quote, block):
    block.place = "customer_does"
    transaction.commit()
    page = seller.get(f"/offerter/{quote.n}/uppgifter").text
    assert 'id="text-customer_does"' in page
    hidden = dict(re.findall(r'name="(rev|key)" value="([^"]*)"', page))
    typed = hidden | {"valid_until": "18 dec", "not_included": "Målning", "terms": "Egna villkor.", "message": "Hej"}
    answer = seller.post(
        f"/offerter/{quote.n}/uppgifter", data=typed | {"hamta": "customer_does", "text-customer_does": "9"}
    )
    assert answer.status_code == 200
    for words in ("Tack för besöket.", "Målning", "Egna villkor.", "18 dec"):
        assert words in answer.text
    db.session.rollback()
    assert quote.customer_does == ""


def test_put_between_lines(seller, quote, block):
    block.place = "row"
    transaction.commit()
    sheet = seller.get(f"/offerter/{quote.n}/rad/ny?del=1", headers=HTMX)
    assert "Vanlig hälsning" in sheet.text
    answer = seller.post(f"/offerter/{quote.n}/rader", data={"del": "1", "ord": "9"})
    assert answer.status_code == 303
    line = db.session.query(QuoteLine).order_by(QuoteLine.n.desc()).first()
    assert (line.text, line.is_text) == ("Tack för besöket.", True)


POSTS = [
    ("/texter/9", GOOD | {"rev": "1"}),
    ("/texter/9/arkivera", {}),
    ("/texter/9/hamta-tillbaka", {}),
]


@pytest.mark.parametrize(("address", "data"), POSTS)
def test_another_firms_text_is_not_found(stranger, block, address, data):
    assert stranger.post(address, data=data).status_code == 404
    assert stranger.get("/texter/9").status_code == 404
    assert stored().text == "Tack för besöket."


def test_another_firms_text_is_put_nowhere(app, make, block, stranger):
    theirs = make.quote(db.session.query(Firm).filter_by(name="Annan Snickeri").one())
    assert stranger.get(f"/offerter/{theirs.n}/granska").status_code == 200
    answer = stranger.post(f"/offerter/{theirs.n}/granska/text", data={"hamta": "message", "text-message": "9"})
    assert answer.status_code == 404


def test_who_only_reads_changes_nothing(worker, block):
    assert "Vanlig hälsning" in worker.get("/texter").text
    for address, data in [*POSTS, ("/texter", GOOD)]:
        assert worker.post(address, data=data).status_code == 403
    assert worker.get("/texter/9").status_code == 403
