"""The ways in over the life of a deal: the same link for each version, a corrected address, one that is closed."""

from __future__ import annotations

import pytest

from extensions import db
from models import Agreement, Event, QuoteLink
from tests.routes.deal.conftest import Sent, token_of
from tests.routes.deal.test_versions import change

RIGHT = "karin.ratt@kund.example"


@pytest.fixture
def owner(sent, client):
    client.environ_base["handslag.raise_errors"] = True
    return client.log_in(sent.make.owner(sent.firm))


def closed_to(sent: Sent, client) -> bool:
    """No page, file or act is left by the old cookie."""
    reads = {client.get(sent.url(rest)).status_code for rest in ("", "/offert.pdf", "/godkann", "/version/1")}
    acts = {client.post(sent.url(rest), data={"question": "x"}).status_code for rest in ("/fraga", "/sedd", "/tillval")}
    return reads == acts == {404}


def test_the_same_link_shows_each_version(sent):
    token = token_of(sent.quote)
    for hours in (17, 18):
        change(sent, quantity_milli=hours * 1000)
        assert token_of(sent.quote).split(".")[0] == token.split(".")[0]
        assert f"{hours} tim" in sent.get().text
    db.session.rollback()
    assert db.session.query(QuoteLink).filter_by(quote_id=sent.quote_id).count() == 1


def test_a_corrected_address_ends_the_old_link_and_keeps_the_deal(app, sent, owner):
    sent.post("/fraga", {"question": "Ingår taket?"})
    n = sent.quote.n
    assert owner.post(f"/offerter/{n}/skicka-igen", data={"email": RIGHT}).status_code == 303
    assert closed_to(sent, sent.client)
    new = app.test_client()
    assert new.get(f"/l/{token_of(sent.quote)}").status_code == 303
    page = new.get(sent.url())
    assert page.status_code == 200
    assert "Ingår taket?" in page.text
    shown = owner.get(f"/offerter/{n}").text
    assert RIGHT in shown.split('id="h-lank"')[1]
    db.session.rollback()
    entry = db.session.query(Event).filter_by(act="link.revoked").one().entry
    assert '"reason":"address_changed"' in entry
    assert owner.post(f"/offerter/{n}/skicka-igen", data={"email": RIGHT}).status_code == 303
    db.session.rollback()
    live = db.session.query(QuoteLink).filter_by(quote_id=sent.quote_id, revoked_at=None)
    assert [link.email for link in live] == [RIGHT]


def test_a_link_that_is_closed_between_page_and_press_signs_nothing(sent, owner):
    form, link, n = sent.step2(), sent.link.public_id, sent.quote.n
    assert owner.post(f"/offerter/{n}/lankar/{link}/stang").status_code == 303
    assert sent.post("/godkann", form).status_code == 404
    assert closed_to(sent, sent.client)
    db.session.rollback()
    assert db.session.query(Agreement).count() == 0
    assert sent.acts().count("link.revoked") == 1
    assert owner.post(f"/offerter/{n}/lankar/{link}/stang").status_code == 303
    assert sent.acts().count("link.revoked") == 1
