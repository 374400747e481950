"""What the firm is told of allowances: in the builder, before sending, and on the customer's card."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bench.counting import statements
from domain.clock import stockholm_date
from extensions import db
from models import QuoteLine
from services.clock import utc_now
from tests.services.test_allowance import ERIK, KARIN, agree

ALONE = "Avdraget på 62\u00a0000\u00a0kr ryms inte hos en person: 12\u00a0000\u00a0kr får kunden betala."


@pytest.fixture
def customer(make, firm):
    return make.customer(firm)


@pytest.fixture
def year():
    return (stockholm_date(utc_now()) + timedelta(days=30)).year


def quoted(make, firm, customer, *, deduction_kr):
    """A draft with so much rot, at 30 %; its number. Material and travel are there too."""
    quote = make.quote(firm, customer)
    line = db.session.query(QuoteLine).filter_by(quote_id=quote.id, n=2).one()
    line.quantity_milli, line.unit_price_ore = 1000, -(-1000 * deduction_kr // 3)
    if deduction_kr % 3:
        line.unit_price_ore = 100 * (-(-10 * deduction_kr // 3))
    db.session.commit()
    return quote.n


def test_the_review_says_what_does_not_fit_and_what_one_more_changes(make, firm, owner, customer):
    page = owner.get(f"/offerter/{quoted(make, firm, customer, deduction_kr=62_000)}/granska").text
    assert f"{ALONE} Med en till sökande ryms det." in page


def test_so_does_the_builder(make, firm, owner, customer):
    page = owner.get(f"/offerter/{quoted(make, firm, customer, deduction_kr=62_000)}/redigera").text
    assert f"{ALONE} Med en till sökande ryms det." in page


def test_many_more_are_needed(make, firm, owner, customer):
    page = owner.get(f"/offerter/{quoted(make, firm, customer, deduction_kr=171_000)}/granska").text
    assert "121\u00a0000\u00a0kr får kunden betala" in page
    assert "Med en till sökande blir det 71\u00a0000\u00a0kr. Med 3 fler ryms det." in page


def test_what_fits_is_not_spoken_of(make, firm, owner, customer):
    n = quoted(make, firm, customer, deduction_kr=30_000)
    for page in ("granska", "redigera"):
        text = owner.get(f"/offerter/{n}/{page}").text
        assert "ryms inte" not in text
        assert "enligt det ni vet" not in text


def test_a_known_customer_has_less_left(make, firm, owner, customer, year):
    agree(make, customer, (KARIN, 40_000, 0), (ERIK, 1_000, 0), paid_on=f"{year}-12-30")
    n = quoted(make, firm, customer, deduction_kr=30_000)
    review = owner.get(f"/offerter/{n}/granska").text
    assert (
        "enligt det ni vet kan Karin Almgren få 10\u00a0000\u00a0kr. 20\u00a0000\u00a0kr får kunden betala." in review
    )
    assert f"Karin Almgren. Kvar {year}: ROT 10\u00a0000\u00a0kr" in review
    assert f"Kvar {year}: ROT 10\u00a0000\u00a0kr" in owner.get(f"/offerter/{n}/redigera").text


def test_what_was_agreed_of_another_year_is_not_taken(make, firm, owner, customer, year):
    agree(make, customer, (KARIN, 40_000, 0), paid_on=f"{year + 1}-02-01")
    text = owner.get(f"/offerter/{quoted(make, firm, customer, deduction_kr=30_000)}/granska").text
    assert "ryms inte" not in text


def test_a_company_is_told_nothing_of_persons(make, firm, owner):
    company = make.customer(firm, "Lundby Bygg", kind="company")
    text = owner.get(f"/offerter/{quoted(make, firm, company, deduction_kr=62_000)}/granska").text
    assert "ryms inte" not in text


def test_the_card_says_what_is_reserved_declared_and_left(make, firm, owner, customer, year):
    agree(
        make,
        customer,
        (KARIN, 24_000, 3_000, {"used_rot_kr": 6_000}),
        (ERIK, 1_000, 0, {"green_kr": 20_000}),
        ("", 500, 0),
        paid_on=f"{year}-12-30",
    )
    page = re.sub("[ \n]+", " ", owner.get(f"/kunder/{customer.n}").text)
    assert f"Avdrag {year}" in page
    for words in (
        "ROT 24\u00a0000\u00a0kr, RUT 3\u00a0000\u00a0kr",
        "Draget hos andra, enligt personen</dt><dd>ROT 6\u00a0000\u00a0kr",
        "ROT 20\u00a0000\u00a0kr, RUT 42\u00a0000\u00a0kr",
        "42\u00a0000\u00a0kr tillsammans",
        "Grön teknik 30\u00a0000\u00a0kr",
        "Saknas. Andra avtal med samma person räknas inte in.",
        "Skatteverket vet vad andra företag har dragt av.",
    ):
        assert words in page
    assert KARIN[:6] not in page


def test_the_card_counts_quotes_that_wait(make, firm, owner, customer, year):
    now = utc_now()
    sent = {"status": "sent", "version": 1, "sent_at": now, "deducted": "rot", "gross_ore": 9_000_000}
    make.quote(firm, customer, number="2026-001", to_pay_ore=7_000_000, **sent)
    make.quote(firm, customer, number="2026-002", to_pay_ore=8_000_000, archived_at=now, **sent)
    page = owner.get(f"/kunder/{customer.n}").text
    assert "I offerter som väntar på svar: 20\u00a0000\u00a0kr." in page
    assert "Avdrag" not in owner.get(f"/kunder/{make.customer(firm, 'Nils Ny').n}").text


def test_only_a_customer_with_entries_costs_a_statement(make, firm, owner, customer, year):
    def count(path):
        with statements() as seen:
            assert owner.get(path).status_code == 200
        return len(seen)

    paths = [f"/kunder/{customer.n}"]
    paths += [
        f"/offerter/{quoted(make, firm, customer, deduction_kr=9_000)}/{page}" for page in ("granska", "redigera")
    ]
    before = [count(path) for path in paths]
    agree(make, customer, (KARIN, 1_000, 0), paid_on=f"{year}-12-30")
    assert [count(path) for path in paths] == [one + 1 for one in before]


def test_another_firm_sees_nothing_of_it(make, client, firm, customer, year):
    agree(make, customer, (KARIN, 40_000, 0), paid_on=f"{year}-12-30")
    other = make.firm("Andra Bygg")
    stranger = client.log_in(make.owner(other))
    assert stranger.get(f"/kunder/{customer.n}").status_code == 404
    same = make.customer(other)
    assert "Avdrag" not in stranger.get(f"/kunder/{same.n}").text
