"""E-13, C-61: what was done to the evidence is found, named, told to the operator once, and closed with a reason."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from domain import canonical, evidence
from extensions import db
from jobs import make_checkpoint, notice_restore, verify_evidence
from models import ChainHead, Checkpoint, CheckpointHead, Event, Firm, Incident, Letter, StoredFile
from services import (
    checkpoint_file,
    checkpoint_rows,
    checkpoints,
    events,
    incidents,
    storage,
    transaction,
    verification,
)
from services.clock import utc_now
from services.errors import NotFound, RuleBroken
from tests.evidence import act, unlock

ENTRIES = 6


@pytest.fixture
def firm(app, make) -> Firm:
    """A chain of six entries, the first four under a checkpoint; another firm beside."""
    make.firm("Granne")
    firm = make.firm()
    for n in range(ENTRIES):
        act(firm.public_id)
        if n == 3:
            checkpoints.cover(utc_now())
    return firm


@pytest.fixture
def unlocked(app):
    with unlock("event"), unlock("checkpoint"):
        yield


def found(*, part: int | None = None) -> list[tuple[str, int | None]]:
    db.session.commit()
    return [(one.kind, one.seq) for one in verification.check(utc_now(), part=part).findings]


def incident() -> Incident:
    return db.session.scalars(select(Incident)).one()


def rewrite(firm: Firm, first: int, last: int, act_name: str = "export.downloaded") -> None:
    """Forge the chain from an entry on, with all its own hashes and the end: it holds by itself."""
    rows = db.session.execute(select(Event.seq, Event.entry, Event.link).order_by(Event.seq)).all()
    by_seq = {row.seq: row for row in rows}
    link = by_seq[first - 1].link if first > 1 else evidence.ZERO_LINK
    for seq in range(first, last + 1):
        entry = json.loads(by_seq[seq].entry) | {"act": act_name}
        content = evidence.content_hash(entry)
        link = evidence.link_hash(link, content)
        values = {"entry": canonical.dumps(entry).decode(), "content": content, "link": link, "act": act_name}
        db.session.execute(update(Event).where(Event.firm_id == firm.id, Event.seq == seq).values(**values))
    db.session.execute(delete(Event).where(Event.firm_id == firm.id, Event.seq > last))
    db.session.execute(update(ChainHead).where(ChainHead.firm_id == firm.id).values(seq=last, link=link))
    db.session.commit()


def cut(firm: Firm, last: int) -> None:
    """Take the tail off, and move the end there: as a restored database is, or as a forger would leave it."""
    link = db.session.scalar(select(Event.link).where(Event.firm_id == firm.id, Event.seq == last))
    db.session.execute(delete(Event).where(Event.firm_id == firm.id, Event.seq > last))
    db.session.execute(update(ChainHead).where(ChainHead.firm_id == firm.id).values(seq=last, link=link))
    db.session.commit()


def test_all_holds(firm):
    assert found() == []
    assert verify_evidence.run(utc_now()).failed == 0


def test_a_broken_chain_is_one_incident_and_goes_on(firm, unlocked):
    firm_id = firm.id
    db.session.execute(update(Event).where(Event.seq == 3).values(entry='{"v":1}'))
    assert found() == [("chain_broken", 3)]
    row = incident()
    assert (row.firm_id, row.first_bad_seq, row.in_chain, row.closed_at) == (firm_id, 3, True, None)
    newest = db.session.scalars(select(Event).order_by(Event.seq.desc()).limit(1)).one()
    assert (newest.seq, newest.act, newest.obj) == (ENTRIES + 1, "incident.opened", f"incident:{row.public_id}")
    assert json.loads(newest.entry)["data"] == {"case": row.public_id}
    assert found() == [("chain_broken", 3)]
    assert db.session.query(Incident).count() == 1


def test_a_closed_break_is_passed_and_the_next_one_is_named(firm, unlocked):
    db.session.execute(update(Event).where(Event.seq == 3).values(entry='{"v":1}'))
    assert found() == [("chain_broken", 3)]
    incidents.close(incident().public_id, "Disken gick sönder, se anteckning 7.", now=utc_now())
    assert found() == []
    db.session.execute(update(Event).where(Event.seq == 5).values(act="login.made"))
    assert found() == [("chain_broken", 5)]
    with transaction.reading():
        assert events.verify(db.session.get_one(Firm, firm.id)) == 3  # who asks for the first one is told it


def test_a_tail_cut_before_the_checkpoint_is_named_by_it(firm, unlocked):
    cut(firm, 2)
    assert events.verify(firm) is None  # by itself the short chain holds
    assert found() == [("chain_behind", 3)]
    assert incident().about == "1"
    for _night in range(3):  # the chain goes on meanwhile, the incident's own entry first
        act(firm.public_id)
        assert found() == [("chain_behind", 3)]
    assert incident().first_bad_seq == 3


def test_a_tail_cut_after_the_checkpoint_is_seen_by_no_one_here(firm, unlocked):
    """Nobody outside holds a witness of it yet: that is why every signature makes a checkpoint."""
    cut(firm, 5)
    assert found() == []


def test_a_chain_forged_whole_does_not_lead_on_from_its_leaf(firm, unlocked):
    rewrite(firm, 2, ENTRIES)
    assert events.verify(firm) is None
    assert found() == [("chain_behind", 4)]


def test_no_checkpoint_is_made_over_a_forged_chain_until_the_operator_says_so(firm, unlocked):
    public_id = firm.public_id
    rewrite(firm, 2, ENTRIES)
    before = db.session.scalars(select(CheckpointHead.link).where(CheckpointHead.firm == public_id)).one()
    second = checkpoints.cover(utc_now(), always=True)
    with transaction.reading():
        assert checkpoints.proof_of(public_id, second)["leaf"] == {"firm": public_id, "link": before, "seq": 4}
    assert found() == [("chain_behind", 4)]
    incidents.close(incident().public_id, "Återställd från kopian den 20 november.", now=utc_now())
    third = checkpoints.cover(utc_now())
    with transaction.reading():
        leaf = checkpoints.proof_of(public_id, third)["leaf"]
    assert leaf["link"] != before
    assert leaf["seq"] == ENTRIES + 2  # opened and closed stand in the chain
    assert found() == []


def test_a_forged_leaf_does_not_lead_to_the_root(firm, unlocked):
    rewrite(firm, 2, ENTRIES)
    link = db.session.scalar(select(Event.link).where(Event.firm_id == firm.id, Event.seq == 4))
    mine = CheckpointHead.firm == firm.public_id
    db.session.execute(update(CheckpointHead).where(mine).values(link=link))
    assert found() == [("checkpoint_changed", None)]


@pytest.mark.parametrize("fault", ["root", "signature", "number", "away"])
def test_a_forged_checkpoint_is_named(firm, unlocked, fault):
    checkpoints.cover(utc_now())
    checkpoints.cover(utc_now(), always=True)
    row = db.session.get_one(Checkpoint, 2)
    body, signatures = json.loads(row.body), json.loads(row.signatures)
    if fault == "root":
        body["root"] = "ab" * 32
    elif fault == "signature":
        signatures = dict.fromkeys(signatures, "A" * 86 + "==")
    elif fault == "number":
        body["n"] = 7
    if fault == "away":
        db.session.execute(delete(CheckpointHead).where(CheckpointHead.n == 2))
        db.session.execute(delete(Checkpoint).where(Checkpoint.n == 2))
    else:
        values = {"body": canonical.dumps(body).decode(), "signatures": json.dumps(signatures)}
        db.session.execute(update(Checkpoint).where(Checkpoint.n == 2).values(**values))
    db.session.commit()
    named = {one.about for one in verification.check(utc_now()).findings if one.kind == "checkpoint_changed"}
    assert "2" in named


def test_the_database_itself_refuses_to_change_a_checkpoint(firm):
    with pytest.raises(Exception, match="insert only"):
        db.session.execute(update(Checkpoint).values(body="{}"))
    db.session.rollback()


def test_a_line_of_the_file_that_says_otherwise_is_named(firm):
    checkpoint_file.path().write_bytes(checkpoint_file.path().read_bytes().replace(b'"t":"20', b'"t":"21'))
    assert found() == [("checkpoint_changed", None)]


def test_a_database_restored_from_before_is_found_out_and_what_is_missing_named(firm, unlocked):
    """The file of checkpoints was kept: numbers go on, and the entries that are gone are named."""
    firm_id, public_id = firm.id, firm.public_id
    second = checkpoints.cover(utc_now())
    act(public_id)
    third = checkpoints.cover(utc_now())
    cut(firm, 5)
    db.session.execute(delete(CheckpointHead).where(CheckpointHead.n > 1))
    db.session.execute(update(CheckpointHead).values(until_n=None))
    db.session.execute(delete(Checkpoint).where(Checkpoint.n > 1))
    db.session.commit()
    assert notice_restore.run(utc_now()).done == 2
    assert notice_restore.run(utc_now()).done == 0
    with transaction.reading():
        assert [one.id for one in checkpoint_rows.all_of()][1:] == [second.id, third.id]
    assert verify_evidence.run(utc_now()).failed == 1
    rows = {row.kind: row for row in db.session.scalars(select(Incident))}
    assert set(rows) == {"database_older", "chain_behind"}
    assert (rows["database_older"].firm_id, rows["database_older"].about) == (None, "1")
    assert (rows["chain_behind"].firm_id, rows["chain_behind"].first_bad_seq) == (firm_id, 6)
    with transaction.reading():
        assert checkpoint_rows.newest().n == 4


def test_a_restore_of_all_verifies(firm):
    """Database and file from the same copy: nothing is missing, and the chain goes on."""
    act(firm.public_id)
    assert found() == []
    assert checkpoints.cover(utc_now()).n == 2


def test_a_forged_line_of_the_file_is_not_taken_in(firm):
    line = json.loads(checkpoint_file.path().read_bytes())
    line["checkpoint"] |= {"n": 2, "prev": checkpoint_rows.newest().id, "root": "ab" * 32}
    with checkpoint_file.path().open("ab") as file:
        file.write(canonical.dumps(line) + b"\n")
    assert notice_restore.run(utc_now()).done == 0
    assert [row.kind for row in db.session.scalars(select(Incident))] == ["database_older"]
    with transaction.reading():
        assert checkpoint_rows.newest().n == 1


def test_stored_files_are_read_a_slice_each_night(firm):
    rows = [_store(firm, f"papper {n}".encode()) for n in range(verification.SLICES)]
    gone, changed, other = rows[0], rows[1], rows[2]
    storage.path(firm.public_id, gone.public_id).unlink()
    storage.write(firm.public_id, changed.public_id, [b"annat"])
    storage.path(firm.public_id, other.public_id).write_bytes(b"skr" * 40)
    names = {gone.id: gone.public_id, changed.id: changed.public_id, other.id: other.public_id}
    db.session.commit()
    seen: dict[str, str] = {}
    for night in range(verification.SLICES):
        checked = verification.check(utc_now(), part=verification.part_of(utc_now() + timedelta(days=night)))
        assert checked.files == 1
        seen |= {one.about: one.kind for one in checked.findings}
    assert seen == dict(zip(names.values(), ["file_missing", "file_changed", "file_changed"], strict=True))
    assert db.session.query(Incident).count() == 2  # one of a kind per firm is open at a time


def test_the_operator_is_told_once_by_letter(firm, unlocked, monkeypatch, app):
    import dataclasses

    chosen = dataclasses.replace(app.config["SETTINGS"], OPERATOR_CONTACT="Drift AB, drift@handslag.example, Box 1")
    monkeypatch.setitem(app.config, "SETTINGS", chosen)
    db.session.execute(update(Event).where(Event.seq == 3).values(entry='{"v":1}'))
    found()
    db.session.execute(update(Event).where(Event.seq == 2).values(entry='{"v":1}'))
    found()
    (letter,) = db.session.scalars(select(Letter))
    assert (letter.kind, letter.to_address, letter.firm_id) == (incidents.LETTER, "drift@handslag.example", None)


def test_closing_wants_a_reason_and_a_case(firm, unlocked):
    db.session.execute(update(Event).where(Event.seq == 3).values(entry='{"v":1}'))
    found()
    case = incident().public_id
    with pytest.raises(RuleBroken):
        incidents.close(case, "  ", now=utc_now())
    with pytest.raises(NotFound):
        incidents.close("nix", "skäl", now=utc_now())
    incidents.close(case, " skäl ", now=utc_now())
    incidents.close(case, "annat", now=utc_now())
    assert (incident().note, incident().closed_at is not None) == ("skäl", True)
    assert db.session.scalar(select(Event.act).order_by(Event.seq.desc()).limit(1)) == "incident.closed"


def test_a_chain_that_takes_no_entry_says_so(firm, unlocked):
    """The end was moved back and the entries left there: nothing can be added, and that is said."""
    db.session.execute(update(ChainHead).where(ChainHead.firm_id == firm.id).values(seq=2))
    assert found() == [("chain_broken", 6), ("chain_behind", 3)]
    assert {row.in_chain for row in db.session.scalars(select(Incident))} == {False}


def test_by_the_hour_only_where_something_was_signed(firm):
    assert make_checkpoint.run(utc_now()).done == 0
    act(firm.public_id, "quote.accepted")
    assert make_checkpoint.run(utc_now()).done == 1


def test_the_command_names_what_does_not_hold(firm, unlocked, app):
    run = app.test_cli_runner().invoke
    assert run(args=["evidence", "check"]).exit_code == 0
    assert run(args=["events", "verify"]).exit_code == 0
    public_id = firm.public_id
    db.session.execute(update(Event).where(Event.seq == 3).values(entry='{"v":1}'))
    db.session.commit()
    result = run(args=["evidence", "check"])
    assert result.exit_code == 1
    assert f"does not hold: {public_id} chain_broken entry 3" in result.output
    result = run(args=["events", "verify"])
    assert result.exit_code == 1
    assert f"{public_id}: entry 3" in result.output


def _store(firm: Firm, data: bytes) -> StoredFile:
    row = storage.put(
        firm.id, firm.public_id, data, purpose="quote", name="p.pdf", media_type="application/pdf", now=utc_now()
    )
    db.session.flush()
    return row
