"""A link that was forwarded, revoked, has expired or was mistyped: what is wrong, and what to do, in words."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from extensions import db
from models import Event, Letter
from services.clock import utc_now
from services.deal import links
from services.quotes import drafting, resending
from tests.routes.deal.conftest import actor_of, make_sent, token_of

WRONG, OLD, AGAIN = "Länken stämmer inte.", "Länken har gått ut.", "Skicka länken igen"


@pytest.fixture
def sent(app, make):
    return make_sent(app, make)


def read(answer):
    """Its status, its heading and its buttons."""
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)
    buttons = re.findall(r'<button class="btn[^"]*">([^<]*)</button>', answer.text)
    assert "Badrum" not in answer.text
    assert "Karin" not in answer.text
    return answer.status_code, heading[1] if heading else "", buttons


def traces():
    return db.session.query(Event).count(), db.session.query(Letter).count()


def test_a_forwarded_mail_opens_the_quote(app, sent):
    """Who holds the letter may read; the evidence names the link."""
    friend = app.test_client()
    assert friend.get(f"/l/{token_of(sent.quote)}").location == sent.url()
    assert "Badrum" in friend.get(sent.url()).text


def test_a_forwarded_address_offers_the_letter_again(app, sent):
    before = traces()
    assert read(app.test_client().get(sent.url())) == (404, WRONG, [AGAIN])
    assert traces() == before


def test_a_revoked_link_offers_the_letter_again_where_it_was_open(app, sent):
    token = token_of(sent.quote)
    quote = drafting.get(sent.firm_id, sent.quote.n)
    links.revoke(quote, sent.link.public_id, actor=actor_of(sent.make, sent.firm), now=utc_now())
    assert read(sent.get()) == (404, WRONG, [AGAIN])
    assert read(app.test_client().get(f"/l/{token}")) == (404, WRONG, [])


def test_a_corrected_address_ends_the_old_link(app, sent):
    token = token_of(sent.quote)
    actor = actor_of(sent.make, sent.firm)
    resending.resend(sent.firm_id, sent.quote.n, "ratt@kund.example", actor=actor, now=utc_now())
    assert read(app.test_client().get(f"/l/{token}")) == (404, WRONG, [])
    new = app.test_client()
    assert new.get(f"/l/{token_of(sent.quote)}").location == sent.url()
    assert "Badrum" in new.get(sent.url()).text


@pytest.mark.parametrize("path", ["", "/godkann", "/nej", "/avtal"])
def test_an_expired_link_offers_to_ask_for_a_new_one(sent, path):
    with time_machine.travel(utc_now() + timedelta(days=200), tick=False):
        assert read(sent.get(path)) == (410, OLD, ["Be om en ny länk"])


@pytest.mark.parametrize(
    "spoil",
    [lambda token: token[:-3], lambda token: token + "x", lambda token: token[1:], lambda token: "x", str.swapcase],
    ids=["cut short", "too long", "cut at the start", "another", "other case"],
)
def test_a_mistyped_link_says_to_copy_the_whole_address(app, sent, spoil):
    before = traces()
    answer = app.test_client().get(f"/l/{spoil(token_of(sent.quote))}")
    assert read(answer) == (404, WRONG, [])
    assert "Kopiera hela adressen från mejlet, eller be företaget om en ny." in answer.text
    assert traces() == before


def test_a_mistyped_address_of_a_quote(app):
    assert read(app.test_client().get("/o/abc")) == (404, WRONG, [AGAIN])
