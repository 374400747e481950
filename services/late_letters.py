"""Letters that ought to have gone by now, for who watches the installation."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import and_, func, or_, select

from extensions import db
from models import Letter
from services.outbox import SERVER_WAIT

LATE_AFTER = timedelta(minutes=15)


class Late(Struct, frozen=True):
    """Letters that ought to have gone: how many, when the first was due, and why, where a server was asked."""

    count: int
    since: datetime
    why: str


def find(now: datetime) -> Late | None:
    """Letters that no worker has taken, or that wait because no server is reached. None where all is well.

    One that its server told to come later has its reason, and is not among them.
    """
    long_ago = now - LATE_AFTER
    is_in_hand = Letter.lease_until.is_not(None)
    asked_for = and_(
        or_(Letter.attempts == 0, and_(Letter.attempts == 1, is_in_hand)),
        Letter.reply != "",
        Letter.created_at < long_ago,
        Letter.next_at <= now + SERVER_WAIT,  # not until the morning
    )
    found = db.session.execute(
        select(func.count(), func.min(Letter.created_at), func.max(Letter.reply)).where(
            Letter.state == "queued", or_(Letter.next_at < long_ago, asked_for)
        )
    ).one()
    return Late(*found) if found[0] else None
