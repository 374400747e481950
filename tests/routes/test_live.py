"""What open pages ask: nothing costs one statement, news come as parts, a finished quote ends the asking."""

from __future__ import annotations

import re

import pytest

from bench.counting import statements
from extensions import db
from jobs import send_mail
from models import Quote
from services import events
from services.actors import Actor
from services.clock import utc_now
from services.deal import answering
from services.quotes import drafting
from tests.client import Page
from tests.routes.deal.conftest import actor_of, make_sent

HTMX = {"HX-Request": "true"}
PAGES = {"/": "/nytt", "/offerter": "/offerter/nytt", "/offerter/{n}": "/offerter/{n}/nytt"}


@pytest.fixture
def sent(app, make):
    return make_sent(app, make)


@pytest.fixture
def owner(sent, client):
    client.environ_base["handslag.raise_errors"] = True
    return client.log_in(sent.make.owner(sent.firm))


def asked_by(html):
    """The address that a page asks, or ""."""
    found = re.search(r'id="nytt"[^>]* hx-get="([^"]+)"', html)
    return found[1].replace("&amp;", "&") if found else ""


def happens(sent, act="doc.commented", *, ref="link:abc", **given):
    """One more entry of the firm's chain, about the quote if nothing else is said."""
    quote = sent.quote
    actor = Actor(firm_id=sent.firm_id, firm_public_id=sent.firm.public_id, ref=ref)
    personal = given.pop("personal", {"text": "Hemlig fråga"} if act == "doc.commented" else {})
    obj = given.pop("obj", f"quote:{quote.public_id}")
    events.record(act, obj, actor=actor, at=utc_now(), data=given, personal=personal)
    db.session.commit()


@pytest.mark.parametrize(("page", "path"), PAGES.items(), ids=["today", "list", "quote"])
def test_nothing_new_costs_one_statement(sent, owner, page, path):
    html = owner.get(page.format(n=sent.quote.n)).text
    address = asked_by(html)
    assert address.startswith(path.format(n=sent.quote.n) + "?sedan=")
    assert 1000 <= int(re.findall(r'hx-trigger="every (\d+)ms, visibilitychange', html)[0]) < 3000
    with statements() as seen:
        answer = owner.get(address, headers=HTMX)
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(seen) == 1, seen


@pytest.mark.parametrize(
    ("page", "part"),
    [("/", "idag"), ("/offerter", "rader"), ("/offerter/{n}", "samtalet")],
    ids=["today", "list", "quote"],
)
def test_news_are_said_once_and_come_as_parts(sent, owner, page, part):
    address = asked_by(owner.get(page.format(n=sent.quote.n)).text)
    happens(sent)
    answer = owner.get(address, headers=HTMX)
    assert answer.status_code == 200
    assert f'id="{part}"' in answer.text
    assert answer.text.count("har ställt en fråga") == 1
    assert re.search(r'<div id="besked" hx-swap-oob="innerHTML">\s*<div class="toast"><span>Karin Almgren', answer.text)
    assert "Hemlig fråga" not in answer.text  # the message itself was never stored
    later = asked_by(answer.text)
    assert later != address
    assert owner.get(later, headers=HTMX).status_code == 204


@pytest.mark.parametrize("page", list(PAGES)[1:], ids=["list", "quote"])
def test_what_the_page_does_not_show_moves_only_its_number(sent, owner, page):
    address = asked_by(owner.get(page.format(n=sent.quote.n)).text)
    happens(sent, "firm.settings_changed", obj="firm:x", fields=["name"])
    answer = owner.get(address, headers=HTMX)
    assert answer.status_code == 200
    assert Page(answer.text).ids == {"nytt": 1}
    assert 'hx-swap-oob="true"' in answer.text
    assert owner.get(asked_by(answer.text), headers=HTMX).status_code == 204


def test_another_quotes_news_are_not_this_ones(sent, owner, make):
    other = make.quote(sent.firm, make.customer(sent.firm))
    address = asked_by(owner.get(f"/offerter/{sent.quote.n}").text)
    happens(sent, obj=f"quote:{other.public_id}")
    assert Page(owner.get(address, headers=HTMX).text).ids == {"nytt": 1}


def test_own_acts_are_not_said(sent, owner):
    address = asked_by(owner.get("/offerter").text)
    happens(sent, ref="user:abc")
    answer = owner.get(address, headers=HTMX)
    assert 'id="rader"' in answer.text
    assert 'id="besked"' not in answer.text


def test_who_of_several_approved_is_said(sent, owner):
    address = asked_by(owner.get("/offerter").text)
    happens(sent, "quote.accepted", personal={"name": "Lars Ek"})
    assert '<div class="toast"><span>Lars Ek har godkänt</span>' in owner.get(address, headers=HTMX).text


def test_every_act_that_is_said_has_words(sent, owner):
    from services import following

    for act in sorted(following.SAID):
        address = asked_by(owner.get("/offerter").text)
        happens(sent, act)
        assert re.search(r'class="toast"><span>[^<]*Karin Almgren', owner.get(address, headers=HTMX).text), act


def test_an_open_quote_never_gets_the_field_it_types_in(sent, owner):
    """The answer names all parts that are taken from it; none of them holds a field."""
    from blueprints.quotes.show import LIVE_PARTS

    address = asked_by(owner.get(f"/offerter/{sent.quote.n}").text)
    happens(sent)
    html = owner.get(address, headers=HTMX).text
    for part in LIVE_PARTS.split(","):
        inner = _inside(html, part[1:])
        assert "<textarea" not in inner, part
        assert not re.findall(r'<input (?![^>]*type="hidden")', inner), part


def _inside(html, name):
    """The element with this id, by counting the tags of its kind."""
    start = re.search(rf'<(\w+)[^>]*id="{name}"', html)
    assert start, name
    depth = 0
    for tag in re.finditer(rf"<(/?){start[1]}\b", html[start.start() :]):
        depth += -1 if tag[1] else 1
        if not depth:
            return html[start.start() : start.start() + tag.end()]
    raise AssertionError(name)


def test_the_list_keeps_what_it_was_asked_for(sent, owner):
    address = asked_by(owner.get("/offerter?visa=alla&q=badrum&antal=50").text)
    assert address.endswith("&visa=alla&q=badrum&antal=50")
    happens(sent)
    answer = owner.get(address, headers=HTMX)
    assert "Badrum, Granstigen 4" in answer.text
    assert asked_by(answer.text).endswith("&visa=alla&q=badrum&antal=50")
    assert asked_by(owner.get("/offerter?q=%22%3E%3Cb&visa=alla").text).endswith("&q=%22%3E%3Cb&visa=alla")
    empty = asked_by(owner.get("/offerter?q=finnsinte", headers=HTMX).text)
    assert empty.endswith("&q=finnsinte")


def test_a_finished_quote_is_asked_about_no_more(sent, owner):
    n = sent.quote.n
    address = asked_by(owner.get(f"/offerter/{n}").text)
    answering.recall(drafting.get(sent.firm_id, n), actor=actor_of(sent.make, sent.firm), now=utc_now())
    answer = owner.get(address, headers=HTMX)
    assert answer.status_code == 200  # a letter tells the customer: what becomes of it is still to come
    address = asked_by(answer.text)
    send_mail.run(now=utc_now())
    answer = owner.get(address, headers=HTMX)
    assert answer.status_code == 286
    assert "Återtagen" in answer.text
    assert asked_by(answer.text) == ""
    assert asked_by(owner.get(f"/offerter/{n}").text) == ""


def test_what_is_shown_once_stays(sent, owner):
    answer = owner.post(f"/offerter/{sent.quote.n}/lank")
    assert "/l/" in answer.text
    assert asked_by(answer.text) == ""


@pytest.mark.parametrize("since", ["", "-1", "x", "999999999999999", "9" * 40, "1&sedan=2", "½"])
def test_a_number_that_no_page_of_ours_holds(sent, owner, since):
    for path in PAGES.values():
        answer = owner.get(f"{path.format(n=sent.quote.n)}?sedan={since}", headers=HTMX)
        assert answer.status_code in (200, 204)


def test_nobody_and_another_firm(sent, app, make):
    paths = [path.format(n=sent.quote.n) for path in PAGES.values()]
    nobody = app.test_client()
    for path in paths:
        assert nobody.get(path).status_code == 302
        gone = nobody.get(path, headers=HTMX)
        assert (gone.status_code, gone.headers["HX-Refresh"]) == (401, "true")
    stranger = app.test_client().log_in(make.owner(make.firm("Annan Snickeri")))
    happens(sent)
    assert stranger.get(paths[2]).status_code == 404
    for path in paths[:2]:
        html = stranger.get(f"{path}?sedan=0", headers=HTMX).text
        assert "Karin" not in html
        assert "Badrum" not in html
    worker = app.test_client().log_in(make.user(sent.firm, role="worker"))
    for path in paths:
        assert worker.get(path, headers=HTMX).status_code == 200
        assert worker.post(path).status_code == 405


def test_asking_changes_nothing(sent, owner):
    before = db.session.get_one(Quote, sent.quote_id).touched_at
    for path in PAGES.values():
        owner.get(f"{path.format(n=sent.quote.n)}?sedan=0", headers=HTMX)
    assert sent.quote.touched_at == before
