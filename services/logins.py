"""Logins: rows on the server, found by the hash of a random id that the cookie holds."""

from __future__ import annotations

import hashlib
import secrets as randomness
from datetime import datetime, timedelta

from sqlalchemy import and_, select

from extensions import db
from models import Closing, Firm, Login, User
from services import transaction
from services.installation import settings

SEEN_EVERY = timedelta(hours=1)


def token_sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find(token: str, *, now: datetime) -> tuple[Login, User, Firm, Closing | None] | None:
    """The login of a cookie with its user, firm and running termination, in one statement; None if it has ended."""
    limits = settings()
    statement = (
        select(Login, User, Firm, Closing)
        .join(User, Login.user_id == User.id)
        .join(Firm, User.firm_id == Firm.id)
        .outerjoin(Closing, and_(Closing.firm_id == Firm.id, Closing.undone_at.is_(None)))
        .where(
            Login.token_sha256 == token_sha256(token),
            Login.ended_at.is_(None),
            Login.seen_at > now - timedelta(days=limits.LOGIN_IDLE_DAYS),
            Login.created_at > now - timedelta(days=limits.LOGIN_MAX_DAYS),
        )
    )
    row = db.session.execute(statement).first()
    if row is None:
        return None
    login, user, firm, closing = row
    return login, user, firm, closing


def open_login(user: User, *, ip: str, user_agent: str, now: datetime) -> str:
    """Add a login to the running transaction; the new random id for the cookie."""
    token = randomness.token_urlsafe(32)
    db.session.add(
        Login(
            firm_id=user.firm_id,
            user_id=user.id,
            token_sha256=token_sha256(token),
            created_at=now,
            seen_at=now,
            fresh_at=now,
            ip=ip,
            user_agent=user_agent,
        )
    )
    return token


def touch(login: Login, *, now: datetime) -> None:
    """Note that the login is in use, at most once an hour. Called where something is changed anyway."""
    if now - login.seen_at > SEEN_EVERY:
        login.seen_at = now
        transaction.commit()
