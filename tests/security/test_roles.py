"""C-25: every route as nobody, customer, worker, seller, office and owner. The table of permissions decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from blueprints.shared.guards import GUARD
from domain.permissions import ACTIONS, ROLES, allowed
from extensions import db
from models import Quote
from tests.security.addresses import address, method, rules
from tests.security.conftest import deal_of

IN = "you are in"
VISITORS = ("nobody", "customer", *ROLES)


@pytest.fixture
def bare(app, monkeypatch) -> None:
    """Behind each guard stands a view that only says who came in, so that no answer changes what the next one meets."""
    for rule in rules(app):
        guarded = app.view_functions[rule.endpoint]
        if getattr(guarded, GUARD) != "public":
            cells = dict(zip(guarded.__code__.co_freevars, guarded.__closure__, strict=True))
            monkeypatch.setattr(cells["view"], "cell_contents", lambda *given, **named: IN)


@pytest.fixture
def visitors(app, make, alfa) -> dict[str, Any]:
    clients = {"nobody": app.test_client()}
    quote = db.session.query(Quote).filter_by(public_id=alfa.names["deal_id"]).one()
    clients["customer"] = deal_of(app, make, alfa.firm, quote).client
    for role in ROLES:
        user = make.user(alfa.firm, role=role)
        clients[role] = app.test_client().log_in(user)
    return clients


def expected(mark: str, visitor: str) -> str:
    if mark in ("operator", "by_own_link"):
        return "404"  # by links of their own: tests/routes/ops/test_rules.py, tests/routes/deal/test_applicants.py
    if mark == "by_link":
        return "in" if visitor == "customer" else "404"
    if visitor in ("nobody", "customer"):
        return "login"
    return "in" if allowed(visitor, mark) else "403"


def met(answer) -> str:
    if answer.status_code in (302, 303) and "/logga-in" in answer.location:
        return "login"
    if answer.status_code == 303 and "/losenord" in answer.location:
        return "in"  # may, once the password is typed again
    return "in" if answer.text == IN else str(answer.status_code)


def cells(app, visitors, names) -> Iterator[tuple[str, str, str, str]]:
    for rule in rules(app):
        mark = getattr(app.view_functions[rule.endpoint], GUARD)
        if mark == "public":
            continue
        for visitor in VISITORS:
            client = visitors[visitor]
            ask = client.post if method(rule) == "POST" else client.get
            yield rule.endpoint, visitor, met(ask(address(rule, names))), expected(mark, visitor)


def test_c25_the_whole_matrix(app, visitors, alfa, bare):
    table = list(cells(app, visitors, alfa.names))
    assert len(table) > 400
    assert [row for row in table if row[2] != row[3]] == []


def test_c25_what_belongs_to_the_owner_alone(app):
    alone = {action for action in ACTIONS if not any(allowed(role, action) for role in ("office", "seller", "worker"))}
    assert alone == {"firm.users", "firm.export", "firm.close"}
    marks = {rule.endpoint: getattr(app.view_functions[rule.endpoint], GUARD) for rule in rules(app)}
    of_konto = {mark for endpoint, mark in marks.items() if endpoint.startswith("konto.")}
    assert of_konto == {"firm.export", "firm.close", "firm.users"}


def test_c25_public_routes_are_few_and_named(app):
    """Nothing of a firm is public; who adds a public route says so here."""
    public = {rule.endpoint for rule in rules(app) if getattr(app.view_functions[rule.endpoint], GUARD) == "public"}
    blueprints = {endpoint.partition(".")[0] for endpoint in public}
    assert blueprints <= {"accounts", "checking", "home", "deal", "inquiries", "ops", "dev", "receipts"}
    assert {endpoint for endpoint in public if endpoint.startswith("deal.")} == {
        "deal.enter",
        "deal.enter_own",
        "deal.send_again",
        "deal.ask_for_new",
    }
    assert {endpoint for endpoint in public if endpoint.startswith("home.")} == {
        "home.start",
        "home.terms",
        "home.privacy",
        "home.dpa",
        "home.customers",
        "home.manifest",
        "home.worker",
        "home.offline",
    }


def test_c25_a_role_that_is_taken_away_ends_with_the_next_request(app, make, alfa):
    user = make.user(alfa.firm, role="office")
    client = app.test_client().log_in(user)
    assert client.get("/installningar/foretag").status_code == 200
    user.role = "worker"
    db.session.commit()
    assert client.get("/installningar/foretag").status_code == 403
