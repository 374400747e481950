"""An arrival that was called off or could not go on leaves nothing: the half firm goes by the steps of an erasure."""

from __future__ import annotations

import contextlib
import shutil
from datetime import datetime

from sqlalchemy import Table as SqlTable
from sqlalchemy import delete, select, tuple_

from domain.standing import Standing
from extensions import db
from models import Arrival, Base, Firm
from services import keys, storage, transaction
from services.importing import kept
from services.installation import settings
from services.privacy import compacting, erasure

ROWS_AT_A_TIME = 1000


def undo(arrival_id: int, now: datetime) -> None:
    """Take back what has been laid, then note that nothing is left. Safe to do again; commits."""
    transaction.start_writing()
    arrival = db.session.get_one(Arrival, arrival_id)
    public_id, firm_public_id = arrival.public_id, arrival.firm_public_id
    half = select(Firm.id).where(Firm.public_id == firm_public_id, Firm.standing == Standing.ARRIVING)
    firm_id = db.session.scalar(half)
    transaction.rollback()
    if firm_id is not None:
        _erase(firm_id, firm_public_id)
    kept.remove(public_id)
    transaction.start_writing()
    arrival = db.session.get_one(Arrival, arrival_id)
    arrival.firm_public_id, arrival.done_at, arrival.lease_until = "", now, None
    transaction.commit()


def _erase(firm_id: int, firm_public_id: str) -> None:
    compacting.call_for()
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(storage.folder(firm_public_id))
    for table in erasure.tables():
        if table.name != "firm":
            _erase_rows(Base.metadata.tables[table.name], firm_id)
    keys.destroy_firm_key(settings(), firm_public_id)
    transaction.start_writing()
    firm = Base.metadata.tables["firm"]
    db.session.execute(delete(firm).where(firm.c.id == firm_id, firm.c.standing == Standing.ARRIVING))
    transaction.commit()


def _erase_rows(table: SqlTable, firm_id: int) -> None:
    """Some hundred at a time, so that other firms do not wait."""
    key = list(table.primary_key.columns)
    some = select(*key).where(table.c.firm_id == firm_id).limit(ROWS_AT_A_TIME)
    while True:
        transaction.start_writing(lasts=False)
        if chosen := [tuple(row) for row in db.session.execute(some)]:
            db.session.execute(delete(table).where(table.c.firm_id == firm_id, tuple_(*key).in_(chosen)))
        transaction.commit()
        if len(chosen) < ROWS_AT_A_TIME:
            return
