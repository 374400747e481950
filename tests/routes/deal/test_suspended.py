"""The customer of a firm that is suspended, or still arriving."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from extensions import db
from mail.letters import LETTERS
from models import Event, Letter
from services import suspending, tokens
from services.clock import utc_now
from tests.factories import PASSWORD


@pytest.fixture
def suspended(sent):
    public_id = sent.firm.public_id
    db.session.rollback()
    suspending.suspend(public_id, "late_payment", by="command", now=utc_now())
    return sent


def test_reads_asks_and_declines_but_cannot_approve(sent):
    form, public_id = sent.step2(), sent.firm.public_id
    db.session.rollback()
    suspending.suspend(public_id, "late_payment", by="command", now=utc_now())
    refused = sent.post("/godkann", form)
    assert refused.status_code == 409
    assert "pausat" in refused.text
    page = sent.get().text
    assert "är pausat. Du kan läsa" in page
    assert "Till godkännande" not in page
    assert sent.get("/offert.pdf").status_code == 200
    assert sent.post("/fraga", {"question": "När kan ni börja?"}).status_code == 303
    suspending.restore(public_id, by="command", now=utc_now())
    assert sent.post("/godkann", sent.step2()).status_code == 303
    assert sent.quote.status == "accepted"


def test_is_not_promised_new_time(app, sent):
    params = {"firm_id": sent.firm.id, "link": sent.link.public_id, "quote": sent.quote.public_id, "now": utc_now()}
    with app.test_request_context():
        assert "Du kan be om ny tid." in LETTERS["partly_expired"](params).text
    sent.firm.standing = "suspended"
    db.session.commit()
    with app.test_request_context():
        told = LETTERS["partly_expired"](params).text
    assert "kontakta företaget direkt" in told
    assert "ny tid" not in told
    with time_machine.travel(utc_now() + timedelta(days=60)):
        assert "ny tid" not in sent.get().text
        assert sent.post("/ny-tid").status_code == 409


def test_may_say_no(suspended):
    assert suspended.get("/nej").status_code == 200
    assert suspended.post("/nej", {"version": "1"}).status_code == 303
    assert suspended.quote.status == "declined"


def test_a_firm_that_arrives_is_not_here(app, sent, make):
    """Links, logins and mailed links of users answer as for what does not exist, and nothing is written."""
    firm, link = sent.firm, tokens.sign("quote", sent.link.public_id)
    owner, slug = make.owner(firm).email, firm.public_id
    firm.standing, firm.takes_inquiries = "arriving", True
    db.session.commit()
    before = db.session.query(Event).count(), db.session.query(Letter).count()
    assert sent.get().status_code == 404
    assert sent.post("/godkann", {"name": "Karin"}).status_code == 404
    fresh = app.test_client()
    assert fresh.get(f"/l/{link}").status_code == 404
    assert fresh.get(f"/f/{slug}/forfragan").status_code == 404
    login = fresh.post("/logga-in", data={"email": owner, "password": PASSWORD})
    unknown = app.test_client().post("/logga-in", data={"email": "x" + owner, "password": PASSWORD})
    assert (login.status_code, login.text.count("errmsg")) == (unknown.status_code, unknown.text.count("errmsg"))
    assert login.status_code == 422
    assert fresh.post("/glomt", data={"email": owner}).status_code == 303
    shown = dict(re.findall(r'name="(once|texts)"[^>]*value="([^"]+)"', fresh.get("/registrera").text))
    given = {"firm_name": "Ny Bygg", "email": owner, "password": "fyra ord utan samband", "accept": "y"} | shown
    assert fresh.post("/registrera", data=given).status_code == 303
    assert fresh.post("/registrera/skicka-igen", data={"email": owner}).status_code == 303
    assert sent.post("/lank").status_code == 200  # the same for every address
    assert (db.session.query(Event).count(), db.session.query(Letter).count()) == before
