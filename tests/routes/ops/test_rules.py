"""/drift/regler: the tables in force for the operator, who comes in by a link from the terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from app import create_app
from config import SettingsError
from domain import rot_rut
from services import operator_links, rule_rows, tokens
from services.clock import utc_now
from tests.chance import without_drawn

PAGE = "/drift/regler"
NEXT = {"valid_from": "2027-01-01", "valid_to": None, "confidence": "certain", "source": "SFS 2026:1400"}
RATE = {"kind": "rot", "rate_percent": 35, **NEXT}


def link() -> str:
    return f"/drift/in/{operator_links.token()}"


@pytest.fixture
def inside(client):
    """The operator, on a day in November."""
    with time_machine.travel(datetime(2026, 11, 21, 9, tzinfo=UTC), tick=False):
        answer = client.get(link())
        assert (answer.status_code, answer.location) == (303, PAGE)
        yield client


@pytest.fixture
def added(app, settings):
    """Puts rows into the operator's file, as the next start finds them; the product's own rows after the test."""
    file = settings.DATA_DIR / rule_rows.NAME

    def put(text: str) -> None:
        file.write_text(text, encoding="utf-8")
        rule_rows.load(settings)

    yield put
    file.unlink(missing_ok=True)
    rule_rows.load(settings)


def test_what_counts_where_from_and_how_sure(inside):
    page = inside.get(PAGE)
    assert page.status_code == 200
    text = page.text.replace("\u00a0", " ")
    for said in (
        "30 %",
        "50 %",
        "ROT 50 000 kr, RUT 75 000 kr, tillsammans 75 000 kr",
        "SFS 2025:322 och 2025:324",
        "Säker uppgift till 31 december, sedan trolig",
        "1 februari 2027",
        "31 januari 2028",
        "Berg-, jord- och sjövärme",
        "Målning och tapetsering",
        "TvattVidTvattinrattning",
        "Solceller",
        "20 november",
    ):
        assert said in text, said


def test_a_coming_year_that_is_only_likely(inside):
    text = inside.get(PAGE).text
    assert "Inte säkert än" in text
    for table in ("Procenten för ROT", "Procenten för RUT", "Taken", "Sista dagen för begäran"):
        assert f"2027: {table}" in text
    assert "2026: " not in text
    assert "Rader saknas" not in text


def test_a_row_that_the_operator_adds(inside, added):
    added(json.dumps({"rate_periods": [RATE]}))
    text = inside.get(PAGE).text.replace("\u00a0", " ")
    assert "35 %" in text
    assert "Från 1 januari 2027." in text
    assert "SFS 2026:1400" in text
    assert "2027: Procenten för ROT" not in text
    assert "2027: Taken" in text


def test_a_year_without_a_row(app, inside):
    rows = [row if row["valid_to"] else {**row, "valid_to": "2026-12-31"} for row in rot_rut.RULES["cap_periods"]]
    deadlines = [{**row, "valid_to": "2026-12-31"} for row in rot_rut.RULES["deadline_periods"]]
    try:
        rot_rut.use({**rot_rut.RULES, "cap_periods": rows, "deadline_periods": deadlines})
        text = inside.get(PAGE).text
        assert "Rader saknas" in text
        assert "2027: Taken" in text
        with time_machine.travel(datetime(2027, 1, 1, 9, tzinfo=UTC), tick=False):
            later = app.test_client()
            later.get(link())
            assert "2027: Taken" in later.get(PAGE).text
    finally:
        rot_rut.use(rot_rut.RULES)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"rates": []}', json.dumps({"rate_periods": [{**RATE, "source": ""}]}), '{"cap_periods": [1]}']
)
def test_a_file_that_cannot_be_used_stops_the_start(app, settings, added, text):
    with pytest.raises(SettingsError, match=r"rules\.json"):
        added(text)
    with pytest.raises(SettingsError, match=r"rules\.json"):
        create_app(settings)


def test_nobody_and_no_role_of_a_firm_comes_in(app, make, client):
    shut = client.get(PAGE)
    assert shut.status_code == 404
    assert "./run flask operator link" in shut.text
    assert "SFS" not in without_drawn(shut.text)
    firm = make.firm()
    for role in ("owner", "office", "seller", "worker"):
        of_firm = app.test_client().log_in(make.user(firm, role=role))
        assert of_firm.get(PAGE).status_code == 404


@pytest.mark.parametrize("path", [PAGE, "/drift/in/x"])
def test_it_is_only_read(inside, path):
    assert inside.post(path).status_code == 405


def test_a_link_lasts_a_quarter_of_an_hour_and_a_visit_half_a_day(app, client):
    now = utc_now()
    with time_machine.travel(now, tick=False):
        path = link()
    with time_machine.travel(now + timedelta(minutes=16), tick=False):
        assert client.get(path).status_code == 404
        assert client.get(PAGE).status_code == 404
    with time_machine.travel(now + timedelta(minutes=14), tick=False):
        assert client.get(path).status_code == 303
        assert client.get(PAGE).status_code == 200
    with time_machine.travel(now + timedelta(hours=12, minutes=10), tick=False):
        assert client.get(PAGE).status_code == 200
    with time_machine.travel(now + timedelta(hours=12, minutes=20), tick=False):
        assert client.get(PAGE).status_code == 404


def test_other_tokens_of_ours_open_nothing(client):
    """A visit is no link, and what is mailed to customers and users is neither."""
    wrong = [tokens.sign(purpose, "operator") for purpose in tokens.MAX_AGE_SECONDS if purpose != "operator_link"]
    good = operator_links.token()
    for token in [*wrong, good[:-1], good + "A", good.upper(), "x"]:
        assert client.get(f"/drift/in/{token}").status_code == 404
    for token in [good, *(token for token in wrong if token != operator_links.enter(good))]:
        client.set_cookie("drift", token)
        if not operator_links.is_in(token):
            assert client.get(PAGE).status_code == 404
    client.set_cookie("drift", good)
    assert client.get(PAGE).status_code == 404


def test_in_english(inside):
    text = inside.get(f"{PAGE}?sprak=en").text
    assert "Rules for ROT and RUT" in text


def test_the_commands(app):
    runner = app.test_cli_runner()
    shown = runner.invoke(args=["rules", "show"])
    assert shown.exit_code == 0
    assert "rut rate: 50 % (certain until 2026-12-31; IL 67:19, HUSFL 7 §)" in shown.output
    assert "rot work: MalningTapetsering" in shown.output
    printed = runner.invoke(args=["operator", "link"]).output.strip()
    assert printed.startswith("http://localhost/drift/in/")
    assert app.test_client().get(printed.removeprefix("http://localhost")).status_code == 303
