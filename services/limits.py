"""Limits on tries, counted in the database, so that they hold over several workers and a restart."""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, text

from extensions import db
from models import Attempt
from services import nudge, transaction
from services.errors import TooMany

WINDOW = timedelta(minutes=15)
# tries per window
PER_ACCOUNT = 10  # logins or resets on one address of mail
PER_ADDRESS = 30  # the same from one network address, over all accounts
LETTERS_PER_ACCOUNT = 5  # letters that anyone can have sent to an address of mail


Keys = tuple[str, ...]  # what a try was counted under, to give it back
_COUNT_ONE, _COUNT_TWO = (
    text(
        f"INSERT INTO attempt (key, window_at, count) VALUES {rows} "  # noqa: S608  (the two below)
        "ON CONFLICT (key) DO UPDATE SET count = attempt.count + 1 RETURNING key, count"
    ).bindparams(bindparam("window_at", type_=Attempt.window_at.type))
    for rows in ("(:key, :window_at, 1)", "(:key, :window_at, 1), (:other, :window_at, 1)")
)
_READ_ONE = text("SELECT count FROM attempt WHERE key = :key")
# one key after the other, in the order of who counts: a row of a network is shared by accounts that wait for their own
_GIVE_BACK = text("UPDATE attempt SET count = count - 1 WHERE key = :key")


def count(what: str, value: str, *, limit: int, now: datetime) -> Keys:
    """Count one try and commit it, so that no later rollback forgets it. Raises TooMany above `limit`."""
    return _count({_key(what, value, now): limit}, now)


def count_with_address(what: str, value: str, ip: str, *, limit: int, now: datetime) -> Keys:
    """Count one try on a value and on the network address it comes from, in one commit. Raises TooMany."""
    return _count({_key(what, value, now): limit, _key(f"{what} from", ip, now): PER_ADDRESS}, now)


def _count(limits: dict[str, int], now: datetime) -> Keys:
    """Count one try under each key."""
    keys, window_at = tuple(limits), _window_at(now)
    statement = _COUNT_ONE if len(keys) == 1 else _COUNT_TWO
    # one key or two, as the statements name them
    values = {"key": keys[0], "other": keys[-1], "window_at": window_at}
    counted = transaction.connection().execute(statement, values).all()
    transaction.commit()
    if any(found > limits[key] for key, found in counted):
        raise TooMany(int((window_at + WINDOW - now).total_seconds()) + 1)
    return keys


def give_back(keys: Keys) -> None:
    """The try succeeded: it does not count. Never commits."""
    transaction.connection().execute(_GIVE_BACK, [{"key": key} for key in keys])


def waste(*, reads: int = 0, writes: int, wakes: str = "", now: datetime) -> None:
    """Read and write a row that is nobody's so many times, commit, and wake a job (services/nudge.py).

    For an address that nobody has: it takes as many statements as one that somebody has, and tells no more of itself.
    """
    values = {"key": _key("nobody", "", now), "window_at": _window_at(now)}
    for _ in range(reads):
        transaction.connection().execute(_READ_ONE, values).all()
    for _ in range(writes):
        transaction.connection().execute(_COUNT_ONE, values)
    if wakes:
        nudge.after_commit(wakes)
    transaction.commit()


def forget_old(now: datetime) -> int:
    """Remove the counts of past windows; how many."""
    result = db.session.execute(delete(Attempt).where(Attempt.window_at < now - 2 * WINDOW))
    transaction.commit()
    return int(getattr(result, "rowcount", 0))


def _window_at(now: datetime) -> datetime:
    return datetime.fromtimestamp(now.timestamp() // WINDOW.seconds * WINDOW.seconds, now.tzinfo)


def _key(what: str, value: str, now: datetime) -> str:
    return hashlib.sha256(f"{what}\0{_network(value)}\0{_window_at(now).isoformat()}".encode()).hexdigest()


def _network(value: str) -> str:
    """An IPv6 address stands for its /64, which one household or server owns whole; anything else for itself."""
    if ":" not in value:
        return value
    try:
        address = ipaddress.IPv6Address(value)
    except ValueError:
        return value
    return str(address.ipv4_mapped or ipaddress.ip_network((int(address) >> 64 << 64, 64)))
