"""Limits on tries, counted in the database, so that they hold over several workers and a restart."""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from extensions import db
from models import Attempt
from services import transaction
from services.errors import TooMany

WINDOW = timedelta(minutes=15)
# tries per window
PER_ACCOUNT = 10  # logins or resets on one address of mail
PER_ADDRESS = 30  # the same from one network address, over all accounts
LETTERS_PER_ACCOUNT = 5  # letters that anyone can have sent to an address of mail


def count(what: str, value: str, *, limit: int, now: datetime) -> None:
    """Count one try and commit it, so that no later rollback forgets it. Raises TooMany above `limit`."""
    window_at = _window_at(now)
    key = _key(what, value, window_at)
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


def give_back(what: str, value: str, *, now: datetime) -> None:
    """The try succeeded: it does not count. Never commits."""
    key = _key(what, value, _window_at(now))
    db.session.execute(update(Attempt).where(Attempt.key == key).values(count=Attempt.count - 1))


def forget_old(now: datetime) -> int:
    """Remove the counts of past windows; how many."""
    result = db.session.execute(delete(Attempt).where(Attempt.window_at < now - 2 * WINDOW))
    transaction.commit()
    return int(getattr(result, "rowcount", 0))


def _window_at(now: datetime) -> datetime:
    return datetime.fromtimestamp(now.timestamp() // WINDOW.seconds * WINDOW.seconds, now.tzinfo)


def _key(what: str, value: str, window_at: datetime) -> str:
    return hashlib.sha256(f"{what}\0{_network(value)}\0{window_at.isoformat()}".encode()).hexdigest()


def _network(value: str) -> str:
    """An IPv6 address stands for its /64, which one household or server owns whole; anything else for itself."""
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return value
    return str(ipaddress.ip_network(f"{value}/64", strict=False)) if address.version == 6 else value
