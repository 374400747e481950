"""C-15 to C-18, C-20, C-27, C-30, A-05, A-06, A-07: what a token opens, and where it is never seen."""

from __future__ import annotations

import string
from datetime import timedelta

import pytest
import time_machine

from extensions import db
from jobs import draw_agreements
from models import Agreement, Event, Quote, QuoteLink, UserToken
from services import tokens
from services.clock import utc_now
from services.deal import links
from tests.routes.deal.conftest import actor_of, make_sent, send, token_of
from tests.security.conftest import deal_of
from tests.security.web import crawl, stored

SIGNS = string.ascii_letters + string.digits + "-_"
PLACES = {"quote": "/l/", "confirm_email": "/bekrafta/", "reset_password": "/nytt-losenord/"}


@pytest.fixture
def sent(app, make):
    return make_sent(app, make)


def test_c15_every_character_of_a_token(app, sent):
    """Only other spellings of the same bytes may pass: the last sign of a part carries bits that mean nothing."""
    token = token_of(sent.quote)
    unknown = app.test_client().get("/l/" + "x" * 100)
    passed = []
    for place, sign in enumerate(token):
        for other in ("A", "b", "_", ".", "=", "%20"):
            if other == sign:
                continue
            answer = app.test_client().get(f"/l/{token[:place]}{other}{token[place + 1 :]}")
            if answer.status_code == 303:
                passed.append(place)
            else:
                assert answer.status_code == 404
                assert answer.data == unknown.data
    ends = {place for place in range(len(token)) if place + 1 == len(token) or token[place + 1] == "."}
    assert set(passed) <= ends
    for spelling in ("", token[:-1], token + "A", token + ".", f".{token}", token.upper(), token.replace(".", "..", 1)):
        assert app.test_client().get(f"/l/{spelling}").status_code == 404


def test_a06_a_revoked_link_by_every_spelling(app, sent):
    token = token_of(sent.quote)
    links.revoke(sent.quote, sent.link.public_id, actor=actor_of(sent.make, sent.firm), now=utc_now())
    spellings = [token[:-1] + sign for sign in SIGNS] + [token + "=" * count for count in (1, 2, 3)]
    spellings += [tokens.sign("quote", db.session.query(QuoteLink).one().public_id)]  # signed anew, even by us
    for spelling in spellings:
        client = app.test_client()
        assert client.get(f"/l/{spelling}").status_code == 404
        client.set_cookie(f"l-{sent.deal_id}", spelling)
        assert client.get(sent.url()).status_code == 404
        assert client.get(sent.url("/offert.pdf")).status_code == 404
        assert client.post(sent.url("/fraga"), data={"question": "?"}).status_code == 404
    with time_machine.travel(utc_now() - timedelta(hours=1), tick=False):  # the clock turned back helps nobody
        assert app.test_client().get(f"/l/{token}").status_code == 404


def test_a05_only_the_diagonal(app, make, sent):
    """Each purpose at each place, by the real id of a row of every kind."""
    user = sent.make.owner(sent.firm)
    ids = {"quote": sent.link.public_id}
    for purpose in ("confirm_email", "reset_password"):
        row = UserToken(
            firm_id=user.firm_id,
            user_id=user.id,
            purpose=purpose,
            email=user.email,
            created_at=utc_now(),
            expires_at=utc_now() + timedelta(hours=1),
        )
        db.session.add(row)
        db.session.commit()
        ids[purpose] = row.public_id
    opened = {
        (signed_for, of, place)
        for signed_for in PLACES
        for of, public_id in ids.items()
        for place, path in PLACES.items()
        if app.test_client().get(path + tokens.sign(signed_for, public_id)).status_code == 303
    }
    assert opened == {(purpose, purpose, purpose) for purpose in PLACES}


def test_c17_a_token_of_another_time(app, sent):
    public_id = sent.link.public_id
    with time_machine.travel(utc_now() + timedelta(hours=1), tick=False):
        from_the_future = tokens.sign("quote", public_id)
    assert app.test_client().get(f"/l/{from_the_future}").status_code == 404
    with time_machine.travel(utc_now() - timedelta(days=3653), tick=False):
        too_old = tokens.sign("quote", public_id)
    assert app.test_client().get(f"/l/{too_old}").status_code == 404


def test_c17_to_the_second(app, sent):
    end = sent.link.expires_at
    with time_machine.travel(end, tick=False):
        assert sent.get().status_code == 200
    with time_machine.travel(end + timedelta(seconds=1), tick=False):
        page = sent.get()
        assert page.status_code == 410
        assert "Badrum" not in page.text
        for rest in ("/offert.pdf", "/avtal.pdf", "/logotyp", "/villkor"):
            assert sent.get(rest).status_code == 410
        for rest in ("/godkann", "/nej", "/fraga", "/angra", "/tillval"):
            assert sent.post(rest, {}).status_code == 410


def test_c18_from_pages_that_lie_open(sent):
    form = sent.step2()
    before_question = {"question": "Hur då?"}
    links.revoke(sent.quote, sent.link.public_id, actor=actor_of(sent.make, sent.firm), now=utc_now())
    before = stored()
    for rest, data in (("/godkann", form), ("/fraga", before_question), ("/nej", {"version": "1"}), ("/sedd", {})):
        assert sent.post(rest, data).status_code == 404
    assert stored() == before


def test_c30_a_changed_address_ends_the_old_link(app, make, sent):
    old = token_of(sent.quote)
    owner = app.test_client().log_in(make.owner(sent.firm))
    n = sent.quote.n
    assert owner.post(f"/offerter/{n}/skicka-igen", data={"email": "annan@kund.example"}).status_code == 303
    assert app.test_client().get(f"/l/{old}").status_code == 404
    assert app.test_client().get(f"/l/{token_of(sent.quote)}").status_code == 303
    assert {"link.revoked", "doc.resent"} <= set(sent.acts())


def test_c27_the_papers_of_other_versions(app, make, sent):
    """A newer version ends the older one's paper; a second link of the deal shows the same deal only."""
    first = sent.get("/offert.pdf").data
    send(make, sent.quote)
    second = sent.get("/offert.pdf").data
    assert second != first
    for query in ("?version=1", "?v=1"):
        assert sent.get(f"/offert.pdf{query}").data == second


def test_a07_the_firm_never_sees_a_customers_token(app, make, alfa):
    """Every page of the firm, before and after the agreement, and the page after a link was handed over."""
    client = app.test_client().log_in(alfa.owner)
    quote = db.session.query(Quote).filter_by(title="Hos kunden").one()
    number = quote.n
    handed = client.post(f"/offerter/{number}/lank")
    assert handed.text.count("/l/") == 1, "the one that is handed over, shown this once"
    mailed = [row for row in db.session.query(QuoteLink) if row.way == "mail"]
    pages = crawl(client, "/", "/offerter", "/kunder", "/konto", f"/offerter/{number}", f"/offerter/{number}/som-kund")
    heads = {tokens.sign("quote", row.public_id).split(".")[0] for row in db.session.query(QuoteLink)}
    assert [path for path, body in pages.items() if "/l/" in body or any(head in body for head in heads)] == []
    assert not any(tokens.sign("quote", row.public_id).split(".")[0] in handed.text for row in mailed)
    sent = deal_of(app, make, alfa.firm, db.session.query(Quote).filter_by(title="Hos kunden").one())
    assert "doc.resent" in sent.acts()


def test_a_link_that_was_handed_over_says_so_in_the_evidence(app, make, alfa):
    client = app.test_client().log_in(alfa.owner)
    quote = db.session.query(Quote).filter_by(title="Hos kunden").one()
    deal_id, n = quote.public_id, quote.n
    html = client.post(f"/offerter/{n}/lank").text
    path = "/l/" + html.split("/l/")[1].split('"')[0]
    sent = deal_of(app, make, alfa.firm, db.session.query(Quote).filter_by(public_id=deal_id).one())
    sent.client.delete_cookie(f"l-{deal_id}")
    assert sent.client.get(path).status_code == 303
    assert sent.post("/godkann", sent.step2()).status_code == 303
    assert draw_agreements.run(utc_now()).failed == 0

    agreement = db.session.query(Agreement).order_by(Agreement.id.desc()).first()
    assert agreement.way == "handed_over"
    entry = db.session.query(Event).filter_by(act="quote.accepted").order_by(Event.seq.desc()).first().entry
    assert '"way":"handed_over"' in entry


def test_the_last_link_stays_while_the_customer_may_withdraw(app, make, sent):
    """The function must be within reach for the whole period; a leaked link is replaced, not only closed."""
    assert sent.post("/godkann", sent.step2()).status_code == 303
    owner = app.test_client().log_in(make.owner(sent.firm))
    n, link_id, token = sent.quote.n, sent.link.public_id, token_of(sent.quote)
    refused = owner.post(f"/offerter/{n}/lankar/{link_id}/stang")
    assert refused.status_code == 409
    assert "Skicka till en annan adress" in refused.text
    assert sent.get("/angra").status_code == 200
    assert owner.post(f"/offerter/{n}/skicka-igen", data={"email": "annan@kund.example"}).status_code == 303
    assert app.test_client().get(f"/l/{token}").status_code == 404
    new = app.test_client()
    assert new.get(f"/l/{token_of(sent.quote)}").status_code == 303
    assert new.get(sent.url("/angra")).status_code == 200
    with time_machine.travel(utc_now() + timedelta(days=60), tick=False):
        assert owner.post(f"/offerter/{n}/lankar/{sent.link.public_id}/stang").status_code in (302, 303)
        later = app.test_client().log_in(make.owner(sent.firm))
        assert later.post(f"/offerter/{n}/lankar/{sent.link.public_id}/stang").status_code == 303
        assert new.get(sent.url("/angra")).status_code == 404
