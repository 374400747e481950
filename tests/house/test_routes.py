"""Every route says who may come in, changes only by POST, and asks for a token of its own form."""

from __future__ import annotations

import re

import pytest

from blueprints.shared.guards import GUARD
from domain.permissions import ACTIONS

# no form of ours: nothing changes, or the caller is no browser
WITHOUT_TOKEN: set[str] = set()


def rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def address(rule) -> str:
    return re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", lambda found: "1" if found[1] == "int" else "x" * 22, rule.rule)


def test_every_route_has_a_guard(app):
    bare = [rule.endpoint for rule in rules(app) if not getattr(app.view_functions[rule.endpoint], GUARD, None)]
    assert not bare


def test_guards_name_known_actions(app):
    marks = {getattr(app.view_functions[rule.endpoint], GUARD) for rule in rules(app)}
    assert marks <= ACTIONS | {"public", "by_link", "by_own_link", "operator"}


def test_changes_are_post(app):
    odd = {method for rule in rules(app) for method in rule.methods} - {"GET", "HEAD", "OPTIONS", "POST"}
    assert not odd
    both = [rule.endpoint for rule in rules(app) if {"GET", "POST"} <= rule.methods]
    assert not both, "a view either shows or changes"


def test_every_post_without_a_token_is_refused(app, client):
    answers = {
        rule.endpoint: client.post(address(rule), csrf=False).status_code
        for rule in rules(app)
        if "POST" in rule.methods and rule.endpoint not in WITHOUT_TOKEN
    }
    assert {endpoint: status for endpoint, status in answers.items() if status != 403} == {}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
def test_every_post_from_another_host_is_refused(app, client, origin):
    answers = {
        rule.endpoint: client.post(address(rule), headers={"Origin": origin}).status_code
        for rule in rules(app)
        if "POST" in rule.methods
    }
    assert {endpoint: status for endpoint, status in answers.items() if status != 403} == {}


def test_nobody_gets_in_without_a_login(app, client):
    open_routes = {}
    for rule in rules(app):
        if getattr(app.view_functions[rule.endpoint], GUARD) in ("public", "by_link", "by_own_link", "operator"):
            continue
        answer = client.post(address(rule)) if "POST" in rule.methods else client.get(address(rule))
        if answer.status_code not in (302, 303) or "/logga-in" not in answer.headers["Location"]:
            open_routes[rule.endpoint] = answer.status_code
    assert open_routes == {}


def test_wrong_method_is_405(app, client):
    get_only = [rule for rule in rules(app) if rule.methods <= {"GET", "HEAD", "OPTIONS"}]
    posts = {address(rule) for rule in rules(app) if "POST" in rule.methods}
    wrong = [
        rule.endpoint
        for rule in get_only
        if address(rule) not in posts and client.post(address(rule)).status_code != 405
    ]
    assert not wrong


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example"])
def test_a_forged_host_is_refused(client, host):
    assert client.get("/", headers={"Host": host}).status_code == 400
