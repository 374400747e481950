"""The register of customers: search, pages by key, edit, archive."""

from __future__ import annotations

import pytest

from extensions import db
from models import Customer
from services import customers
from services.actors import system
from services.clock import utc_now
from services.customers import CustomerInput
from services.errors import NotFound, Stale

KARIN = CustomerInput(
    kind="private",
    name="Karin Almgren",
    email="karin.almgren@kund.example",
    phone="+46701740605",
    site_street="Granstigen 4",
    site_city="Lillhamra",
)


def create(firm, given=KARIN):
    return customers.create(given, actor=system(firm.id, firm.public_id), now=utc_now())


def names(firm, typed="", **more):
    return [customer.name for customer in customers.list_page(firm.id, typed=typed, **more).rows]


def test_create_is_stored_with_a_number_of_the_firm(make):
    one, other = make.firm(), make.firm()
    assert [create(one).n, create(one).n, create(other).n] == [1, 2, 1]
    stored = customers.get(one.id, 1)
    assert (stored.name, stored.email, stored.site_street, stored.rev) == (
        "Karin Almgren",
        "karin.almgren@kund.example",
        "Granstigen 4",
        1,
    )


def test_without_mail_and_phone_it_is_refused(make):
    firm = make.firm()
    with pytest.raises(customers.NoContact):
        create(firm, CustomerInput(kind="private", name="Karin"))
    db.session.rollback()
    assert names(firm) == []


def test_a_private_person_has_no_orgnr(make):
    firm = make.firm()
    customer = create(firm, CustomerInput(kind="private", name="Karin", email="k@kund.example", orgnr="799900-0040"))
    assert customer.orgnr == ""


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("karin", id="lower case"),
        pytest.param("ALMGREN kar", id="words in any order"),
        pytest.param("lmgr", id="inside a word"),
        pytest.param("granstigen", id="address"),
        pytest.param("kund.example", id="mail"),
        pytest.param("070-174 06", id="phone as one writes it"),
        pytest.param("+46 70 174", id="phone with country"),
        pytest.param("  ", id="nothing typed"),
    ],
)
def test_search_finds(make, typed):
    firm = make.firm()
    create(firm)
    assert names(firm, typed) == ["Karin Almgren"]


@pytest.mark.parametrize("typed", ["%", "_", "karin%", "k_rin", "karin berg", "\\", "0701740606"])
def test_search_takes_signs_as_they_are(make, typed):
    firm = make.firm()
    create(firm)
    assert names(firm, typed) == []


def test_search_finds_a_percent_sign(make):
    firm = make.firm()
    create(firm, CustomerInput(kind="company", name="100 % Bygg_AB", email="info@bygg.example"))
    create(firm)
    assert names(firm, "%") == names(firm, "bygg_") == ["100 % Bygg_AB"]


def test_a_letter_typed_in_two_parts_is_one(make):
    firm = make.firm()
    make.customer(firm, "Åke Lind")
    assert names(firm, "A\u030ake") == ["Åke Lind"]


def test_pages_of_thirty_by_key(make):
    firm = make.firm()
    for number in range(65):
        make.customer(firm, f"Kund {number % 7}")
    seen, after = [], ""
    sizes = []
    while True:
        page = customers.list_page(firm.id, after=after)
        seen += [(customer.sort_name, customer.id) for customer in page.rows]
        sizes.append(len(page.rows))
        if page.after is None:
            break
        after = page.after
    assert sizes == [30, 30, 5]
    assert seen == sorted(seen)
    assert len(set(seen)) == 65


def test_a_page_that_is_just_full_has_no_next(make):
    firm = make.firm()
    for number in range(30):
        make.customer(firm, f"Kund {number:02d}")
    assert customers.list_page(firm.id).after is None


@pytest.mark.parametrize("after", ["", "x", "|", "a|b", "\0|1", "a|9999999999999999999999", "';--|1"])
def test_a_forged_key_does_no_harm(make, after):
    firm = make.firm()
    make.customer(firm)
    assert len(customers.list_page(firm.id, after=after).rows) <= 1


def test_names_come_in_swedish_order(make):
    firm = make.firm()
    for name in ("Örjan", "Ängla", "Åke", "Zara", "anna", "Berit", "Émile"):
        make.customer(firm, name)
    assert names(firm) == ["anna", "Berit", "Émile", "Zara", "Åke", "Ängla", "Örjan"]


def test_archived_ones_are_apart_and_come_back(make):
    firm = make.firm()
    customer = create(firm)
    customers.archive(customer, now=utc_now())
    assert names(firm) == []
    assert names(firm, archived=True) == ["Karin Almgren"]
    assert customers.latest(firm.id) == []
    customers.restore(customer)
    assert names(firm) == ["Karin Almgren"]


def test_update_changes_and_counts(make):
    firm = make.firm()
    customer = create(firm)
    quote = make.quote(firm, customer)
    customers.update(
        customer,
        CustomerInput(kind="private", name="Karin Berg", phone="+46701740605"),
        rev="1",
        by="Jonas Ek",
        now=utc_now(),
    )
    db.session.expire_all()
    stored = customers.get(firm.id, customer.n)
    assert (stored.name, stored.email, stored.rev) == ("Karin Berg", "", 2)
    assert names(firm, "berg") == ["Karin Berg"]
    assert quote.customer_name == "Karin Berg"


def test_update_leaves_the_name_in_a_sent_quote(make):
    firm = make.firm()
    customer = create(firm)
    quote = make.quote(firm, customer, number="2026-001")
    customers.update(
        customer,
        CustomerInput(kind="private", name="Karin Berg", phone="+46701740605"),
        rev="1",
        by="Jonas Ek",
        now=utc_now(),
    )
    db.session.expire_all()
    assert quote.customer_name == "Karin Almgren"


@pytest.mark.parametrize("rev", ["", "0", "2", "x", "-1"])
def test_a_stale_update_changes_nothing(make, rev):
    firm = make.firm()
    customer = create(firm)
    with pytest.raises(Stale):
        customers.update(
            customer,
            CustomerInput(kind="private", name="Annan", email="a@kund.example"),
            rev=rev,
            by="Jonas Ek",
            now=utc_now(),
        )
    db.session.rollback()
    assert db.session.get(Customer, customer.id).name == "Karin Almgren"


def test_one_firm_never_sees_anothers(make):
    one, other = make.firm(), make.firm()
    create(one)
    with pytest.raises(NotFound):
        customers.get(other.id, 1)
    assert names(other) == []
    assert customers.latest(other.id, typed="karin") == []


def test_a_new_name_reaches_drafts_and_their_search_but_not_what_was_sent(make):
    firm = make.firm()
    customer = make.customer(firm, "Karin Almgren")
    draft = make.quote(firm, customer)
    sent = make.quote(firm, customer, number="2026-001", status="sent")
    given = customers.CustomerInput(kind="private", name="Karin Berg", email="karin@kund.example")
    customers.update(customer, given, rev=str(customer.rev), by="Jonas Ek", now=utc_now())
    assert (draft.customer_name, "karin berg" in draft.search_text) == ("Karin Berg", True)
    assert sent.customer_name == "Karin Almgren"
