"""The doctor: what it says of a good installation, and of one with each fault."""

from __future__ import annotations

import dataclasses
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, text

from app import create_app
from domain import rot_rut
from extensions import db
from models import Checkpoint, CheckpointHead
from services import checkpoints, doctor, heartbeat, incidents, installation, keys, outbox, transaction, verification
from services.clock import utc_now
from services.doctor import Finding
from tests.smtp import Sink, free_port, serving


@pytest.fixture
def examine(app):
    """What is wrong, as (about, sentence), after the worker's sign of life."""
    heartbeat.beat()

    def look(now=None) -> dict[str, str]:
        db.session.rollback()
        findings = list(doctor.examine(now or utc_now()))
        assert all(isinstance(finding, Finding) for finding in findings)
        return {finding.about: finding.sentence for finding in findings if finding.is_wrong}

    return look


def test_a_good_installation(make, examine):
    make.firm()
    assert examine() == {}


def test_a_coming_year_whose_rules_are_not_certain(app, make):
    """A reminder while the rows are only likely, wrong once a year has no row."""
    in_november = datetime(2026, 11, 21, 9, tzinfo=UTC)
    (found,) = [one for one in doctor.examine(in_november) if one.about == "rules"]
    assert found.is_wrong is None
    assert found.sentence.startswith("Only likely: rot 2027, rut 2027, caps 2027, deadline 2027.")
    ending = [row if row["valid_to"] else {**row, "valid_to": "2026-12-31"} for row in rot_rut.RULES["cap_periods"]]
    try:
        rot_rut.use({**rot_rut.RULES, "cap_periods": ending})
        wrong = [one.sentence for one in doctor.examine(in_november) if one.about == "rules" and one.is_wrong]
    finally:
        rot_rut.use(rot_rut.RULES)
    assert wrong == ["No row of caps for all of 2027; add it to rules.json."]


def test_a_secret_that_others_can_read(app, examine):
    path = app.config["SETTINGS"].secrets_dir / "index.key"
    path.chmod(0o644)
    try:
        assert f"chmod go= {path}" in examine()["secrets"]
    finally:
        path.chmod(0o600)


def test_firms_whose_key_is_gone_are_told_in_their_order(make, examine):
    firms = [make.firm(f"Firma {n}").public_id for n in range(6)]
    for firm in firms:
        keys.destroy_firm_key(installation.settings(), firm)
    said = [found.sentence for found in doctor.examine(utc_now()) if found.about == "keys"]
    assert [sentence.split()[5] for sentence in said] == firms


def test_a_disk_nearly_full(app, examine, monkeypatch):
    monkeypatch.setitem(app.config, "SETTINGS", dataclasses.replace(app.config["SETTINGS"], DISK_FREE_MIB=10**9))
    assert "make room" in examine()["disk"]


def test_a_proxy_that_nobody_told_of(app, examine, monkeypatch):
    chosen = dataclasses.replace(app.config["SETTINGS"], BASE_URL="https://offert.example.se")
    monkeypatch.setitem(app.config, "SETTINGS", chosen)
    assert "set PROXIES=1" in examine()["proxies"]
    monkeypatch.setitem(app.config, "SETTINGS", dataclasses.replace(chosen, PROXIES=1))
    assert "proxies" not in examine()


def test_a_database_that_was_not_migrated(app, examine):
    head = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    db.session.execute(text("UPDATE alembic_version SET version_num = 'old'"))
    transaction.commit()
    try:
        assert "./run brings it there" in examine()["migrations"]
    finally:
        db.session.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head})
        transaction.commit()


def test_a_database_that_can_only_be_read(app, tmp_path):
    """SQLite begins to write, and makes a temporary table, in a file that it may not write."""
    file = tmp_path / "handslag.db"
    with closing(sqlite3.connect(file)) as made:
        made.execute("PRAGMA journal_mode=WAL")
    chosen = dataclasses.replace(app.config["SETTINGS"], DATABASE_URL=f"sqlite:///file:{file}?mode=ro&uri=true")
    other = create_app(chosen)
    with other.app_context():
        heartbeat.beat()
        (found,) = [one for one in doctor.examine(utc_now()) if one.about == "database"]
        db.session.remove()
        db.engine.dispose()
    assert found.is_wrong
    assert "readonly" in found.sentence


def test_a_data_key_that_is_gone(app, make, examine):
    public_id = make.firm().public_id
    keys.destroy_firm_key(app.config["SETTINGS"], public_id)
    assert public_id in examine()["keys"]


def test_letters_that_wait_and_letters_that_failed(make, examine):
    firm_id = make.firm().id
    now = utc_now()
    late = outbox.queue("x", "a@example.se", {}, firm_id=firm_id, now=now - timedelta(hours=1))
    transaction.commit()
    assert "1 letters wait" in examine()["letters"]
    outbox.refused(late, "550 no", now=now)
    assert "1 letters failed" in examine()["letters"]


def test_the_failed_letter_of_the_sample_firm_is_no_fault(make, examine):
    firm_id = make.firm(is_sample=True).id
    outbox.refused(outbox.queue("x", "a@example.se", {}, firm_id=firm_id, now=utc_now()), "550 no", now=utc_now())
    assert "letters" not in examine()


def test_a_clock_that_went_back(make, examine):
    firm_id = make.firm().id
    outbox.queue("x", "a@example.se", {}, firm_id=firm_id, now=utc_now())
    transaction.commit()
    assert "set it" in examine(utc_now() - timedelta(days=1))["clock"]


def test_a_worker_that_is_silent(examine):
    assert "start Handslag" in examine(utc_now() + timedelta(minutes=10))["background work"]


def test_a_mail_server_that_answers_and_one_that_does_not(app, examine, monkeypatch):
    port = free_port()
    chosen = dataclasses.replace(app.config["SETTINGS"], SMTP_HOST="127.0.0.1", SMTP_PORT=port, SMTP_SECURITY="none")
    monkeypatch.setitem(app.config, "SETTINGS", chosen)
    assert "SMTP_" in examine()["mail"]
    with serving(Sink(), port):
        assert examine() == {}


def test_the_command_ends_with_status_1(app, examine):
    heartbeat._file().unlink()
    result = app.test_cli_runner().invoke(args=["doctor"])
    assert result.exit_code == 1
    assert "WRONG background work" in result.output
    heartbeat.beat()
    result = app.test_cli_runner().invoke(args=["doctor"])
    assert result.exit_code == 0, result.output


def test_evidence_that_does_not_hold(make, examine):
    firm = make.firm()
    verification.check(utc_now())
    assert examine() == {}
    incidents.note_all([incidents.Finding("chain_broken", firm.id, firm.public_id, seq=3)], now=utc_now())
    assert examine()["evidence"].startswith("Open incidents: 1")


def test_evidence_that_nobody_has_verified_for_days(make, examine):
    make.firm()
    verification.check(utc_now())
    heartbeat.beat()
    found = examine(utc_now() + timedelta(days=4))
    assert "last verified" in found["evidence"]


def test_a_checkpoint_that_is_yet_to_come(make, examine):
    make.firm()
    checkpoints.cover(utc_now() + timedelta(hours=2))
    assert "A checkpoint is from" in examine()["clock"]


def test_a_database_older_than_its_checkpoints(make, examine):
    make.firm()
    checkpoints.cover(utc_now())
    db.session.execute(delete(CheckpointHead))
    db.session.execute(delete(Checkpoint))
    db.session.commit()
    assert "older than checkpoints.jsonl" in examine()["evidence"]
