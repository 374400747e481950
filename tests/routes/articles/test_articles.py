"""The pages of the price list."""

from __future__ import annotations

import re

import pytest

from services import articles

PART = {"HX-Request": "true"}
FORM = {
    "name": "Snickare",
    "kind": "labour",
    "price": "1 290,50",
    "unit": "tim",
    "basis": "incl",
    "vat": "25",
    "deduction": "rot:bygg",
}


@pytest.fixture
def owner(client, make, firm):
    return client.log_in(make.owner(firm))


def test_an_empty_list_says_what_to_do(owner):
    page = owner.get("/prislista").text
    assert "så bygger du nästa offert på två minuter." in page
    assert 'href="/prislista/ny"' in page


def test_create_and_read_back(owner, firm):
    answer = owner.post("/prislista", data=FORM)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/prislista")
    page = owner.get("/prislista").text
    assert "1\u00a0290,50\u00a0kr/tim" in page
    assert "Arbete · ROT, Bygg" in page
    assert "inkl. moms" in page
    form = owner.get("/prislista/1").text
    assert 'value="1290,50"' in form
    assert re.search(r'<option[^>]* selected[^>]*value="rot:bygg"|<option selected value="rot:bygg"', form)


@pytest.mark.parametrize("typed", ["1290:-", "1290", "1 290 kr"])
def test_prices_as_swedes_write_them(owner, firm, typed):
    owner.post("/prislista", data=FORM | {"price": typed})
    assert articles.get(firm.id, 1).unit_price_ore == 129000


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        pytest.param({"name": ""}, "Skriv vad det är.", id="no name"),
        pytest.param({"price": ""}, "Skriv ett pris med siffror", id="no price"),
        pytest.param({"price": "mycket"}, "Skriv ett pris med siffror", id="no number"),
        pytest.param({"price": "100000001"}, "Priset ska vara högst 100 miljoner kronor.", id="absurd"),
        pytest.param({"vat": "24"}, "Inte ett giltigt val", id="no such rate"),
        pytest.param({"unit": "tunnland"}, "Inte ett giltigt val", id="no such unit"),
        pytest.param({"kind": "x"}, "Inte ett giltigt val", id="kind"),
        pytest.param({"deduction": "rot:stadning"}, "Inte ett giltigt val", id="work of the other deduction"),
        pytest.param({"name": "Åt 19840601-2388"}, "Skriv inte personnummer här.", id="personnummer"),
    ],
)
def test_bad_input_is_422_with_the_same_words_and_what_was_typed(owner, firm, wrong, words):
    answer = owner.post("/prislista", data=FORM | wrong)
    assert answer.status_code == 422
    assert answer.text.count(words) == 2, "in the summary and at the field"
    assert "<title>Fel: " in answer.text
    for name in ("name", "price"):
        assert f'value="{(FORM | wrong)[name]}"' in answer.text
    assert articles.list_page(firm.id).rows == []


def test_what_is_typed_is_never_markup(owner):
    evil = '"><script>alert(1)</script>{{7*7}}'
    owner.post("/prislista", data=FORM | {"name": evil})
    for address in ("/prislista", "/prislista/1"):
        page = owner.get(address).text
        assert "<script>alert" not in page
        assert "{{7*7}}" in page


def test_the_list_finds_as_one_types(owner, make, firm):
    make.article(firm, "Snickare")
    make.article(firm, "Kakel")
    part = owner.get("/prislista?q=kak", headers=PART)
    assert part.text.lstrip().startswith('<div id="artiklar">')
    assert "HX-Request" in part.headers["Vary"]
    assert "Kakel" in part.text
    assert "Snickare" not in part.text
    assert 'value="kak"' in owner.get("/prislista?q=kak").text
    assert "Inget heter ”tegel”." in owner.get("/prislista?q=tegel").text


def test_the_next_thirty_are_a_link(owner, make, firm):
    for number in range(31):
        make.article(firm, f"Artikel {number:02d}")
    page = owner.get("/prislista").text
    address = re.search(r'href="(/prislista\?[^"]*efter=[^"]*)"', page)[1].replace("&amp;", "&")
    assert "Artikel 00" not in page
    assert "Artikel 00" in owner.get(address).text


def test_edit_keeps_a_unit_of_its_own(owner, make, firm):
    make.article(firm, unit="skift")
    assert 'value="skift"' in owner.get("/prislista/1").text
    assert owner.post("/prislista/1", data=FORM | {"unit": "skift", "rev": "1"}).status_code == 303
    assert articles.get(firm.id, 1).unit == "skift"


def test_a_new_article_has_the_basis_of_the_last(owner, make, firm):
    make.article(firm, basis="excl")
    assert re.search(r'value="excl" checked', owner.get("/prislista/ny").text)


def test_the_purchase_price_is_edited_shown_and_cleared(owner, firm):
    assert "Inköpspris exkl. moms" in owner.get("/prislista/ny").text
    owner.post("/prislista", data=FORM | {"purchase": "1 050,50"})
    assert articles.get(firm.id, 1).purchase_price_ore == 105050
    assert "inköp 1\u00a0050,50\u00a0kr" in owner.get("/prislista").text
    assert 'value="1050,50"' in owner.get("/prislista/1").text
    stale = owner.post("/prislista/1", data=FORM | {"purchase": "5", "rev": "9"})
    assert "inköp 1\u00a0050,50\u00a0kr" in stale.text
    owner.post("/prislista/1", data=FORM | {"purchase": "", "rev": "1"})
    assert articles.get(firm.id, 1).purchase_price_ore is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [("billigt", "Skriv ett pris med siffror"), ("-1", "Inköpspriset ska vara mellan 0 och 100 miljoner kronor.")],
)
def test_a_bad_purchase_price(owner, firm, typed, words):
    answer = owner.post("/prislista", data=FORM | {"purchase": typed})
    assert answer.status_code == 422
    assert answer.text.count(words) == 2
    assert f'value="{typed}"' in answer.text


def test_who_may_not_see_margins_neither_sees_nor_changes_one(app, owner, make, firm, monkeypatch):
    from domain import permissions

    make.article(firm, purchase_price_ore=12345)
    grants = {**permissions._GRANTS, "office": permissions._GRANTS["office"] - {"margin.read"}}
    monkeypatch.setattr(permissions, "_GRANTS", grants)
    office = app.test_client().log_in(make.user(firm, role="office"))
    for address in ("/prislista", "/prislista/1", "/prislista/ny"):
        assert "123,45" not in office.get(address).text
        assert "nköp" not in office.get(address).text
    office.post("/prislista/1", data=FORM | {"name": "Ny", "purchase": "1", "rev": "1"})
    assert (articles.get(firm.id, 1).name, articles.get(firm.id, 1).purchase_price_ore) == ("Ny", 12345)
    office.post("/prislista", data=FORM | {"purchase": "1"})
    assert articles.get(firm.id, 2).purchase_price_ore is None


def test_a_stale_save_is_409_with_both_values_each_kept_with_one_press(owner, make, firm):
    make.article(firm)
    owner.post("/prislista/1", data=FORM | {"name": "Hennes", "price": "700", "rev": "1"})
    answer = owner.post("/prislista/1", data=FORM | {"name": "Mitt", "rev": "1"})
    assert answer.status_code == 409
    assert "Hennes, 700\u00a0kr/tim, inkl. moms, moms 25 %, Arbete, ROT, Bygg" in answer.text
    assert 'value="Mitt"' in answer.text
    rev = re.search(r'name="rev" value="(\d+)"', answer.text)[1]
    owner.post("/prislista/1", data=FORM | {"name": "Mitt", "rev": rev})
    assert articles.get(firm.id, 1).name == "Mitt"


def test_archive_and_undo(owner, make, firm):
    make.article(firm)
    assert owner.post("/prislista/1/arkivera").status_code == 303
    page = owner.get("/prislista").text
    assert "Artikeln är arkiverad." in page
    assert 'action="/prislista/1/hamta-tillbaka"' in page
    assert "Snickare" not in page
    assert "Snickare" in owner.get("/prislista?visa=arkiverade").text
    assert "Artikeln är arkiverad i dag" in owner.get("/prislista/1").text
    owner.post("/prislista/1/hamta-tillbaka")
    assert "Snickare" in owner.get("/prislista").text


POSTS = ["/prislista", "/prislista/1", "/prislista/1/arkivera", "/prislista/1/hamta-tillbaka"]


@pytest.mark.parametrize("role", ["seller", "worker"])
def test_who_may_not_write_reads(client, make, firm, role):
    make.article(firm)
    client.log_in(make.user(firm, role=role))
    page = client.get("/prislista").text
    assert "Snickare" in page
    assert "/prislista/ny" not in page
    assert "/prislista/1" not in page
    for address in ("/prislista/ny", "/prislista/1"):
        assert client.get(address).status_code == 403
    for address in POSTS:
        assert client.post(address, data=FORM).status_code == 403


def test_another_firms_article_does_not_exist(client, make, firm):
    make.article(firm)
    client.log_in(make.owner(make.firm("Annan firma")))
    assert client.get("/prislista/1").status_code == 404
    for address in POSTS[1:]:
        assert client.post(address, data=FORM | {"rev": "1"}).status_code == 404
    assert (articles.get(firm.id, 1).rev, articles.get(firm.id, 1).archived_at) == (1, None)


def test_without_a_token_nothing_happens(owner, make, firm):
    make.article(firm)
    for address in POSTS:
        assert owner.post(address, data=FORM, csrf=False).status_code == 403
    assert len(articles.list_page(firm.id).rows) == 1


def test_nobody_is_led_to_the_login(client):
    assert client.get("/prislista").status_code == 302
    assert client.get("/prislista", headers=PART).status_code == 401
    for address in POSTS:
        assert client.post(address, data=FORM).status_code == 303


def test_every_work_type_has_a_word():
    from blueprints.shared.words import WORK_TYPES
    from domain.rot_rut import work_types

    assert set(WORK_TYPES) == {work.code for kind in ("rot", "rut") for work in work_types(kind)}
