"""The firm's append-only chain (its form: domain/evidence.py). Never commits."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Session, SessionTransaction

from domain import acts, evidence
from domain.standing import Standing
from extensions import db
from models import ChainHead, Event, EventValue, Firm
from services import scope, transaction, vault
from services.actors import Actor

_HELD = "handslag.chain"  # ends of the chains that this transaction has locked

# Made once, and written past the ORM: nearly every change of the product ends with an entry.
_HEADS, _EVENTS, _VALUES = (cast(Table, model.__table__) for model in (ChainHead, Event, EventValue))
_HEAD = select(_HEADS.c.seq, _HEADS.c.link).where(_HEADS.c.firm_id == bindparam("of")).with_for_update()
_MOVE_HEAD = update(_HEADS).where(_HEADS.c.firm_id == bindparam("of"))
_ADD_ENTRY, _ADD_VALUES = insert(_EVENTS), insert(_VALUES)


def open_chain(firm_id: int) -> None:
    """Begin the chain of a new firm."""
    db.session.execute(insert(_HEADS), {"firm_id": firm_id, "seq": 0, "link": evidence.ZERO_LINK})


def record(
    act: str,
    obj: str,
    *,
    actor: Actor,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    personal: Mapping[str, str] | None = None,
) -> None:
    """Add one entry in the running transaction.

    `obj` is kind:public id, with :v<version> where one is meant. `data` is plain (integers, short codes, hashes);
    a value of `personal` enters the chain only as a commitment. Raises domain.acts.UnknownAct for an act or a field
    outside the dictionary.
    """
    personal = dict(personal or {})
    if actor.ip:
        personal.setdefault("ip", actor.ip)
    if actor.user_agent:
        personal.setdefault("ua", actor.user_agent)
    fields: dict[str, Any] = dict(data or {})
    seq, link = _head(actor.firm_id)
    seq += 1
    values = []
    for field, value in personal.items():
        salt = os.urandom(32)
        fields[field] = evidence.commitment(salt, value)
        sealed = vault.seal(actor.firm_public_id, salt + value.encode(), "event_value", str(seq), field)
        values.append({"firm_id": actor.firm_id, "seq": seq, "field": field, "sealed": sealed})
    acts.check(act, fields)
    entry = evidence.entry(firm=actor.firm_public_id, seq=seq, at=at, act=act, obj=obj, actor=actor.ref, data=fields)
    stored = evidence.entry_bytes(entry)
    content = evidence.content_hash_of(stored)
    link = evidence.link_hash(link, content)
    row = {"act": act, "obj": ":".join(obj.split(":")[:2]), "at": at, "entry": stored.decode(), "content": content}
    connection = transaction.connection()
    connection.execute(_MOVE_HEAD, {"of": actor.firm_id, "seq": seq, "link": link})
    connection.execute(_ADD_ENTRY, {"firm_id": actor.firm_id, "seq": seq, "link": link, **row})
    if values:
        connection.execute(_ADD_VALUES, values)
    _held()[actor.firm_id] = seq, link


def _head(firm_id: int) -> tuple[int, str]:
    """The end of the chain: seq, link. Other writers wait from the first entry of a transaction to its end."""
    held = _held()
    if firm_id not in held:
        seq, link = transaction.connection().execute(_HEAD, {"of": firm_id}).one()
        held[firm_id] = seq, link
    return held[firm_id]


def _held() -> dict[int, tuple[int, str]]:
    held: dict[int, tuple[int, str]] = transaction.session().info.setdefault(_HELD, {})
    return held


@listens_for(db.session, "after_transaction_end")
def _let_go(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:  # a flush ends one of its own
        session.info.pop(_HELD, None)


def of_object(firm_id: int, obj: str) -> list[Event]:
    """The entries about one thing (kind:public id), oldest first."""
    statement = scope.columns(Event, firm_id, Event).where(Event.obj == obj).order_by(Event.seq)
    return list(db.session.scalars(statement))


def personal_values(firm_id: int, firm_public_id: str, seqs: list[int]) -> dict[tuple[int, str], str]:
    """The clear values behind commitments, by (seq, field). Erased ones are missing."""
    found = scope.rows(EventValue, firm_id, EventValue.seq.in_(seqs))
    return {(row.seq, row.field): clear_value(firm_public_id, row) for row in found}


def clear_value(firm_public_id: str, row: EventValue) -> str:
    """The value behind one commitment, without its random bytes."""
    return unsealed(firm_public_id, row.seq, row.field, row.sealed)


def unsealed(firm_public_id: str, seq: int, field: str, sealed: bytes) -> str:
    """The same of a row that is read as columns."""
    return _opened(firm_public_id, seq, field, sealed)[32:].decode()


def opening(firm_public_id: str, row: EventValue) -> bytes:
    """What opens a commitment to anyone: its 32 random bytes, then the value."""
    return _opened(firm_public_id, row.seq, row.field, row.sealed)


def _opened(firm_public_id: str, seq: int, field: str, sealed: bytes) -> bytes:
    return vault.unseal(firm_public_id, sealed, "event_value", str(seq), field)


_OF_ENTRY = (Event.seq, Event.entry, Event.content, Event.link, Event.act, Event.obj, Event.at)


def says_the_same(row: Any) -> bool:
    """Whether the columns that timelines read are those of the entry that is hashed."""
    try:
        entry = json.loads(row.entry)
        told = (entry["act"], ":".join(entry["obj"].split(":")[:2]), entry["t"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    content = evidence.content_hash_of(row.entry.encode())
    return bool((*told, content) == (row.act, row.obj, evidence.timestamp(row.at), row.content))


def verify(firm: Firm, *, known: Collection[int] = ()) -> int | None:
    """Walk a firm's chain from its start; the seq of the first entry that does not hold, or None.

    `known` are breaks to go on after (domain/evidence.first_bad).
    """
    head = db.session.get(ChainHead, firm.id)
    statement = scope.columns(Event, firm.id, *_OF_ENTRY).order_by(Event.seq).execution_options(yield_per=500)
    with closing(db.session.execute(statement)) as rows:  # a bad entry ends the walk, the cursor with it
        entries = ((row.entry.encode(), row.link if row.seq in known or says_the_same(row) else "") for row in rows)
        end = (head.seq, head.link) if head else (0, evidence.ZERO_LINK)
        return evidence.first_bad(firm.public_id, entries, head=end, known=known)


def verify_all() -> Iterator[tuple[str, int, int | None]]:
    """(firm, length, first bad seq or None) of every chain of the installation."""
    for firm in db.session.scalars(select(Firm).where(Firm.standing != Standing.ARRIVING.value).order_by(Firm.id)):
        head = db.session.get(ChainHead, firm.id)
        yield firm.public_id, head.seq if head else 0, verify(firm)
