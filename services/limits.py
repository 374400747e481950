"""Limits on tries, counted in the database, so that they hold over several workers and a restart."""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, text

from extensions import db
from models import Attempt
from services import transaction
from services.errors import TooMany

WINDOW = timedelta(minutes=15)
# tries per window
PER_ACCOUNT = 10  # logins or resets on one address of mail
PER_ADDRESS = 30  # the same from one network address, over all accounts
LETTERS_PER_ACCOUNT = 5  # letters that anyone can have sent to an address of mail


_COUNT = text(
    "INSERT INTO attempt (key, window_at, count) VALUES (:key, :window_at, 1) "
    "ON CONFLICT (key) DO UPDATE SET count = attempt.count + 1 RETURNING count"
).bindparams(bindparam("window_at", type_=Attempt.window_at.type))
_GIVE_BACK = text("UPDATE attempt SET count = count - 1 WHERE key IN (:key, :other)")


def count(what: str, value: str, *, limit: int, now: datetime) -> None:
    """Count one try and commit it, so that no later rollback forgets it. Raises TooMany above `limit`."""
    _count([(what, value, limit)], now)


def count_with_address(what: str, value: str, ip: str, *, limit: int, now: datetime) -> None:
    """Count one try on a value and on the network address it comes from, in one commit. Raises TooMany."""
    _count([(what, value, limit), (f"{what} from", ip, PER_ADDRESS)], now)


def _count(tries: list[tuple[str, str, int]], now: datetime) -> None:
    window_at = _window_at(now)
    is_over = False
    connection = transaction.connection()
    for what, value, limit in tries:
        values = {"key": _key(what, value, window_at), "window_at": window_at}
        is_over |= int(connection.execute(_COUNT, values).scalar_one()) > limit
    transaction.commit()
    if is_over:
        raise TooMany(int((window_at + WINDOW - now).total_seconds()) + 1)


def give_back(what: str, value: str, *, now: datetime) -> None:
    """The try succeeded: it does not count. Never commits."""
    key = _key(what, value, _window_at(now))
    transaction.connection().execute(_GIVE_BACK, {"key": key, "other": key})


def give_back_with_address(what: str, value: str, ip: str, *, now: datetime) -> None:
    """The same for a try that `count_with_address` counted."""
    window_at = _window_at(now)
    keys = {"key": _key(what, value, window_at), "other": _key(f"{what} from", ip, window_at)}
    transaction.connection().execute(_GIVE_BACK, keys)


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
