"""/drift/foretag: the operator sees how firms stand, suspends them, and enters terminations. No content is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.clock import stockholm_date
from extensions import db
from models import Arrival, Closing, Event, Firm, Letter, Login
from services import events, firm_list, operator_links
from services.clock import utc_now

PAGE = "/drift/foretag"


@pytest.fixture
def firm(make) -> Firm:
    firm = make.firm("Åkes Bygg", orgnr="559123-4562")
    make.owner(firm)
    make.customer(firm, "Hemlig Kund")
    return firm


@pytest.fixture
def inside(client):
    client.get(f"/drift/in/{operator_links.token()}")
    return client


def again(firm: Firm) -> Firm:
    db.session.expire_all()
    return db.session.get_one(Firm, firm.id)


def letters() -> list[str]:
    return list(db.session.scalars(select(Letter.kind).order_by(Letter.id)))


def acts(firm: Firm) -> list[tuple[str, str]]:
    rows = db.session.execute(select(Event.act, Event.entry).where(Event.firm_id == firm.id).order_by(Event.seq))
    return [(act, "operator:page" if '"operator:page"' in entry else "") for act, entry in rows]


def hidden(page) -> dict[str, str]:
    return {"seen": page.text.split('name="seen" value="')[1].split('"')[0]}


def test_found_by_name_and_number_and_shown_without_content(inside, firm):
    for typed in ("åkes", "KES", "559123-4562", "Bygg"):
        assert "Åkes Bygg" in inside.get(PAGE, query_string={"q": typed}).text
    for address in (f"{PAGE}?q={firm.public_id}", f"{PAGE}/{firm.public_id}"):
        text = inside.get(address).text
        assert "Åkes Bygg" in text
        assert "Hemlig Kund" not in text
        assert "559123" not in text
    assert "Inget företag heter" in inside.get(PAGE, query_string={"q": "%' OR 1"}).text


def test_thirty_a_page(inside, make, monkeypatch):
    monkeypatch.setattr(firm_list, "PAGE_SIZE", 2)
    names = [make.firm(f"Firma {n}").name for n in range(3)]
    first = inside.get(PAGE).text
    assert [name in first for name in names] == [False, True, True]
    key = first.split("efter=")[1].split('"')[0]
    assert [name in inside.get(f"{PAGE}?efter={key}").text for name in names] == [True, False, False]
    assert inside.get(f"{PAGE}?efter=nonsens").status_code == 200


def test_suspend_and_restore(app, inside, firm, make):
    owner = app.test_client().log_in(make.owner(firm))
    at = f"{PAGE}/{firm.public_id}"
    for _press in range(2):
        answer = inside.post(f"{at}/pausa", data={"reason": "late_payment", "note": "Fakturan är inte betald."})
        assert (answer.status_code, answer.location) == (303, at)
    assert (again(firm).standing, firm.standing_reason) == ("suspended", "late_payment")
    assert acts(firm)[-1:] == [("firm.suspended", "operator:page")]
    told = events.of_object(firm.id, f"firm:{firm.public_id}")[-1]
    values = events.personal_values(firm.id, firm.public_id, [told.seq])
    assert values[told.seq, "note"] == "Fakturan är inte betald."
    assert letters() == ["firm_suspended"]
    assert "Kontot är pausat sedan" in owner.get("/offerter").text
    assert inside.post(f"{at}/pausa", data={"reason": "misuse"}).status_code == 409
    page = inside.get(at)
    assert "Sen betalning" in page.text
    assert inside.post(f"{at}/igang", data={"seen": "2026-01-01"}).status_code == 409
    for _press in range(2):
        assert inside.post(f"{at}/igang", data=hidden(page)).status_code == 303
    assert again(firm).standing == "active"
    assert acts(firm)[-1:] == [("firm.restored", "operator:page")]
    assert letters() == ["firm_suspended", "firm_restored"]
    assert "Kontot är pausat" not in owner.get("/offerter").text


def test_security_ends_every_login(app, inside, firm, make):
    owner = app.test_client().log_in(make.owner(firm))
    assert owner.get("/offerter").status_code == 200
    inside.post(f"{PAGE}/{firm.public_id}/pausa", data={"reason": "security"})
    assert owner.get("/offerter").status_code == 302
    assert db.session.scalars(select(Login).where(Login.ended_at.is_(None))).all() == []


@pytest.mark.parametrize(
    "wrong", [{}, {"reason": "other"}, {"reason": "whim"}, {"reason": "misuse", "note": "Nötskrika" + "x" * 300}]
)
def test_no_suspending_without_a_good_reason(inside, firm, wrong):
    answer = inside.post(f"{PAGE}/{firm.public_id}/pausa", data=wrong)
    assert answer.status_code == 422
    assert wrong.get("note", "") in answer.text
    assert again(firm).standing == "active"


def test_a_termination_by_phone_is_entered_and_taken_back(inside, firm):
    at, day = f"{PAGE}/{firm.public_id}", stockholm_date(utc_now()) - timedelta(days=2)
    given = {"channel": "phone", "received_on": day.isoformat(), "note": "Karin ringde"}
    assert "Skriv in en uppsägning" in inside.get(f"{at}/uppsagning").text
    for _press in range(2):
        assert inside.post(f"{at}/uppsagning", data=given).status_code == 303
    closing = db.session.scalars(select(Closing)).one()
    assert (closing.channel, closing.noted, stockholm_date(closing.confirmed_at)) == ("phone", "Karin ringde", day)
    page = inside.get(at)
    assert closing.public_id in page.text
    assert inside.post(f"{at}/uppsagning/ta-tillbaka", data={"seen": "an old one"}).status_code == 409
    assert inside.post(f"{at}/uppsagning/ta-tillbaka", data=hidden(page)).status_code == 303
    assert inside.post(f"{at}/uppsagning/ta-tillbaka", data=hidden(page)).status_code == 404
    assert letters() == ["closing_receipt", "closing_undone"]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"channel": "settings"},
        {"channel": "operator"},
        {"channel": "phone", "received_on": "2999-01-01"},
        {"channel": "phone", "received_on": "i tisdags"},
        {"channel": "phone", "note": "y" * 301},
    ],
)
def test_no_termination_without_what_it_needs(inside, firm, wrong):
    given = {"received_on": stockholm_date(utc_now()).isoformat()} | wrong
    assert inside.post(f"{PAGE}/{firm.public_id}/uppsagning", data=given).status_code == 422
    assert db.session.scalars(select(Closing)).all() == []


def test_the_operators_own_termination_is_the_operators_to_take_back(app, inside, firm, make):
    at = f"{PAGE}/{firm.public_id}"
    given = {"channel": "operator", "received_on": stockholm_date(utc_now()).isoformat(), "reason": "breach"}
    assert inside.post(f"{at}/uppsagning", data=given).status_code == 303
    owner = app.test_client().log_in(make.owner(firm))
    assert owner.post("/konto/avsluta/angra").status_code == 409
    page = inside.get(at)
    assert "Villkoren har inte följts" in page.text
    assert inside.post(f"{at}/uppsagning/ta-tillbaka", data=hidden(page)).status_code == 303


def test_an_owners_own_termination_is_the_owners(inside, firm):
    now = utc_now()
    db.session.add(
        Closing(
            firm_id=firm.id, confirmed_at=now, effective_at=now, erase_after=now + timedelta(days=30), public_id="k"
        )
    )
    db.session.commit()
    page = inside.get(f"{PAGE}/{firm.public_id}")
    assert "Bara en ägare kan ångra den" in page.text
    assert inside.post(f"{PAGE}/{firm.public_id}/uppsagning/ta-tillbaka", data={"seen": "k"}).status_code == 409


def test_arrivals_are_told_without_what_they_held(inside, firm):
    row = Arrival(firm_public_id=firm.public_id, state="refused", reason="changed", created_at=utc_now(), public_id="a")
    firm.standing = "arriving"
    db.session.add(row)
    db.session.commit()
    text = inside.get(f"{PAGE}/{firm.public_id}").text
    assert "Avvisad" in text
    assert "Flyttar in" in text
    for act in ("pausa", "uppsagning"):
        form = {"reason": "request", "channel": "phone", "received_on": "2026-11-01"}
        assert inside.post(f"{PAGE}/{firm.public_id}/{act}", data=form).status_code in (404, 422)
    assert again(firm).standing == "arriving"


ROUTES = [
    ("get", ""),
    ("get", "/{firm}"),
    ("get", "/{firm}/pausa"),
    ("post", "/{firm}/pausa"),
    ("post", "/{firm}/igang"),
    ("get", "/{firm}/uppsagning"),
    ("post", "/{firm}/uppsagning"),
    ("post", "/{firm}/uppsagning/ta-tillbaka"),
]


def test_only_the_operator(app, inside, firm, make):
    visitors = (app.test_client(), app.test_client().log_in(make.owner(firm)))
    data = {"reason": "request", "channel": "phone", "received_on": "2026-11-01"}
    for method, rest in ROUTES:
        path, unknown = (PAGE + rest.format(firm=name) for name in (firm.public_id, "finns-inte"))
        for visitor in visitors:
            answer = getattr(visitor, method)(path)
            assert answer.status_code == 404
            assert "operator link" in answer.text
        if rest:
            assert (inside.get(unknown) if method == "get" else inside.post(unknown, data=data)).status_code == 404
        if method == "post":
            assert inside.post(path, data=data, csrf=False).status_code == 403
        if rest.endswith(("igang", "ta-tillbaka")):
            assert inside.get(path).status_code == 405
    assert again(firm).standing == "active"
    assert letters() == []
