"""Suspending and restoring by command, the letters, and what the doctor says."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy import select

from domain.clock import stockholm_date
from domain.standing import Reason
from extensions import db
from jobs import send_mail
from mail.letters import LETTERS, Unwanted
from models import Event, Firm, Letter
from services import closing, doctor, standing_letters, suspending
from services.clock import utc_now


@pytest.fixture
def firm(app, make, monkeypatch) -> Firm:
    chosen = dataclasses.replace(app.config["SETTINGS"], OPERATOR_CONTACT="drift@handslag.example")
    monkeypatch.setitem(app.config, "SETTINGS", chosen)
    firm = make.firm("Åkes Bygg")
    make.owner(firm)
    return firm


def run(app, *args: str):
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["firm", *args])


def acts() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Event.act).order_by(Event.seq)))


def test_by_command(app, firm):
    public_id = firm.public_id
    for _once_more in range(2):
        assert run(app, "suspend", public_id, "--reason", "misuse", "--note", "Vi hör av oss.").exit_code == 0
    assert acts() == ["firm.suspended"]
    assert run(app, "suspend", public_id, "--reason", "security").exit_code == 1
    for _once_more in range(2):
        assert run(app, "restore", public_id).exit_code == 0
    assert acts() == ["firm.suspended", "firm.restored"]
    assert run(app, "suspend", public_id, "--reason", "other").exit_code == 1
    assert run(app, "suspend", public_id, "--reason", "whim").exit_code == 2
    assert run(app, "suspend", "-inget", "--reason", "misuse").exit_code == 1
    assert run(app, "restore", "-inget").exit_code == 1


def test_the_letters(app, firm):
    firm_id, public_id = firm.id, firm.public_id
    suspending.suspend(public_id, "late_payment", "Faktura 17 är inte betald.", by="command", now=utc_now())
    assert send_mail.run(utc_now()).failed == 0
    params = {"firm_id": firm_id, "now": utc_now()}
    with app.test_request_context():
        told = LETTERS["firm_suspended"](params)
        for words in ("Betalningen för kontot är sen.", "Faktura 17", "drift@handslag.example", "säga upp kontot"):
            assert words in told.text
            assert words in told.html
        with pytest.raises(Unwanted):
            LETTERS["firm_restored"](params)
        with pytest.raises(Unwanted):
            LETTERS["firm_inactive"]({**params, "used_on": "2026-11-21", "last_day": "2028-11-21"})
    assert [one.about for one in doctor.examine(utc_now()) if "are suspended" in one.sentence] == ["firms"]
    suspending.restore(public_id, by="command", now=utc_now())
    with app.test_request_context():
        assert "igång igen" in LETTERS["firm_restored"](params).text
        with pytest.raises(Unwanted):
            LETTERS["firm_suspended"](params)
    assert db.session.scalars(select(Letter.kind).order_by(Letter.id)).all() == ["firm_suspended", "firm_restored"]
    closing.enter(db.session.get_one(Firm, firm_id), "phone", stockholm_date(utc_now()), "", utc_now())
    with app.test_request_context():
        told = LETTERS["firm_restored"](params)
    assert "Uppsägningen gäller som förut" in told.text
    assert "väntat går nu" not in told.text


def test_every_reason_has_words():
    assert {str(reason) for reason in standing_letters.WHY} == set(Reason)
    assert all(str(words) for words in standing_letters.WHY.values())
