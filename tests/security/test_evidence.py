"""C-61: someone with the database in hand changes the chain: the first bad entry is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, insert, select, update

from domain import evidence
from extensions import db
from models import ChainHead, Event, EventValue, Firm
from services import events
from services.clock import utc_now
from tests.chance import without_drawn
from tests.evidence import unlock
from tests.routes.deal.conftest import MAIL, Sent, make_sent


@pytest.fixture
def agreed(app, make) -> Sent:
    sent = make_sent(app, make)
    for question in ("Hur då?", "När då?"):
        assert sent.post("/fraga", {"question": question}).status_code == 303
    assert sent.post("/godkann", sent.step2()).status_code == 303
    return sent


@pytest.fixture
def unlocked(app) -> Iterator[None]:
    with unlock("event"):
        yield


def first_bad(sent: Sent) -> int | None:
    db.session.commit()
    db.session.expire_all()
    return events.verify(db.session.get_one(Firm, sent.firm_id))


def row(seq: int) -> dict[str, Any]:
    found = db.session.execute(select(Event.__table__).where(Event.seq == seq)).mappings().one()
    return dict(found)


def change(which: int, **values: object) -> None:
    db.session.execute(update(Event).where(Event.seq == which).values(**values))


def length(sent: Sent) -> int:
    return db.session.get_one(ChainHead, sent.firm_id).seq


def test_the_chain_of_a_whole_deal_holds(agreed):
    assert first_bad(agreed) is None
    assert length(agreed) == 9
    assert {firm: bad for firm, _, bad in events.verify_all()} == {agreed.firm.public_id: None}


def test_the_database_itself_refuses_a_change(agreed):
    with pytest.raises(Exception, match="insert only"):
        change(2, entry="{}")
    db.session.rollback()
    assert first_bad(agreed) is None


@pytest.mark.parametrize("seq", [1, 4, 9])
def test_c61_a_changed_entry(agreed, unlocked, seq):
    entry = row(seq)["entry"]
    change(seq, entry=entry.replace('"v":1', '"v":2'))
    assert first_bad(agreed) == seq


@pytest.mark.parametrize("field", ["t", "actor", "obj", "act", "seq", "firm"])
def test_c61_any_field(agreed, unlocked, field):
    entry = json.loads(row(4)["entry"])
    entry[field] = 99 if field == "seq" else "x"
    change(4, entry=json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
    assert first_bad(agreed) == 4


@pytest.mark.parametrize(
    "values",
    [{"act": "doc.declined"}, {"obj": "quote:x"}, {"at": datetime(2020, 1, 1, tzinfo=UTC)}, {"content": "0" * 64}],
)
def test_c61_what_timelines_read_beside_the_entry(agreed, unlocked, values):
    change(4, **values)
    assert first_bad(agreed) == 4


def test_c61_the_same_entry_written_in_another_way(agreed, unlocked):
    """Not canonical: the hash would hold if it were computed over the meaning."""
    change(4, entry=json.dumps(json.loads(row(4)["entry"]), indent=1))
    assert first_bad(agreed) == 4


def test_c61_a_changed_entry_with_its_own_hashes_made_anew(agreed, unlocked):
    """The forger computes content and link of the changed entry: the next one does not follow."""
    entry = json.loads(row(4)["entry"]) | {"actor": "user:forged"}
    content = evidence.content_hash(entry)
    link = evidence.link_hash(row(3)["link"], content)
    change(4, entry=evidence.entry_bytes(entry).decode(), content=content, link=link)
    assert first_bad(agreed) == 5


def test_c61_a_removed_entry(agreed, unlocked):
    db.session.execute(delete(Event).where(Event.seq == 4))
    assert first_bad(agreed) == 4


def test_c61_a_removed_entry_with_the_rest_moved_up(agreed, unlocked):
    last = length(agreed)
    db.session.execute(delete(Event).where(Event.seq == 4))
    for seq in range(5, last + 1):
        change(seq, seq=seq - 1)
    assert first_bad(agreed) == 4


def test_c61_an_inserted_entry(agreed, unlocked):
    last, copied = length(agreed), row(4)
    for seq in range(last, 4, -1):
        change(seq, seq=seq + 1)
    db.session.execute(insert(Event).values(**{**copied, "seq": 5}))
    assert first_bad(agreed) == 5


def test_c61_two_entries_in_each_others_place(agreed, unlocked):
    change(4, seq=1000)
    change(5, seq=4)
    change(1000, seq=5)
    assert first_bad(agreed) == 4


def test_c61_a_tail_that_is_cut_off(agreed, unlocked):
    last = length(agreed)
    db.session.execute(delete(Event).where(Event.seq > last - 2))
    assert first_bad(agreed) == last - 1


def test_c61_an_entry_beyond_the_end(agreed, unlocked):
    last = length(agreed)
    db.session.execute(insert(Event).values(**{**row(last), "seq": last + 1}))
    assert first_bad(agreed) == last + 1


def test_c61_the_chain_of_another_firm(app, make, agreed, unlocked):
    """A whole chain that holds, hung on another firm, names the wrong one from its first entry."""
    other = make.firm("Annan")
    last = length(agreed)
    for seq in range(1, last + 1):
        db.session.execute(insert(Event).values(**{**row(seq), "firm_id": other.id}))
    head = db.session.get_one(ChainHead, agreed.firm_id).link
    db.session.execute(update(ChainHead).where(ChainHead.firm_id == other.id).values(seq=last, link=head))
    db.session.commit()
    assert events.verify(db.session.get_one(Firm, other.id)) == 1
    assert first_bad(agreed) is None


def test_erasing_the_values_keeps_the_chain(agreed):
    values = db.session.query(EventValue).count()
    assert values > 10
    seqs = [seq for (seq,) in db.session.query(Event.seq)]
    known = events.personal_values(agreed.firm_id, agreed.firm.public_id, seqs)
    assert MAIL in known.values()
    db.session.execute(delete(EventValue))
    assert first_bad(agreed) is None
    assert events.personal_values(agreed.firm_id, agreed.firm.public_id, seqs) == {}


def test_a_value_that_was_exchanged_no_longer_fits_its_commitment(agreed):
    """Encrypted under its place: a value moved from another entry does not open."""
    first, second = db.session.query(EventValue).filter_by(field="ip").order_by(EventValue.seq).limit(2)
    first.sealed, second.sealed = second.sealed, first.sealed
    db.session.commit()
    with pytest.raises(InvalidTag):
        events.personal_values(agreed.firm_id, agreed.firm.public_id, [first.seq])
    assert first_bad(agreed) is None


def test_nothing_of_a_person_stands_in_the_chain(agreed):
    whole = without_drawn("".join(entry for (entry,) in db.session.query(Event.entry))).lower()
    sealed = b"".join(value for (value,) in db.session.query(EventValue.sealed)).lower()
    for personal in (MAIL, "karin", "almgren", "127.0.0.1", "hur då", "granstigen", "840601", "tumbredd"):
        assert personal not in whole
        assert personal.encode() not in sealed


def test_entries_are_of_their_time(agreed):
    times = [at for (at,) in db.session.query(Event.at).order_by(Event.seq)]
    assert times == sorted(times)
    assert all((utc_now() - at).total_seconds() < 300 for at in times)
