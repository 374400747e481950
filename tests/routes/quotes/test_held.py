"""Skicka with seconds to undo it, as pages: what they say, Ångra in time and too late, and what could not go."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

import pytest

from domain.clock import stockholm_date
from extensions import db
from jobs import send_held
from models import Firm, HeldSending, Letter, QuoteVersion
from services.clock import utc_now
from tests.routes.quotes.conftest import fresh, names_of

MAIL = "karin.almgren@kund.example"
LATER = timedelta(seconds=31)


@pytest.fixture(autouse=True)
def holds(app, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", dataclasses.replace(app.config["SETTINGS"], SEND_HOLD_SECONDS=30))


@pytest.fixture
def quote(make, firm):
    return names_of(make.quote(firm, make.customer(firm)))


def press(client, quote, **typed):
    html = client.get(f"/offerter/{quote.n}/granska").text
    hidden = dict(re.findall(r'name="(once|seen)"[^>]*value="([^"]*)"', html))
    until = (stockholm_date(utc_now()) + timedelta(days=30)).isoformat()
    form = {**hidden, "way": "mail", "email": MAIL, "valid_until": until, "message": "Hej Karin."} | typed
    return client.post(f"/offerter/{quote.n}/skicka", data=form), form


def undo(client, quote, version=0, **given):
    return client.post(f"/offerter/{quote.n}/angra-utskick", data={"version": version}, **given)


def test_it_says_when_it_goes_and_offers_the_way_back(owner, quote):
    answer, _form = press(owner, quote)
    assert (answer.status_code, answer.location) == (303, f"/offerter/{quote.n}")
    page = owner.get(answer.location)
    assert page.status_code == 200
    name = f"Offert {fresh(quote).number}"
    for words in ("Skickas om 30 sekunder.", "Skickas kl.", f"går till {MAIL}", "Ångra utskicket", name):
        assert words in page.text
    assert page.text.count("/angra-utskick") == 2, "in the toast and on the page"
    assert owner.get(f"/offerter/{quote.n}/redigera").location == f"/offerter/{quote.n}"
    assert owner.get(f"/offerter/{quote.n}/granska").location == f"/offerter/{quote.n}"
    assert "/l/" not in page.text


def test_the_page_asks_until_it_has_gone(owner, quote):
    press(owner, quote)
    asked = owner.get(f"/offerter/{quote.n}/utskick", headers={"HX-Request": "true"})
    assert (asked.status_code, asked.data) == (204, b"")
    send_held.run(utc_now() + LATER)
    asked = owner.get(f"/offerter/{quote.n}/utskick", headers={"HX-Request": "true"})
    assert (asked.status_code, asked.headers["HX-Refresh"]) == (286, "true")
    page = owner.get(f"/offerter/{quote.n}")
    assert "Skickades" in page.text
    assert "Ångra utskicket" not in page.text


def test_undone_it_is_a_draft_again(owner, quote):
    press(owner, quote)
    for _ in range(2):  # a double click
        answer = undo(owner, quote)
        assert answer.status_code == 303
    page = owner.get(owner.get(answer.location).location)
    assert "Utskicket är ångrat. Ingenting har skickats." in page.text
    send_held.run(utc_now() + LATER)
    assert (fresh(quote).status, fresh(quote).number) == ("draft", f"{stockholm_date(utc_now()).year}-001")
    assert (db.session.query(QuoteVersion).count(), db.session.query(Letter).count()) == (0, 0)
    assert "Hej Karin." in owner.get(f"/offerter/{quote.n}/granska").text, "what was typed stays"


def test_too_late_is_told(owner, quote):
    press(owner, quote)
    send_held.run(utc_now() + LATER)
    answer = undo(owner, quote)
    assert "Det var för sent: det har gått iväg." in owner.get(answer.location).text
    assert fresh(quote).version == 1


def test_two_presses_and_two_phones_are_one_sending(app, owner, make, firm, quote):
    other = app.test_client().log_in(make.user(firm, role="seller"))
    html = other.get(f"/offerter/{quote.n}/granska").text
    _answer, form = press(owner, quote)
    assert owner.post(f"/offerter/{quote.n}/skicka", data=form).status_code == 303
    hidden = dict(re.findall(r'name="(once|seen)"[^>]*value="([^"]*)"', html))
    answer = other.post(f"/offerter/{quote.n}/skicka", data=form | hidden)
    assert (answer.status_code, answer.location) == (303, f"/offerter/{quote.n}")
    assert "redan på väg" in other.get(answer.location).text
    send_held.run(utc_now() + LATER)
    assert fresh(quote).version == 1
    assert db.session.query(Letter).count() == 1


@pytest.mark.parametrize("path", ["rubrik", "uppgifter", "rader/2", "delar", "ta-tillbaka"])
def test_nothing_changes_under_it(make, firm, app, quote, path):
    client = app.test_client().log_in(make.owner(firm))
    press(client, quote)
    before = fresh(quote).rev
    client.post(f"/offerter/{quote.n}/{path}", data={"title": "Annat", "rev": before, "text": "Annat"})
    assert fresh(quote).rev == before
    assert fresh(quote).title == "Badrum, Granstigen 4"
    assert fresh(quote).hold == "held"


def test_what_could_not_go_says_why_and_keeps_what_was_typed(owner, make, firm, quote):
    press(owner, quote)
    db.session.query(Firm).update({"phone": "+46701740699"})
    db.session.commit()
    send_held.run(utc_now() + LATER)
    page = owner.get(f"/offerter/{quote.n}")
    for words in ("Offerten gick inte iväg", "ändrades innan utskicket", "Ingenting är skickat och inget är borta"):
        assert words in page.text
    home = owner.get("/").text
    assert "Gick inte iväg. Se varför" in home
    review = owner.get(f"/offerter/{quote.n}/granska").text
    assert "Hej Karin." in review
    assert owner.get(f"/offerter/{quote.n}/redigera").status_code == 200
    press(owner, quote)
    send_held.run(utc_now() + LATER)
    assert fresh(quote).version == 1
    assert "Gick inte iväg" not in owner.get("/").text


def test_what_could_not_go_is_put_away(owner, make, firm, quote):
    press(owner, quote)
    db.session.query(Firm).update({"phone": "+46701740699"})
    db.session.commit()
    send_held.run(utc_now() + LATER)
    assert undo(owner, quote).status_code == 303
    assert fresh(quote).hold == ""
    assert db.session.query(HeldSending).count() == 0
    assert "Gick inte iväg" not in owner.get("/").text


def test_new_time_waits_too(owner, quote):
    press(owner, quote)
    send_held.run(utc_now() + LATER)
    sent = fresh(quote)
    sent.status, sent.turn = "expired", "none"
    db.session.commit()
    assert owner.post(f"/offerter/{quote.n}/ny-tid").status_code == 303
    assert (fresh(quote).version, fresh(quote).hold) == (1, "held")
    page = owner.get(f"/offerter/{quote.n}").text
    assert "Skickas om 30 sekunder." in page
    assert undo(owner, quote, version=1).status_code == 303
    assert fresh(quote).status == "expired"
    assert owner.post(f"/offerter/{quote.n}/ny-tid").status_code == 303
    send_held.run(utc_now() + LATER)
    assert (fresh(quote).version, fresh(quote).status) == (2, "sent")


def test_who_may(app, make, firm, owner, quote):
    press(owner, quote)
    nobody = app.test_client()
    assert undo(nobody, quote).status_code == 303
    assert nobody.get(f"/offerter/{quote.n}/utskick").status_code == 302
    worker = app.test_client().log_in(make.user(firm, role="worker"))
    assert undo(worker, quote).status_code == 403
    assert worker.get(f"/offerter/{quote.n}/utskick").status_code == 204
    assert "Ångra utskicket" not in worker.get(f"/offerter/{quote.n}").text
    stranger = app.test_client().log_in(make.owner(make.firm("Annan Firma")))
    assert undo(stranger, quote).status_code == 404
    assert stranger.get(f"/offerter/{quote.n}/utskick").status_code == 404
    seller = app.test_client().log_in(make.user(firm, role="seller"))
    assert undo(seller, quote, csrf=False).status_code == 403
    assert seller.get(f"/offerter/{quote.n}/angra-utskick").status_code == 405
    assert seller.post(f"/offerter/{quote.n}/angra-utskick", data={"version": "٣" * 50}).status_code == 303
    assert fresh(quote).hold == ""
