"""Checkpoints over all firms: what they hold, who is first, and how the file beside the database follows."""

from __future__ import annotations

import errno
import json
import os
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain import canonical, checkpoints
from exchange.verifiera import root_from
from extensions import db
from models import ChainHead, CheckpointHead, Firm
from services import checkpoint_file, checkpoint_rows, events, transaction, verification
from services import checkpoints as making
from services.clock import utc_now
from services.sealing import keys
from tests.evidence import act, is_signed


def proof(firm, checkpoint):
    with transaction.reading():
        return making.proof_of(firm, checkpoint)


def test_nobody_nothing(app):
    assert making.cover(utc_now()) is None


def test_a_checkpoint_reaches_every_firm_and_is_signed(app, make):
    firms = [make.firm(f"Firma {n}").public_id for n in range(5)]
    act(firms[3])
    made = making.cover(utc_now())
    assert (made.n, made.content["prev"], made.content["key"]) == (1, checkpoints.FIRST_PREV, keys.key_id())
    assert is_signed(made.body, made.signatures[keys.key_id()], keys.key_id())
    for firm in firms:
        shown = proof(firm, made)
        head = db.session.scalars(
            select(ChainHead).join(Firm, Firm.id == ChainHead.firm_id).where(Firm.public_id == firm)
        ).one()
        assert shown["leaf"] == {"firm": firm, "link": head.link, "seq": head.seq}
        assert root_from(shown["leaf"], shown["path"]) == made.content["root"]
        assert shown["checkpoint"] == made.content
    with pytest.raises(LookupError):
        proof("nobody", made)


def test_a_new_one_only_for_something_new_and_leaves_only_for_what_moved(app, make):
    one, two = make.firm("Ett").public_id, make.firm("Två").public_id
    first = making.cover(utc_now())
    assert making.cover(utc_now()) == first
    act(one)
    second = making.cover(utc_now())
    assert (second.n, second.content["prev"]) == (2, first.id)
    moved = db.session.execute(select(CheckpointHead.firm, CheckpointHead.seq).where(CheckpointHead.n == 2)).all()
    assert [tuple(row) for row in moved] == [(one, 1)]
    assert proof(two, second)["leaf"] == proof(two, first)["leaf"]
    assert proof(one, first)["leaf"]["seq"] == 0  # the old one still leads to its root
    assert root_from(proof(one, first)["leaf"], proof(one, first)["path"]) == first.content["root"]


def test_an_entry_that_is_reached_asks_for_no_new_one(app, make):
    one, two = make.firm("Ett").public_id, make.firm("Två").public_id
    act(one)
    first = making.cover(utc_now())
    act(two)
    assert making.cover(utc_now(), entry=(one, 1)) == first
    assert making.cover(utc_now(), entry=(two, 1)).n == 2


def test_a_checkpoint_by_night_is_made_all_the_same(app, make):
    make.firm()
    first = making.cover(utc_now())
    second = making.cover(utc_now(), always=True)
    assert (second.n, second.content["root"]) == (2, first.content["root"])


def test_an_erased_firm_is_in_the_old_ones_and_not_in_the_new(app, make):
    stays, goes = make.firm("Stannar").public_id, make.firm("Går").public_id
    first = making.cover(utc_now())
    db.session.delete(db.session.scalars(select(Firm).where(Firm.public_id == goes)).one())
    db.session.commit()
    second = making.cover(utc_now())
    assert root_from(proof(stays, second)["leaf"], []) == second.content["root"]
    shown = proof(stays, first)
    assert root_from(shown["leaf"], shown["path"]) == first.content["root"]
    with pytest.raises(LookupError):
        proof(goes, second)


def test_the_first_one_of_a_new_key_is_signed_by_both(app, make):
    firm = make.firm().public_id
    first = making.cover(utc_now())
    keys.rotate(utc_now())
    act(firm)
    second = making.cover(utc_now())
    assert set(second.signatures) == {first.content["key"], keys.key_id()}
    assert second.content["key"] == keys.key_id() != first.content["key"]
    for name, signature in second.signatures.items():
        assert is_signed(second.body, signature, name)
    act(firm)
    assert set(making.cover(utc_now()).signatures) == {keys.key_id()}


def test_many_at_once_make_a_row_of_numbers(app, make):
    firms = [make.firm(f"Firma {n}").public_id for n in range(4)]
    made, faults = [], []
    db.session.rollback()

    def work(firm):
        with app.app_context():
            try:
                for _ in range(3):
                    act(firm)
                    made.append(making.cover(utc_now()))
            except Exception as error:
                faults.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=work, args=(firm,)) for firm in firms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    every = list(checkpoint_rows.all_of())
    assert [one.n for one in every] == list(range(1, len(every) + 1))
    prev = checkpoints.FIRST_PREV
    for one in every:
        assert checkpoints.follows(one.body, one.n, prev)
        prev = one.id
    assert {one.n for one in made} <= {one.n for one in every}
    assert [line["checkpoint"]["n"] for line in checkpoint_file.lines()] == [one.n for one in every]


def test_a_clock_set_back_breaks_nothing(app, make):
    firm = make.firm().public_id
    first = making.cover(utc_now())
    act(firm, at=utc_now() - timedelta(days=400))
    second = making.cover(utc_now() - timedelta(days=400))
    assert second.n == 2
    assert second.at < first.at
    with transaction.reading():
        assert events.verify(db.session.scalars(select(Firm)).one()) is None


def test_signed_since(app, make):
    firm = make.firm().public_id
    making.cover(utc_now())
    act(firm)
    assert not making.is_signed_since()
    act(firm, "quote.accepted")
    assert making.is_signed_since()
    making.cover(utc_now())
    assert not making.is_signed_since()


def test_the_file_says_what_the_table_says_and_is_mended_from_it(app, make):
    firm = make.firm().public_id
    first = making.cover(utc_now())
    path = checkpoint_file.path()
    assert path.stat().st_mode & 0o777 == 0o600
    (line,) = path.read_bytes().splitlines()
    assert json.loads(line) == {
        **first.published(),
        "heads": [[firm, 0, proof(firm, first)["leaf"]["link"]]],
        "left": [],
    }
    assert canonical.dumps(json.loads(line)) == line
    whole = path.read_bytes()
    path.write_bytes(whole[:40])  # a power cut in the middle of the line
    assert checkpoint_file.last_line() is None
    act(firm)
    second = making.cover(utc_now())
    assert [one["checkpoint"]["n"] for one in checkpoint_file.lines()] == [1, 2]
    assert checkpoint_file.last_line()["checkpoint"] == second.content
    path.unlink()
    assert checkpoint_file.bring_up() == 2
    assert path.read_bytes().startswith(whole)


def test_a_last_line_longer_than_a_block_is_read_whole(app, make, monkeypatch):
    make.firm()
    made = making.cover(utc_now())
    monkeypatch.setattr(checkpoint_file, "BLOCK_BYTES", 7)
    assert checkpoint_file.last_line()["checkpoint"] == made.content


def test_a_full_disk_stops_no_checkpoint_and_the_file_is_mended(app, make, monkeypatch):
    firm = make.firm().public_id
    making.cover(utc_now())

    def full(descriptor):
        raise OSError(errno.ENOSPC, "no room")

    act(firm)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert making.cover(utc_now()).n == 2
    checkpoint_file.path().write_bytes(checkpoint_file.path().read_bytes()[:-60])  # what the disk took of the line
    assert verification.check(utc_now()).findings == ()
    assert [line["checkpoint"]["n"] for line in checkpoint_file.lines()] == [1, 2]


def test_two_rotations_in_a_row_lose_nothing(app, make):
    """Each key is vouched for by the one before it, also where the first rotation was cut off before its checkpoint."""
    act(make.firm().public_id)
    first = making.cover(utc_now())
    keys.rotate(utc_now())
    for _ in range(2):
        making.rotate_keys(utc_now())
    assert verification.check(utc_now()).findings == ()
    last = checkpoint_rows.newest()
    assert first.content["key"] not in last.signatures
    assert set(last.signatures) == {keys.key_id(), keys.previous()}
