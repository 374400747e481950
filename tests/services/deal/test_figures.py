"""A frozen version's figures with picks and applicants."""

from __future__ import annotations

import json
from datetime import date

import pytest

from documents import wording
from domain.deductions import Applicant
from extensions import db
from models import QuoteVersion
from services.deal import figures
from tests.routes.deal.conftest import send


@pytest.fixture
def content(make):
    firm = make.firm()
    send(make, make.quote(firm, make.customer(firm)))
    return json.loads(db.session.query(QuoteVersion).one().content)


def test_the_sums_follow_the_picks(content):
    assert figures.totals(content).to_pay_ore == content["totals"]["to_pay_ore"] == 1162800
    assert figures.totals(content, ("4",)).gross_ore == 1494000 + 890000
    assert figures.option_prices(content, ()) == {"4": (890000, 890000)}


def test_choices_that_the_version_does_not_offer_are_dropped(content):
    assert figures.known(content, ["9", "4", "2"], {"4": 2000}) == figures.Chosen(("4",), {})
    assert figures.stored(content, '["4", "9"]').picked == ("4",)
    assert figures.stored(content, '{"picked": ["4"], "quantities": {"2": 1000}}') == figures.Chosen(("4",), {})


def test_shares_as_the_form_carries_them(content):
    two = figures.totals(content, (), (Applicant(), Applicant(used_rot_kr=49_000)))
    assert figures.shares_text(two) == "rot:2312+999"  # the last krona would break the second case
    assert [figures.share_kr(two, "rot", order) for order in (0, 1)] == [2312, 999]
    assert figures.share_kr(two, "rut", 0) == 0


def test_words_are_versioned_by_their_hash():
    text = wording.consent("start_within_period", customer_kind="private", customer="Karin", last_day=date(2026, 12, 4))
    assert "4 december 2026" in text.text
    assert len(text.sha256) == 64
    assert wording.button("private").text == "Beställ med betalningsskyldighet"
    assert wording.button("association").text == "Godkänn och beställ"
    with pytest.raises(KeyError):
        wording.consent("start_within_period", customer_kind="company", customer="", last_day=date(2026, 12, 4))
