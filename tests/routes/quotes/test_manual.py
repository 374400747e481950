"""Kunden har sagt ja på annat sätt: the firm writes it down, all are told whose word it is, and it can be undone."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
import time_machine
from flask import current_app

from domain.clock import STOCKHOLM
from extensions import db
from jobs import draw_agreements
from mail.letters import LETTERS
from models import Agreement, Event, Letter, ManualAcceptance, Message, Quote, StoredFile
from services import events, storage, transaction
from services.clock import utc_now
from services.deal import attachments
from services.quotes import drafting
from tests.pictures import photo
from tests.routes.deal.conftest import MAIL, Sent, send, token_of, without_deduction

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def sent(make, firm, quote, seller) -> Sent:
    """A sent quote, and the seller who is logged in."""
    quote = send(make, quote, now=utc_now() - timedelta(hours=2))
    return Sent(make, firm.id, quote.id, quote.public_id, seller)


def typed(sent: Sent, *, ago: timedelta = timedelta(minutes=30), **given) -> dict[str, object]:
    """What the form sends; hidden fields as the page carries them."""
    html = sent.client.get(f"/offerter/{sent.quote.n}/sagt-ja").get_data(as_text=True)
    hidden = {name: html.split(f'name="{name}"')[1].split('value="')[1].split('"')[0] for name in ("once", "seen")}
    at = (utc_now() - ago).astimezone(STOCKHOLM)
    return {
        **hidden,
        "name": "Karin Almgren",
        "channel": "phone",
        "on": at.date().isoformat(),
        "at": f"{at:%H.%M}",
        "note": "Ringde och sa ja.",
        **given,
    }


def record(sent: Sent, **given):
    return sent.client.post(f"/offerter/{sent.quote.n}/sagt-ja", data=typed(sent, **given))


def agreement() -> Agreement:
    db.session.rollback()
    return db.session.query(Agreement).one()


def letter(kind: str) -> Letter:
    db.session.rollback()
    return db.session.query(Letter).filter_by(kind=kind).one()


def words(sent: Sent, kind: str) -> str:
    row = letter(kind)
    with current_app.test_request_context(), transaction.reading():  # as the worker has one
        drawn = LETTERS[kind]({**json.loads(row.params), "firm_id": sent.firm_id, "now": utc_now()})
    return f"{drawn.subject}\n{drawn.text}"


def test_a_yes_on_the_phone_makes_the_agreement(sent):
    answer = record(sent, tillval="4")
    assert (answer.status_code, answer.location) == (303, f"/offerter/{sent.quote.n}")
    made = agreement()
    assert (made.way, made.name, made.email, made.home) == ("manual", "Karin Almgren", MAIL, "later")
    assert sent.quote.status == "accepted"
    assert made.withdraw_until is not None
    agreed = json.loads(made.agreed)
    assert agreed["picked"] == ["4"]
    assert agreed["consents"] == []
    assert agreed["manual"]["channel"] == "phone"
    row = db.session.query(ManualAcceptance).one()
    assert (row.channel, row.note, row.is_late, row.file_id) == ("phone", "Ringde och sa ja.", False, None)
    entry = json.loads(db.session.query(Event).filter_by(act="doc.accepted_manually").one().entry)
    assert entry["data"]["agreed_sha256"] == made.agreed_sha256
    assert entry["actor"].startswith("user:")
    assert events.verify(sent.firm) is None


def test_everything_says_whose_word_it_is(sent):
    record(sent)
    draw_agreements.run(utc_now())
    page = sent.client.get(f"/offerter/{sent.quote.n}").get_data(as_text=True)
    assert "Sa ja på telefon" in page
    assert "Kunden har inte skrivit under här." in page
    assert "Företaget antecknade att kunden sa ja" in page
    text = words(sent, "quote_recorded")
    assert "har antecknat att Karin Almgren sa ja på telefon" in text
    assert "Du har inte skrivit under här." in text
    assert "Stämmer det inte?" in text
    assert "Ångra avtalet här" in text
    assert "Ringde och sa ja." in text
    assert "har antecknat att Karin Almgren sa ja" in words(sent, "quote_approved_to_firm")
    assert db.session.query(Letter).filter_by(kind="quote_approved").count() == 0


def test_the_paper_says_it_too(sent):
    from pypdfium2 import PdfDocument

    record(sent, note="Ringde från jobbet.")
    draw_agreements.run(utc_now())
    file = db.session.get_one(StoredFile, agreement().pdf_id)
    with PdfDocument(storage.read(sent.firm.public_id, file)) as document:
        text = " ".join(page.get_textpage().get_text_range() for page in document)
    text = " ".join(text.split())
    assert "har antecknat att Karin Almgren sa ja på telefon" in text
    assert "Beställaren har inte skrivit under här." in text
    assert "Bevis på kundens ja" in text
    assert "Ringde från jobbet." in text
    assert "Bekräftad med knappen" not in text
    assert "enkel elektronisk underskrift" not in text.split("Bevis på kundens ja")[1]


def test_the_customers_page_says_it_and_offers_a_way_to_object(sent, app):
    record(sent)
    customer = app.test_client()
    customer.get(f"/l/{token_of(sent.quote)}")
    page = customer.get(f"/o/{sent.deal_id}/avtal").get_data(as_text=True)
    assert "har antecknat att Karin Almgren sa ja på telefon" in page
    assert "Du har inte skrivit under här." in page
    assert "Ja enligt företaget (inte underskrivet här)" in page
    assert "Ångra avtalet här" in page
    assert "via länk" not in page


def test_a_company_has_no_time_of_withdrawal(make, firm, seller):
    customer = make.customer(firm, "Brf Granen", kind="company")
    quote = send(make, without_deduction(make.quote(firm, customer)), now=utc_now() - timedelta(hours=2))
    sent = Sent(make, firm.id, quote.id, quote.public_id, seller)
    assert "distansavtalslagen" not in seller.get(f"/offerter/{quote.n}/sagt-ja").get_data(as_text=True)
    assert record(sent).status_code == 303
    assert agreement().withdraw_until is None


def test_what_the_customer_chose_on_the_page_stands_in_the_form(sent, app):
    customer = app.test_client()
    customer.get(f"/l/{token_of(sent.quote)}")
    customer.post(f"/o/{sent.deal_id}/tillval", data={"tillval": "4"})
    page = sent.client.get(f"/offerter/{sent.quote.n}/sagt-ja").get_data(as_text=True)
    assert 'id="tv-4" checked' in page


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": " "}, "Skriv kundens namn"),
        ({"channel": ""}, "Välj hur kunden sa ja"),
        ({"channel": "fax"}, "Hur?"),
        ({"on": "i förrgår eller så"}, "Skriv ett datum"),
        ({"at": "snart"}, "Skriv ett klockslag"),
        ({"at": "25.00"}, "Skriv ett klockslag"),
        ({"note": "x" * 1001}, "högst 1 000 tecken"),
        ({"ago": timedelta(minutes=-90)}, "Tiden ligger i framtiden"),
        ({"ago": timedelta(days=1)}, "Då var det inte skickat än"),
    ],
)
def test_what_cannot_be_is_refused_and_kept(sent, given, words):
    answer = record(sent, **{"note": "Det här skrev jag", **given})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert words in text
    assert "Fel: " in text
    assert given.get("note", "Det här skrev jag")[:20] in text
    assert sent.quote.status == "sent"
    assert db.session.query(Agreement).count() == 0


def test_the_sending_is_compared_to_the_minute(sent):
    """A form knows no seconds: a yes in the very minute of the sending is none before it."""
    assert record(sent, ago=timedelta(hours=2)).status_code == 303


def test_one_of_several_must_be_chosen(make, firm, seller):
    from models import QuoteSection

    quote = make.quote(firm, make.customer(firm))
    section = QuoteSection(firm_id=firm.id, quote_id=quote.id, n=9, position=9, title="Golv", choice="must")
    db.session.add(section)
    db.session.flush()
    for n in (10, 11):
        make.line(quote, section, n=n, text=f"Golv {n}", kind="material", is_option=True)
    db.session.commit()
    quote = send(make, quote, now=utc_now() - timedelta(hours=2))
    sent = Sent(make, firm.id, quote.id, quote.public_id, seller)
    refused = record(sent)
    assert refused.status_code == 422
    assert "Välj ett alternativ: Golv" in refused.get_data(as_text=True)
    assert record(sent, **{"val-9": "11"}).status_code == 303
    assert json.loads(agreement().agreed)["picked"] == ["11"]


def test_a_late_yes_is_taken_only_knowingly(make, firm, quote, app):
    start = utc_now()
    with time_machine.travel(start - timedelta(days=10), tick=True):
        quote = send(make, quote, valid_until=(start - timedelta(days=3)).date())
    sent = Sent(make, firm.id, quote.id, quote.public_id, app.test_client().log_in(make.owner(firm)))
    refused = record(sent)
    assert refused.status_code == 422
    assert "Kryssa i att ni står fast" in refused.get_data(as_text=True)
    assert record(sent, takes_late="y").status_code == 303
    assert db.session.query(ManualAcceptance).one().is_late
    assert json.loads(agreement().agreed)["manual"]["late"] is True


def test_a_yes_that_came_in_time_is_written_down_after_the_last_day(make, firm, quote, app):
    start = utc_now()
    with time_machine.travel(start - timedelta(days=10), tick=True):
        quote = send(make, quote, valid_until=(start - timedelta(days=3)).date())
    sent = Sent(make, firm.id, quote.id, quote.public_id, app.test_client().log_in(make.owner(firm)))
    assert record(sent, ago=timedelta(days=5)).status_code == 303
    assert not db.session.query(ManualAcceptance).one().is_late


def test_pressed_twice_is_once(sent):
    data = typed(sent)
    for _press in range(2):
        answer = sent.client.post(f"/offerter/{sent.quote.n}/sagt-ja", data=dict(data))
        assert (answer.status_code, answer.location) == (303, f"/offerter/{sent.quote.n}")
    assert db.session.query(Agreement).count() == 1
    assert sent.acts().count("doc.accepted_manually") == 1


def test_another_version_sent_meanwhile_is_not_what_was_agreed(sent, make, firm):
    data = typed(sent)
    quote = sent.quote
    quote.title, quote.changed_since = "Badrum och hall", True
    db.session.commit()
    send(make, drafting.get(firm.id, quote.n))
    answer = sent.client.post(f"/offerter/{sent.quote.n}/sagt-ja", data=data)
    assert answer.status_code == 409
    assert db.session.query(Agreement).count() == 0


def test_an_option_that_the_quote_has_not(sent):
    assert record(sent, tillval="99").status_code == 409
    assert sent.quote.status == "sent"


@pytest.mark.parametrize(
    ("data", "media_type", "ending"), [(PDF, "application/pdf", "pdf"), (photo((64, 48)), "image/jpeg", "jpg")]
)
def test_a_file_that_shows_it_is_kept_and_only_ever_downloaded(sent, data, media_type, ending):
    assert record(sent, attachment=(io.BytesIO(data), "mejl.html")).status_code == 303
    row = db.session.query(ManualAcceptance).one()
    file = db.session.get_one(StoredFile, row.file_id)
    assert (file.media_type, file.purpose) == (media_type, "manual")
    assert json.loads(agreement().agreed)["manual"]["attachment_sha256"] == file.sha256
    answer = sent.client.get(f"/offerter/{sent.quote.n}/sagt-ja/bilaga")
    assert answer.mimetype == media_type
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Disposition"].endswith(f'.{ending}"')
    assert (answer.data == data) == (ending == "pdf")  # a picture is drawn anew


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html><script>alert(1)</script></html>", "Välj en PDF eller ett foto"),
        (b"%PDF-1.7 avbruten", "Filen går inte att läsa"),
        (PDF + b"0" * 3000, "högst 10 MB"),
        (b"GIF89a" + b"0" * 50, "Välj en PDF eller ett foto"),
    ],
)
def test_other_files_are_refused(sent, data, words, monkeypatch):
    monkeypatch.setattr(attachments, "MOST_BYTES", 3000)
    answer = record(sent, attachment=(io.BytesIO(data), "mejl.pdf"))
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert db.session.query(Agreement).count() == 0
    assert db.session.query(StoredFile).filter_by(purpose="manual").count() == 0


def test_without_an_address_the_paper_is_handed_over(make, firm, seller):
    customer = make.customer(firm, email="")
    quote = send(make, make.quote(firm, customer), email="", now=utc_now() - timedelta(hours=2))
    sent = Sent(make, firm.id, quote.id, quote.public_id, seller)
    assert "Kundens e-post" in seller.get(f"/offerter/{quote.n}/sagt-ja").get_data(as_text=True)
    assert record(sent).status_code == 303
    draw_agreements.run(utc_now())
    assert agreement().email == ""
    assert db.session.query(Letter).filter_by(kind="quote_recorded").count() == 0
    assert "Lämna över avtalet och ångerblanketten på papper" in seller.get(f"/offerter/{sent.quote.n}").get_data(
        as_text=True
    )


def test_an_address_that_the_customer_gave(make, firm, seller):
    customer = make.customer(firm, email="")
    quote = send(make, make.quote(firm, customer), email="", now=utc_now() - timedelta(hours=2))
    sent = Sent(make, firm.id, quote.id, quote.public_id, seller)
    assert record(sent, email="karin@kund.example").status_code == 303
    draw_agreements.run(utc_now())
    assert letter("quote_recorded").to_address == "karin@kund.example"


def test_a_mistake_is_taken_back(sent):
    record(sent, attachment=(io.BytesIO(PDF), "mejl.pdf"), tillval="4")
    draw_agreements.run(utc_now())
    ids = [
        file.public_id for file in db.session.query(StoredFile).filter(StoredFile.purpose.in_(("manual", "agreement")))
    ]
    answer = sent.client.post(f"/offerter/{sent.quote.n}/sagt-ja/ta-tillbaka")
    assert (answer.status_code, answer.location) == (303, f"/offerter/{sent.quote.n}")
    assert sent.quote.status == "sent"
    assert (sent.quote.turn, db.session.query(Agreement).count()) == ("customer", 0)
    assert [act for act in sent.acts() if "manual" in act] == ["doc.accepted_manually", "doc.manual_undone"]
    assert db.session.query(StoredFile).filter_by(purpose="manual").count() == 0
    assert len(ids) == 2
    assert not any(storage.path(sent.firm.public_id, public_id).exists() for public_id in ids)
    assert db.session.query(Letter).filter_by(kind="quote_recorded").count() == 0  # it had not left yet
    assert record(sent).status_code == 303  # and the right one can be written down


def test_who_has_been_told_is_told_again(sent):
    record(sent)
    draw_agreements.run(utc_now())
    row = letter("quote_recorded")
    row.state, row.attempts = "sent", 1
    db.session.commit()
    sent.client.post(f"/offerter/{sent.quote.n}/sagt-ja/ta-tillbaka")
    assert "har tagit tillbaka anteckningen" in words(sent, "record_undone")


def test_a_letter_under_way_is_not_sent_after_all(sent):
    from mail.letters import Unwanted

    record(sent)
    draw_agreements.run(utc_now())
    row = letter("quote_recorded")
    row.attempts = 1
    db.session.commit()
    sent.client.post(f"/offerter/{sent.quote.n}/sagt-ja/ta-tillbaka")
    for kind in ("quote_recorded", "quote_approved_to_firm"):
        with pytest.raises(Unwanted):
            words(sent, kind)


def test_an_objection_does_not_stand_in_the_way(sent, app):
    record(sent)
    customer = app.test_client()
    customer.get(f"/l/{token_of(sent.quote)}")
    customer.post(f"/o/{sent.deal_id}/fraga", data={"question": "Det har jag inte sagt."})
    assert db.session.query(Message).count() == 1
    assert sent.client.post(f"/offerter/{sent.quote.n}/sagt-ja/ta-tillbaka").status_code == 303


def test_after_a_day_it_stands(sent):
    record(sent)
    with time_machine.travel(utc_now() + timedelta(hours=25), tick=True):
        assert sent.client.post(f"/offerter/{sent.quote.n}/sagt-ja/ta-tillbaka").status_code == 409
        page = sent.client.get(f"/offerter/{sent.quote.n}").get_data(as_text=True)
        assert "Ta tillbaka anteckningen" not in page


def test_a_withdrawal_stands_on_it(sent, app):
    record(sent)
    customer = app.test_client()
    customer.get(f"/l/{token_of(sent.quote)}")
    given = {"name": "Karin Almgren", "contract": "2026-001", "email": MAIL, "once": "k"}
    assert customer.post(f"/o/{sent.deal_id}/angra", data=given).status_code == 303
    assert sent.quote.status == "withdrawn"
    assert sent.client.post(f"/offerter/{sent.quote.n}/sagt-ja/ta-tillbaka").status_code == 409


def test_the_customer_gives_the_data_of_the_deduction_later(sent, app):
    record(sent)
    customer = app.test_client()
    customer.get(f"/l/{token_of(sent.quote)}")
    given = {
        "personnummer": "19840601-2388",
        "home": "house",
        "fastighetsbeteckning": "LILLHAMRA 3:14",
        "statement": "y",
    }
    assert customer.post(f"/o/{sent.deal_id}/rot", data=given).status_code == 303
    assert agreement().home == "house"
    assert sent.client.post(f"/offerter/{sent.quote.n}/sagt-ja/ta-tillbaka").status_code == 409  # built upon


def test_an_undone_yes_of_an_expired_quote_is_expired_again(make, firm, quote, app):
    start = utc_now()
    with time_machine.travel(start - timedelta(days=10), tick=True):
        quote = send(make, quote, valid_until=(start - timedelta(days=3)).date())
    sent = Sent(make, firm.id, quote.id, quote.public_id, app.test_client().log_in(make.owner(firm)))
    record(sent, takes_late="y")
    sent.client.post(f"/offerter/{sent.quote.n}/sagt-ja/ta-tillbaka")
    assert (sent.quote.status, sent.quote.turn) == ("expired", "firm")


def test_what_the_customer_approved_here_cannot_be_taken_back(sent, app):
    customer = app.test_client()
    customer.get(f"/l/{token_of(sent.quote)}")
    own = Sent(sent.make, sent.firm_id, sent.quote_id, sent.deal_id, customer)
    assert own.post("/godkann", own.step2()).status_code == 303
    assert sent.client.post(f"/offerter/{sent.quote.n}/sagt-ja/ta-tillbaka").status_code == 404
    assert sent.client.get(f"/offerter/{sent.quote.n}/sagt-ja").status_code == 409
    assert sent.client.get(f"/offerter/{sent.quote.n}/sagt-ja/bilaga").status_code == 404


@pytest.mark.parametrize("status", ["draft", "declined", "recalled", "late_acceptance", "partly_signed", "withdrawn"])
def test_other_states_take_no_yes(sent, status):
    data = typed(sent)
    db.session.query(Quote).filter_by(id=sent.quote_id).update({"status": status})
    db.session.commit()
    assert sent.client.get(f"/offerter/{sent.quote.n}/sagt-ja").status_code == 409
    assert sent.client.post(f"/offerter/{sent.quote.n}/sagt-ja", data=data).status_code == 409


def test_who_may_write_it_down(sent, worker, stranger, app):
    n, data = sent.quote.n, typed(sent)
    for method, path in (("get", "sagt-ja"), ("post", "sagt-ja"), ("post", "sagt-ja/ta-tillbaka")):
        url = f"/offerter/{n}/{path}"
        given = {"data": dict(data)} if method == "post" else {}
        assert getattr(worker, method)(url, **given).status_code == 403
        assert getattr(stranger, method)(url, **given).status_code == 404
        assert getattr(app.test_client(), method)(url, **given).location.startswith("/logga-in")
    assert sent.client.post(f"/offerter/{n}/sagt-ja", data=data, csrf=False).status_code == 403
    assert sent.client.get(f"/offerter/{n}/sagt-ja/ta-tillbaka").status_code == 405
    assert "sagt ja på annat sätt" not in worker.get(f"/offerter/{n}").get_data(as_text=True)
    assert db.session.query(Agreement).count() == 0
