"""Photos of what was sent: frozen with the version, shown to the customer by the link and to nobody else."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import BytesIO

import pytest

from extensions import db
from jobs import draw_photos
from models import Photo, QuoteVersion
from services import scope, transaction
from services.clock import utc_now
from services.errors import RuleBroken
from services.photos import arranging, intake
from services.photos.intake import Upload
from services.photos.rows import Place
from services.privacy import sweeping
from tests.pictures import photo
from tests.routes.deal.conftest import Sent, actor_of, send, token_of


@pytest.fixture
def quote(make, firm):
    return make.quote(firm, make.customer(firm))


@pytest.fixture
def add(make, firm, quote):
    def _add(*shades, place=None, draw=True):
        uploads = [Upload(f"{shade}.jpg", BytesIO(photo(shade=shade))) for shade in shades]
        intake.add(quote.n, uploads, place or Place(), actor=actor_of(make, firm), now=utc_now())
        transaction.may_write()
        if draw:
            draw_photos.run(utc_now())
        return of(quote)

    return _add


def of(quote):
    found = scope.rows(Photo, quote.firm_id, Photo.quote_id == quote.id)
    return sorted(found, key=lambda one: one.position)


def frozen(quote, version=1):
    db.session.rollback()
    row = scope.get(QuoteVersion, quote.firm_id, QuoteVersion.quote_id == quote.id, QuoteVersion.version == version)
    return json.loads(row.content)


def visit(app, quote):
    customer = app.test_client()
    assert customer.get(f"/l/{token_of(quote)}").status_code == 303
    return customer


def test_a_version_freezes_its_photos(make, firm, quote, add):
    first, _second = add(1, 2)
    arranging.caption(quote.n, first.public_id, "Före", rev=1, key="", actor=actor_of(make, firm), now=utc_now())
    add(3, place=Place(line_n=3))
    send(make, quote)
    photos = frozen(quote)["photos"]
    assert [one["caption"] for one in photos] == ["Före", "", ""]
    assert [one["line"] for one in photos] == [None, None, "3"]
    assert photos[0] == {
        "id": first.public_id,
        "sha256": of(quote)[0].sha256,
        "caption": "Före",
        "width": 640,
        "height": 480,
        "section": None,
        "line": None,
    }
    assert [one.sent_version for one in of(quote)] == [1, 1, 1]


def test_a_photo_that_waits_is_waited_for(make, firm, quote, client, add):
    add(1, draw=False)
    with pytest.raises(RuleBroken, match="has_blockers"):
        send(make, quote)
    db.session.rollback()
    transaction.may_write()
    page = client.log_in(make.owner(firm)).get(f"/offerter/{quote.n}/granska").text
    assert "Ett foto bearbetas." in page
    transaction.may_write()
    draw_photos.run(utc_now())
    assert "Ett foto bearbetas." not in client.get(f"/offerter/{quote.n}/granska").text
    transaction.may_write()
    send(make, quote)
    assert len(frozen(quote)["photos"]) == 1


def test_one_that_could_not_be_read_stays_at_home_and_is_told(make, firm, quote, client, add):
    add(1)
    intake.add(quote.n, [Upload("x.jpg", BytesIO(b"text"))], Place(), actor=actor_of(make, firm), now=utc_now())
    transaction.may_write()
    draw_photos.run(utc_now())
    page = client.log_in(make.owner(firm)).get(f"/offerter/{quote.n}/granska").text
    assert "Ett foto gick inte att läsa och följer inte med." in page
    transaction.may_write()
    send(make, quote)
    assert len(frozen(quote)["photos"]) == 1


def test_the_customer_sees_them_light_and_with_words(app, make, firm, quote, add):
    first, _second = add(1, 2)
    arranging.caption(quote.n, first.public_id, "<b>Före</b>", rev=1, key="", actor=actor_of(make, firm), now=utc_now())
    quote = send(make, quote)
    customer = visit(app, quote)
    page = customer.get(f"/o/{quote.public_id}").text
    found = re.findall(r'<img src="([^"]*/liten.jpg)" width="640" height="480" loading="lazy" alt="([^"]*)"', page)
    assert [alt for _url, alt in found] == ["&lt;b&gt;Före&lt;/b&gt;", "Foto 2 av 2"]
    assert '<p class="small">&lt;b&gt;Före&lt;/b&gt;</p>' in page
    for url, _alt in found:
        for size in ("liten", "stor"):
            answer = customer.get(url.replace("liten", size))
            assert answer.mimetype == "image/jpeg"
            assert answer.headers["Cache-Control"] == "private, max-age=86400"
            assert b"Testkamera" not in answer.data
    assert customer.get(found[0][0].replace("liten", "papper")).status_code == 404


def test_nobody_else_sees_them(app, make, firm, quote, add):
    (shown,) = add(1)
    quote = send(make, quote)
    later = add(2)[1]
    url = f"/o/{quote.public_id}/foton/{shown.public_id}/stor.jpg"
    assert app.test_client().get(url).status_code == 404
    customer = visit(app, quote)
    assert customer.get(url).status_code == 200
    assert customer.get(url.replace(shown.public_id, later.public_id)).status_code == 404, "not in what was sent"
    other_firm = make.firm("Annan Bygg")
    other = send(make, make.quote(other_firm, make.customer(other_firm)))
    stranger = visit(app, other)
    assert stranger.get(url).status_code == 404
    assert stranger.get(f"/o/{other.public_id}/foton/{shown.public_id}/stor.jpg").status_code == 404
    assert customer.get(f"/offerter/{quote.n}/foton/{shown.public_id}/stor.jpg").status_code == 302


def test_what_is_removed_later_stays_in_what_was_sent(app, make, firm, quote, add):
    first, _second = add(1, 2)
    quote = send(make, quote)
    arranging.remove(quote.n, first.public_id, actor=actor_of(make, firm), now=utc_now())
    assert sweeping.removed_photos(utc_now() + timedelta(days=60)) == 0
    customer = visit(app, quote)
    assert customer.get(f"/o/{quote.public_id}").text.count("/liten.jpg") == 2
    assert customer.get(f"/o/{quote.public_id}/foton/{first.public_id}/stor.jpg").status_code == 200
    transaction.may_write()
    send(make, quote)
    assert len(frozen(quote, 2)["photos"]) == 1
    assert customer.get(f"/o/{quote.public_id}/foton/{first.public_id}/stor.jpg").status_code == 404
    assert len(frozen(quote, 1)["photos"]) == 2


def test_the_paper_has_them_and_the_preview_too(app, make, firm, quote, client, add):
    add(1, 2)
    page = client.log_in(make.owner(firm)).get(f"/offerter/{quote.n}/som-kund").text
    (url, *_rest) = re.findall(r'<img src="([^"]*)"', page)
    assert client.get(url).mimetype == "image/jpeg"
    transaction.may_write()
    quote = send(make, quote)
    data = visit(app, quote).get(f"/o/{quote.public_id}/offert.pdf").data
    assert data.count(b"/DCTDecode") == 2
    assert b"Testkamera" not in data


def test_the_agreement_shows_those_that_were_agreed_to(app, make, firm, quote, add):
    first, second = add(1, 2)
    arranging.caption(quote.n, first.public_id, "Före", rev=1, key="", actor=actor_of(make, firm), now=utc_now())
    add(3, place=Place(line_n=3))
    quote = send(make, quote)
    sent = Sent(make, firm.id, quote.id, quote.public_id, visit(app, quote))
    arranging.remove(quote.n, second.public_id, actor=actor_of(make, firm), now=utc_now())
    transaction.may_write()
    before = sent.get().text
    assert sent.post("/godkann", sent.step2()).status_code == 303
    page = sent.get("/avtal").text
    shown = r'<li><a href="[^"]*/stor.jpg"><img src="([^"]*/liten.jpg)"[^>]* loading="lazy" alt="([^"]*)"'
    assert re.findall(shown, page) == re.findall(shown, before)
    assert [alt for _url, alt in re.findall(shown, page)] == ["Före", "Foto 2 av 3", "Foto 3 av 3"]
    assert page.count("Bortforsling") == 1, "what the third belongs to"
    for url, _alt in re.findall(shown, page):
        assert sent.client.get(url).mimetype == "image/jpeg"
        assert app.test_client().get(url).status_code == 404
    given = {"once": "o", "name": "Karin Almgren", "email": "karin@kund.example", "contract": "Badrum"}
    assert sent.post("/angra", given).status_code == 303
    assert sent.quote.status == "withdrawn"
    assert len(re.findall(shown, sent.get("/avtal").text)) == 3


def test_an_agreement_without_photos_says_nothing_of_them(sent):
    sent.post("/godkann", sent.step2())
    assert "Foton" not in sent.get("/avtal").text


def test_an_older_version_keeps_its_photos(app, make, firm, quote, add):
    """The newest shows them no longer; the older one does, at addresses of its own, and at those alone."""
    first, _second = add(1, 2)
    send(make, quote)
    arranging.remove(quote.n, first.public_id, actor=actor_of(make, firm), now=utc_now())
    transaction.may_write()
    send(make, quote)
    customer, deal_id, photo_id = visit(app, quote), quote.public_id, first.public_id
    page = customer.get(f"/o/{deal_id}/version/1").text
    shown = f"/o/{deal_id}/version/1/foton/{photo_id}/liten.jpg"
    assert shown in page
    picture = customer.get(shown)
    assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")
    assert photo_id not in customer.get(f"/o/{deal_id}").text
    assert customer.get(f"/o/{deal_id}/foton/{photo_id}/liten.jpg").status_code == 404
    assert customer.get(f"/o/{deal_id}/version/1/foton/{photo_id}/papper.jpg").status_code == 404
    assert customer.get(f"/o/{deal_id}/version/1/foton/xyz/liten.jpg").status_code == 404
    assert app.test_client().get(shown).status_code == 404
