"""What the firm sees of a request and does with it: Idag, draft, customer, a no, spam; and the switch."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config import Settings
from extensions import db
from jobs import clean_up, draw_photos, send_mail
from models import Customer, Event, EventValue, Firm, Inquiry, Letter, Photo, Quote, QuoteSection, StoredFile
from services import events, outbox, storage, transaction
from services.clock import utc_now
from services.inquiries import letters as drawn
from tests.pictures import photo
from tests.routes.deal.conftest import send, token_of
from tests.routes.inquiries.conftest import inquiries


@pytest.fixture
def asked(visitor, firm):
    """A request that has come; its quote's number."""
    assert visitor.send().status_code == 303
    (inquiry,) = inquiries(firm)
    return quote_of(inquiry).n


def quote_of(inquiry):
    return db.session.query(Quote).filter_by(id=inquiry.quote_id).one()


def left():
    db.session.rollback()
    return {model.__tablename__: db.session.query(model).count() for model in (Inquiry, Quote, Customer, Photo, Letter)}


def test_it_waits_on_idag_until_it_is_answered(owner, asked):
    page = owner.get("/").text
    assert "Din tur" in page
    assert "Ny förfrågan" in page
    assert f"/offerter/{asked}" in page
    quote = db.session.query(Quote).one()
    quote.touched_at -= timedelta(days=60)  # no news any more, and still not answered
    db.session.commit()
    clean_up.run(utc_now())
    assert "Förfrågan, Granstigen 4" in owner.get("/").text


def test_the_words_stand_in_a_fold_of_the_draft_and_on_the_customer(owner, asked):
    builder = owner.get(f"/offerter/{asked}/redigera").text
    assert "Måla om köket" in builder
    assert f"/offerter/{asked}/forfragan" in builder
    assert "Kom via formuläret" in owner.get("/kunder/1").text
    page = owner.get(f"/offerter/{asked}/forfragan").text
    for word in ("Måla om köket", "070-174 06 05", "Tacka nej", "Ta bort som skräp", "Före jul"):
        assert word in page


def test_a_known_customer_is_told_to_the_firm_alone(owner, visitor, firm, make):
    make.customer(firm, "Almgrens")
    visitor.send()
    page = owner.get("/offerter/1/forfragan").text
    assert "hör till din kund Almgrens" in page


def test_the_letters(app, asked, firm):
    (inquiry,) = inquiries(firm)
    params = {"inquiry": inquiry.public_id, "firm_id": firm.id}
    with app.test_request_context():
        to_firm, to_sender = drawn.inquiry_to_firm(params), drawn.inquiry_received(params)
    assert "Måla om köket" in to_firm.text
    assert f"/offerter/{asked}" in to_firm.text
    assert "/f/kvitto/" not in to_firm.text
    assert "/f/kvitto/" in to_sender.text
    assert to_sender.from_name == "Tumbredd Snickeri"
    assert to_sender.reply_to == "kontakt@tumbredd.example"
    for typed in ("Måla", "Karin", "Granstigen", "Lillhamra", "Före jul"):  # anyone can type anyone's address
        assert typed not in to_sender.text + to_sender.html + to_sender.subject


def test_names_cannot_write_headers(app, visitor, firm):
    visitor.send(name="Karin\r\nBcc: alla@kund.example")
    (inquiry,) = inquiries(firm)
    with app.test_request_context():
        letter = drawn.inquiry_to_firm({"inquiry": inquiry.public_id, "firm_id": firm.id})
    assert "\n" not in letter.subject


def test_a_no_goes_by_letter_and_archives_the_draft(app, owner, visitor, asked, firm):
    url = f"/offerter/{asked}/forfragan/nej"
    empty = owner.post(url, data={"answer": " "})
    assert empty.status_code == 422
    assert "Skriv ditt svar" in empty.text
    assert owner.post(url, data={"answer": "Fullt till mars, tyvärr."}).status_code == 303
    (inquiry,) = inquiries(firm)
    assert inquiry.state == "declined"
    quote = quote_of(inquiry)
    assert quote.archived_at is not None
    assert (quote.turn, quote.question_at) == ("none", None)
    letter = db.session.query(Letter).filter_by(kind="inquiry_declined").one()
    assert letter.to_address == "karin.almgren@kund.example"
    with app.test_request_context():
        assert "Fullt till mars" in drawn.inquiry_declined({"inquiry": inquiry.public_id, "firm_id": firm.id}).text
    assert "Fullt till mars" in visitor.client.get(f"{visitor.address}/skickad").text
    assert "Förfrågan, Granstigen 4</span>" not in owner.get("/").text
    there = owner.get(f"/offerter/{asked}")
    assert there.location == f"/offerter/{asked}/forfragan"  # the draft can no longer be edited
    assert "Du tackade nej" in owner.get(there.location).text
    assert owner.post(url, data={"answer": "Igen"}).status_code == 409
    assert db.session.query(Letter).filter_by(kind="inquiry_declined").count() == 1
    assert "Ta bort uppgifterna" in owner.get(f"/offerter/{asked}/forfragan").text
    assert owner.post(f"/offerter/{asked}/forfragan/skrap").status_code == 303  # as its sender may ask
    assert set(left().values()) == {0}


def test_a_no_without_an_address_sends_nothing(owner, visitor, firm):
    visitor.send(email="")
    assert owner.post("/offerter/1/forfragan/nej", data={"answer": "Nej"}).status_code == 303
    assert db.session.query(Letter).filter_by(kind="inquiry_declined").count() == 0


def test_spam_is_erased_with_all_that_was_made_of_it(app, owner, visitor, firm):
    visitor.send(photo())
    transaction.may_write()
    draw_photos.run(utc_now())
    with app.test_request_context():
        files = [storage.path(firm.public_id, row.public_id) for row in db.session.query(StoredFile)]
    assert files
    assert owner.post("/offerter/1/forfragan/skrap").status_code == 303
    assert set(left().values()) == {0}
    assert not [file for file in files if file.exists()]
    assert db.session.query(EventValue).count() == 0
    assert events.verify(db.session.get(Firm, firm.id)) is None
    assert owner.post("/offerter/1/forfragan/skrap").status_code == 404
    assert visitor.client.get(f"{visitor.address}/skickad").text.count("Karin") == 0
    assert owner.get("/").status_code == 200


def test_spam_takes_no_customer_who_was_there_before_or_has_other_quotes(owner, visitor, firm, make):
    make.customer(firm)
    visitor.send()
    assert owner.post("/offerter/1/forfragan/skrap").status_code == 303
    assert left()["customer"] == 1
    visitor.send(email="ny@kund.example", phone="")
    customer = db.session.query(Customer).filter_by(email="ny@kund.example").one()
    make.quote(firm, customer)
    assert owner.post("/offerter/2/forfragan/skrap").status_code == 303
    assert left()["customer"] == 2


def test_a_draft_with_the_firms_lines_stays(owner, asked, firm, make):
    quote = db.session.query(Quote).one()
    make.line(quote, db.session.query(QuoteSection).one(), n=2, text="Målning")
    db.session.commit()
    assert owner.post(f"/offerter/{asked}/forfragan/skrap").status_code == 303
    assert left() | {"letter": 0} == {"inquiry": 0, "quote": 1, "customer": 1, "photo": 0, "letter": 0}
    assert owner.get(f"/offerter/{asked}/redigera").status_code == 200


def test_letters_about_what_was_removed_are_not_sent(owner, asked, make):
    """As when the mail server was away meanwhile, and the draft stays."""
    make.line(db.session.query(Quote).one(), db.session.query(QuoteSection).one(), n=2, text="Målning")
    assert db.session.query(Letter).filter(Letter.kind.startswith("inquiry_")).update({"attempts": 1}) == 2
    db.session.commit()
    assert owner.post(f"/offerter/{asked}/forfragan/skrap").status_code == 303
    assert send_mail.run(utc_now()).failed == 0
    about_it = db.session.query(Letter).filter(Letter.kind.startswith("inquiry_"))
    assert {row.state for row in about_it} == {"dropped"}


def test_what_no_quote_answered_is_erased_in_time(asked, firm, make):
    now = utc_now()
    clean_up.run(now + timedelta(days=Settings().INQUIRY_DAYS - 1))
    assert left()["inquiry"] == 1
    clean_up.run(now + timedelta(days=Settings().INQUIRY_DAYS + 1))
    assert {name: count for name, count in left().items() if name != "letter"} == {
        "inquiry": 0,
        "quote": 0,
        "customer": 0,
        "photo": 0,
    }


def test_what_a_quote_answered_stays_with_it(owner, visitor, asked, firm):
    quote = db.session.query(Quote).one()
    quote.version, quote.number, quote.status = 1, "2026-001", "sent"
    db.session.commit()
    assert "har svarat med en offert" in visitor.client.get(f"{visitor.address}/skickad").text
    assert owner.post(f"/offerter/{asked}/forfragan/nej", data={"answer": "Nej"}).status_code == 409
    assert owner.post(f"/offerter/{asked}/forfragan/skrap").status_code == 409
    clean_up.run(utc_now() + timedelta(days=500))
    assert left()["inquiry"] == 1


WAYS = (("GET", ""), ("POST", "/nej"), ("POST", "/skrap"))


@pytest.mark.parametrize(("method", "rest"), WAYS)
def test_who_may(app, make, asked, firm, method, rest):
    url = f"/offerter/{asked}/forfragan{rest}"

    def status(user=None):
        client = app.test_client()
        if user is not None:
            client.log_in(user)
        return (client.get(url) if method == "GET" else client.post(url)).status_code

    assert status() in (302, 303)
    assert status(make.owner(make.firm("Annan"))) == 404
    assert status(make.user(firm, role="worker")) == (200 if method == "GET" else 403)
    assert status(make.user(firm, role="seller")) in (200, 303, 422)
    if method == "POST":
        client = app.test_client().log_in(make.owner(firm))
        assert client.post(url, csrf=False).status_code == 403
        assert client.get(url).status_code == 405


def test_a_quote_that_nobody_asked_for_has_no_request(owner, make, firm):
    quote = make.quote(firm, make.customer(firm))
    assert owner.get(f"/offerter/{quote.n}/forfragan").status_code == 404
    assert owner.post(f"/offerter/{quote.n}/forfragan/skrap").status_code == 404


def test_the_switch(app, make):
    firm = make.firm()
    owner, address = app.test_client().log_in(make.owner(firm)), f"/f/{firm.public_id}/forfragan"
    page = owner.get("/installningar/foretag").text
    assert "Öppna formuläret för förfrågningar" in page
    assert address not in page
    for _press in range(2):
        assert owner.post("/installningar/forfragningar", data={"open": "1"}).status_code == 303
    page = owner.get("/installningar/foretag").text
    assert f"http://localhost{address}" in page
    assert "&lt;a href=" in page
    assert app.test_client().get(address).status_code == 200
    assert db.session.query(Event).filter_by(firm_id=firm.id, act="firm.settings_changed").count() == 1
    assert owner.post("/installningar/forfragningar", data={"open": ""}).status_code == 303
    assert app.test_client().get(address).status_code == 404
    seller = app.test_client().log_in(make.user(firm, role="seller"))
    assert seller.post("/installningar/forfragningar", data={"open": "1"}).status_code == 403
    assert app.test_client().post("/installningar/forfragningar", data={"open": "1"}).status_code in (302, 303)


def test_the_forms_address_may_hold_a_name(app, make):
    firm = make.firm("Bergs Bygg & Måleri", takes_inquiries=True)
    owner, anybody = app.test_client().log_in(make.owner(firm)), app.test_client()
    number = f"/f/{firm.public_id}/forfragan"
    page = owner.get("/installningar/foretag").text
    assert 'value="bergs-bygg-maleri"' in page  # offered, and not yet there
    assert f"http://localhost{number}" in page
    assert anybody.get("/f/bergs-bygg-maleri/forfragan").status_code == 404
    for _press in range(2):
        told = owner.post("/installningar/forfragningar/namn", data={"slug": " Bergs Bygg "})
        assert told.status_code == 303
    assert db.session.query(Event).filter_by(firm_id=firm.id, act="firm.settings_changed").count() == 1
    assert "http://localhost/f/bergs-bygg/forfragan" in owner.get("/installningar/foretag").text
    for address in ("/f/bergs-bygg/forfragan", "/f/Bergs-Bygg/forfragan", number):
        form = anybody.get(address)
        assert form.status_code == 200
        assert f'action="{number}"' in form.text  # what is sent names the firm by what never changes
    owner.post("/installningar/forfragningar/namn", data={"slug": "bergs"})
    assert anybody.get("/f/bergs-bygg/forfragan").status_code == 404
    owner.post("/installningar/forfragningar/namn", data={"slug": ""})
    assert anybody.get("/f/bergs/forfragan").status_code == 404
    assert anybody.get(number).status_code == 200


def test_a_name_is_one_firms(app, make):
    first, second = make.firm("Bergs", takes_inquiries=True), make.firm("Bergs Bygg", takes_inquiries=True)
    owners = [app.test_client().log_in(make.owner(firm)) for firm in (first, second)]
    assert owners[0].post("/installningar/forfragningar/namn", data={"slug": "bergs"}).status_code == 303
    taken = owners[1].post("/installningar/forfragningar/namn", data={"slug": "Bergs"})
    assert taken.status_code == 422
    assert "Namnet är upptaget" in taken.text
    assert 'value="bergs"' in taken.text
    for wrong, words in (("ab", "3 till 40"), ("a&b&c", "bindestreck"), ("skatteverket", "Välj ett annat")):
        answer = owners[1].post("/installningar/forfragningar/namn", data={"slug": wrong})
        assert answer.status_code == 422
        assert words in answer.text
    assert [firm.slug for firm in db.session.query(Firm).order_by(Firm.id)] == ["bergs", None]
    seller = app.test_client().log_in(make.user(first, role="seller"))
    assert seller.post("/installningar/forfragningar/namn", data={"slug": "annat"}).status_code == 403


def test_a_firm_that_takes_no_requests_has_no_address_by_name(app, make):
    make.firm("Bergs", slug="bergs")
    assert app.test_client().get("/f/bergs/forfragan").status_code == 404


def test_the_quote_that_answers_it_tells_of_it_and_never_in_the_firms_name(app, make, owner, visitor, asked, firm):
    quote = db.session.query(Quote).one()
    make.line(quote, db.session.query(QuoteSection).one(), n=2, text="Målning")
    db.session.commit()
    sent = send(make, quote)
    assert (sent.question_at, sent.turn) == (None, "customer")
    page = owner.get(f"/offerter/{asked}").text
    assert "Förfrågan kom in" in page
    assert "Måla om köket" in page
    assert "Ny förfrågan</span>" not in owner.get("/").text
    karin = app.test_client()
    karin.get(f"/l/{token_of(sent)}")
    assert "Måla om köket" not in karin.get(f"/o/{sent.public_id}").text


def test_a_confirmation_that_bounced_is_told_where_the_words_stand(owner, asked):
    letter = db.session.query(Letter).filter_by(kind="inquiry_received").one()
    outbox.refused(letter, "550 no such user", now=utc_now())
    assert "kom inte fram" in owner.get(f"/offerter/{asked}/redigera").text
    assert "Ny förfrågan" in owner.get("/").text
