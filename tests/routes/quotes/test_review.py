"""Check and send: what blocks, what is frozen, and that two presses are one sending."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from domain import canonical
from domain.clock import stockholm_date
from extensions import db
from jobs import send_mail
from models import Closing, Event, Letter, QuoteLink, QuoteVersion, StoredFile
from services import storage
from services.clock import utc_now
from services.quotes import drafting
from tests import mailed
from tests.routes.quotes.conftest import fresh

MAIL = "karin.almgren@kund.example"


def form_of(client, quote, **typed) -> dict[str, str]:
    html = client.get(f"/offerter/{quote.n}/granska").get_data(as_text=True)
    hidden = dict(re.findall(r'name="(once|seen)"[^>]*value="([^"]*)"', html))
    until = (stockholm_date(utc_now()) + timedelta(days=30)).isoformat()
    return {**hidden, "email": MAIL, "valid_until": until, "message": "Hej Karin."} | typed


def test_the_review_shows_the_customers_view_in_short(owner, quote):
    page = owner.get(f"/offerter/{quote.n}/granska")
    assert page.status_code == 200
    for words in (
        "Skicka till Karin Almgren",
        MAIL,
        "Rivning",
        "Tillval för upp till 8\u00a0900\u00a0kr",
        "Kunden betalar",
    ):
        assert words in page.text


def test_sending_freezes_and_mails(owner, firm, quote):
    answer = owner.post(f"/offerter/{quote.n}/skicka", data=form_of(owner, quote))
    assert answer.status_code == 303
    assert answer.location == f"/offerter/{quote.n}"
    sent = fresh(quote)
    assert (sent.status, sent.turn, sent.version, sent.number) == (
        "sent",
        "customer",
        1,
        f"{stockholm_date(utc_now()).year}-001",
    )
    version = db.session.query(QuoteVersion).one()
    content = json.loads(version.content)
    assert canonical.dumps(content).decode() == version.content
    assert canonical.sha256_hex(version.content.encode()) == version.json_sha256
    assert content["number"] == sent.number
    assert content["message"] == "Hej Karin."
    assert content["totals"]["to_pay_ore"] == sent.to_pay_ore == version.to_pay_ore
    file = db.session.get(StoredFile, version.pdf_id)
    assert canonical.sha256_hex(storage.read(firm.public_id, file)) == version.pdf_sha256
    assert [row.act for row in db.session.query(Event).order_by(Event.seq)] == ["doc.frozen", "quote.sent"]
    letter = db.session.query(Letter).one()
    assert (letter.kind, letter.to_address, letter.state) == ("quote_sent", MAIL, "queued")
    assert MAIL not in "".join(row.entry for row in db.session.query(Event))


def test_the_letter_leads_to_the_page(app, owner, quote):
    deal_id = quote.public_id
    owner.post(f"/offerter/{quote.n}/skicka", data=form_of(owner, quote))
    assert send_mail.run(utc_now()).failed == 0
    letter = mailed.letters(to=MAIL)[0]
    assert letter.subject.startswith("Offert: Badrum, Granstigen 4 – 11")
    assert "efter ROT" in letter.subject
    address = re.search(r"http://localhost(/l/\S+)", letter.text)
    assert address
    customer = app.test_client()
    entered = customer.get(address[1])
    assert entered.status_code == 303
    assert entered.location == f"/o/{deal_id}"
    assert customer.get(entered.location).status_code == 200


def test_pressing_twice_sends_once(owner, quote):
    form = form_of(owner, quote)
    for _ in range(2):
        assert owner.post(f"/offerter/{quote.n}/skicka", data=form).status_code == 303
    assert fresh(quote).version == 1
    assert db.session.query(Letter).count() == 1


def test_numbers_have_no_gaps(owner, make, firm):
    customer = make.customer(firm)
    numbers = []
    for _ in range(3):
        quote = make.quote(firm, customer)
        owner.post(f"/offerter/{quote.n}/skicka", data=form_of(owner, quote))
        numbers.append(fresh(quote).number[-3:])
    assert numbers == ["001", "002", "003"]


def test_sending_again_is_version_2_on_the_same_link(owner, quote):
    owner.post(f"/offerter/{quote.n}/skicka", data=form_of(owner, quote))
    link = db.session.query(QuoteLink).one().public_id
    owner.post(f"/offerter/{quote.n}/skicka", data=form_of(owner, quote))
    assert fresh(quote).version == 2
    assert db.session.query(QuoteLink).one().public_id == link
    assert fresh(quote).number == f"{stockholm_date(utc_now()).year}-001"


def test_before_sending_again_it_says_what_the_customer_is_told(owner, firm, quote):
    first = form_of(owner, quote)
    assert "andrat" not in owner.get(f"/offerter/{quote.n}/granska").text  # a first version changes nothing
    owner.post(f"/offerter/{quote.n}/skicka", data=first)
    page = owner.get(f"/offerter/{quote.n}/granska").text
    assert "Inget av det kunden ser har ändrats sedan version 1." in page
    line = drafting.load(firm.id, quote.n).lines[0]
    line.text, line.unit_price_ore = "Riva kakel och golv", line.unit_price_ore + 10_000
    db.session.commit()
    page = owner.get(f"/offerter/{quote.n}/granska").text
    seen = page[page.index('id="andrat"') :]
    assert "Det här får kunden se som ändrat" in seen
    assert "Riva kakel och golv" in seen
    assert "Inget av det kunden ser" not in page
    wrong = form_of(owner, quote, email="nej", valid_until=(stockholm_date(utc_now()) + timedelta(days=9)).isoformat())
    answer = owner.post(f"/offerter/{quote.n}/skicka", data=wrong)
    assert answer.status_code == 422
    assert "Riva kakel och golv" in answer.text[answer.text.index('id="andrat"') :]  # with the typed last day
    owner.post(f"/offerter/{quote.n}/skicka", data=form_of(owner, quote))
    told = owner.get(f"/offerter/{quote.n}").text
    assert "Riva kakel och golv" in told[told.index('id="andrat"') :]


def test_c30_a_new_address_ends_the_old_link(owner, quote):
    owner.post(f"/offerter/{quote.n}/skicka", data=form_of(owner, quote))
    owner.post(f"/offerter/{quote.n}/skicka", data=form_of(owner, quote, email="annan@kund.example"))
    links = db.session.query(QuoteLink).order_by(QuoteLink.id).all()
    assert [bool(link.revoked_at) for link in links] == [True, False]
    assert "link.revoked" in [row.act for row in db.session.query(Event)]


def test_a_draft_changed_since_the_review_is_409(owner, make, quote):
    from models import QuoteLine

    form = form_of(owner, quote)
    db.session.query(QuoteLine).filter_by(quote_id=quote.id, n=3).update({"unit_price_ore": 1})
    db.session.commit()
    answer = owner.post(f"/offerter/{quote.n}/skicka", data=form)
    assert answer.status_code == 409
    assert "har ändrats sedan du öppnade" in answer.text
    assert "Hej Karin." in answer.text
    assert fresh(quote).version == 0
    again = dict(re.findall(r'name="(seen)"[^>]*value="([^"]*)"', answer.text))
    assert owner.post(f"/offerter/{quote.n}/skicka", data=form | again).status_code == 303


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"email": "karin"}, "Skriv en e-postadress med @"),
        ({"email": ""}, "Skriv en e-postadress med @"),
        ({"valid_until": "nyss"}, "Skriv ett datum"),
        ({"valid_until": "2020-01-01"}, "högst ett år framåt"),
        ({"message": "x" * 2001}, "högst 2 000 tecken"),
    ],
)
def test_bad_input(owner, quote, typed, words):
    answer = owner.post(f"/offerter/{quote.n}/skicka", data=form_of(owner, quote, **typed))
    assert answer.status_code == 422
    assert words in answer.text
    assert next(iter(typed.values())) in answer.text
    assert fresh(quote).status == "draft"


def test_nothing_to_send(owner, make, firm):
    empty = make.quote(firm, make.customer(firm), lines=False)
    page = owner.get(f"/offerter/{empty.n}/granska")
    assert "Det finns inga rader." in page.text
    assert "Skicka offerten" not in page.text
    form = form_of(owner, empty)
    assert owner.post(f"/offerter/{empty.n}/skicka", data=form).status_code == 409
    assert fresh(empty).number is None


def test_without_a_confirmed_address_nothing_is_sent(make, firm, client, quote):
    user = make.user(firm, email_confirmed_at=None)
    client.log_in(user)
    form = form_of(client, quote)
    assert "Bekräfta din e-postadress först" in client.get(f"/offerter/{quote.n}/granska").text
    assert client.post(f"/offerter/{quote.n}/skicka", data=form).status_code == 409
    assert fresh(quote).version == 0


def test_a_leaving_firm_sends_nothing(owner, make, firm, quote):
    form, now = form_of(owner, quote), utc_now()
    user_id = make.owner(firm).id
    dates = {"confirmed_at": now, "effective_at": now, "erase_after": now + timedelta(days=30)}
    db.session.add(Closing(firm_id=firm.id, user_id=user_id, choice="erase_all", **dates))
    db.session.commit()
    assert owner.post(f"/offerter/{quote.n}/skicka", data=form).status_code == 409
    assert fresh(quote).version == 0


def test_the_preview_is_the_customers_page_without_a_token(owner, quote):
    page = owner.get(f"/offerter/{quote.n}/som-kund")
    assert page.status_code == 200
    assert "Det här ingår" in page.text
    assert "/l/" not in page.text
    assert "Till godkännande" not in page.text


@pytest.mark.parametrize("path", ["granska", "som-kund"])
def test_who_may_read(make, client, quote, path):
    assert client.get(f"/offerter/{quote.n}/{path}").status_code == 302
    stranger = client.log_in(make.owner(make.firm("Annan Firma")))
    assert stranger.get(f"/offerter/{quote.n}/{path}").status_code == 404


def test_who_may_send(app, make, firm, quote):
    nobody = app.test_client()
    assert nobody.post(f"/offerter/{quote.n}/skicka").status_code == 303
    worker = app.test_client().log_in(make.user(firm, role="worker"))
    assert worker.post(f"/offerter/{quote.n}/skicka").status_code == 403
    assert worker.post(f"/offerter/{quote.n}/skicka", csrf=False).status_code == 403
    assert worker.get(f"/offerter/{quote.n}/skicka").status_code == 405
    stranger = app.test_client().log_in(make.owner(make.firm("Annan Firma")))
    assert stranger.post(f"/offerter/{quote.n}/skicka", data={"email": MAIL}).status_code == 404
