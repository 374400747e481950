"""In which language a page is answered: the user's, the one chosen in the browser, the browser's; folded in each."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from blueprints.shared.filters import day, filesize, kr, moment, pct, qty, when
from extensions import db
from languages import ENGLISH, speaking
from models import Event, User

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        (None, "sv"),
        ("", "sv"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("de-DE,en;q=0.5", "en"),
        ("de", "sv"),
        (";;;q=,", "sv"),
    ],
)
def test_before_the_login_the_browser_decides(client, accepted, lang):
    headers = {} if accepted is None else {"Accept-Language": accepted}
    assert f'<html lang="{lang}"' in client.get("/logga-in", headers=headers).text


def test_a_choice_in_the_browser_wins_and_stays(client):
    answer = client.get("/logga-in?sprak=en&next=/kunder")
    assert "<h1>Log in</h1>" in answer.text
    assert 'href="/logga-in?next=%2Fkunder&amp;sprak=sv" lang="sv"' in answer.text
    assert "<h1>Register" in client.get("/registrera", headers={"Accept-Language": "sv"}).text
    client.get("/logga-in?sprak=sv")
    assert "<h1>Logga in</h1>" in client.get("/logga-in", headers={"Accept-Language": "en"}).text


def test_the_answer_to_a_form_has_no_switch(client):
    page = client.post("/logga-in", data={"email": "x", "password": ""}).text
    assert "sprak=" not in page


def test_a_user_reads_what_the_user_chose(client, make):
    user = make.owner(make.firm())
    client.log_in(user)
    assert "<h1>Idag</h1>" in client.get("/?sprak=en", headers={"Accept-Language": "en"}).text
    answer = client.post("/installningar/mig", data={"name": "Jonas Ek", "language": "en"})
    assert [cookie for cookie in answer.headers.getlist("Set-Cookie") if cookie.startswith("sprak=en;")]
    page = client.get("/", headers={"Accept-Language": "sv"}).text
    assert "<h1>Today</h1>" in page
    assert "Saved." in page
    assert db.session.query(User).one().language == "en"
    assert '"fields":["language"]' in db.session.query(Event).one().entry


def test_a_language_that_is_none_of_ours_is_not_saved(client, make):
    client.log_in(make.owner(make.firm()))
    assert client.post("/installningar/mig", data={"name": "Jonas Ek", "language": "xx"}).status_code == 422
    assert db.session.query(User).one().language == "sv"


def test_a_page_that_is_not_there_speaks_too(client):
    assert "The page does not exist." in client.get("/nej-nej", headers={"Accept-Language": "en"}).text


def test_constant_phrases_are_compiled_in_each_language(app):
    asked = '<a href="{{ url_for("quotes.new") }}">{{ _("Spara kunden") }}</a>{{ _("Kund: %(name)s", name=n) }}'
    with speaking(ENGLISH):
        english = app.jinja_env
        compiled = english.compile(asked, raw=True)
    assert '<a href="/offerter/ny">Save the customer</a>Customer: ' in compiled
    assert english.globals is app.jinja_env.globals
    assert "Spara kunden" in app.jinja_env.compile(asked, raw=True)


def test_formats_in_english(app, time_machine):
    time_machine.move_to(NOW)
    with app.test_request_context(), speaking(ENGLISH):
        assert kr(1290050) == f"12{NBSP}900.50{NBSP}kr"
        assert kr(8573900) == f"85{NBSP}739{NBSP}kr"
        assert (qty(5500), pct(1250), filesize(331_000_000)) == ("5.5", "12.5%", f"331{NBSP}MB")
        assert day("2026-12-18") == f"18{NBSP}December"
        assert moment(NOW) == f"20{NBSP}November 2026 at{NBSP}13:00"
        assert when(datetime(2026, 11, 20, 7, 5, tzinfo=UTC)) == "today 08:05"
        assert when(datetime(2026, 11, 19, 9, 0, tzinfo=UTC)) == "yesterday 10:00"
        assert when(datetime(2026, 11, 16, 8, 0, tzinfo=UTC)) == "Monday 09:00"


def test_the_language_of_one_request_is_not_that_of_the_next(client):
    client.get("/logga-in", headers={"Accept-Language": "en"})
    assert '<html lang="sv"' in client.get("/logga-in").text
