"""What is signed, not approved: the same way from page to paper, with its own state, act and words."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine

from documents import wording
from domain.quote_states import AGREED, QuoteStatus, after, can
from extensions import db
from jobs import draw_agreements, send_mail
from models import Agreement, Event
from services.clock import utc_now
from services.deal import answering
from tests import mailed
from tests.routes.deal.conftest import actor_of, make_sent


@pytest.fixture
def contract(app, make):
    return make_sent(app, make, kind_of_deal="contract")


def test_a_contract_is_signed(contract):
    page = contract.get().text
    for words in (f"Kontrakt {contract.quote.number} till", "Till underskrift", "Tacka nej till kontraktet"):
        assert words in page
    step2 = contract.get("/godkann").text
    assert "<h1>Skriv under kontraktet</h1>" in step2
    assert "Beställ med betalningsskyldighet" in step2  # DAL 2:9, whatever the kind
    assert "Jag har läst kontraktet" in step2
    assert contract.post("/godkann", contract.step2()).status_code == 303
    assert contract.quote.status == "signed"
    assert contract.acts()[1:3] == ["contract.signed", "contract.sent"]  # the firm's own, before it goes
    signed = db.session.query(Event).filter_by(act="contract.signed").order_by(Event.seq.desc())
    entry = json.loads(signed.first().entry)
    assert entry["data"]["level"] == "simple"
    assert entry["data"]["agreed_sha256"] == db.session.query(Agreement).one().agreed_sha256
    assert "Tack, du har skrivit under" in contract.get("/avtal").text


def test_paper_letters_and_firm_say_so(contract, make, client):
    contract.post("/godkann", contract.step2())
    draw_agreements.run(utc_now())
    send_mail.run(utc_now())
    assert "Avtalet är klart" in contract.get("/avtal").text
    texts = [letter.text + letter.subject for letter in mailed.letters()]
    assert any("Du har skrivit under Badrum" in text for text in texts)
    assert any("Underskrivet: Badrum" in text for text in texts)
    client.log_in(make.owner(contract.firm))
    shown = client.get(f"/offerter/{contract.quote.n}").text
    for words in (f"Kontrakt {contract.quote.number}", "Klart", "Skrevs under"):
        assert words in shown
    idag = client.get("/").text
    assert "Kunden skrev under" in idag
    assert "Godkänd" not in idag


def test_it_can_be_withdrawn_like_a_quote(contract):
    contract.post("/godkann", contract.step2())
    page = contract.get("/avtal").text
    assert "Ångra avtalet här" in page
    form = contract.get("/angra").text
    once = form.split('name="once"')[1].split('value="')[1].split('"')[0]
    named = f"Kontrakt {contract.quote.number}"
    typed = {"once": once, "name": "Karin Almgren", "contract": named, "email": "karin@kund.example"}
    assert contract.post("/angra", typed).status_code == 303
    assert contract.quote.status == "withdrawn"
    assert "Visa kvittensen" in contract.get("/avtal").text


def test_a_late_signature_waits_and_is_confirmed(contract, make):
    late = utc_now() + timedelta(days=31)
    with time_machine.travel(late):
        contract.post("/godkann", contract.step2())
        assert contract.quote.status == "late_acceptance"
        answering.confirm_late(contract.quote, actor=actor_of(make, contract.firm), now=late)
    assert contract.quote.status == "signed"


@pytest.mark.parametrize("action", ["accept", "accept_manually", "confirm_late"])
def test_every_yes_to_a_signed_kind_is_signed(action):
    start = {"confirm_late": "late_acceptance"}.get(action, "sent")
    assert after(start, action) is QuoteStatus.ACCEPTED
    for kind in ("contract", "document"):
        assert after(start, action, kind=kind) is QuoteStatus.SIGNED


def test_what_may_be_done_when_accepted_may_be_done_when_signed():
    actions = ("complete", "cancel", "rescind", "withdraw", "replace", "hand_over", "undo_manually", "ask")
    assert {action: can("accepted", action) for action in actions} == {
        action: can("signed", action) for action in actions
    }
    assert QuoteStatus.SIGNED in AGREED


@pytest.mark.parametrize(
    ("customer", "kind", "words"),
    [
        ("private", "quote", "Beställ med betalningsskyldighet"),
        ("private", "contract", "Beställ med betalningsskyldighet"),
        ("company", "quote", "Godkänn och beställ"),
        ("company", "contract", "Skriv under"),
        ("association", "contract", "Skriv under"),
        ("company", "document", "Skriv under"),
    ],
)
def test_the_button_names_what_is_done(customer, kind, words):
    assert wording.button(customer, kind).text == words
