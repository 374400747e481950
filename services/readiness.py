"""Whether this installation can take visitors: a few cheap questions for whoever watches it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from extensions import db
from services import late_letters, schema
from services.sealing import keys


def examine(now: datetime) -> dict[str, bool]:
    """Each question and whether all is well. No names, numbers or texts: anyone may ask."""
    try:
        is_migrated = schema.current() == schema.newest()
        is_punctual = late_letters.find(now) is None
    except SQLAlchemyError:
        db.session.rollback()
        return {"database": False, "migrations": False, "letters": False, "seal": keys.ready()}
    return {"database": True, "migrations": is_migrated, "letters": is_punctual, "seal": keys.ready()}
