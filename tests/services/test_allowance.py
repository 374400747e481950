"""What agreements take of a person's year: once, given back when they end, never seen by another firm."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from domain.allowance import Amount
from domain.quotes import Deduction, Line, LineKind, PriceBasis, totals
from extensions import db
from models import Agreement, AllowanceEntry, Applicant, Firm, Quote, QuoteLink, QuoteVersion
from services import allowance, storage, vault
from services.clock import utc_now
from tests.factories import PERSONNUMMER

KARIN, ERIK = PERSONNUMMER[:2]


@pytest.fixture
def customer(make, firm):
    return make.customer(firm)


def agree(make, customer, *people, status="accepted", paid_on="2026-12-01") -> Agreement:
    """An agreement whose applicants are (personnummer, rot_kr, rut_kr, more…); kept in the ledger."""
    firm_id, now = customer.firm_id, utc_now()
    quote = make.quote(firm_of(customer), customer, status=status, version=1, sent_at=now)
    content = json.dumps({"paid_on": paid_on, "valid_until": "2026-11-30"})
    shas = {"json_sha256": "0" * 64, "pdf_sha256": "0" * 64}
    sums = {"gross_ore": 0, "to_pay_ore": 0}
    of_quote = {"firm_id": firm_id, "quote_id": quote.id}
    pdf = storage.put(
        firm_id,
        firm_of(customer).public_id,
        b"%PDF",
        purpose="quote",
        name="quote",
        media_type="application/pdf",
        now=now,
    )
    db.session.flush()
    db.session.add(
        QuoteVersion(
            **of_quote,
            version=1,
            pdf_id=pdf.id,
            content=content,
            **shas,
            **sums,
            valid_until=date(2026, 11, 30),
            created_at=now,
        )
    )
    link = QuoteLink(**of_quote, way="mail", email="k@kund.example", created_at=now, expires_at=now + timedelta(9))
    db.session.add(link)
    db.session.flush()
    agreement = Agreement(
        **of_quote,
        link_id=link.id,
        version=1,
        agreed="{}",
        agreed_sha256="0" * 64,
        name="Karin Almgren",
        accepted_at=now,
        deduction_ore=0,
        **sums,
    )
    db.session.add(agreement)
    db.session.flush()
    for position, (number, rot_kr, rut_kr, *more) in enumerate(people, start=1):
        row = Applicant(
            firm_id=firm_id,
            agreement_id=agreement.id,
            position=position,
            name="Karin Almgren" if position == 1 else "Erik Almgren",
            rot_kr=rot_kr,
            rut_kr=rut_kr,
            **(more[0] if more else {}),
        )
        give_number(row, number)
        db.session.add(row)
    allowance.reserve(agreement, None, now)
    db.session.commit()
    return agreement


def firm_of(customer):
    return db.session.get_one(Firm, customer.firm_id)


def give_number(row, number):
    if number:
        row.personnummer_index = vault.blind_index(str(row.firm_id), number)
        row.given_at = utc_now()


def applicants(agreement):
    return db.session.query(Applicant).filter_by(agreement_id=agreement.id).order_by(Applicant.position).all()


def year(customer, year=2026):
    return allowance.of_customer(customer.firm_id, customer.id).get(year, [])


def only(customer):
    [person] = year(customer)
    return person


def entries():
    db.session.expire_all()
    return db.session.query(AllowanceEntry).order_by(AllowanceEntry.id).all()


def test_an_approval_reserves(make, customer):
    agree(make, customer, (KARIN, 12_000, 3_000))
    db.session.refresh(customer)
    assert customer.has_allowance
    account = only(customer).account
    assert (account.reserved, account.left) == (Amount(12_000, 3_000), Amount(38_000, 60_000, 50_000))
    assert account.left_both_kr == 60_000


def test_reserving_twice_is_once(make, customer):
    agreement = agree(make, customer, (KARIN, 12_000, 0))
    changed = entries()[0].changed_at
    some: list[list[Applicant] | None] = [None, applicants(agreement), []]
    for rows in some:
        allowance.reserve(agreement, rows, utc_now() + timedelta(hours=1))
        db.session.commit()
    assert [(row.rot_kr, row.changed_at) for row in entries()] == [(12_000, changed)]


def test_two_agreements_of_one_person_add_up_and_each_applicant_stands_alone(make, customer):
    agree(make, customer, (KARIN, 12_000, 0), (ERIK, 11_000, 0))
    agree(make, customer, (KARIN, 5_000, 0))
    assert [(one.name, one.account.reserved.rot_kr) for one in year(customer)] == [
        ("Karin Almgren", 17_000),
        ("Erik Almgren", 11_000),
    ]


def test_another_customers_agreement_of_the_same_person_counts_for_the_firm_alone(make, firm, customer):
    first = agree(make, customer, (KARIN, 12_000, 0))
    agree(make, make.customer(firm, "Brf Granen"), (ERIK, 0, 9_000), (KARIN, 4_000, 0))
    assert only(customer).account.reserved == Amount(16_000, 0)
    own = allowance.of_receipt(first, customer.id)
    assert own is not None
    assert own.account.reserved == Amount(12_000, 0)


def test_what_another_firm_knows_is_not_seen(make, customer):
    other = make.customer(make.firm("Andra Bygg"))
    agree(make, other, (KARIN, 30_000, 0))
    agree(make, customer, (KARIN, 12_000, 0))
    index = applicants_index(customer)
    db.session.query(Applicant).update({"personnummer_index": index})  # even if the indexes were equal
    db.session.commit()
    assert only(customer).account.reserved == Amount(12_000, 0)
    assert allowance.of_customer(customer.firm_id, other.id) == {}


def applicants_index(customer):
    return db.session.query(Applicant).filter_by(firm_id=customer.firm_id).one().personnummer_index


def test_in_a_year_without_own_agreements_the_newest_of_the_others_says_the_name(make, customer):
    agree(make, customer, (KARIN, 12_000, 0))
    for name in ("Karin A", "Karin Berg", "Karin C"):
        agreement = agree(make, make.customer(firm_of(customer)), (KARIN, 1_000, 0), paid_on="2027-02-01")
        applicants(agreement)[0].name = name
    db.session.commit()
    second, *_ = db.session.query(AllowanceEntry).filter_by(year=2027).order_by(AllowanceEntry.id).offset(1)
    db.session.query(Applicant).filter_by(id=second.applicant_id).update({"name": "Karin B"})  # anew on the disk
    db.session.commit()
    assert [person.name for person in year(customer, 2027)] == ["Karin C"]
    assert [person.name for person in year(customer)] == ["Karin Almgren"]


def test_each_year_has_its_own(make, customer):
    agree(make, customer, (KARIN, 12_000, 0))
    agree(make, customer, (KARIN, 7_000, 0), paid_on="2027-02-01")
    found = allowance.of_customer(customer.firm_id, customer.id)
    assert {year: people[0].account.reserved.rot_kr for year, people in found.items()} == {2027: 7_000, 2026: 12_000}


def test_a_withdrawal_gives_it_back(make, customer):
    agreement = agree(make, customer, (KARIN, 12_000, 0), (ERIK, 9_000, 0))
    kept = agree(make, customer, (KARIN, 1_000, 0))
    allowance.release(agreement, utc_now())
    db.session.commit()
    assert [row.state for row in entries()] == ["released", "released", "reserved"]
    assert year(customer)[0].account.left.rot_kr == 49_000
    allowance.reserve(kept, None, utc_now())
    assert [row.state for row in entries()] == ["released", "released", "reserved"]


def test_a_removed_agreement_takes_its_entries_along(make, customer):
    agreement = agree(make, customer, (KARIN, 12_000, 0))
    db.session.delete(agreement)
    db.session.commit()
    assert entries() == []
    assert year(customer) == []


@pytest.mark.parametrize("status", ["partly_signed", "late_acceptance"])
def test_what_waits_is_a_forecast_until_it_is_agreed(make, customer, status):
    agreement = agree(make, customer, (KARIN, 12_000, 0), status=status)
    account = only(customer).account
    assert (account.forecast, account.reserved, account.left.rot_kr) == (Amount(12_000, 0), Amount(), 50_000)
    db.session.get_one(Quote, agreement.quote_id).status = "accepted"
    allowance.reserve(agreement, None, utc_now())
    db.session.commit()
    assert only(customer).account.reserved == Amount(12_000, 0)


def test_a_number_given_later_moves_the_entry_to_the_person(make, customer):
    agree(make, customer, (KARIN, 12_000, 0))
    later = agree(make, customer, ("", 5_000, 0))
    assert [(one.is_known, one.account.reserved.rot_kr) for one in year(customer)] == [(False, 5_000), (True, 12_000)]
    [row] = applicants(later)
    give_number(row, KARIN)
    row.rot_kr = 6_000
    allowance.reserve(later, [row], utc_now())
    db.session.commit()
    person = only(customer)
    assert (person.is_known, person.account.reserved.rot_kr) == (True, 18_000)


def test_a_purged_number_leaves_amounts_that_nobody_is_found_by(make, firm, customer):
    agree(make, customer, (KARIN, 12_000, 0))
    agree(make, make.customer(firm, "Erik Almgren"), (KARIN, 4_000, 0))
    row = db.session.query(Applicant).order_by(Applicant.id).first()
    row.personnummer = row.personnummer_index = None
    db.session.commit()
    person = only(customer)
    assert (person.is_known, person.account.reserved.rot_kr) == (False, 12_000)


def test_what_the_person_said_is_taken_the_last_word_of_it(make, customer):
    agree(make, customer, (KARIN, 10_000, 0, {"used_rot_kr": 30_000}))
    agree(make, customer, (KARIN, 5_000, 0, {"used_rot_kr": 20_000, "used_rut_kr": 1_000}))
    account = only(customer).account
    assert (account.declared, account.left.rot_kr) == (Amount(20_000, 1_000), 15_000)


def test_what_is_used_stays_used(make, customer):
    agreement = agree(make, customer, (KARIN, 10_000, 0))
    entries()[0].state = "used"
    db.session.commit()
    allowance.release(agreement, utc_now())
    allowance.reserve(agreement, None, utc_now())
    db.session.commit()
    assert [row.state for row in entries()] == ["used"]
    assert only(customer).account.used == Amount(10_000, 0)


def test_only_the_year_of_the_payment_is_kept(make, customer):
    agreement = agree(make, customer, (KARIN, 10_000, 0))
    entries()[0].year = 2025
    allowance.reserve(agreement, None, utc_now())
    db.session.commit()
    assert [(row.year, row.state) for row in entries()] == [(2025, "released"), (2026, "reserved")]


def test_a_quote_is_held_against_what_the_customer_has_left(make, customer):
    agree(make, customer, (KARIN, 30_000, 0), (ERIK, 0, 0))
    on = date(2026, 12, 1)
    line = Line("1", 1000, 150_000_00, 25, LineKind.LABOUR, deduction=Deduction.ROT)
    result = totals([line], basis=PriceBasis.INCL, paid_on=on)
    found = allowance.reach(result, on, year(customer))
    assert found is not None
    assert (found.asked_kr, found.carried_kr, found.short_kr, found.enough) == (45_000, 20_000, 25_000, 2)
    assert allowance.reach(result, on) is None
