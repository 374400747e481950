"""The price list from a file, in three steps, and as a file."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
import time_machine

from extensions import db
from models import Article, ArticleImport
from services import articles
from services.clock import utc_now

GOOD = """Benämning;Enhet;Pris;Moms;Typ;Skatteavdrag;Inköpspris
Snickare;tim;690;25;Arbete;ROT, Bygg;
Kakel;m²;399,50;25;Material;;210
"""


@pytest.fixture
def owner(client, make, firm):
    return client.log_in(make.owner(firm))


def file(text):
    data = text if isinstance(text, bytes) else text.encode()
    return {"file": (io.BytesIO(data), "lista.csv"), "basis": "incl"}


def upload(client, text):
    """The address of step 2."""
    answer = client.post("/prislista/hamta", data=file(text), content_type="multipart/form-data")
    assert answer.status_code == 303
    return answer.headers["Location"]


def yes(client, address):
    seen = re.search(r'name="seen" value="(\w+)"', client.get(address).text)[1]
    return client.post(address, data={"seen": seen})


def names(firm):
    return [row.name for row in articles.list_page(firm.id).rows]


def test_the_empty_list_and_the_menu_lead_there(owner, make, firm):
    assert owner.get("/prislista").text.count('href="/prislista/hamta"') == 2
    page = owner.get("/prislista/hamta").text
    assert 'enctype="multipart/form-data"' in page
    assert re.search(r'type="file"', page)
    make.article(firm)
    assert 'href="/prislista/hamta-ut"' in owner.get("/prislista").text


def test_three_steps(owner, firm):
    address = upload(owner, GOOD)
    page = owner.get(address).text
    assert "Nya (2)" in page
    assert "Ja, lägg in 2 artiklar" in page
    assert "Rad 2 · <b>ny</b> · Arbete · ROT, Bygg" in page
    assert "399,50\u00a0kr/m²" in page
    assert "inköp 210\u00a0kr" in page
    assert names(firm) == [], "nothing before yes"
    answer = yes(owner, address)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/prislista")
    assert "2 artiklar är inlagda." in owner.get("/prislista").text
    assert names(firm) == ["Snickare", "Kakel"]


def test_pasted_rows(owner, firm):
    pasted = "Namn\tPris\r\nSnickare\t690\r\n"
    answer = owner.post("/prislista/hamta", data={"text": pasted, "basis": "excl"}, content_type="multipart/form-data")
    yes(owner, answer.headers["Location"])
    assert (articles.get(firm.id, 1).name, articles.get(firm.id, 1).basis) == ("Snickare", "excl")


def test_the_basis_begins_as_the_last_article(owner, make, firm):
    make.article(firm, basis="excl")
    assert re.search(r'value="excl" checked', owner.get("/prislista/hamta").text)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Välj en fil eller klistra in raderna."),
        (b"PK\x03\x04", "Det här är en Excelfil."),
        (b"\x89PNG\x00\x00", "Det här är ingen textfil."),
        (b"\n \n", "Filen är tom."),
        (b"Pris\n5\n", "Filen har ingen kolumn med benämningar."),
        (b"Namn\nKakel\n", "Filen har ingen kolumn med priser."),
        (b"Namn;Pris\n" + b"Kakel;5\n" * 20_001, "högst 20 000 rader"),
        (b"Namn;Pris\n" + b"x" * 5_300_000, "högst 5 MB"),
    ],
)
def test_an_unreadable_file_is_422_with_the_same_words_twice(owner, firm, data, words):
    answer = owner.post("/prislista/hamta", data=file(data), content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # the test client's own copy
    assert answer.status_code == 422
    in_hint = words == "högst 5 MB"
    assert answer.text.count(words) == 2 + in_hint
    assert "<title>Fel: " in answer.text
    assert db.session.query(ArticleImport).count() == 0


def test_pasted_text_is_kept_on_error(owner):
    answer = owner.post("/prislista/hamta", data={"text": "Bara <ord>", "basis": "excl"})
    assert answer.status_code == 422
    assert "Bara &lt;ord&gt;</textarea>" in answer.text
    assert re.search(r'value="excl" checked', answer.text)


def test_a_too_large_request_says_so(owner):
    data = file(b"x" * 11 * 1024 * 1024)
    answer = owner.post("/prislista/hamta", data=data, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # the test client's own copy
    assert answer.status_code == 413


def test_changes_say_before_and_after(owner, make, firm):
    make.article(firm, "Snickare", unit="st", deduction="rot", work_type="el", archived_at=utc_now())
    page = owner.get(upload(owner, GOOD)).text
    assert "pris 690" not in page
    assert "<b>ändras</b>: enhet st → tim, skatteavdrag ROT, El → ROT, Bygg, arkiverad ja → nej" in page
    assert "Ja, lägg in 1 och ändra 1" in page


def test_what_is_as_before_needs_no_yes(owner, firm):
    yes(owner, upload(owner, GOOD))
    address = upload(owner, GOOD)
    page = owner.get(address).text
    assert "Inget att lägga in." in page
    assert 'name="seen"' not in page
    assert owner.post(address, data={"seen": "x"}).status_code == 409


def test_faults_are_told_by_row_with_words_and_what_was_typed(owner, firm):
    bad = "".join(f"Sak {n};<b>{n}</b>\n" for n in range(60))
    address = upload(owner, f"Namn;Pris\nKakel;5\n{bad}Kakel;6\n")
    page = owner.get(address).text
    assert "61 rader läggs inte in" in page
    assert "Här är de första 50 felen." in page
    assert page.count("Skriv priset med siffror") == 50
    assert "”&lt;b&gt;0&lt;/b&gt;”" in page
    assert "Lägg in den som stämmer" in page
    yes(owner, address)
    assert names(firm) == ["Kakel"]


def test_a_name_twice_names_the_first_row(owner):
    page = owner.get(upload(owner, "Namn;Pris\nKakel;5\nRör;1\nkakel;6\n")).text
    assert "Samma benämning står på rad 2." in page
    assert "Lägg in de 2 som stämmer" in page


def test_without_headings_the_page_says_how_it_was_read(owner):
    page = owner.get(upload(owner, "Kakel;st;5\nRör;st;6\n")).text
    assert "Filen har inga rubriker. Vi läste kolumnerna så: 1 benämning, 2 enhet, 3 pris." in page


def test_columns_that_are_not_used_are_named(owner):
    page = owner.get(upload(owner, "Art.nr;Namn;Pris;Lager\n1;Kakel;5;9\n")).text
    assert "Kolumner som inte används: Art.nr, Lager." in page


def test_thirty_rows_at_a_time_and_by_kind(owner, make, firm):
    make.article(firm, "Sak 07", unit="st", kind="material", unit_price_ore=700)
    make.article(firm, "Sak 08", unit="st", kind="material", unit_price_ore=1)
    address = upload(owner, "Namn;Pris\n" + "".join(f"Sak {n:02d};{n}\n" for n in range(40)))
    page = owner.get(address).text
    assert page.count('<div class="row plain">') == 30
    more = re.search(r'href="([^"]*efter=\d+)"', page)[1]
    assert owner.get(more).text.count('<div class="row plain">') == 10
    assert owner.get(f"{address}?visa=samma").text.count('<div class="row plain">') == 1
    assert "pris 0,01\u00a0kr → 8\u00a0kr" in owner.get(f"{address}?visa=andras").text
    assert owner.get(f"{address}?visa=nya&efter=nonsens").text.count('<div class="row plain">') == 30


def test_a_double_click_adds_nothing_twice(owner, firm):
    address = upload(owner, GOOD)
    seen = re.search(r'name="seen" value="(\w+)"', owner.get(address).text)[1]
    for _click in range(2):
        answer = owner.post(address, data={"seen": seen})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/prislista")
        assert "2 artiklar är inlagda." in owner.get("/prislista").text
    assert db.session.query(Article).count() == 2
    assert owner.get(address).headers["Location"] == "/prislista"


def test_a_list_that_changed_meanwhile_is_409_and_shown_anew(owner, make, firm):
    address = upload(owner, GOOD)
    seen = re.search(r'name="seen" value="(\w+)"', owner.get(address).text)[1]
    make.article(firm, "Kakel")
    answer = owner.post(address, data={"seen": seen})
    assert answer.status_code == 409
    assert "Prislistan har ändrats medan du läste." in answer.text
    assert "Ja, lägg in 1 och ändra 1" in answer.text
    assert names(firm) == ["Kakel"]
    assert yes(owner, address).status_code == 303


def test_no_takes_the_file_away(owner, firm):
    address = upload(owner, GOOD)
    assert owner.post(f"{address}/avbryt").status_code == 303
    assert "Ingenting lades in." in owner.get("/prislista").text
    assert owner.get(address).status_code == 404
    assert names(firm) == []


def test_after_a_day_the_file_is_gone_and_one_is_told(owner, firm):
    address = upload(owner, GOOD)
    with time_machine.travel(utc_now() + timedelta(hours=25), tick=False):
        for act in (lambda: owner.get(address), lambda: owner.post(address), lambda: owner.post(f"{address}/avbryt")):
            answer = act()
            assert (answer.status_code, answer.headers["Location"]) == (303, "/prislista/hamta")
        assert "Filen togs bort efter 24 timmar." in owner.get("/prislista/hamta").text
    assert names(firm) == []


@pytest.mark.parametrize("visitor", ["colleague", "stranger"])
def test_another_user_or_firm_does_not_find_it(app, owner, make, firm, visitor):
    address = upload(owner, GOOD)
    seen = re.search(r'name="seen" value="(\w+)"', owner.get(address).text)[1]
    user = make.user(firm, role="office") if visitor == "colleague" else make.owner(make.firm("Annan"))
    other = app.test_client().log_in(user)
    assert other.get(address).status_code == 404
    assert other.post(address, data={"seen": seen}).status_code == 404
    assert other.post(f"{address}/avbryt").status_code == 404
    assert db.session.query(Article).count() == 0
    assert yes(owner, address).status_code == 303


ADDRESSES = ["/prislista/hamta", "/prislista/hamta/" + "x" * 22, "/prislista/hamta/" + "x" * 22 + "/avbryt"]


@pytest.mark.parametrize("role", ["seller", "worker"])
def test_who_may_not_write_takes_nothing_in(client, make, firm, role):
    client.log_in(make.user(firm, role=role))
    assert '/prislista/hamta"' not in client.get("/prislista").text
    for address in ADDRESSES:
        assert client.post(address, data=file(GOOD), content_type="multipart/form-data").status_code == 403
    for address in ADDRESSES[:2]:
        assert client.get(address).status_code == 403


def test_nobody_and_without_a_token(app, owner, client):
    nobody = app.test_client()
    assert nobody.get("/prislista/hamta").status_code == nobody.get("/prislista/hamta-ut").status_code == 302
    for address in ADDRESSES:
        assert owner.post(address, data=file(GOOD), content_type="multipart/form-data", csrf=False).status_code == 403
        assert nobody.post(address).status_code == 303
    assert owner.post("/prislista/hamta-ut").status_code == 405
    assert owner.get(ADDRESSES[2]).status_code == 405


@pytest.mark.parametrize(("role", "sees"), [("owner", True), ("office", True), ("seller", True), ("worker", False)])
def test_the_export_has_purchase_prices_only_for_those_who_may_see_them(client, make, firm, role, sees):
    make.article(firm, "=Kakel", unit="m²", unit_price_ore=129050, kind="material", purchase_price_ore=71234)
    make.article(firm, "Gammal", archived_at=utc_now())
    client.log_in(make.user(firm, role=role))
    answer = client.get("/prislista/hamta-ut")
    assert answer.mimetype == "text/csv"
    assert re.search(r'attachment; filename="prislista-\d{4}-\d\d-\d\d\.csv"', answer.headers["Content-Disposition"])
    assert answer.data.startswith(b"\xef\xbb\xbf")
    lines = answer.data.decode("utf-8-sig").split("\r\n")
    assert lines[1] == "'=Kakel;m²;1290,50;inkl. moms;25;Material;" + (";712,34" if sees else "")
    assert ("Inköpspris" in lines[0]) is sees
    assert len(lines) == 3
    page = client.get("/prislista").text
    assert ("inköp 712,34" in page) is sees


def test_an_export_of_another_firm_is_ones_own(client, make, firm):
    make.article(firm, "Kakel")
    client.log_in(make.owner(make.firm("Annan")))
    assert "Kakel" not in client.get("/prislista/hamta-ut").text


def test_what_is_exported_comes_back_as_before(owner, make, firm):
    make.article(firm, '=Kakel; "vitt"', purchase_price_ore=5)
    make.article(firm, "Snickare", deduction="rot", work_type="bygg", basis="excl")
    page = owner.get(upload(owner, owner.get("/prislista/hamta-ut").data)).text
    assert "Som förut (2)" in page
    assert "Inget att lägga in." in page


def test_who_may_write_articles_may_see_margins():
    """Else a file could change purchase prices that its sender does not see."""
    from domain.permissions import ROLES, allowed

    assert all(allowed(role, "margin.read") for role in ROLES if allowed(role, "article.write"))
