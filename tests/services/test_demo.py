"""The sample firm: every state a user can meet, chains that hold, papers that open, and no letter to anyone real."""

import dataclasses

import pytest

from domain.quote_states import QuoteStatus
from extensions import db
from models import Agreement, Applicant, Article, Customer, Firm, Letter, Quote, QuoteVersion, StoredFile
from services import events, storage
from services.clock import utc_now
from services.demo import filling
from services.demo.firm import ARTICLES, CUSTOMERS, MARK
from services.demo.stories import STORIES


def fill(app):
    with app.test_request_context(base_url="http://localhost"):
        return filling.fill(now=utc_now())


def test_the_sample_firm_is_whole(app, client):
    sample = fill(app)

    firm = db.session.query(Firm).one()
    assert firm.is_sample
    assert sample.is_new
    assert db.session.query(Customer).count() == len(CUSTOMERS) + 1  # who asks by the form
    assert db.session.query(Article).count() == len(ARTICLES) >= 25
    quotes = db.session.query(Quote).all()
    assert len(quotes) == len(STORIES) + 1
    assert {quote.status for quote in quotes} == {
        QuoteStatus.DRAFT, QuoteStatus.SENT, QuoteStatus.ACCEPTED, QuoteStatus.SIGNED,
        QuoteStatus.DECLINED, QuoteStatus.EXPIRED, QuoteStatus.LATE_ACCEPTANCE, QuoteStatus.RECALLED,
        QuoteStatus.WITHDRAWN, QuoteStatus.PARTLY_SIGNED,
    }  # fmt: skip
    sent = [quote for quote in quotes if quote.status == QuoteStatus.SENT]
    assert {(bool(quote.seen_at), bool(quote.question_at), bool(quote.mail_failed_at)) for quote in sent} == {
        (False, False, False), (True, False, False), (True, True, False), (False, False, True),
    }  # fmt: skip
    assert any(quote.archived_at for quote in quotes)
    assert any(quote.version == 2 for quote in quotes)
    assert db.session.query(Applicant).filter(Applicant.personnummer.is_not(None), Applicant.rot_kr > 0).count() == 2
    assert all(quote.touched_at <= utc_now() for quote in quotes)

    assert [bad for _, _, bad in events.verify_all()] == [None]
    for file in db.session.query(StoredFile).filter_by(purpose="agreement"):
        assert storage.read(firm.public_id, file).startswith(b"%PDF")
    papers = db.session.query(Agreement).join(Quote, Quote.id == Agreement.quote_id)
    unfinished = (QuoteStatus.LATE_ACCEPTANCE, QuoteStatus.PARTLY_SIGNED)
    assert papers.filter(Agreement.pdf_id.is_(None), Quote.status.not_in(unfinished)).count() == 0
    assert all(MARK in version.content for version in db.session.query(QuoteVersion))

    letters = db.session.query(Letter).all()
    assert all(letter.to_address.endswith(".example") for letter in letters)
    assert sorted(letter.state for letter in letters if letter.state != "sent") == ["failed"]

    assert len(sample.pages) == 3
    for _, address in sample.pages:
        customer = app.test_client()
        led_to = customer.get(address.removeprefix("http://localhost"))
        assert customer.get(led_to.headers["Location"]).status_code in (200, 302)  # agreed: on to the receipt
    answer = client.post("/logga-in", data={"email": sample.email, "password": sample.password})
    assert answer.status_code == 303
    assert "Exempeldata" in client.get("/").get_data(as_text=True)


def test_filling_again_adds_nothing_and_gives_a_new_password(app, client, monkeypatch):
    monkeypatch.setattr(filling, "STORIES", STORIES[:1])
    first = fill(app)
    counts = [db.session.query(model).count() for model in (Firm, Customer, Article, Quote, QuoteVersion)]

    said = app.test_cli_runner().invoke(args=["demo"])

    assert said.exit_code == 0, said.output
    assert "nothing was added" in said.output
    assert [db.session.query(model).count() for model in (Firm, Customer, Article, Quote, QuoteVersion)] == counts
    password = said.output.split("password")[2].split()[0]
    old = client.post("/logga-in", data={"email": first.email, "password": first.password})
    assert old.status_code == 422
    assert client.post("/logga-in", data={"email": first.email, "password": password}).status_code == 303


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"PRODUCTION": True, "BASE_URL": "https://handslag.example"}, "PRODUCTION"),
        ({"SMTP_HOST": "mail.example"}, "SMTP_HOST"),
    ],
)
def test_no_sample_where_it_could_reach_people(app, monkeypatch, changed, word):
    monkeypatch.setitem(app.config, "SETTINGS", dataclasses.replace(app.config["SETTINGS"], **changed))

    said = app.test_cli_runner().invoke(args=["demo"])

    assert said.exit_code == 1
    assert word in said.output
    assert db.session.query(Firm).count() == 0


def test_no_sample_over_a_firm_with_its_address(app, make):
    make.user(make.firm(), email="jonas@tumbredd.example")

    said = app.test_cli_runner().invoke(args=["demo"])

    assert said.exit_code == 1
    assert db.session.query(Quote).count() == 0
