"""Those who get a quote besides the customer: added, corrected and removed by the firm."""

from __future__ import annotations

import re
from html import unescape

import pytest

from extensions import db
from models import Event, Letter, QuoteLink, Recipient
from services.quotes import drafting
from services.quotes.sharing import MOST
from tests.routes.deal.conftest import send
from tests.routes.deal.test_parties import SHARED, among, step2  # noqa: F401  (a fixture)

ANNA = {"m-name": "Anna Holm", "m-email": "anna@kund.example", "m-role": "co_decides", "fran": "granska"}
PER = {"m-name": "Per Berg", "m-email": "per@kund.example", "m-role": "copy"}


def rows() -> list[Recipient]:
    db.session.rollback()
    return db.session.query(Recipient).order_by(Recipient.id).all()


def add(seller, quote, form):
    return seller.post(f"/offerter/{quote.n}/mottagare", data=form)


def test_added_on_the_review_page_and_sent_with_the_version(seller, make, quote):
    answer = add(seller, quote, ANNA)
    assert answer.status_code == 303
    assert answer.location == f"/offerter/{quote.n}/granska#mottagarna"
    page = seller.get(f"/offerter/{quote.n}/granska").text
    assert f'formaction="/offerter/{quote.n}/granska/mottagare"' in page
    assert "Anna Holm" in page
    assert "Medbestämmer" in page
    assert db.session.query(Letter).count() == 0
    send(make, drafting.get(quote.firm_id, quote.n))
    (anna,) = rows()
    link = db.session.query(QuoteLink).filter_by(recipient_id=anna.id).one()
    assert link.email == "anna@kund.example"
    shown = seller.get(f"/offerter/{quote.n}").text
    assert "Till Anna Holm" in shown
    assert f"/lankar/{link.public_id}/stang" in shown


TYPED = {
    "way": "sms",
    "email": "karin@kund",  # not an address yet
    "phone": "070-174 06 05",
    "valid_until": "18 mars",
    "message": "Hej Karin.\nHär kommer den.",
    "remind": "7",
    "once": "abc",
    "seen": "x",
}


def kept(html: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r'name="(k-[a-z_]+)" value="([^"]*)"', html)}


def of_review(html: str) -> dict[str, str]:
    """What stands in the form that sends."""
    texts = dict(re.findall(r'<input[^>]*name="(email|phone|valid_until|once)"[^>]*value="([^"]*)"', html))
    ticked = dict(re.findall(r'type="radio"[^>]*name="(way|remind)" value="([^"]*)"[^>]*checked', html))
    message = re.search(r'name="message"[^>]*>\s*([^<]*)</textarea>', html)
    return {**texts, **ticked, "message": unescape(message[1]).replace("\r", "") if message else ""}


@pytest.mark.parametrize("path", ["mottagare", "granska"], ids=["added", "back"])
def test_what_is_typed_on_the_review_page_comes_back(seller, quote, path):
    """Nothing of it is read as a form in between: half an address is kept as it is."""
    there = seller.post(f"/offerter/{quote.n}/granska/mottagare", data=TYPED)
    assert there.status_code == 200
    carried = kept(there.text)
    assert {name.removeprefix("k-"): value for name, value in carried.items()} == TYPED
    wrong = add(seller, quote, {**ANNA, **carried, "m-email": "anna"})
    assert wrong.status_code == 422
    assert kept(wrong.text) == carried
    back = seller.post(f"/offerter/{quote.n}/{path}", data={**ANNA, **carried})
    assert back.status_code == 200
    assert of_review(back.text) == {name: value for name, value in TYPED.items() if name != "seen"}
    assert ("Anna Holm får offerten." in back.text) == (path == "mottagare")
    assert len(rows()) == (path == "mottagare")
    ready = dict(re.findall(r'name="(once|seen)"[^>]*value="([^"]*)"', back.text))
    sent = seller.post(f"/offerter/{quote.n}/skicka", data={**TYPED, **ready, "way": "mail", "email": SHARED})
    assert sent.status_code == 303  # it may be sent as it stands: the page was drawn anew


def test_the_same_person_twice_is_one(seller, quote):
    for _press in range(2):
        assert add(seller, quote, ANNA).status_code == 303
    assert len(rows()) == 1
    assert db.session.query(Event).filter_by(act="recipient.added").count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"m-name": ""}, "Skriv ett namn"),
        ({"m-name": "A" * 121}, "Namnet får ha högst 120 tecken"),
        ({"m-email": "anna"}, "e-postadress"),
        ({"m-role": "owner"}, ""),
        ({"m-role": ""}, ""),
    ],
)
def test_what_is_typed_wrong_is_said_and_kept(seller, quote, typed, words):
    answer = add(seller, quote, {**ANNA, **typed})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="anna' in answer.text
    assert 'name="fran" value="granska"' in answer.text
    assert rows() == []


def test_a_reader_gets_a_sent_quote_at_once_and_who_decides_with_the_next_version(seller, make, quote):
    send(make, quote)
    n = quote.n
    assert add(seller, quote, PER).location == f"/offerter/{n}#mottagarna"
    assert db.session.query(Letter).filter_by(kind="quote_sent", to_address="per@kund.example").count() == 1
    add(seller, quote, ANNA)
    assert db.session.query(Letter).filter_by(to_address="anna@kund.example").count() == 0
    page = seller.get(f"/offerter/{n}").text
    assert "Du har ändringar som kunden inte ser." in page
    send(make, drafting.get(quote.firm_id, n))
    assert db.session.query(Letter).filter_by(to_address="anna@kund.example").count() == 1


def test_removed_the_link_is_dead_at_once(app, seller, among):  # noqa: F811
    karin, anna = among("co_decides")
    owner = app.test_client().log_in(karin.make.owner(karin.firm))
    n, (row,) = karin.quote.n, rows()
    url = f"/offerter/{n}/mottagare/{row.public_id}/ta-bort"
    assert owner.post(url).status_code == 303
    assert owner.post(url).status_code == 303
    assert anna.get().status_code == 404
    assert karin.get().status_code == 200
    # the sent version still needs Anna: there is no agreement without her, until another version is sent
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    assert karin.quote.status == "partly_signed"
    send(karin.make, karin.quote, email=SHARED)
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    assert karin.quote.status == "accepted"
    assert db.session.query(Event).filter_by(act="recipient.removed").count() == 1


def test_a_corrected_address_gets_the_quote_and_the_old_link_ends(app, among):  # noqa: F811
    karin, anna = among("co_decides")
    owner = app.test_client().log_in(karin.make.owner(karin.firm))
    n, (row,) = karin.quote.n, rows()
    url = f"/offerter/{n}/mottagare/{row.public_id}/adress"
    wrong = owner.post(url, data={"email": "anna", "fran": ""})
    assert wrong.status_code == 422
    assert 'value="anna"' in wrong.text
    assert owner.post(url, data={"email": "ny@kund.example"}).status_code == 303
    assert anna.get().status_code == 404
    assert karin.get().status_code == 200  # the same address, another person
    sent = db.session.query(Letter).filter_by(kind="quote_sent", to_address="ny@kund.example").one()
    assert sent.quote_id == karin.quote_id


def test_a_mobile_is_corrected_and_nothing_is_sent(app, among):  # noqa: F811
    karin, anna = among("co_decides")
    owner = app.test_client().log_in(karin.make.owner(karin.firm))
    n, (row,) = karin.quote.n, rows()
    url, before = f"/offerter/{n}/mottagare/{row.public_id}/adress", db.session.query(Letter).count()
    wrong = owner.post(url, data={"email": row.email, "phone": "12"})
    assert wrong.status_code == 422
    assert 'value="12"' in wrong.text
    assert owner.post(url, data={"email": row.email, "phone": "070-174 06 20"}).status_code == 303
    db.session.rollback()
    assert rows()[0].phone == "+46701740620"
    assert db.session.query(Letter).count() == before
    assert anna.get().status_code == 200


def test_once_agreed_only_readers_can_be_added(app, among):  # noqa: F811
    karin, _per = among("copy")
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    owner = app.test_client().log_in(karin.make.owner(karin.firm))
    page = owner.get(f"/offerter/{karin.quote.n}/mottagare").text
    assert 'value="copy"' in page
    assert 'value="co_decides"' not in page
    form = {**ANNA, "m-role": "co_decides"}
    assert add(owner, karin.quote, form).status_code == 422
    assert add(owner, karin.quote, {**PER, "m-name": "Eva Lind"}).status_code == 303


def test_no_more_than_eight(seller, quote):
    for number in range(MOST):
        assert add(seller, quote, {**PER, "m-name": f"Läsare {number}"}).status_code == 303
    answer = add(seller, quote, {**PER, "m-name": "En till"})
    assert answer.status_code == 409
    assert "Högst åtta" in answer.text


def test_the_firm_sees_who_is_waited_for(app, among):  # noqa: F811
    karin, _anna = among("co_decides")
    karin.post("/tillval", {"tillval": "4"})
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    owner = app.test_client().log_in(karin.make.owner(karin.firm))
    page = re.sub(r"\s+", " ", owner.get(f"/offerter/{karin.quote.n}").text)
    assert "Väntar på Anna Holm." in page
    assert "Karin Almgren har godkänt." in page
    assert "Val: Golvvärme, el." in page
    assert "Väntar på underskrift" in page
    assert "sagt-ja" not in page  # one's word, written down, is not everyone's


def test_a_written_down_yes_of_one_is_not_everyones(app, among):  # noqa: F811
    karin, _anna = among("co_decides")
    owner = app.test_client().log_in(karin.make.owner(karin.firm))
    url = f"/offerter/{karin.quote.n}/sagt-ja"
    for answer in (owner.get(url), owner.post(url, data={"name": "Karin Almgren", "channel": "phone"})):
        assert answer.status_code == 409
        assert "Flera ska säga ja" in answer.text
    assert karin.quote.status == "sent"


def test_strangers_and_craftsmen_change_nothing(app, among, stranger):  # noqa: F811
    karin, _anna = among("co_decides")
    (row,) = rows()
    worker = app.test_client().log_in(karin.make.user(karin.firm, role="worker"))
    base = f"/offerter/{karin.quote.n}/mottagare"
    for rest, form in (
        ("", PER),
        (f"/{row.public_id}/adress", {"email": "x@y.example"}),
        (f"/{row.public_id}/ta-bort", {}),
        (f"/{row.public_id}/upp", {}),
        (f"/{row.public_id}/ner", {}),
        ("/ordning", {"ordning": "fast"}),
    ):
        assert stranger.post(base + rest, data=form).status_code == 404
        assert worker.post(base + rest, data=form).status_code == 403
        assert app.test_client().post(base + rest, data=form).status_code in (302, 303)
        assert worker.post(base + rest, data=form, csrf=False).status_code == 403
        if rest:
            assert stranger.get(base + rest).status_code == 405
    assert [(one.name, one.email, one.removed_at) for one in rows()] == [("Anna Holm", SHARED, None)]
    page = worker.get(f"/offerter/{karin.quote.n}").text
    assert "Anna Holm" in page
    assert "Lägg till en mottagare" not in page


def test_nothing_changes_while_the_quote_is_about_to_be_sent(seller, quote):
    add(seller, quote, PER)
    (row,) = rows()
    db.session.get_one(type(quote), quote.id).hold = "held"
    db.session.commit()
    base = f"/offerter/{quote.n}/mottagare"
    assert add(seller, quote, ANNA).status_code == 409
    assert seller.post(f"{base}/{row.public_id}/ta-bort").status_code == 409
    assert seller.post(f"{base}/{row.public_id}/adress", data={"email": "x@kund.example"}).status_code == 409
    assert [(one.email, one.removed_at) for one in rows()] == [("per@kund.example", None)]


def test_a_closed_link_is_given_anew_with_the_address(app, among):  # noqa: F811
    karin, anna = among("co_decides")
    owner = app.test_client().log_in(karin.make.owner(karin.firm))
    n, (row,) = karin.quote.n, rows()
    link = db.session.query(QuoteLink).filter_by(recipient_id=row.id).one()
    assert owner.post(f"/offerter/{n}/lankar/{link.public_id}/stang").status_code == 303
    assert anna.get().status_code == 404
    assert owner.post(f"/offerter/{n}/mottagare/{row.public_id}/adress", data={"email": SHARED}).status_code == 303
    db.session.rollback()
    assert db.session.query(QuoteLink).filter_by(recipient_id=row.id, revoked_at=None).count() == 1
