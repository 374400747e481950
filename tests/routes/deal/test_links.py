"""The way in: what a token opens, and what stands there for everyone else."""

from __future__ import annotations

import logging
import string
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from extensions import db
from jobs import send_mail
from models import Letter
from services import tokens
from services.clock import utc_now
from services.deal import links
from tests import costs
from tests.routes.deal.conftest import actor_of, make_sent, token_of


def test_the_token_leaves_the_address_bar(sent):
    token = token_of(sent.quote)
    answer = sent.client.get(f"/l/{token}")
    assert answer.status_code == 303
    assert answer.location == sent.url()
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"l-{sent.deal_id}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert token not in sent.get().text


def test_without_the_cookie_it_is_the_same_404_for_all(app, sent):
    other = app.test_client()
    known = other.get(sent.url())
    unknown = other.get("/o/" + "x" * 22)
    assert known.status_code == unknown.status_code == 404
    assert known.text.replace(sent.deal_id, "#") == unknown.text.replace("x" * 22, "#")
    assert "Skicka länken igen" in known.text
    assert "Badrum" not in known.text


PAGES = ["/godkann", "/avtal", "/angra", "/nej", "/offert.pdf", "/avtal.pdf", "/rot", "/villkor"]


@pytest.mark.parametrize("rest", PAGES)
def test_every_page_asks_the_row(app, sent, rest):
    assert app.test_client().get(sent.url(rest)).status_code == 404


def test_c15_a_changed_token_opens_nothing(app, sent):
    token = token_of(sent.quote)
    for place in range(0, len(token) - 1, 3):
        for sign in "A_b":
            if token[place] != sign:
                changed = token[:place] + sign + token[place + 1 :]
                assert app.test_client().get(f"/l/{changed}").status_code == 404


def test_a06_revocation_holds_for_all_spellings(app, sent):
    token = token_of(sent.quote)
    links.revoke(sent.quote, sent.link.public_id, actor=actor_of(sent.make, sent.firm), now=utc_now())
    for last in [*string.ascii_letters, *string.digits, "-", "_", "=", "=="]:
        assert app.test_client().get(f"/l/{token[:-1]}{last}").status_code == 404
    assert sent.get().status_code == 404
    assert sent.post("/tillval", {"tillval": "4"}).status_code == 404
    assert sent.post("/godkann", {}).status_code == 404


@pytest.mark.parametrize("purpose", ["confirm_email", "reset_password"])
def test_c16_a_token_of_another_purpose(app, sent, purpose):
    foreign = tokens.sign(purpose, sent.link.public_id)
    assert app.test_client().get(f"/l/{foreign}").status_code == 404


def test_c17_an_old_link_shows_no_data(app, make, today):
    sent = make_sent(app, make, valid_until=today + timedelta(days=1))
    with time_machine.travel(utc_now() + timedelta(days=93), tick=False):
        page = sent.get()
        assert page.status_code == 410
        assert "Länken har gått ut." in page.text
        for secret in ("Badrum", "Almgren", "Tumbredd"):
            assert secret not in page.text
        assert sent.post("/godkann", {}).status_code == 410
        asked = sent.post("/ny-lank")
        assert asked.status_code == 200
        assert "link_wanted" in sent.letters()
        assert send_mail.run(utc_now()).failed == 0
        assert sent.quote.turn == "firm"


def test_reading_goes_on_after_the_last_day(app, make, today):
    sent = make_sent(app, make, valid_until=today + timedelta(days=1))
    with time_machine.travel(utc_now() + timedelta(days=90), tick=False):
        assert sent.get().status_code == 200


def test_with_an_agreement_the_link_lives_two_years(sent):
    sent.post("/godkann", sent.step2())
    with time_machine.travel(utc_now() + timedelta(days=700), tick=False):
        assert sent.get("/avtal").status_code == 200
        assert sent.get("/angra").status_code == 200


def test_send_again_answers_alike(app, sent):
    known = app.test_client().post(sent.url("/lank"))
    unknown = app.test_client().post("/o/" + "x" * 22 + "/lank")
    assert known.status_code == unknown.status_code == 200
    assert known.text == unknown.text
    assert sent.letters() == ["quote_sent", "link_again"]
    assert db.session.query(Letter).count() == 2
    assert send_mail.run(utc_now()).failed == 0


def test_send_again_costs_the_same(app, sent):
    seen = []
    for deal_id in (sent.deal_id, "x" * 22):
        with costs.noted() as cost:
            assert app.test_client().post(f"/o/{deal_id}/lank").status_code == 200
        seen.append(cost)
    assert seen[0] == seen[1]
    assert "wakes" in seen[0]


def test_send_again_is_limited(app, sent):
    answers = [app.test_client().post(sent.url("/lank")).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    assert sent.letters().count("link_again") == 3


def test_c20_no_log_holds_the_token(sent, caplog):
    caplog.set_level(logging.DEBUG)
    token = token_of(sent.quote)
    sent.client.get(f"/l/{token}")
    sent.get()
    sent.post("/tillval", {"tillval": "4"})
    send_mail.run(utc_now())
    assert token not in caplog.text


def test_c21_a_rotated_key_keeps_the_links(app, sent, monkeypatch):
    token, old = token_of(sent.quote), app.config["SECRETS"]
    monkeypatch.setitem(app.config, "SECRETS", replace(old, secret_keys=(*old.secret_keys, "n" * 64)))
    assert app.test_client().get(f"/l/{token}").status_code == 303
    monkeypatch.setitem(app.config, "SECRETS", replace(old, secret_keys=("n" * 64,)))
    assert app.test_client().get(f"/l/{token}").status_code == 404
