"""/logga-in, /logga-ut, /losenord."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from email_validator import validate_email

from extensions import db
from models import Attempt, Event, Login
from services import logins
from services.clock import utc_now
from tests import costs
from tests.factories import PASSWORD


@pytest.fixture
def user(make):
    return make.owner(make.firm())


def log_in(client, email, password=PASSWORD, **given):
    return client.post("/logga-in", data={"email": email, "password": password, **given})


def same(answer, email):
    """The page without what differs anyway: the typed address and the token of the form."""
    page = re.sub(r'name="csrf_token" value="[^"]*"', "", answer.get_data(as_text=True))
    return page.replace(email, "X")


def cookie(client):
    return client.get_cookie("handslag").value


def test_logging_in(client, user):
    answer = log_in(client, f"  {user.email.upper()} ")
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/mer").status_code == 200
    assert client.get("/logga-in").location == "/"
    db.session.rollback()
    assert [row.act for row in db.session.query(Event)] == ["login.made"]
    assert db.session.query(Login).one().ip == "127.0.0.1"


def test_wrong_password_and_unknown_address_look_alike(client, user):
    """C-39: same status, same text; the page shows the address that was typed."""
    wrong = log_in(client, user.email, "fel lösenord")
    unknown = log_in(client, "ingen@tumbredd.example", "fel lösenord")
    assert wrong.status_code == unknown.status_code == 422
    first = same(wrong, user.email)
    assert first == same(unknown, "ingen@tumbredd.example")
    assert "E-postadressen eller lösenordet stämmer inte." in first
    assert "fel lösenord" not in first
    db.session.rollback()
    assert [row.act for row in db.session.query(Event)] == ["login.failed"]


def test_a_known_and_an_unknown_address_cost_the_same_statements(client, user):
    """C-39: as many transactions, and in each as many that read and that write, beside one hash."""

    def counted(email: str) -> list[str]:
        with costs.noted() as seen, pytest.raises(logins.WrongPassword):
            logins.log_in(email, "fel lösenord", ip="192.0.2.7", user_agent="Mozilla", now=utc_now())
        return seen

    known, unknown = counted(user.email), counted("ingen@tumbredd.example")
    assert known == unknown
    assert known.count("ends") == 2


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        (f"{'x' * 200_000}@tumbredd.example", 422),
        ("eva@tumbredd.example\0", 400),  # no text at all: PostgreSQL has no place for it
        ("a@b", 422),
        ('"eva @"@tumbredd.example', 422),
        ("fe80::%eva@tumbredd.example", 422),  # counted as an address of mail or of a network, not an error
        ("eva@", 422),
        ("@@", 422),
        ("e\u0301va@tumbredd.example", 422),
        ("eva@\ud7ff.example", 422),
    ],
)
def test_odd_addresses_are_nobody_s(client, user, typed, status):
    assert log_in(client, typed).status_code == status


@pytest.mark.parametrize(
    "typed",
    [
        "  EVA@XN--MLARE-GRA.example\n",
        "eva@xn--mlare-gra.example",
        "eva@M\u00c5LARE.example",
        "e\u200bva@m\u00e5lare\u202e.example",
    ],
)
def test_one_address_however_it_is_typed(client, make, typed):
    """Kept in ASCII; signs that print nothing come along when an address is copied."""
    user = make.owner(make.firm())
    user.email = validate_email("eva@m\u00e5lare.example", check_deliverability=False).ascii_email
    db.session.commit()
    typed = typed.replace("mlare-gra", user.email.split("--")[1].split(".")[0])
    typed = typed.replace("MLARE-GRA", user.email.split("--")[1].split(".")[0].upper())
    assert log_in(client, typed).status_code == 303


def test_passwords_of_all_lengths(client, user):
    assert log_in(client, user.email, "x" * 400_000).status_code == 422
    assert log_in(client, user.email, "x" * 1024 * 1024).status_code == 413
    assert log_in(client, user.email, f"{PASSWORD}\0").status_code == 400
    assert log_in(client, user.email).status_code == 303


@pytest.mark.parametrize("given", [{"email": "eva"}, {"email": ""}, {"password": ""}])
def test_bad_input(client, user, given):
    answer = client.post("/logga-in", data={"email": user.email, "password": PASSWORD} | given)
    assert answer.status_code == 422


def test_the_id_is_new_at_login_and_a_planted_one_is_dead(client, user):
    """C-33."""
    client._put_in_session(_user_id="planted")
    before = cookie(client)
    log_in(client, user.email)
    assert cookie(client) != before
    assert db.session.query(Login).filter_by(token_sha256="planted").count() == 0


def test_a_copied_cookie_is_dead_after_logout(client, user, app):
    """C-34."""
    log_in(client, user.email)
    copied = cookie(client)
    assert client.post("/logga-ut").location == "/"
    thief = app.test_client()
    thief.set_cookie("handslag", copied)
    assert thief.get("/mer").location.startswith("/logga-in")
    assert client.get("/mer").status_code == 302


def test_logging_out_twice_is_harmless(client):
    assert client.post("/logga-ut").location == "/"


def test_twenty_wrong_tries_are_too_many(client, user, app):
    """C-38: rows, so that neither another worker nor a restart forgets them; also the right password waits."""
    email = user.email
    statuses = [log_in(app.test_client(), email, "fel lösenord").status_code for _ in range(20)]
    assert statuses == [422] * 10 + [429] * 10
    db.session.remove()
    db.engine.dispose()
    answer = log_in(client, email)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 900
    with time_machine.travel(utc_now() + timedelta(minutes=16)):
        assert log_in(client, email).status_code == 303


def test_twenty_tries_on_an_unknown_address_are_too_many_as_well(client):
    statuses = [log_in(client, "ingen@tumbredd.example", "fel lösenord").status_code for _ in range(12)]
    assert statuses == [422] * 10 + [429] * 2


def test_many_accounts_from_one_address(client):
    statuses = [log_in(client, f"a{n}@tumbredd.example", "fel lösenord").status_code for n in range(32)]
    assert statuses == [422] * 30 + [429] * 2


def from_many(client, network: str) -> list[int]:
    """What 32 unknown accounts get, each from an address of its own."""
    return [
        client.post(
            "/logga-in",
            data={"email": f"a{n}@tumbredd.example", "password": "x"},
            environ_base={"REMOTE_ADDR": f"{network}{n}"},
        ).status_code
        for n in range(32)
    ]


def test_many_accounts_from_one_network(client):
    """An IPv6 household has more addresses than there are accounts."""
    assert from_many(client, "2001:db8::") == [422] * 30 + [429] * 2


def test_ipv4_behind_a_socket_of_both_kinds(client):
    """::ffff:192.0.2.7 is a household of its own, not one of all that use IPv4."""
    assert from_many(client, "::ffff:192.0.2.") == [422] * 32


def test_a_forwarded_address_is_not_believed(client):
    """C-42: without a configured proxy the socket's address counts."""
    statuses = [
        client.post(
            "/logga-in",
            data={"email": f"a{n}@tumbredd.example", "password": "x"},
            headers={"X-Forwarded-For": f"192.0.2.{n}"},
        ).status_code
        for n in range(31)
    ]
    assert statuses[-1] == 429


def test_good_logins_are_no_tries(client, user):
    assert [log_in(client, user.email).status_code for _ in range(12)] == [303] * 12
    db.session.rollback()
    assert {row.count for row in db.session.query(Attempt)} == {0}


SPELLINGS = [
    "//evil.example",
    "https:evil.example",
    "/\\evil.example",
    "%2f%2fevil.example",
    "\t//evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "https://user@evil.example/",
    "http://localhost.evil.example/",
    "http://localhost@evil.example/",
    "///evil.example",
    "\\\\evil.example",
    "data:text/html,x",
    "http://evil.example/offerter",
    "/ /evil.example",
    "",
]


@pytest.mark.parametrize("target", SPELLINGS)
def test_C12_next_stays_on_our_host(client, user, target):
    """Both where it is read from the address and where it comes back in the form."""
    assert client.get("/logga-in", query_string={"next": target}).status_code == 200
    location = log_in(client, user.email, next=target).location
    assert location == "/"
    assert client.get("/logga-in", query_string={"next": target}).location == "/"
    client.get("/losenord", query_string={"next": target})
    assert client.post("/losenord", data={"password": PASSWORD, "next": target}).location == "/"


@pytest.mark.parametrize("target", ["/offerter?visa=alla&q=a", "http://localhost/kunder"])
def test_next_leads_back(client, user, target):
    assert log_in(client, user.email, next=target).location == target.removeprefix("http://localhost")


def test_a_guarded_page_leads_to_login_and_back(client, user):
    away = client.get("/installningar/mig")
    page = client.get(away.location).get_data(as_text=True)
    assert 'name="next" value="/installningar/mig"' in page


def test_idle_and_old_logins_end(client, user):
    """C-36."""
    log_in(client, user.email)
    with time_machine.travel(utc_now() + timedelta(days=13)):
        assert client.get("/mer").status_code == 200
    with time_machine.travel(utc_now() + timedelta(days=15)):
        assert client.get("/mer").status_code == 302


def test_a_login_in_use_goes_on(client, user):
    """What is changed moves the mark, at most once an hour; what is read does not."""
    log_in(client, user.email)
    start = db.session.query(Login).one().seen_at
    with time_machine.travel(utc_now() + timedelta(minutes=50)):
        client.post("/installningar/mig", data={"name": "Eva"})
    db.session.rollback()
    assert db.session.query(Login).one().seen_at == start
    with time_machine.travel(utc_now() + timedelta(days=13)):
        client.get("/mer")
        client.post("/installningar/mig", data={"name": "Eva Ek"})
    with time_machine.travel(utc_now() + timedelta(days=26)):
        assert client.get("/mer").status_code == 200
    with time_machine.travel(utc_now() + timedelta(days=28)):
        assert client.get("/mer").status_code == 302


def test_however_used_a_login_ends_after_ninety_days(client, user):
    log_in(client, user.email)
    for days in range(10, 100, 10):
        with time_machine.travel(utc_now() + timedelta(days=days)):
            client.post("/installningar/mig", data={"name": f"Eva {days}"})
            found = client.get("/mer").status_code
        assert found == (200 if days < 90 else 302)


def test_the_password_again(client, user):
    client.log_in(user)
    login = db.session.query(Login).one()
    login.fresh_at -= timedelta(hours=1)
    db.session.commit()
    page = client.get("/losenord?next=/mer").get_data(as_text=True)
    assert 'value="/mer"' in page
    wrong = client.post("/losenord", data={"password": "fel lösenord", "next": "/mer"})
    assert wrong.status_code == 422
    assert "Lösenordet stämmer inte." in wrong.get_data(as_text=True)
    assert client.post("/losenord", data={"password": "", "next": "/mer"}).status_code == 422
    assert client.post("/losenord", data={"password": PASSWORD, "next": "/mer"}).location == "/mer"
    db.session.rollback()
    assert utc_now() - db.session.query(Login).one().fresh_at < timedelta(minutes=1)


def test_guessing_the_password_again_is_limited(client, user):
    client.log_in(user)
    statuses = [client.post("/losenord", data={"password": "fel lösenord"}).status_code for _ in range(12)]
    assert statuses == [422] * 10 + [429] * 2


def test_htmx_from_someone_signed_out_reloads(client):
    answer = client.get("/mer", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (401, "true")


def test_C10_cookies(client, user):
    header = log_in(client, user.email).headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert len(header) < 4096


def test_C14_pages_are_not_stored(client, user):
    client.log_in(user)
    for path in ("/", "/mer", "/installningar/mig", "/logga-in"):
        assert client.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"email": ["a@b.example", "c@d.example"], "password": ["x", "y"]}},
        {"json": {"email": "a@b.example", "password": "x"}},
        {"data": b"\xff\xfe", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"--x", "content_type": "multipart/form-data; boundary=y"},
    ],
)
def test_C43_odd_bodies_are_4xx(client, body):
    assert 400 <= client.post("/logga-in", csrf="json" not in body, **body).status_code < 500
