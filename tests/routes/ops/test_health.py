"""/healthz and /readyz."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.exc import OperationalError

from extensions import db
from services import outbox, schema
from services.clock import utc_now


def test_healthz(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"process": True})


def test_readyz(client):
    answer = client.get("/readyz")
    well = {"database": True, "letters": True, "migrations": True, "seal": True}
    assert (answer.status_code, answer.json) == (200, well)


def test_a_letter_that_waits_too_long(client, make):
    firm = make.firm()
    row = outbox.queue("confirm_email", "a@b.example", {}, firm_id=firm.id, now=utc_now() - timedelta(minutes=14))
    db.session.commit()
    assert client.get("/readyz").status_code == 200
    row.next_at = utc_now() - timedelta(minutes=16)
    db.session.commit()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["letters"]) == (503, False)
    assert "b.example" not in answer.get_data(as_text=True)


def test_a_database_that_is_behind(client, monkeypatch):
    monkeypatch.setattr(schema, "newest", lambda: "another")
    assert client.get("/readyz").json["migrations"] is False


def test_a_database_that_is_away(client, monkeypatch):
    def away():
        raise OperationalError("select 1", {}, Exception("no"))

    monkeypatch.setattr(schema, "current", away)
    answer = client.get("/readyz")
    assert (answer.status_code, [name for name, is_well in answer.json.items() if is_well]) == (503, ["seal"])
