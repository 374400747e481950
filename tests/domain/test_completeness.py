"""Each row of what a quote should say that can be known: asked for when it is missing, and only then."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from domain.completeness import Facts, Firm, Gap, Line, Missing, Section, is_limited_company, missing

DEFAULT_TERMS = (Path(__file__).resolve().parents[2] / "templates" / "legal" / "quote-terms.txt").read_text()
FIRM = Firm(
    name="Tumbredd Snickeri",
    orgnr="878000-3656",
    street="Verkstadsvägen 2",
    city="Lillhamra",
    phone="+4684650404",
    email="kontakt@tumbredd.example",
    seat="",
    f_skatt=True,
    vat_number="SE878000365601",
    has_account=True,
)
READY = Facts(
    firm=FIRM,
    customer_kind="private",
    has_customer_address=True,
    has_site=True,
    sections=[Section(1, "", "rows")],
    lines=[Line(2, "Rivning", "labour", 69000)],
    total_ore=1_104_000,
    price_type="fixed",
    cap_ore=None,
    starts_on=date(2027, 1, 11),
    finishes_on=date(2027, 2, 1),
    has_plan=False,
    terms=DEFAULT_TERMS + "\n\nFörsäkring. Vi har ansvarsförsäkring.",
    not_included="Målning",
    customer_does="Tömmer rummet",
)


def of_firm(**changes) -> Facts:
    return replace(READY, firm=replace(FIRM, **changes))


def of_quote(**changes) -> Facts:
    return replace(READY, **changes)


def codes(facts: Facts) -> list[Gap]:
    return [gap.code for gap in missing(facts)]


def test_a_firm_that_is_ready_is_asked_for_nothing():
    assert missing(READY) == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (of_firm(orgnr=""), Missing(Gap.ORGNR, True)),
        (of_firm(street=""), Missing(Gap.FIRM_ADDRESS, True)),
        (of_firm(city=""), Missing(Gap.FIRM_ADDRESS, True)),
        (of_firm(phone=""), Missing(Gap.FIRM_PHONE, True)),
        (of_firm(email=""), Missing(Gap.FIRM_EMAIL, True)),
        (of_firm(orgnr="556036-0793"), Missing(Gap.SEAT, True)),
        (of_firm(f_skatt=False), Missing(Gap.F_SKATT, False)),
        (of_firm(vat_number=""), Missing(Gap.VAT_NUMBER, False)),
        (of_firm(has_account=False), Missing(Gap.ACCOUNT, True)),
        (of_quote(customer_kind=None), Missing(Gap.CUSTOMER, True)),
        (of_quote(has_customer_address=False), Missing(Gap.CUSTOMER_ADDRESS, True)),
        (of_quote(lacks_customer_vat_number=True), Missing(Gap.CUSTOMER_VAT_NUMBER, False)),
        (of_quote(has_site=False), Missing(Gap.SITE, True)),
        (of_quote(lines=[]), Missing(Gap.SCOPE, True)),
        (of_quote(sections=[Section(3, "", "sum")]), Missing(Gap.SECTION_TITLE, True, 3)),
        (of_quote(lines=[Line(7, " ", "labour", 100)]), Missing(Gap.LINE_TEXT, True, 7)),
        (of_quote(total_ore=0), Missing(Gap.PRICE, True)),
        (of_quote(price_type="running", lines=[Line(2, "Kakel", "material", 100)]), Missing(Gap.RATE, True)),
        (of_quote(price_type="running_with_cap"), Missing(Gap.CAP, True)),
        (of_quote(starts_on=None), Missing(Gap.START, True)),
        (of_quote(finishes_on=None), Missing(Gap.FINISH, True)),
        (of_quote(not_included=" "), Missing(Gap.NOT_INCLUDED, False)),
        (of_quote(customer_does=""), Missing(Gap.CUSTOMER_DOES, False)),
        (of_quote(terms=READY.terms.replace("etal", "rutal")), Missing(Gap.PAYMENT, True)),
        (of_quote(terms=READY.terms.replace("Fel", "Brist").replace("fel", "brist")), Missing(Gap.COMPLAINT, True)),
        (
            of_quote(terms=READY.terms.replace("reklamationsnämnden", "nämnden").replace("arn.se", "se")),
            Missing(Gap.DISPUTE_BODY, True),
        ),
        (of_quote(terms=READY.terms.replace("ÄTA", "").replace("illägg", "")), Missing(Gap.CHANGES, False)),
        (of_quote(terms=READY.terms.replace("ränt", "")), Missing(Gap.INTEREST, False)),
        (of_quote(terms=DEFAULT_TERMS), Missing(Gap.INSURANCE, False)),
    ],
    ids=lambda value: str(value.code) if isinstance(value, Missing) else "",
)
def test_one_thing_is_missing(facts, expected):
    assert missing(facts) == [expected]


def test_every_code_is_tried_above():
    tried = {expected.code for _facts, expected in test_one_thing_is_missing.pytestmark[0].args[1]}
    assert set(Gap) - tried == {Gap.TERMS}


def test_without_terms_the_mandatory_clauses_are_told_and_the_others_are_one():
    assert codes(of_quote(terms="")) == [Gap.PAYMENT, Gap.COMPLAINT, Gap.DISPUTE_BODY, Gap.TERMS]


def test_a_payment_plan_says_how_to_pay():
    assert Gap.PAYMENT not in codes(of_quote(terms="", has_plan=True))


def test_terms_may_name_the_account():
    assert missing(replace(of_firm(has_account=False), terms=READY.terms + " Swish 123 000 00 00")) == []


def test_the_body_for_disputes_is_no_complaint_clause():
    only_arn = "Betalning 30 dagar. Allmänna reklamationsnämnden, www.arn.se. ÄTA. Ränta. Försäkring."
    assert codes(of_quote(terms=only_arn)) == [Gap.COMPLAINT]


def test_a_ceiling_and_an_hourly_rate_are_enough():
    assert missing(of_quote(price_type="running_with_cap", cap_ore=9_000_000)) == []


def test_of_a_company_only_the_seat_is_law():
    bare = replace(of_firm(orgnr="556036-0793", phone=""), customer_kind="company", terms="")
    assert missing(bare) == [
        Missing(Gap.SEAT, True),
        *(Missing(code, False) for code in (Gap.FIRM_PHONE, Gap.PAYMENT, Gap.TERMS)),
    ]


@pytest.mark.parametrize(
    ("name", "orgnr", "is_one"),
    [
        ("Tumbredd AB", "", True),
        ("Tumbredd Aktiebolag", "", True),
        ("Abels Bygg", "", False),
        ("Tumbredd AB", "878000-3656", False),
        ("Tumbredd", "559999-0000", True),
    ],
)
def test_what_is_an_aktiebolag(name, orgnr, is_one):
    assert is_limited_company(name, orgnr) is is_one
