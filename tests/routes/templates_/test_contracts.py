"""The firm's own clauses: versions, placeholders, order, and who may change them."""

from __future__ import annotations

import re

import pytest

from domain import clauses
from extensions import db
from models import ContractTemplate, ContractTemplateVersion
from services import contract_templates
from services.clock import utc_now


@pytest.fixture
def office(app, make, firm):
    client = app.test_client()
    client.environ_base["handslag.raise_errors"] = True
    return client.log_in(make.user(firm, role="office"))


@pytest.fixture
def template(firm, actor):
    return contract_templates.create("Badrum", "consumer", actor=actor, now=utc_now()).n


def path(n, rest=""):
    return f"/mallar/kontrakt/{n}{rest}"


def clause(n):
    db.session.rollback()
    newest = db.session.query(ContractTemplateVersion).order_by(ContractTemplateVersion.version.desc()).first()
    assert newest is not None
    return newest


def test_a_template_begins_with_our_words(office, firm):
    answer = office.post("/mallar/kontrakt", data={"name": "Tak", "audience": "smahus"})
    assert answer.status_code == 303
    page = office.get(answer.location).text
    for words in ("Tak", "Slutbesiktning", "version 1", "Ändra"):
        assert words in page
    assert "Tak" in office.get("/mallar/kontrakt").text
    assert office.post("/mallar/kontrakt", data={"name": "", "audience": "x"}).status_code == 422


def test_each_save_is_a_version_and_ours_comes_back(office, template):
    form = {"title": "Försäkring", "text": "Vi är försäkrade. Kund: {{kund}}.", "version": "1"}
    assert office.post(path(template, "/punkt/insurance"), data=form).status_code == 303
    page = office.get(path(template)).text
    for words in ("version 2", "Vi är försäkrade. Kund: {{kund}}.", "Ändrad", "Återställ till vår text"):
        assert words in page
    assert "Vår text" in office.get(path(template, "/punkt/insurance")).text
    office.post(path(template, "/ordna"), data={"gor": "restore:insurance", "version": "2"})
    assert "Vi är försäkrade" not in office.get(path(template)).text
    db.session.rollback()
    assert db.session.query(ContractTemplateVersion).count() == 3  # none is lost
    office.post(path(template, "/ordna"), data={"gor": "restore:insurance", "version": "3"})  # nothing to change
    assert clause(template).version == 3


@pytest.mark.parametrize("text", ["{{config}}", "Pris {{ 7*7 }}", "{{pris.__class__}} {{self}}"])
def test_an_unknown_field_is_refused_at_the_field(office, template, text):
    answer = office.post(path(template, "/punkt/price"), data={"title": "Pris", "text": text, "version": "1"})
    assert answer.status_code == 422
    assert "Det finns inget fält som heter" in answer.text
    assert re.search(r'id="text-e"', answer.text)
    assert clause(template).version == 1


def test_a_text_holds_so_many_fields_and_no_more(office, template):
    """Each is filled in with up to some hundred letters, and the paper is drawn while somebody waits."""
    for fields, status in ((clauses.MOST_FIELDS, 303), (clauses.MOST_FIELDS + 1, 422)):
        typed = {"title": "Pris", "text": "{{pristyp}}" * fields, "version": "1"}
        answer = office.post(path(template, "/punkt/price"), data=typed)
        assert (answer.status_code, "Högst 20 fält" in answer.text) == (status, status == 422)


@pytest.mark.parametrize("text", ["{% for x in y %}{% endfor %}", "<script>alert(1)</script>", "${7*7} %(pris)s"])
def test_what_is_no_field_is_written_as_it_stands(office, template, text):
    answer = office.post(path(template, "/punkt/price"), data={"title": "Pris", "text": text, "version": "1"})
    assert answer.status_code == 303
    page = office.get(path(template)).text
    assert "<script>alert" not in page
    assert text.split(">")[0].replace("<", "&lt;") in page


def test_own_clauses_order_and_what_may_be_taken_away(office, template):
    office.post(path(template, "/punkt/ny"), data={"title": "Husdjur", "text": "Hunden är inne.", "version": "1"})
    office.post(path(template, "/ordna"), data={"gor": "up:own-1", "version": "2"})
    page = office.get(path(template)).text
    assert page.index("15. Husdjur") < page.index("16. Tvist")
    office.post(path(template, "/ordna"), data={"gor": "remove:insurance", "version": "3"})
    assert "Lägg tillbaka: Försäkring" in office.get(path(template)).text
    office.post(path(template, "/ordna"), data={"gor": "remove:dispute", "version": "4"})  # the law asks for it
    assert clause(template).version == 4
    office.post(path(template, "/ordna"), data={"gor": "add:insurance", "version": "4"})
    assert "Lägg tillbaka" not in office.get(path(template)).text
    for act in ("", "explode:price", "up"):
        answer = office.post(path(template, "/ordna"), data={"gor": act, "version": "5"})
        assert answer.status_code in (303, 404)
    assert clause(template).version == 5


def test_two_who_write_at_once(office, template):
    first = {"title": "Pris", "text": "Den enes text.", "version": "1"}
    office.post(path(template, "/punkt/price"), data=first)
    answer = office.post(path(template, "/punkt/price"), data={**first, "text": "Den andres text."})
    assert answer.status_code == 409
    for words in ("Den enes text.", "Den andres text.", "Någon annan ändrade mallen medan du skrev."):
        assert words in answer.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', answer.text)[1]
    again = {**first, "text": "Den andres text.", "version": version}
    assert office.post(path(template, "/punkt/price"), data=again).status_code == 303


def test_name_and_archive(office, template):
    assert office.post(path(template, "/namn"), data={"name": "Våtrum"}).status_code == 303
    assert office.post(path(template, "/namn"), data={"name": ""}).status_code == 422
    office.post(path(template, "/arkivera"))
    assert "Våtrum" not in office.get("/mallar/kontrakt").text.replace("arkiverad", "")
    assert "Våtrum" in office.get("/mallar/kontrakt?visa=arkiverade").text
    office.post(path(template, "/hamta-tillbaka"))
    assert "Våtrum" in office.get("/mallar/kontrakt").text


POSTS = ["/namn", "/ordna", "/punkt/price", "/punkt/ny", "/arkivera", "/hamta-tillbaka"]


@pytest.mark.parametrize("rest", POSTS)
def test_a_seller_may_read_and_not_write(seller, app, make, template, rest):
    assert seller.get(path(template)).status_code == 200
    assert seller.post(path(template, rest), data={}).status_code == 403
    stranger = app.test_client().log_in(make.owner(make.firm("Annan Snickeri")))
    form = {"name": "X", "gor": "up:price", "title": "X", "text": "X", "version": "1"}
    assert stranger.post(path(template, rest), data=form).status_code == 404
    db.session.rollback()
    assert db.session.query(ContractTemplate).one().name == "Badrum"
    assert clause(template).version == 1


@pytest.mark.parametrize("code", ["nope", "own-9", "withdrawal2", "x" * 300])
def test_no_other_clause_is_found(office, template, code):
    assert office.get(path(template, f"/punkt/{code}")).status_code == 404
    form = {"title": "X", "text": "X", "version": "1"}
    assert office.post(path(template, f"/punkt/{code}"), data=form).status_code == 404
