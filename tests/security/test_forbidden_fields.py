"""C-26: fields that no form has are sent along with every form: none of them is stored, and nobody rises or moves."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from extensions import db
from models import Base, Quote, User
from tests.factories import PASSWORD
from tests.security.conftest import deal_of
from tests.security.test_hostile_text import forms
from tests.security.web import everything, filled, form_on

MARKS = ("424242", "1999-09-09", "Z" * 22)
FORBIDDEN = {
    "id": "424242",
    "n": "424242",
    "public_id": "Z" * 22,
    "number": "ZZ424242",
    "version": "424242",
    "status": "accepted",
    "state": "accepted",
    "turn": "none",
    "gross_ore": "424242",
    "total_ore": "424242",
    "to_pay_ore": "424242",
    "price_ex_vat": "424242",
    "accepted_at": "1999-09-09",
    "signed_at": "1999-09-09",
    "created_at": "1999-09-09",
    "email_confirmed_at": "1999-09-09",
    "role": "owner",
    "is_owner": "1",
    "is_sample": "1",
    "password_hash": "ZZ424242",
    "json_sha256": "424242",
    "user_id": "424242",
    "withdraw_until": "1999-09-09",
    "in_time": "1",
    "way": "424242",
}


def rows_of(firm_id: int) -> dict[str, int]:
    """How many rows a firm has in each table."""
    db.session.rollback()
    owned = [table for table in Base.metadata.sorted_tables if "firm_id" in table.columns]
    return {
        table.name: db.session.scalar(select(func.count()).where(table.c.firm_id == firm_id)) or 0 for table in owned
    }


def post_all(client, found, foreign: dict[str, str]) -> int:
    for form in found:
        extra = {name: value for name, value in {**FORBIDDEN, **foreign}.items() if name not in form.values}
        answer = client.post(form.action, data={**filled(form), **extra})
        assert answer.status_code in (200, 303, 409, 422), (form.action, answer.status_code)
    return len(found)


def check(before: dict[str, int], other_id: int, roles: dict[int, str]) -> None:
    text = everything()
    assert [mark for mark in MARKS if mark in text] == []
    assert rows_of(other_id) == before
    assert {user.id: user.role for user in db.session.query(User)} == roles
    assert db.session.query(User).filter_by(role="owner").count() == 2


@pytest.fixture
def other(make):
    return make.firm("Beta Bygg")


def test_forms_of_the_firm(app, make, alfa, other):
    user = make.user(alfa.firm, role="office")
    roles = {row.id: row.role for row in db.session.query(User)}
    before, other_id = rows_of(other.id), other.id
    foreign = {"firm_id": str(other_id), "firm": other.public_id, "customer_id": "1", "quote_id": "1"}
    client = app.test_client().log_in(user)
    client.environ_base["handslag.raise_errors"] = True
    states = {row.id: row.status for row in db.session.query(Quote)}
    starts = ["/", "/offerter", "/offerter/ny", "/kunder/ny", "/prislista/ny", "/installningar/foretag"]
    found = forms(client, *starts, "/offerter/2/redigera", "/offerter/2/uppgifter", "/offerter/2/granska")
    assert post_all(client, found, foreign) > 12
    check(before, other_id, roles)
    moved = {row.id: (states[row.id], row.status) for row in db.session.query(Quote) if row.id in states}
    assert {pair for pair in moved.values() if pair[0] != pair[1]} <= {("draft", "sent"), ("sent", "sent")}


def test_forms_of_the_customer(app, make, alfa, other):
    roles = {row.id: row.role for row in db.session.query(User)}
    before, other_id = rows_of(other.id), other.id
    quote = db.session.query(Quote).filter_by(title="Hos kunden").one()
    sent = deal_of(app, make, alfa.firm, quote)
    foreign = {"firm_id": str(other_id), "quote_id": "424242", "deal_id": "Z" * 22, "link_id": "424242"}
    own = {"version", "json_sha256", "total", "to_pay"}
    extra = {name: value for name, value in {**FORBIDDEN, **foreign}.items() if name not in own}
    assert sent.post("/fraga", {"question": "Hur då?", **extra}).status_code == 303
    sent.client.environ_base.pop("handslag.raise_errors")
    for tampered in (["4", "2"], ["4", "424242"], ["-1"]):
        assert sent.post("/tillval", {"tillval": tampered, **extra}).status_code == 409
        assert sent.link.picked == "[]", "only an option can be picked"
    assert sent.post("/tillval", {"tillval": ["4", "4"], **extra}).status_code == 303
    assert sent.post("/godkann", {**sent.step2(), **extra}).status_code == 303
    typed = {"name": "Karin", "contract": "Offert 1", "email": "karin@kund.example"}
    assert sent.post("/angra", {**typed, **extra}).status_code == 303
    check(before, other_id, roles)
    assert sent.quote.status == "withdrawn"


def test_the_way_in(app, make, other, client):
    """Registering and logging in with a role, a firm and a confirmed address of one's own choice."""
    roles = {row.id: row.role for row in db.session.query(User)}
    before, other_id, email = rows_of(other.id), other.id, make.owner(other).email
    form = form_on(client, "/registrera", "/registrera")
    typed = {"firm_name": "Ny Firma", "email": "ny@firma.example", "password": "sju gröna ekar vid ån", "accept": "y"}
    foreign = {"firm_id": str(other_id), "firm": other.public_id}
    assert client.post("/registrera", data={**filled(form), **FORBIDDEN, **foreign, **typed}).status_code == 303
    new = db.session.query(User).filter_by(email="ny@firma.example").one()
    assert (new.role, new.email_confirmed_at) == ("owner", None)
    assert new.firm_id != other_id
    check(before, other_id, {**roles, new.id: "owner"})
    login = {"email": email, "password": PASSWORD, **FORBIDDEN, "_user_id": "1", "fresh_at": "1999-09-09"}
    assert client.post("/logga-in", data=login).status_code == 303
    assert "1999-09-09" not in everything()
