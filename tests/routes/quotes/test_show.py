"""One quote as the firm follows it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from domain import canonical
from domain.clock import stockholm_date
from extensions import db
from jobs import draw_agreements, expire_quotes, send_mail
from models import Agreement, Event, Letter, QuoteLink, QuoteVersion
from services import outbox
from services.clock import utc_now
from services.quotes import content
from tests.routes.deal.conftest import MAIL, make_sent


@pytest.fixture
def sent(app, make):
    return make_sent(app, make)


@pytest.fixture
def today():
    return stockholm_date(utc_now())


@pytest.fixture
def owner(sent, client):
    client.environ_base["handslag.raise_errors"] = True
    return client.log_in(sent.make.owner(sent.firm))


def url(sent, rest: str = "") -> str:
    return f"/offerter/{sent.quote.n}{rest}"


def test_the_page(sent, owner):
    page = owner.get(url(sent))
    assert page.status_code == 200
    for words in ("Badrum, Granstigen 4", "Skickad", MAIL, "Version 1 låstes", "Ta tillbaka offerten", "I kö"):
        assert words in page.text
    assert owner.get(url(sent, "/offert.pdf")).mimetype == "application/pdf"


def test_a07_no_page_of_the_firm_holds_the_customers_link(sent, owner):
    for rest in ("", "/granska", "/som-kund", "/ta-tillbaka"):
        assert "/l/" not in owner.get(url(sent, rest)).text


def test_a_draft_leads_to_the_builder(make, client):
    firm = make.firm()
    quote = make.quote(firm)
    client.log_in(make.owner(firm))
    answer = client.get(f"/offerter/{quote.n}")
    assert answer.location == f"/offerter/{quote.n}/redigera"


def test_the_states_of_the_letter(sent, owner):
    letter = db.session.query(Letter).one()
    letter.attempts = 1
    outbox.postpone(letter, "451 senare", now=utc_now())
    assert "Senaste svaret: 451 senare" in owner.get(url(sent)).text
    letter = db.session.query(Letter).one()
    outbox.refused(letter, "550 finns inte", now=utc_now())
    page = owner.get(url(sent)).text
    assert "Mejlet kom inte fram" in page
    assert "550 finns inte" in page
    answer = owner.post(url(sent, "/skicka-igen"), data={"email": "ratt@kund.example"})
    assert answer.status_code == 303
    assert sent.letters() == ["quote_sent", "bounced_to_firm", "quote_sent"]
    links = db.session.query(QuoteLink).order_by(QuoteLink.id).all()
    assert [bool(link.revoked_at) for link in links] == [True, False]
    assert send_mail.run(utc_now()).done == 2
    assert "Mottaget av mejlservern" in owner.get(url(sent)).text


def test_question_and_answer(sent, owner):
    sent.post("/fraga", {"question": "Ingår målning av taket?"})
    assert sent.quote.turn == "firm"
    page = owner.get(url(sent)).text
    assert "Ingår målning av taket?" in page
    assert "Ny fråga" in page
    empty = owner.post(url(sent, "/svara"), data={"answer": " "})
    assert empty.status_code == 422
    assert owner.post(url(sent, "/svara"), data={"answer": "Ja, med två strykningar."}).status_code == 303
    assert sent.quote.turn == "customer"
    assert sent.quote.question_at is None
    assert "två strykningar" in sent.get().text
    assert sent.letters() == ["quote_sent", "question_to_firm", "answer_to_customer"]
    assert send_mail.run(utc_now()).failed == 0


def test_a_link_is_handed_over_once(app, sent, owner):
    page = owner.post(url(sent, "/lank"))
    assert page.status_code == 200
    address = re.search(r'value="http://localhost(/l/[^"]+)"', page.text)
    assert address
    assert "/l/" not in owner.get(url(sent)).text
    customer = app.test_client()
    assert customer.get(address[1]).status_code == 303
    assert customer.get(sent.url()).status_code == 200
    assert sent.get().status_code == 200
    link = db.session.query(QuoteLink).filter_by(way="handed_over").one()
    entry = db.session.query(Event).filter_by(act="doc.resent").one().entry
    assert '"channel":"link"' in entry
    assert owner.post(url(sent, f"/lankar/{link.public_id}/stang")).status_code == 303
    assert customer.get(sent.url()).status_code == 404
    assert sent.get().status_code == 200


def test_recalling(sent, owner):
    sent.post("/sedd")
    page = owner.get(url(sent, "/ta-tillbaka")).text
    assert "Kunden öppnade offerten" in page
    assert owner.post(url(sent, "/ta-tillbaka")).status_code == 303
    assert sent.quote.status == "recalled"
    assert "har tagit tillbaka offerten" in sent.get().text
    assert sent.post("/godkann", {"e_signature": "y", "name": "x", "later": "y"}).status_code == 409
    assert '"first_view_before":true' in db.session.query(Event).filter_by(act="doc.recalled").one().entry
    assert owner.post(url(sent, "/ta-tillbaka")).status_code == 409
    assert sent.letters() == ["quote_sent", "quote_recalled"]
    assert send_mail.run(utc_now()).failed == 0


def test_confirming_a_late_answer(app, make, client, today):
    sent = make_sent(app, make, valid_until=today + timedelta(days=1))
    form = sent.step2()
    with time_machine.travel(utc_now() + timedelta(days=3), tick=False):
        sent.post("/godkann", form)
        owner = client.log_in(make.owner(sent.firm))
        page = owner.get(url(sent)).text
        assert "sa ja efter sista dagen" in page
        assert owner.post(url(sent, "/sent-svar/bekrafta")).status_code == 303
        assert sent.quote.status == "accepted"
        assert draw_agreements.run(utc_now()).done == 1
        agreement = db.session.query(Agreement).one()
        assert agreement.withdraw_until > today + timedelta(days=16)
        assert owner.get(url(sent, "/avtal.pdf")).status_code == 200
        assert owner.post(url(sent, "/sent-svar/avboj")).status_code == 409


def test_refusing_a_late_answer_keeps_no_personnummer(app, make, client, today):
    sent = make_sent(app, make, valid_until=today + timedelta(days=1))
    form = sent.step2()
    with time_machine.travel(utc_now() + timedelta(days=3), tick=False):
        sent.post("/godkann", form)
        owner = client.log_in(make.owner(sent.firm))
        assert owner.post(url(sent, "/sent-svar/avboj")).status_code == 303
        assert sent.quote.status == "declined"
        assert db.session.query(Agreement).count() == 0
        assert sent.letters() == ["quote_sent", "late_answer_to_firm", "late_answer", "late_refused"]
        assert send_mail.run(utc_now()).failed == 0


def test_the_paper_and_the_numbers(sent, owner):
    sent.post("/godkann", sent.step2())
    draw_agreements.run(utc_now())
    page = owner.get(url(sent)).text
    assert "19840601-••••" in page
    assert "19840601-2388" not in page
    assert "LILLHAMRA 3:14" in page
    pdf = owner.get(url(sent, "/avtal.pdf"))
    assert canonical.sha256_hex(pdf.data) == db.session.query(Agreement).one().pdf_sha256
    assert "Varför?" in owner.get(url(sent, "/personnummer")).text
    shown = owner.post(url(sent, "/personnummer"), data={"reason": "invoice"})
    assert "19840601-2388" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    (event,) = db.session.query(Event).filter_by(act="personnummer.revealed")
    assert '"reason":"invoice"' in event.entry
    assert "Personnummer visades, för fakturan" in owner.get(url(sent)).text


@pytest.mark.parametrize("data", [{}, {"reason": ""}, {"reason": "curious"}])
def test_no_number_is_shown_without_a_reason(sent, owner, data):
    sent.post("/godkann", sent.step2())
    asked = owner.post(url(sent, "/personnummer"), data=data)
    assert asked.status_code == 422
    assert "19840601-2388" not in asked.text
    assert db.session.query(Event).filter_by(act="personnummer.revealed").count() == 0


def test_where_there_is_no_number_none_is_asked_for(sent, owner):
    """Before the agreement, and while the customer has still to fill it in."""
    assert owner.get(url(sent, "/personnummer")).status_code == 303
    assert owner.post(url(sent, "/personnummer"), data={"reason": "check"}).status_code == 404
    sent.post("/godkann", sent.step2(later="y", personnummer="", fastighetsbeteckning=""))
    assert owner.get(url(sent, "/personnummer")).status_code == 303
    assert owner.post(url(sent, "/personnummer"), data={"reason": "check"}).status_code == 404
    assert db.session.query(Event).filter_by(act="personnummer.revealed").count() == 0


def test_expiry_after_the_last_moment(app, make, today):
    sent = make_sent(app, make, valid_until=today + timedelta(days=1))
    assert expire_quotes.run(utc_now() + timedelta(days=1)).done == 0
    result = expire_quotes.run(utc_now() + timedelta(days=2))
    assert (result.done, result.failed) == (1, 0)
    assert (sent.quote.status, sent.quote.turn) == ("expired", "firm")
    assert expire_quotes.run(utc_now() + timedelta(days=2)).done == 0
    assert "doc.expired" in sent.acts()


@pytest.fixture
def expired(app, make, client, today):
    """A quote whose last day was yesterday, and its owner, three days later."""
    sent = make_sent(app, make, valid_until=today + timedelta(days=1))
    with time_machine.travel(utc_now() + timedelta(days=3), tick=False):
        assert expire_quotes.run(utc_now()).done == 1
        yield sent, client.log_in(make.owner(sent.firm))


def test_new_time_with_one_press(expired):
    sent, owner = expired
    before = content.read(db.session.query(QuoteVersion).one().content)
    sent.post("/ny-tid")
    assert "Ge ny tid till" in owner.get(url(sent)).text
    for _ in range(2):  # pressed twice
        answer = owner.post(url(sent, "/ny-tid"))
        assert (answer.status_code, answer.headers["Location"]) == (303, url(sent))
    first, second = db.session.query(QuoteVersion).order_by(QuoteVersion.version).all()
    after = content.read(second.content)
    assert second.valid_until == stockholm_date(utc_now()) + timedelta(days=sent.firm.default_valid_days)
    assert {name for name in after if after[name] != before[name]} == {"version", "dated_on", "valid_until", "paid_on"}
    assert (second.to_pay_ore, second.gross_ore) == (first.to_pay_ore, first.gross_ore)
    assert (sent.quote.status, sent.quote.turn, sent.quote.question_at) == ("sent", "customer", None)
    assert sent.letters().count("quote_sent") == 2
    assert sent.acts().count("doc.replaced") == 1
    assert "Ge ny tid till" not in owner.get(url(sent)).text
    assert sent.post("/godkann", sent.step2()).status_code == 303
    assert sent.quote.status == "accepted"


def test_what_has_changed_since_is_reviewed_before_it_gets_new_time(expired):
    sent, owner = expired
    owner.post(f"/offerter/{sent.quote.n}/rubrik", data={"title": "Ett annat badrum", "rev": str(sent.quote.rev)})
    answer = owner.post(url(sent, "/ny-tid"))
    assert (answer.status_code, answer.headers["Location"]) == (303, url(sent, "/granska"))
    assert "Något har ändrats" in owner.get(url(sent, "/granska")).text
    assert (sent.quote.status, db.session.query(QuoteVersion).count()) == ("expired", 1)


def test_another_rate_is_reviewed_before_it_gets_new_time(app, make, client):
    with time_machine.travel(datetime(2025, 12, 20, 12, tzinfo=UTC), tick=False):
        sent = make_sent(app, make, valid_until=date(2025, 12, 30))
    with time_machine.travel(datetime(2026, 1, 2, 12, tzinfo=UTC), tick=False):
        assert expire_quotes.run(utc_now()).done == 1
        owner = client.log_in(make.owner(sent.firm))
        assert owner.post(url(sent, "/ny-tid")).headers["Location"] == url(sent, "/granska")
    assert db.session.query(QuoteVersion).count() == 1


def test_new_time_only_for_what_has_expired(sent, owner):
    assert owner.post(url(sent, "/ny-tid")).status_code == 409
    owner.post(url(sent, "/ta-tillbaka"))
    assert owner.post(url(sent, "/ny-tid")).status_code == 409
    assert db.session.query(QuoteVersion).count() == 1


def test_a_version_cannot_be_rewritten(sent):
    from sqlalchemy.exc import DatabaseError

    version = db.session.query(QuoteVersion).one()
    version.content = "{}"
    with pytest.raises(DatabaseError):
        db.session.commit()
    db.session.rollback()


POSTS = [
    "svara",
    "lank",
    "skicka-igen",
    "ny-tid",
    "ta-tillbaka",
    "sent-svar/bekrafta",
    "sent-svar/avboj",
    "personnummer",
]


@pytest.mark.parametrize("path", POSTS)
def test_who_may(app, sent, path):
    address = url(sent, f"/{path}")
    assert app.test_client().post(address).status_code == 303
    worker = app.test_client().log_in(sent.make.user(sent.firm, role="worker"))
    assert worker.post(address).status_code == 403
    stranger = app.test_client().log_in(sent.make.owner(sent.make.firm("Annan Firma")))
    data = {"answer": "x", "email": MAIL}
    assert stranger.post(address, data=data).status_code == 404
    assert stranger.post(address, data=data, csrf=False).status_code == 403


@pytest.mark.parametrize("path", ["", "/offert.pdf", "/avtal.pdf", "/ta-tillbaka"])
def test_other_firms_see_nothing(app, sent, path):
    stranger = app.test_client().log_in(sent.make.owner(sent.make.firm("Annan Firma")))
    assert stranger.get(url(sent, path)).status_code == 404
    assert app.test_client().get(url(sent, path)).status_code == 302
