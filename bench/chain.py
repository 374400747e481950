"""The row about verifying chains: processor time an entry takes in a long chain, beside a short one."""

from __future__ import annotations

import statistics
import time
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, update

from bench.measure import Bench
from bench.report import Row
from domain import evidence
from extensions import db
from models import ChainHead, Event, Firm, new_public_id
from services import events, transaction
from services.clock import utc_now

LONG, SHORT = 100_000, 1_000
ROUNDS, AT_A_TIME = 3, 5_000
MORE = 20  # rounds of the short one, which is over in a moment


def rows(bench: Bench) -> list[Row]:
    """One chain of each length, walked from its start as by night: read, hashed, compared with what it says."""
    with bench.app.app_context():
        made = {length: _chain(length) for length in (LONG, SHORT)}
        try:
            each: dict[int, list[float]] = {LONG: [], SHORT: []}
            for _ in range(ROUNDS):
                each[LONG].append(_cpu(made[LONG]) / LONG)
                each[SHORT] += [_cpu(made[SHORT]) / SHORT for _ in range(MORE)]
        finally:
            db.session.rollback()
            db.session.execute(delete(Firm).where(Firm.id.in_(made.values())))
            transaction.commit()
    long, short = statistics.median(each[LONG]), statistics.median(each[SHORT])
    told = (
        f"{LONG * long:.1f} s of CPU for {LONG:,} entries, {1e6 * long:.0f} µs each, of {SHORT:,} {1e6 * short:.0f} µs"
    )
    return [Row("verification of a chain, growth from 1,000 entries", told, long / short, "an entry", 1.5, 1.1)]


def _cpu(firm_id: int) -> float:
    with transaction.reading():
        firm = db.session.get_one(Firm, firm_id)
        start = time.process_time()
        bad = events.verify(firm)
        taken = time.process_time() - start
    if bad is not None:
        raise AssertionError(f"entry {bad} does not hold")
    return taken


def _chain(length: int) -> int:
    """A firm with nothing but a chain; its id."""
    now = utc_now()
    firm = Firm(name="Kedja", public_id=new_public_id(), created_at=now)
    db.session.add(firm)
    db.session.flush()
    firm_id, public_id, link = firm.id, firm.public_id, evidence.ZERO_LINK
    events.open_chain(firm_id)
    some = []
    for seq in range(1, length + 1):
        at = now + timedelta(milliseconds=seq)
        some.append(_entry(firm_id, public_id, seq, link, at))
        link = some[-1]["link"]
        if len(some) == AT_A_TIME or seq == length:
            db.session.execute(insert(Event), some)
            some = []
    db.session.execute(update(ChainHead).where(ChainHead.firm_id == firm_id).values(seq=length, link=link))
    transaction.commit()
    return firm_id


def _entry(firm_id: int, public_id: str, seq: int, before: str, at: datetime) -> dict[str, Any]:
    act, obj = "link.opened", f"quote:{public_id}"
    data = {"link_id": public_id, "lang": "sv", "ip": "c:" + "ab" * 32, "ua": "c:" + "cd" * 32}
    entry = evidence.entry(firm=public_id, seq=seq, at=at, act=act, obj=f"{obj}:v1", actor="link:x", data=data)
    stored = evidence.entry_bytes(entry)
    content = evidence.content_hash_of(stored)
    link = evidence.link_hash(before, content)
    row: dict[str, Any] = {"firm_id": firm_id, "seq": seq, "act": act, "obj": obj, "at": at}
    return row | {"entry": stored.decode(), "content": content, "link": link}
