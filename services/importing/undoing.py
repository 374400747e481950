"""An arrival that was called off or could not go on leaves nothing: the half firm goes by the steps of an erasure."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from domain.standing import Standing
from extensions import db
from models import Arrival, Firm
from services import transaction
from services.importing import kept
from services.privacy import erasure, journal


def undo(arrival_id: int, now: datetime) -> None:
    """Take back what has been laid, then note that nothing is left. Safe to do again; commits."""
    transaction.start_writing()
    arrival = db.session.get_one(Arrival, arrival_id)
    public_id, firm_public_id = arrival.public_id, arrival.firm_public_id
    half = select(Firm.id).where(Firm.public_id == firm_public_id, Firm.standing == Standing.ARRIVING)
    firm_id = db.session.scalar(half)
    transaction.rollback()
    if firm_id is not None:
        journal.gone_again(firm_public_id)  # the opening may have written that it is back, and failed then
        erasure.discard(firm_id, firm_public_id)
    kept.remove(public_id)
    transaction.start_writing()
    arrival = db.session.get_one(Arrival, arrival_id)
    arrival.firm_public_id, arrival.done_at, arrival.lease_until = "", now, None
    transaction.commit()
