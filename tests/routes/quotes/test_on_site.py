"""Visa för kund: the browser is held to the customer's view of one quote until the password is typed."""

from __future__ import annotations

import json

import pytest

from extensions import db
from jobs import draw_agreements
from models import Agreement, Event, Letter, Login, QuoteLink
from services import limits
from services.clock import utc_now
from services.deal import links, story
from services.quotes import drafting
from tests.factories import PASSWORD
from tests.routes.deal.conftest import Sent, send

HTMX = {"HX-Request": "true"}


@pytest.fixture
def shown(make, firm, client, quote) -> Sent:
    """A sent quote on the owner's own browser, handed over to the customer."""
    client.environ_base["handslag.raise_errors"] = True
    quote = send(make, quote)
    client.log_in(make.owner(firm))
    answer = client.post(f"/offerter/{quote.n}/visa-for-kund")
    assert (answer.status_code, answer.location) == (303, f"/o/{quote.public_id}")
    return Sent(make, firm.id, quote.id, quote.public_id, client)


def login_of(firm_id: int) -> Login:
    db.session.rollback()
    return db.session.query(Login).filter_by(firm_id=firm_id).one()


def test_the_customers_page_is_shown_without_a_token(shown):
    page = shown.get()
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert "Badrum, Granstigen 4" in text
    assert "Lämna tillbaka telefonen" in text
    assert "/offerter" not in text
    assert not cookies_of_links(shown.client)


def cookies(client) -> list[str]:
    return [cookie.key for cookie in client._cookies.values()]


FIRM_PAGES = [
    "/",
    "/offerter",
    "/offerter/1",
    "/offerter/1/redigera",
    "/offerter/1/offert.pdf",
    "/kunder",
    "/kunder/1",
    "/prislista",
    "/installningar/foretag",
    "/installningar/mig",
    "/konto",
    "/mer",
    "/losenord",
    "/logga-in",
    "/registrera",
    "/glomt",
    "/finns-inte",
]


@pytest.mark.parametrize("path", FIRM_PAGES)
def test_every_address_leads_back_to_the_quote(shown, path):
    answer = shown.client.get(path)
    assert (answer.status_code, answer.location) == (303, shown.url())


def test_no_route_of_the_app_is_open(shown, app):
    """Whatever is added later: all but the customer's pages, the legal texts and the way back leads to the quote."""
    from tests.security.addresses import OF_NO_FIRM, method, rules

    opened = []
    for rule in rules(app):
        given = {"deal_id": "x" * 22, "token": "x", "size": "liten", **OF_NO_FIRM.get(rule.endpoint, {})}
        values = {name: given.get(name, 1) for name in rule.arguments}
        with app.test_request_context():
            from flask import url_for

            path = url_for(rule.endpoint, **values)
        if rule.endpoint in ("accounts.logout", "quotes.take_back"):
            continue
        ask = shown.client.post if method(rule) == "POST" else shown.client.get
        answer = ask(path)
        if (answer.status_code, answer.location) != (303, shown.url()):
            opened.append(rule.endpoint)
    free = {"home.worker", "home.manifest", "home.offline", "ops.healthz", "ops.readyz", "quotes.take_back_page"}
    assert set(opened) == free | {"home.terms", "home.dpa", "home.privacy", "home.customers"}


def test_htmx_is_sent_away_too(shown):
    answer = shown.client.get("/offerter", headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"], answer.data) == (403, shown.url(), b"")
    changed = shown.client.post("/offerter/1/rader/2", data={"text": "Ändrat"}, headers=HTMX)
    assert (changed.status_code, changed.data) == (403, b"")


def test_a_firm_page_cannot_be_kept_by_the_browser(shown):
    assert shown.get().headers["Cache-Control"] == "no-store"
    assert shown.client.get("/offerter").headers["Cache-Control"] == "no-store"


def test_its_back_button_drops_them(make, firm, client, quote):
    """A browser may keep a page for Back, no-store or not, until a cookie changes: one does, each time."""
    n = send(make, quote).n
    client.log_in(make.owner(firm))
    marks = set()
    for _time in range(2):
        told = client.post(f"/offerter/{n}/visa-for-kund").headers.getlist("Set-Cookie")
        mark = next(cookie for cookie in told if cookie.startswith("visas="))
        assert "HttpOnly" in mark
        marks.add(mark)
        back = client.post("/tillbaka", data={"password": PASSWORD}).headers.getlist("Set-Cookie")
        assert any(cookie.startswith("visas=;") for cookie in back)
    assert len(marks) == 2


def test_after_logging_out_the_browser_is_asked_to_fill_in_nothing(shown, app, make, firm):
    """Until somebody of the firm has given a password in it, by whichever way."""
    usual = app.test_client().get("/logga-in").text
    assert 'autocomplete="current-password"' in usual
    shown.client.post("/logga-ut")
    page = shown.client.get("/logga-in").text
    assert 'autocomplete="new-password"' in page
    for stored in ("current-password", "username"):
        assert f'autocomplete="{stored}"' not in page
    email = make.owner(firm).email
    wrong = shown.client.post("/logga-in", data={"email": email, "password": "fel lösenord"})
    assert 'autocomplete="new-password"' in wrong.text
    assert shown.client.post("/logga-in", data={"email": email, "password": PASSWORD}).status_code == 303
    shown.client.post("/logga-ut")
    assert 'autocomplete="current-password"' in shown.client.get("/logga-in").text


def test_other_quotes_of_the_same_customer_are_closed(shown, make, firm):
    other = send(make, make.quote(firm, make.customer(firm)))
    link = links.mailed(other)
    assert link is not None
    token = links.address(link).rsplit("/", 1)[1]
    assert shown.client.get(f"/l/{token}").location == shown.url()
    assert shown.client.get(f"/o/{other.public_id}").location == shown.url()
    assert not cookies_of_links(shown.client)


def cookies_of_links(client) -> list[str]:
    return [name for name in cookies(client) if "l-" in name]


def test_a_second_press_changes_nothing(shown):
    again = shown.client.post(f"/offerter/{shown.quote.n}/visa-for-kund")
    assert (again.status_code, again.location) == (303, shown.url())
    assert db.session.query(QuoteLink).filter_by(quote_id=shown.quote_id, way="on_site").count() == 1
    assert shown.acts().count("doc.shown") == 1


def test_the_password_ends_it(shown):
    page = shown.client.get("/tillbaka").get_data(as_text=True)
    assert 'autocomplete="new-password"' in page
    assert "Jonas" not in page
    answer = shown.client.post("/tillbaka", data={"password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, f"/offerter/{shown.quote.n}")
    assert shown.client.get("/offerter").status_code == 200
    assert shown.get().status_code == 404  # and the customer's view is closed here
    assert shown.acts()[-1] == "link.revoked"
    assert login_of(shown.firm_id).locked_link == ""


def test_a_wrong_password_keeps_the_lock_and_is_counted(shown):
    for _try in range(limits.PER_ACCOUNT):
        answer = shown.client.post("/tillbaka", data={"password": "fel lösenord"})
        assert answer.status_code == 422
        assert "Lösenordet stämmer inte." in answer.get_data(as_text=True)
    assert shown.client.post("/tillbaka", data={"password": PASSWORD}).status_code == 429
    assert shown.client.get("/offerter").location == shown.url()


def test_nothing_typed_keeps_the_lock(shown):
    assert shown.client.post("/tillbaka", data={}).status_code == 422
    assert shown.client.get("/offerter").location == shown.url()


def test_logging_out_is_always_allowed_and_ends_the_login(shown):
    assert shown.client.post("/logga-ut").status_code == 303
    assert shown.client.get("/offerter").location.startswith("/logga-in")
    assert shown.get().status_code == 404
    assert login_of(shown.firm_id).ended_at is not None
    assert db.session.query(QuoteLink).filter_by(way="on_site").one().revoked_at is not None


def test_an_ended_login_ends_the_view(shown):
    login_of(shown.firm_id).ended_at = utc_now()
    db.session.commit()
    assert shown.get().status_code == 404
    assert shown.client.get("/offerter").location.startswith("/logga-in")


def test_the_lock_is_the_logins_and_no_cookies_own(shown, app):
    """A browser that is closed and opened again still has the login's cookie, and with it the lock."""
    other = app.test_client()
    for cookie in shown.client._cookies.values():
        if "handslag" in cookie.key:
            other.set_cookie(cookie.key, cookie.value)
    assert other.get("/kunder").location == shown.url()
    assert other.get(shown.url()).status_code == 200


def test_the_firm_goes_on_at_its_other_devices_and_can_close_the_view(shown, app, make, firm):
    other = app.test_client().log_in(make.owner(firm))
    page = other.get(f"/offerter/{shown.quote.n}").get_data(as_text=True)
    assert "Visas på en av era skärmar" in page
    link = db.session.query(QuoteLink).filter_by(quote_id=shown.quote_id, way="on_site").one()
    assert other.post(f"/offerter/{shown.quote.n}/lankar/{link.public_id}/stang").status_code == 303
    lost = shown.get()
    assert lost.status_code == 404
    assert "Lämna tillbaka telefonen" in lost.get_data(as_text=True)
    assert shown.client.post("/tillbaka", data={"password": PASSWORD}).location == f"/offerter/{shown.quote.n}"


def test_a_look_is_not_the_customers(shown):
    assert "/sedd" not in shown.get().get_data(as_text=True)
    assert shown.quote.seen_at is None
    assert shown.post("/tillval", {"tillval": "4"}).status_code == 303
    assert shown.quote.seen_at is not None


def test_the_customer_asks_declines_and_reads_the_terms(shown):
    assert shown.get("/villkor").status_code == 200
    assert shown.get("/offert.pdf").status_code == 200
    assert shown.post("/fraga", {"question": "När kan ni börja?"}).status_code == 303
    assert shown.post("/nej", {"version": "1", "reason": "price"}).status_code == 303
    assert shown.quote.status == "declined"


def test_the_customer_approves_and_the_evidence_says_where(shown):
    assert shown.post("/tillval", {"tillval": "4", "vidare": "1"}).status_code == 303
    page = shown.get("/godkann").get_data(as_text=True)
    assert "Din e-post" not in page  # the firm knows it
    assert shown.post("/godkann", shown.step2()).status_code == 303
    agreement = db.session.query(Agreement).one()
    assert (agreement.way, agreement.email) == ("on_site", "karin.almgren@kund.example")
    assert agreement.withdraw_until is not None  # on site or not, a consumer may withdraw
    receipt = shown.get("/avtal").get_data(as_text=True)
    assert "Med namn, på företagets skärm" in receipt
    assert "via länk" not in receipt
    assert "Lämna tillbaka telefonen" in receipt
    event = db.session.query(Event).filter_by(act="quote.accepted").one()
    assert json.loads(event.entry)["data"]["way"] == "on_site"
    draw_agreements.run(utc_now())
    assert ("Visades på företagets skärm", "Jonas Ek") in told(shown)
    letter = db.session.query(Letter).filter_by(kind="quote_approved").one()
    mailed = links.mailed(shown.quote)
    assert mailed is not None
    assert json.loads(letter.params)["link"] == mailed.public_id


def told(shown: Sent) -> list[tuple[str, str]]:
    return [(step.what, step.who) for step in story.of(shown.quote, firm_public_id=shown.firm.public_id)]


def test_the_firms_page_says_where(shown):
    assert shown.post("/godkann", shown.step2()).status_code == 303
    shown.client.post("/tillbaka", data={"password": PASSWORD})
    page = shown.client.get(f"/offerter/{shown.quote.n}").get_data(as_text=True)
    assert "på företagets skärm" in page


def test_papers_need_an_address(make, firm, client):
    """A quote that was handed over without mail: the customer says where the agreement goes."""
    customer = make.customer(firm, email="")
    quote = send(make, make.quote(firm, customer), email="")
    link = links.mailed(quote)
    assert link is not None
    link.revoked_at = utc_now()
    db.session.commit()
    client.log_in(make.owner(firm))
    client.post(f"/offerter/{quote.n}/visa-for-kund")
    shown = Sent(make, firm.id, quote.id, quote.public_id, client)
    assert "Din e-post" in shown.get("/godkann").get_data(as_text=True)
    refused = shown.post("/godkann", shown.step2())
    assert refused.status_code == 422
    assert "Skriv en e-postadress med @" in refused.get_data(as_text=True)
    assert shown.post("/godkann", shown.step2(email="karin@kund.example")).status_code == 303
    assert db.session.query(Agreement).one().email == "karin@kund.example"
    assert shown.link.email == "karin@kund.example"  # a link of the customer's own, for the time after
    draw_agreements.run(utc_now())
    letter = db.session.query(Letter).filter_by(kind="quote_approved").one()
    assert letter.to_address == "karin@kund.example"
    assert json.loads(letter.params)["link"] == shown.link.public_id


def test_who_may_hand_over(make, firm, quote, worker, stranger, app):
    n = send(make, quote).n
    assert worker.post(f"/offerter/{n}/visa-for-kund").status_code == 403
    assert stranger.post(f"/offerter/{n}/visa-for-kund").status_code == 404
    assert app.test_client().post(f"/offerter/{n}/visa-for-kund").location.startswith("/logga-in")
    assert worker.get(f"/offerter/{n}/visa-for-kund").status_code == 405
    owner = app.test_client().log_in(make.owner(firm))
    assert owner.post(f"/offerter/{n}/visa-for-kund", csrf=False).status_code == 403
    assert "Visa för kund" not in worker.get(f"/offerter/{n}").get_data(as_text=True)


def test_a_draft_or_a_recalled_quote_cannot_be_shown(seller, make, firm, quote):
    assert seller.post(f"/offerter/{quote.n}/visa-for-kund").status_code == 409
    assert seller.get("/offerter").status_code == 200
    n = send(make, drafting.get(firm.id, quote.n)).n
    assert seller.post(f"/offerter/{n}/ta-tillbaka").status_code == 303
    assert seller.post(f"/offerter/{n}/visa-for-kund").status_code == 409


def test_without_a_lock_there_is_nothing_to_take_back(seller):
    assert seller.get("/tillbaka").location == "/"
    assert seller.post("/tillbaka", data={"password": "x"}).location == "/"


def test_what_is_shown_on_a_screen_has_no_address(shown):
    link = db.session.query(QuoteLink).filter_by(quote_id=shown.quote_id, way="on_site").one()
    with pytest.raises(ValueError, match="on site"):
        links.address(link)


def test_the_view_is_no_way_in_for_the_time_of_withdrawal(shown, app, make, firm):
    """The last link of the customer's own cannot be closed, whatever a screen of the firm's shows."""
    assert shown.post("/godkann", shown.step2()).status_code == 303
    other = app.test_client().log_in(make.owner(firm))
    refused = other.post(f"/offerter/{shown.quote.n}/lankar/{shown.link.public_id}/stang")
    assert refused.status_code == 409


def test_the_list_of_logins_says_which_one_is_held(shown, app, make, firm):
    other = app.test_client().log_in(make.owner(firm))
    assert "Visar en offert för en kund" in other.get("/installningar/mig").get_data(as_text=True)


def test_a_draft_is_shown_from_its_review(client, make, firm, quote):
    """Frozen at once, mailed to nobody: the customer stands beside the phone."""
    client.log_in(make.owner(firm))
    html = client.get(f"/offerter/{quote.n}/granska").get_data(as_text=True)
    assert "Visa på den här skärmen" in html
    hidden = {name: html.split(f'name="{name}"')[1].split('value="')[1].split('"')[0] for name in ("once", "seen")}
    data = {**hidden, "way": "on_site", "valid_until": quote.valid_until.isoformat(), "message": "", "email": ""}
    n, deal_id, quote_id = quote.n, quote.public_id, quote.id
    answer = client.post(f"/offerter/{n}/skicka", data=dict(data))
    assert (answer.status_code, answer.location) == (303, f"/o/{deal_id}")
    shown = Sent(make, firm.id, quote_id, deal_id, client)
    assert shown.get().status_code == 200
    assert shown.client.get("/offerter").location == shown.url()
    assert shown.letters() == []
    assert shown.acts() == ["doc.frozen", "quote.sent", "doc.shown"]
    assert [link.way for link in db.session.query(QuoteLink).filter_by(quote_id=quote_id)] == ["on_site"]
    assert shown.client.post(f"/offerter/{n}/skicka", data=dict(data)).location == shown.url()  # a second press
    assert shown.post("/godkann", shown.step2(email="karin@kund.example")).status_code == 303
    draw_agreements.run(utc_now())
    assert shown.letters() == ["quote_approved_to_firm", "quote_approved"]
    assert [what for what, _who in told(shown)][:2] == ["Version 1 låstes", "Visades på företagets skärm"]
    client.post("/tillbaka", data={"password": PASSWORD})
    again = client.post(f"/offerter/{n}/skicka", data=dict(data))  # by Back, long after
    assert (again.status_code, again.location) == (303, f"/o/{deal_id}")
    assert shown.quote.version == 1


def test_the_screen_is_not_what_is_chosen_next_time(client, make, firm, quote):
    client.log_in(make.owner(firm))
    html = client.get(f"/offerter/{quote.n}/granska").get_data(as_text=True)
    hidden = {name: html.split(f'name="{name}"')[1].split('value="')[1].split('"')[0] for name in ("once", "seen")}
    data = {**hidden, "way": "on_site", "valid_until": quote.valid_until.isoformat(), "message": "", "email": ""}
    assert client.post(f"/offerter/{quote.n}/skicka", data=data).status_code == 303
    db.session.rollback()
    assert make.owner(firm).last_way == "mail"
