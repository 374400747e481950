"""Mailed links of users: the row decides whether one still counts. Never commits.

A newer link ends the older ones of its purpose, and a new password ends them all. Using one is a conditional update,
so that of twenty clicks one succeeds.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from extensions import db
from models import User, UserToken
from services import scope, standing, tokens
from services.errors import NotFound

CONFIRM_EMAIL = "confirm_email"
RESET_PASSWORD = "reset_password"  # noqa: S105  (a purpose, not a secret)
HELD_BACK = "upptagen.invalid"  # where a user waits who has no address of the own: two would have the same
HAS_ADDRESS = ~User.email.endswith(f"@{HELD_BACK}")


class LinkGone(Exception):
    """One of ours that no longer counts: used, replaced by a newer one, or too old."""


def waits(user: User) -> bool:
    """Whether the user has no address, and nobody logs in."""
    return user.email == held_back(user)


def held_back(user: User) -> str:
    """What stands in the place of an address."""
    return f"{user.public_id}@{HELD_BACK}"


def issue(user: User, purpose: str, *, now: datetime, email: str = "") -> UserToken:
    """Make a new link; older ones of the same purpose end. `email`: the address that it gives to a user who waits."""
    end_all(user, now=now, purpose=purpose)
    row = UserToken(
        firm_id=user.firm_id,
        user_id=user.id,
        purpose=purpose,
        email=email or user.email,
        created_at=now,
        expires_at=now + timedelta(seconds=tokens.MAX_AGE_SECONDS[purpose]),
    )
    db.session.add(row)
    db.session.flush()
    return row


def read(purpose: str, token: str, *, now: datetime) -> tuple[UserToken, User]:
    """The row of a link that counts, and its user. Raises NotFound for what is not ours, LinkGone for what was."""
    try:
        public_id = tokens.read(purpose, token)
    except tokens.OldToken:
        raise LinkGone from None
    except tokens.BadToken:
        raise NotFound from None
    found = db.session.execute(
        select(UserToken, User)
        .join(User, UserToken.user_id == User.id)
        .where(UserToken.public_id == public_id, UserToken.purpose == purpose, standing.of_those_here(UserToken))
    ).first()
    if found is None:
        raise NotFound
    row, user = found
    is_theirs = row.email == user.email or (purpose == RESET_PASSWORD and waits(user))
    if row.used_at or row.revoked_at or now >= row.expires_at or not is_theirs:
        raise LinkGone
    return row, user


def use(row: UserToken, *, now: datetime) -> None:
    """Use a link up. Raises LinkGone if someone was first, or if it ended meanwhile."""
    statement = (
        scope.change(UserToken, row.firm_id)
        .where(
            UserToken.id == row.id,
            UserToken.used_at.is_(None),
            UserToken.revoked_at.is_(None),
            UserToken.expires_at > now,
        )
        .values(used_at=now)
    )
    if getattr(db.session.execute(statement), "rowcount", 0) != 1:
        raise LinkGone


def end_all(user: User, *, now: datetime, purpose: str | None = None) -> None:
    """End the user's unused links, of one purpose or of all."""
    statement = scope.change(UserToken, user.firm_id).where(
        UserToken.user_id == user.id, UserToken.used_at.is_(None), UserToken.revoked_at.is_(None)
    )
    if purpose:
        statement = statement.where(UserToken.purpose == purpose)
    db.session.execute(statement.values(revoked_at=now))
