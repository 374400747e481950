"""A firm that only reads: no act gets through, every page for reading opens, and none offers what is refused."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import HTTPException

from blueprints.shared.guards import GUARD
from domain.permissions import ACTIONS
from domain.standing import READING
from extensions import db
from models import Closing, Firm, new_public_id
from services import suspending
from services.clock import utc_now
from tests.security.addresses import address, rules
from tests.security.test_roles import IN, bare  # noqa: F401  (a fixture)

FORM = re.compile(r'<form [^>]*method="post"[^>]*>')
ACT = re.compile(r' (?:action|formaction|hx-post)="([^"]+)"')
LINK = re.compile(r'<a [^>]*href="(/[^"]*)"')


def close(firm: Firm) -> None:
    now = utc_now()
    dates = {"confirmed_at": now, "effective_at": now, "erase_after": now + timedelta(days=30)}
    db.session.add(Closing(firm_id=firm.id, public_id=new_public_id(), **dates))
    db.session.commit()


@pytest.fixture(params=["suspended", "closed"])
def owner(app, make, alfa, request):
    client = app.test_client().log_in(make.user(alfa.firm, role="owner"))
    if request.param == "suspended":
        suspending.suspend(alfa.firm.public_id, "late_payment", by="command", now=utc_now())
    else:
        close(alfa.firm)
    client.standing = request.param
    return client


def action_of(app, rule) -> str:
    return getattr(app.view_functions[rule.endpoint], GUARD)


def test_every_act_is_refused_and_every_page_opens(app, owner, alfa, bare):  # noqa: F811
    wrong, tried = [], 0
    for rule in rules(app):
        action = action_of(app, rule)
        if action not in ACTIONS:
            continue
        path = address(rule, alfa.names)
        for method in rule.methods & {"GET", "POST"}:
            answer = owner.get(path) if method == "GET" else owner.post(path)
            is_in = answer.text == IN or "/losenord" in (answer.location or "")
            tried += 1
            if action in READING:
                is_right = is_in
            elif method == "GET" and rule.endpoint.startswith("quotes.") and "n" in rule.arguments:
                is_right = answer.location == f"/offerter/{alfa.names['quote_n']}"
            else:
                is_right = answer.status_code == 409 and "Det går att läsa" in answer.text
            if not is_right:
                wrong.append((method, path, answer.status_code))
    assert wrong == [], "\n".join(map(str, wrong))
    assert tried > 150
    part = owner.post(f"/offerter/{alfa.names['quote_n']}/rubrik", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Reswap"]) == (409, "none")  # what was typed stays where it is
    assert 'class="toast"' in part.text


def offered(app, text: str) -> set[tuple[str, str]]:
    """(action that it takes, address) of all that the page leads to."""
    found, adapter = set(), app.url_map.bind("localhost")
    acts = ACT.findall(" ".join(FORM.findall(text)) + re.sub(r"<form [^>]*>", "", text))
    for method, addresses in (("POST", acts), ("GET", LINK.findall(text))):
        for path in {urlsplit(unescape(one)).path for one in addresses}:
            with suppress(HTTPException):
                rule, _names = adapter.match(path, method=method, return_rule=True)
                found.add((action_of(app, rule), path))
    return found


def test_no_page_offers_what_is_refused(app, owner, alfa):
    reading = [one for one in rules(app) if action_of(app, one) in READING and "GET" in one.methods]
    pages = {address(one, alfa.names) for one in reading} | {f"/offerter/{n}" for n in range(1, 8)}
    wrong, seen = [], 0
    for path in sorted(pages):
        answer = owner.get(path)
        if answer.status_code == 302 and path.startswith("/offerter/"):  # a draft's reading page
            answer = owner.get(answer.location)
            assert answer.status_code == 200, path
        assert answer.status_code not in (403, 409), path
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        seen += 1
        wrong += [(path, *one) for one in sorted(offered(app, answer.text)) if one[0] in ACTIONS - READING]
        if "<title>" in answer.text and owner.standing == "suspended" and "Se som kunden" not in answer.text:
            assert "Kontot är pausat sedan" in answer.text, path
    assert seen > 20
    assert wrong == [], "\n".join(map(str, wrong))
