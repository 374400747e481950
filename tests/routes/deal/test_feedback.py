"""The question after the yes: asked once, answered or not, changed for two weeks."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine

from extensions import db
from mail.letters import LETTERS
from models import Event, Feedback, Letter, QuoteLink, Recipient, User
from services import notices
from services.clock import utc_now
from tests.routes.deal.conftest import Sent, actor_of, make_sent
from tests.routes.deal.test_show import checksum

PART = {"HX-Request": "true"}
ASKED = "Var offerten lätt att förstå?"


@pytest.fixture
def agreed(sent) -> Sent:
    assert sent.post("/godkann", sent.step2()).status_code == 303
    return sent


def given(sent: Sent) -> tuple[int, str] | None:
    db.session.rollback()
    row = db.session.query(Feedback).filter_by(quote_id=sent.quote_id).one_or_none()
    return (row.score, row.text) if row else None


def test_it_is_asked_after_the_yes_and_in_nobodys_way(sent):
    assert ASKED not in sent.get().text
    sent.post("/godkann", sent.step2())
    page = sent.get("/avtal").text
    assert ASKED in page
    assert page.count('name="score"') == 5
    assert " checked" not in page
    assert "<noscript><button" in page


def test_a_figure_and_then_words(agreed):
    part = agreed.post("/omdome", {"score": "4"}, headers=PART)
    assert part.status_code == 200
    assert "<html" not in part.text
    for words in ("Tack, Jonas Ek får veta. Du gav 4 av 5.", "Vill du säga något mer?", 'name="text"'):
        assert words in part.text, words
    assert given(agreed) == (4, "")
    part = agreed.post("/omdome", {"score": "4", "text": " Bra <b>förklarat</b>. "}, headers=PART)
    assert given(agreed) == (4, "Bra <b>förklarat</b>.")
    assert "&lt;b&gt;" in part.text
    page = agreed.get("/avtal").text
    assert "Du gav 4 av 5." in page
    assert "Skriv något mer eller ändra" in page


def test_without_scripts(agreed):
    answer = agreed.post("/omdome", {"score": "2"})
    assert (answer.status_code, answer.location) == (303, agreed.url("/avtal#omdome"))
    assert agreed.post("/omdome", {"score": "3", "text": "Lite krångligt"}).status_code == 303
    assert given(agreed) == (3, "Lite krångligt")


def test_the_figure_by_itself_leaves_the_words(agreed):
    agreed.post("/omdome", {"score": "3", "text": "Lite krångligt"})
    agreed.post("/omdome", {"score": "5"}, headers=PART)
    assert given(agreed) == (5, "Lite krångligt")
    agreed.post("/omdome", {"score": "5", "text": ""}, headers=PART)
    assert given(agreed) == (5, "")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Välj en siffra från 1 till 5."),
        ({"score": "6"}, ""),
        ({"score": "0"}, ""),
        ({"score": "bra"}, ""),
        ({"score": "4", "text": "x" * 1001}, "Texten får ha högst 1 000 tecken."),
    ],
)
def test_what_cannot_be_is_422_and_keeps_nothing(agreed, typed, said):
    for headers in ({}, PART):
        answer = agreed.post("/omdome", typed, headers=headers)
        assert answer.status_code == 422
        assert said in answer.text
        assert ("<title>Fel: " in answer.text) == (not headers)
    assert given(agreed) is None


def test_twice_is_once(agreed):
    for _ in range(3):
        agreed.post("/omdome", {"score": "4"}, headers=PART)
    assert agreed.acts().count("feedback.given") == 1
    assert db.session.query(Feedback).count() == 1


def test_the_chain_holds_neither_figure_nor_words(agreed):
    agreed.post("/omdome", {"score": "4", "text": "Hemligheten"})
    db.session.rollback()
    (entry,) = [row.entry for row in db.session.query(Event).filter_by(act="feedback.given")]
    assert json.loads(entry)["data"].keys() <= {"version", "ip", "ua"}
    assert "Hemligheten" not in entry


@pytest.mark.parametrize("state", ["sent", "declined", "recalled", "withdrawn", "late_acceptance", "partly_signed"])
def test_it_is_asked_of_nobody_else(agreed, state):
    quote = agreed.quote
    quote.status = state
    db.session.commit()
    assert agreed.post("/omdome", {"score": "4"}).status_code == 409
    assert given(agreed) is None


def test_it_may_be_changed_for_two_weeks(agreed):
    agreed.post("/omdome", {"score": "4"})
    with time_machine.travel(utc_now() + timedelta(days=13), tick=False):
        assert agreed.post("/omdome", {"score": "5"}).status_code == 303
    with time_machine.travel(utc_now() + timedelta(days=15), tick=False):
        page = agreed.get("/avtal").text
        assert "Du gav 5 av 5." in page
        assert 'name="score"' not in page
        refused = agreed.post("/omdome", {"score": "1"})
        assert refused.status_code == 409
        assert "Omdömet går inte längre att lämna eller ändra." in refused.text
    assert given(agreed) == (5, "")


def test_the_firm_does_not_answer_for_the_customer(agreed):
    agreed.client.log_in(agreed.make.owner(agreed.firm))
    assert ASKED not in agreed.get("/avtal").text
    assert agreed.post("/omdome", {"score": "5"}).status_code == 409
    assert given(agreed) is None


def test_others_who_got_the_quote_are_not_asked(agreed):
    quote = agreed.quote
    row = Recipient(
        firm_id=quote.firm_id,
        quote_id=quote.id,
        name="Anna Holm",
        email="anna@kund.example",
        role="co_decides",
        created_at=utc_now(),
    )
    db.session.add(row)
    db.session.flush()
    db.session.query(QuoteLink).filter_by(quote_id=quote.id).update({"recipient_id": row.id})
    db.session.commit()
    assert ASKED not in agreed.get("/avtal").text
    assert agreed.post("/omdome", {"score": "1"}).status_code == 409
    assert given(agreed) is None


def test_it_reaches_the_firm(agreed, client):
    agreed.post("/omdome", {"score": "4", "text": "Tydlig <i>och</i> bra."})
    client.log_in(agreed.make.owner(agreed.firm))
    page = client.get(f"/offerter/{agreed.quote.n}").text
    assert "Lätt att förstå: 4 av 5" in page
    assert "Tydlig &lt;i&gt;och&lt;/i&gt; bra." in page
    assert page.count("Kunden lämnade ett omdöme") == 1
    assert "Kunden lämnade ett omdöme" in client.get("/").text
    assert "Kunden lämnade ett omdöme" not in agreed.get("/avtal").text


@pytest.mark.parametrize("wants", [True, False])
def test_by_mail_only_to_who_wants_it(agreed, wants):
    user = db.session.query(User).filter_by(firm_id=agreed.firm_id).one()
    notices.choose(user, ["feedback"] if wants else [], actor=actor_of(agreed.make, agreed.firm), now=utc_now())
    agreed.post("/omdome", {"score": "2"}, headers=PART)
    agreed.post("/omdome", {"score": "2", "text": "För många rader."}, headers=PART)
    assert agreed.letters().count("feedback_to_firm") == int(wants)
    if not wants:
        return
    row = db.session.query(Letter).filter_by(kind="feedback_to_firm").one()
    assert row.next_at > utc_now()  # the words come along
    with agreed.make.app.test_request_context():
        letter = LETTERS["feedback_to_firm"]({**json.loads(row.params), "firm_id": agreed.firm_id})
    for words in ("2 av 5", "För många rader."):
        assert words in letter.text, words
    assert "/l/" not in letter.text


def test_one_deals_link_answers_for_no_other(app, make, agreed):
    other = make_sent(app, make)
    other.post("/godkann", other.step2())
    token = agreed.client.get_cookie(f"l-{agreed.deal_id}").value
    agreed.client.set_cookie(f"l-{other.deal_id}", token)
    assert agreed.client.post(f"/o/{other.deal_id}/omdome", data={"score": "1"}).status_code == 404
    assert app.test_client().post(agreed.url("/omdome"), data={"score": "1"}).status_code == 404
    assert given(other) is None


def test_reading_the_page_writes_nothing(agreed):
    before = checksum()
    for _ in range(50):
        agreed.get("/avtal").close()
        agreed.client.head(agreed.url("/avtal")).close()
    assert checksum() == before
    assert agreed.get("/omdome").status_code == 405


def test_forbidden_fields_are_not_stored(agreed):
    agreed.post("/omdome", {"score": "4", "firm_id": "9", "quote_id": "9", "given_at": "x", "id": "7"})
    row = db.session.query(Feedback).one()
    assert (row.firm_id, row.quote_id) == (agreed.firm_id, agreed.quote_id)
