"""Whether this installation can take visitors: a few cheap questions for whoever watches it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from extensions import db
from models import Letter
from services import schema
from services.sealing import keys

LATE_AFTER = timedelta(minutes=15)


def examine(now: datetime) -> dict[str, bool]:
    """Each question and whether all is well. No names, numbers or texts: anyone may ask."""
    try:
        is_migrated = schema.current() == schema.newest()
        oldest = db.session.scalar(select(func.min(Letter.next_at)).where(Letter.state == "queued"))
    except SQLAlchemyError:
        db.session.rollback()
        return {"database": False, "migrations": False, "letters": False, "seal": keys.ready()}
    is_punctual = oldest is None or oldest > now - LATE_AFTER
    return {"database": True, "migrations": is_migrated, "letters": is_punctual, "seal": keys.ready()}
