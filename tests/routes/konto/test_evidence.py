"""/konto says honestly whether the firm's evidence holds, and what the operator says of what did not."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from extensions import db
from models import Incident
from services import checkpoints, incidents
from services.clock import utc_now
from services.incidents import Finding
from tests.evidence import act


@pytest.fixture
def firm(app, make, client):
    firm = make.firm()
    client.log_in(make.owner(firm))
    return firm


def test_all_holds(firm, client):
    act(firm.public_id)
    assert "Den första kontrollpunkten görs i natt" in client.get("/konto").text
    checkpoints.cover(utc_now())
    act(firm.public_id)
    text = client.get("/konto").text
    assert "Kedjan har 2 poster" in text
    assert "Till och med post 1 täcks den av" in text
    assert 'href="/kontrollera/kontrollpunkter/1"' in text
    assert "Inget fel har hittats" in text


def test_what_does_not_hold_and_why(firm, client, make):
    other = make.firm("Annan")
    mine = Finding(incidents.CHAIN_BROKEN, firm.id, firm.public_id, seq=7)
    theirs = Finding(incidents.FILE_MISSING, other.id, other.public_id, about="x")
    incidents.note_all([mine, theirs, Finding(incidents.DATABASE_OLDER, about="3")], now=utc_now())
    text = client.get("/konto").text
    assert "En post i beviskedjan håller inte" in text
    assert "post 7" in text
    assert "Databasen är äldre" in text
    assert "En fil saknas" not in text
    assert "Inget fel har hittats" not in text
    case = db.session.scalars(select(Incident.public_id).where(Incident.kind == incidents.CHAIN_BROKEN)).one()
    incidents.close(case, "Disken byttes <i>i går</i>.", now=utc_now())
    assert "Disken byttes &lt;i&gt;i går" in client.get("/konto").text
    assert "beviskedjan" not in client.get("/").text  # Idag alarms nobody
