"""The pages of the register: list, search as one types, form, conflict, archive."""

from __future__ import annotations

import re

import pytest

from services import customers
from services.clock import utc_now

PART = {"HX-Request": "true"}
FORM = {
    "kind": "private",
    "name": "Karin Almgren",
    "email": "Karin.Almgren@Kund.example",
    "phone": "070-174 06 05",
    "site_street": "Granstigen 4",
    "site_postal_code": "99998",
    "site_city": "Lillhamra",
}


@pytest.fixture
def owner(client, make, firm):
    return client.log_in(make.owner(firm))


def test_an_empty_register_says_what_to_do(owner):
    page = owner.get("/kunder").text
    assert "Här hamnar dina kunder." in page
    assert 'href="/kunder/ny"' in page


def test_create_leads_to_the_customer(owner, firm):
    answer = owner.post("/kunder", data=FORM)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/kunder/1")
    page = owner.get("/kunder/1").text
    for text in ("Karin Almgren", "karin.almgren@kund.example", "070-174 06 05", "Granstigen 4", "999 98 Lillhamra"):
        assert text in page
    assert "Kunden är sparad." in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        pytest.param({"name": " "}, "Skriv kundens namn.", id="no name"),
        pytest.param({"email": "", "phone": ""}, "Skriv e-post eller mobil", id="no way to reach"),
        pytest.param({"email": "karin"}, "Skriv en e-postadress med @", id="mail"),
        pytest.param({"phone": "12"}, "Skriv ett telefonnummer", id="phone"),
        pytest.param({"site_postal_code": "123"}, "Postnumret har fem siffror", id="postcode"),
        pytest.param({"orgnr": "556000-0000"}, "Organisationsnumret har tio siffror", id="orgnr"),
        pytest.param({"name": "x" * 121}, "Skriv högst 120 tecken.", id="long"),
        pytest.param({"name": "Karin 19840601-2388"}, "Skriv inte personnummer här.", id="personnummer"),
        pytest.param({"contact": "8406012388"}, "Skriv inte personnummer här.", id="personnummer of ten"),
        pytest.param({"kind": "alien"}, "Inte ett giltigt val", id="kind"),
    ],
)
def test_bad_input_is_422_with_the_same_words_and_what_was_typed(owner, firm, wrong, words):
    answer = owner.post("/kunder", data=FORM | wrong)
    assert answer.status_code == 422
    assert answer.text.count(words) == 2, "in the summary and at the field"
    assert "<title>Fel: " in answer.text
    for typed in (FORM | wrong).values():
        assert len(typed) > 60 or typed in ("private", "alien", " ") or f'value="{typed}"' in answer.text
    assert customers.list_page(firm.id).rows == []


def test_what_is_typed_is_never_markup(owner):
    evil = '"><script>alert(1)</script>{{7*7}}'
    owner.post("/kunder", data=FORM | {"name": evil, "site_street": evil})
    for address in ("/kunder", "/kunder/1", "/kunder/1/redigera", "/kunder?q=" + evil.replace("<", "%3C")):
        page = owner.get(address).text
        assert "<script>alert" not in page
        assert "{{7*7}}" in page


def test_the_list_finds_as_one_types(owner, make, firm):
    make.customer(firm, "Karin Almgren")
    make.customer(firm, "Åke Lind")
    part = owner.get("/kunder?q=åk", headers=PART)
    assert part.text.lstrip().startswith('<div id="kunder">')
    assert "HX-Request" in part.headers["Vary"]
    assert "Åke Lind" in part.text
    assert "Karin" not in part.text
    page = owner.get("/kunder?q=åk").text
    assert 'value="åk"' in page
    assert 'hx-trigger="input changed delay:250ms, search"' in page
    assert 'hx-sync="this:replace"' in page


def test_nothing_found_says_so(owner, make, firm):
    make.customer(firm)
    page = owner.get("/kunder?q=takvåd").text
    assert "Ingen kund heter ”takvåd”." in page
    assert 'href="/kunder">Visa alla' in page


def test_the_next_thirty_are_a_link(owner, make, firm):
    for number in range(31):
        make.customer(firm, f"Kund {number:02d} & son")
    page = owner.get("/kunder?q=son").text
    assert page.count('class="row plain"') == 30
    address = re.search(r'href="(/kunder\?[^"]*efter=[^"]*)"', page)[1].replace("&amp;", "&")
    rest = owner.get(address).text
    assert rest.count('class="row plain"') == 1
    assert "Kund 30 &amp; son" in rest
    assert "Visa fler" not in rest


def test_edit_shows_what_is_saved_and_saves(owner, make, firm):
    make.customer(firm, phone="+46701740605")
    page = owner.get("/kunder/1/redigera").text
    assert 'value="Karin Almgren"' in page
    assert "Någon annan" not in page
    answer = owner.post("/kunder/1/redigera", data=FORM | {"name": "Karin Berg", "rev": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/kunder/1")
    assert "Karin Berg" in owner.get("/kunder/1").text


def test_a_stale_save_is_409_with_both_values_each_kept_with_one_press(owner, make, firm):
    make.customer(firm)
    owner.post("/kunder/1/redigera", data=FORM | {"name": "Hennes ändring", "rev": "1"})
    answer = owner.post("/kunder/1/redigera", data=FORM | {"name": "Min ändring", "rev": "1"})
    assert answer.status_code == 409
    assert "Hennes ändring, privatperson" in answer.text
    assert 'value="Min ändring"' in answer.text
    assert 'href="/kunder/1">Behåll det sparade' in answer.text
    assert customers.get(firm.id, 1).name == "Hennes ändring"
    rev = re.search(r'name="rev" value="(\d+)"', answer.text)[1]
    owner.post("/kunder/1/redigera", data=FORM | {"name": "Min ändring", "rev": rev})
    assert customers.get(firm.id, 1).name == "Min ändring"


def test_a_fault_does_not_hide_that_someone_else_was_first(owner, make, firm):
    make.customer(firm)
    owner.post("/kunder/1/redigera", data=FORM | {"name": "Hennes ändring", "rev": "1"})
    faulty = owner.post("/kunder/1/redigera", data=FORM | {"name": "", "rev": "1"})
    assert faulty.status_code == 422
    assert 'name="rev" value="1"' in faulty.text


def test_archive_and_undo(owner, make, firm):
    make.customer(firm)
    answer = owner.post("/kunder/1/arkivera")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/kunder")
    page = owner.get("/kunder").text
    assert "Kunden är arkiverad." in page
    assert 'action="/kunder/1/hamta-tillbaka"' in page
    assert "Karin" not in page
    assert "Karin" in owner.get("/kunder?visa=arkiverade").text
    assert "Kunden är arkiverad i dag" in owner.get("/kunder/1").text
    owner.post("/kunder/1/hamta-tillbaka")
    assert "Karin" in owner.get("/kunder").text


def test_the_quotes_of_a_customer_are_listed(owner, make, firm):
    customer = make.customer(firm)
    make.quote(firm, customer)
    make.quote(firm, make.customer(firm, "Åke"), title="Åkes tak")
    page = owner.get(f"/kunder/{customer.n}").text
    assert "Badrum, Granstigen 4" in page
    assert "Åkes tak" not in page


POSTS = ["/kunder", "/kunder/1/redigera", "/kunder/1/arkivera", "/kunder/1/hamta-tillbaka"]


def test_a_worker_reads_but_never_changes(client, make, firm):
    make.customer(firm)
    client.log_in(make.user(firm, role="worker"))
    assert client.get("/kunder").status_code == client.get("/kunder/1").status_code == 200
    assert "/redigera" not in client.get("/kunder/1").text
    assert "/kunder/ny" not in client.get("/kunder").text
    for address in ("/kunder/ny", "/kunder/1/redigera"):
        assert client.get(address).status_code == 403
    for address in POSTS:
        assert client.post(address, data=FORM).status_code == 403


def test_another_firms_customer_does_not_exist(client, make, firm):
    make.customer(firm)
    client.log_in(make.owner(make.firm("Annan firma")))
    assert client.get("/kunder/1").status_code == client.get("/kunder/1/redigera").status_code == 404
    for address in POSTS[1:]:
        assert client.post(address, data=FORM | {"rev": "1"}).status_code == 404
    assert customers.get(firm.id, 1).rev == 1
    assert customers.get(firm.id, 1).archived_at is None


def test_without_a_token_nothing_happens(owner, make, firm):
    make.customer(firm)
    for address in POSTS:
        assert owner.post(address, data=FORM, csrf=False).status_code == 403
    assert len(customers.list_page(firm.id).rows) == 1


def test_nobody_is_led_to_the_login(client):
    assert client.get("/kunder").status_code == 302
    assert client.get("/kunder", headers=PART).status_code == 401
    for address in POSTS:
        assert client.post(address, data=FORM).status_code == 303


def test_an_archived_customer_is_not_offered_for_a_quote(make, firm):
    customer = make.customer(firm)
    customers.archive(customer, now=utc_now())
    assert customers.latest(firm.id) == []


def test_the_form_shows_a_phone_number_as_it_is_spoken(make, client):
    firm = make.firm()
    customer = make.customer(firm, phone="+46701740605")
    client.log_in(make.owner(firm))

    assert 'value="070-174 06 05"' in client.get(f"/kunder/{customer.n}/redigera").get_data(as_text=True)


def test_a_quote_is_shown_here_as_in_the_list_of_quotes(make, client):
    firm = make.firm()
    customer = make.customer(firm)
    make.quote(firm, customer, status="sent", number="2026-001", version=1, question_at=utc_now())
    client.log_in(make.owner(firm))

    assert "Ny fråga" in client.get(f"/kunder/{customer.n}").get_data(as_text=True)


COMPANY = FORM | {"kind": "company", "name": "Byggbolaget i Norr", "vat_number": "se 556677-8899 01"}


def test_a_company_that_sells_construction_services(owner, firm):
    """Who said so and when is kept, and an answer that is taken back leaves nothing."""
    answer = owner.post("/kunder", data=COMPANY | {"sells_construction_services": "yes"})
    assert answer.status_code == 303
    row = customers.get(firm.id, 1)
    assert (row.vat_number, row.sells_construction_services) == ("SE556677889901", "yes")
    assert row.construction_checked_at is not None
    page = owner.get("/kunder/1").text
    for text in ("SE556677889901", "Ja, omvänd betalningsskyldighet", row.construction_checked_by):
        assert text in page
    assert 'value="yes" checked' in owner.get("/kunder/1/redigera").text
    owner.post("/kunder/1/redigera", data=COMPANY | {"rev": "1", "sells_construction_services": "unknown"})
    row = customers.get(firm.id, 1)
    assert (row.sells_construction_services, row.construction_checked_at, row.construction_checked_by) == (
        "unknown",
        None,
        "",
    )


def test_what_only_a_company_can_be(owner, firm):
    owner.post("/kunder", data=COMPANY | {"kind": "private", "sells_construction_services": "yes"})
    row = customers.get(firm.id, 1)
    assert (row.vat_number, row.sells_construction_services) == ("", "unknown")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"vat_number": "SE55667788990"}, "Momsnumret skrivs SE, tio siffror och\u00a001"),
        ({"sells_construction_services": "maybe"}, "Inte ett giltigt val"),
    ],
)
def test_bad_words_on_vat_are_422(owner, firm, wrong, words):
    answer = owner.post("/kunder", data=COMPANY | wrong)
    assert (answer.status_code, answer.text.count(words)) == (422, 2)
    assert customers.list_page(firm.id).rows == []
