"""Limits on tries, counted in the database, so that they hold over several workers and a restart."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from extensions import db
from models import Attempt
from services import transaction
from services.errors import TooMany

WINDOW = timedelta(minutes=15)
# tries per window
PER_ACCOUNT = 10  # logins or resets on one address of mail
PER_ADDRESS = 30  # the same from one network address, over all accounts


def count(what: str, value: str, *, limit: int, now: datetime) -> None:
    """Count one try and commit it, so that no later rollback forgets it. Raises TooMany above `limit`."""
    window_at = datetime.fromtimestamp(now.timestamp() // WINDOW.seconds * WINDOW.seconds, now.tzinfo)
    key = hashlib.sha256(f"{what}\0{value}\0{window_at.isoformat()}".encode()).hexdigest()
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(Attempt)
        .values(key=key, window_at=window_at, count=1)
        .on_conflict_do_update(index_elements=["key"], set_={"count": Attempt.count + 1})
        .returning(Attempt.count)
    )
    tries = int(db.session.execute(statement).scalar_one())
    transaction.commit()
    if tries > limit:
        raise TooMany(int((window_at + WINDOW - now).total_seconds()) + 1)


def forget_old(now: datetime) -> int:
    """Remove the counts of past windows; how many."""
    result = db.session.execute(delete(Attempt).where(Attempt.window_at < now - 2 * WINDOW))
    transaction.commit()
    return int(getattr(result, "rowcount", 0))
