"""Which letters the firm gets about a quote, by the switches of the person behind it."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from domain import notices
from jobs import draw_agreements
from services import transaction
from services.clock import utc_now
from tests.routes.deal.conftest import Sent
from tests.routes.deal.test_withdraw import FORM


def choose(sent: Sent, *events: str) -> None:
    sent.make.owner(sent.firm).notices = notices.stored(events)
    transaction.commit()


def test_opened_is_told_once_and_only_to_who_asks(sent):
    sent.post("/sedd")
    assert "opened_to_firm" not in sent.letters()


def test_opened_when_it_is_wanted(sent):
    choose(sent, "opened")
    sent.post("/sedd")
    sent.post("/sedd")
    assert sent.letters().count("opened_to_firm") == 1


def test_a_question_is_an_opening_with_a_letter_of_its_own(sent):
    choose(sent, "opened", "question")
    sent.post("/fraga", {"question": "Ingår golvbrunnen?"})
    assert sent.letters() == ["quote_sent", "question_to_firm"]


def test_switched_off_news_are_not_mailed_and_still_wait_in_idag(sent):
    choose(sent)
    sent.post("/fraga", {"question": "Ingår golvbrunnen?"})
    assert sent.letters() == ["quote_sent"]
    assert sent.quote.turn == "firm"
    assert sent.quote.question_at is not None


def test_new_time_has_a_switch_of_its_own(sent):
    choose(sent, "question")
    with time_machine.travel(utc_now() + timedelta(days=31)):
        assert sent.client.post(sent.url("/ny-tid")).status_code == 303
    assert "question_to_firm" not in sent.letters()
    assert "doc.extension_asked" in sent.acts()


def test_the_agreement_and_a_withdrawal_come_whatever_is_switched_off(sent):
    choose(sent)
    assert sent.post("/godkann", sent.step2()).status_code == 303
    draw_agreements.run(utc_now())
    sent.post("/angra", FORM)
    assert "quote_approved_to_firm" in sent.letters()
    assert "withdrawal_to_firm" in sent.letters()


def test_details_for_the_deduction_are_told(sent):
    typed = sent.step2(later="y", fastighetsbeteckning="", personnummer="")
    assert sent.post("/godkann", typed).status_code == 303
    given = {"name": "Karin Almgren", "home": "house", "fastighetsbeteckning": "LILLHAMRA 3:14", "statement": "y"}
    answer = sent.post("/rot", given | {"personnummer": "19840601-2388"})
    assert answer.status_code == 303, answer.text
    assert "details_to_firm" in sent.letters()
