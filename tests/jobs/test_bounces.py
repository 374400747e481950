"""A letter that a mail server refuses for good: the quote turns red with words, whatever the letter was."""

from __future__ import annotations

from typing import Any

import pytest

from extensions import db
from jobs import draw_agreements, send_mail
from models import Letter
from services import outbox, today
from services.clock import utc_now
from tests.jobs.test_drain import queue, states
from tests.routes.deal.conftest import make_sent
from tests.smtp import Sink, serving


@pytest.fixture
def sent(app, make):
    sent = make_sent(app, make)
    outbox_is_empty()
    return sent


@pytest.fixture
def owner(app, sent):
    client = app.test_client()
    client.environ_base["handslag.raise_errors"] = True
    return client.log_in(sent.make.owner(sent.firm))


def outbox_is_empty() -> None:
    db.session.query(Letter).update({"state": "sent", "done_at": utc_now()})
    db.session.commit()


def refused(port: int, reply: str = "550 5.1.1 no such user") -> list[str]:
    """Send to a server that refuses every customer; the kinds it was offered."""

    class Refusing(Sink):
        async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
            if address.endswith("@tumbredd.example"):
                return await super().handle_RCPT(server, session, envelope, address, options)
            return reply

    with serving(Refusing(), port):
        assert send_mail.run(utc_now()).failed == 0
    db.session.rollback()
    return [row.kind for row in db.session.query(Letter).filter_by(state="failed").order_by(Letter.id)]


def reason(sent) -> str:
    db.session.rollback()
    (found,) = today.waiting(sent.firm_id, now=utc_now())
    db.session.rollback()
    return found.reason


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("550 5.1.1 no such user", "Adressen finns inte."),
        ("550 5.1.2 host unknown", "Det går inte att mejla till kund.example."),
        ("552 5.2.2 over quota", "Kundens brevlåda är full."),
        ("554 5.7.1 rejected as spam", "för skräppost"),
        ("501 what", "tog inte emot mejlet"),
    ],
)
def test_it_is_red_in_idag_and_on_its_page_with_words(by_smtp, port, sent, owner, reply, words):
    address = f"/offerter/{sent.quote.n}"
    sent.post("/fraga", {"question": "Ingår golvbrunnen?"})
    owner.post(f"{address}/svara", data={"answer": "Ja."})
    assert refused(port, reply) == ["answer_to_customer"]
    page = owner.get(address).text
    assert "Mejlet kom inte fram." in page
    assert words in page
    assert reply in page
    assert "Mejl med svaret" in page
    assert reason(sent) == "mail_failed"
    assert "Mejlet kom inte fram" in owner.get("/").text


@pytest.mark.parametrize("title", ["Badrum", ""])
def test_the_firm_is_told_by_a_letter_of_its_own(app, by_smtp, port, sent, owner, title):
    sent.quote.title = title
    db.session.commit()
    sent.post("/fraga", {"question": "Ingår golvbrunnen?"})
    owner.post(f"/offerter/{sent.quote.n}/svara", data={"answer": "Ja."})
    refused(port)
    assert sent.letters()[-1] == "bounced_to_firm"
    sink = Sink()
    with serving(sink, port):
        send_mail.run(utc_now())
    told = [letter for letter in sink.got if str(letter["Subject"]).startswith("Det kom inte fram")]
    assert len(told) <= 1
    states_now = {row.kind: row.state for row in db.session.query(Letter)}
    assert states_now["bounced_to_firm"] == "sent"


def test_a_refused_letter_to_the_firm_itself_turns_no_quote_red(by_smtp, port, sent):
    sent.post("/fraga", {"question": "Ingår golvbrunnen?"})
    with serving(Sink(rcpt="550 5.1.1 no such user"), port):
        send_mail.run(utc_now())
    assert sent.quote.mail_failed_at is None
    assert "mail.bounced" not in sent.acts()
    assert reason(sent) == "question"


def test_an_agreement_that_did_not_arrive_goes_to_the_corrected_address(by_smtp, port, sent, owner):
    assert sent.post("/godkann", sent.step2()).status_code == 303
    draw_agreements.run(utc_now())
    assert refused(port) == ["quote_approved"]
    assert reason(sent) == "mail_failed"
    address = f"/offerter/{sent.quote.n}"
    owner.post(f"{address}/skicka-igen", data={"email": "ratt@kund.example"})
    db.session.rollback()
    newest = db.session.query(Letter).order_by(Letter.id.desc()).first()
    assert (newest.kind, newest.to_address) == ("quote_approved", "ratt@kund.example")
    assert sent.quote.mail_failed_at is None
    sink = Sink()
    with serving(sink, port):
        send_mail.run(utc_now())
    (letter,) = [got for got in sink.got if str(got["To"]) == "ratt@kund.example"]
    assert [part.get_content_type() for part in letter.iter_attachments()] == ["application/pdf"] * 2
    assert "Mejlet kom inte fram." not in owner.get(address).text


def test_letters_of_different_quotes_do_not_wait_for_each_other(app, make, by_smtp, port):
    queue(app, make, 3)
    with serving(Sink(answers=["451 later", "250 ok"]), port):
        send_mail.run(utc_now())
    assert states() == {"queued": 1, "sent": 3}
    assert outbox.is_to_firm("quote_declined")
