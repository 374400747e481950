"""Logins: rows on the server, found by the hash of a random id that the cookie holds."""

from __future__ import annotations

import hashlib
import secrets as randomness
from datetime import datetime, timedelta
from typing import cast

from msgspec import Struct
from sqlalchemy import ColumnElement, Table, and_, bindparam, insert, select, update
from sqlalchemy.orm import contains_eager

from extensions import db
from models import ChainHead, Closing, Firm, Login, User, UserToken, new_public_id
from services import events, limits, passwords, scope, standing, transaction
from services.actors import Actor
from services.errors import NotFound, RuleBroken
from services.installation import settings

SEEN_EVERY = timedelta(hours=1)


class WrongPassword(RuleBroken):
    """The password is not the account's; the same for an address that has none."""

    code = "wrong_password"


def token_sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Found(Struct, frozen=True):
    """The login of a cookie: what every page asks about it, its user, firm and a running termination."""

    login_id: int
    seen_at: datetime
    fresh_at: datetime
    user_id: int
    user_public_id: str
    user_name: str
    email: str
    role: str
    email_confirmed_at: datetime | None
    language: str
    last_way: str  # of sending
    firm_id: int
    firm_public_id: str
    firm_name: str
    is_sample: bool
    standing: str  # as stored: domain/standing.py
    standing_at: datetime | None
    standing_reason: str
    closes_at: datetime | None  # a termination takes effect
    erase_after: datetime | None  # the firm is being closed
    closing_channel: str | None  # how that termination came in
    locked_to: str  # public id of the deal that a customer is shown: blueprints/shared/locking.py
    locked_link: str
    seq: int  # of the newest entry of the firm's chain: what an open page compares (blueprints/shared/live.py)

    def login(self) -> Login:
        return scope.get(Login, self.firm_id, Login.id == self.login_id)

    def user(self) -> User:
        return scope.get(User, self.firm_id, User.id == self.user_id)

    def firm(self) -> Firm:
        return db.session.get_one(Firm, self.firm_id)

    def closing(self) -> Closing | None:
        return scope.find(Closing, self.firm_id, Closing.undone_at.is_(None)) if self.erase_after else None


# Made once, and read past the ORM: every page of the firm begins with it. The columns in the order of Found.
_FIND = (
    select(
        Login.id,
        Login.seen_at,
        Login.fresh_at,
        User.id,
        User.public_id,
        User.name,
        User.email,
        User.role,
        User.email_confirmed_at,
        User.language,
        User.last_way,
        Firm.id,
        Firm.public_id,
        Firm.name,
        Firm.is_sample,
        Firm.standing,
        Firm.standing_at,
        Firm.standing_reason,
        Closing.effective_at,
        Closing.erase_after,
        Closing.channel,
        Login.locked_to,
        Login.locked_link,
        ChainHead.seq,
    )
    .join(User, Login.user_id == User.id)
    .join(User.firm)
    .join(ChainHead, ChainHead.firm_id == User.firm_id)
    .outerjoin(Closing, and_(Closing.firm_id == User.firm_id, Closing.undone_at.is_(None)))
    .where(
        Login.token_sha256 == bindparam("token_sha256"),
        Login.ended_at.is_(None),
        Login.seen_at > bindparam("seen_after"),
        Login.created_at > bindparam("created_after"),
        standing.IS_HERE,
    )
)

_KNOWN = (
    select(User.id, User.public_id, User.name, User.password_hash, User.firm_id, Firm.public_id.label("firm_public_id"))
    .join(Firm, Firm.id == User.firm_id)
    .where(User.email == bindparam("email"), standing.IS_HERE)
)
_PASSWORD_HASH = select(User.password_hash).where(User.firm_id == bindparam("of"), User.id == bindparam("user_id"))
_ADD = insert(cast(Table, Login.__table__))
_FIRM = cast(Table, Firm.__table__)
_USED = update(_FIRM).where(_FIRM.c.id == bindparam("of")).values(active_at=bindparam("now"), inactive_warned=0)


def find(token: str, *, now: datetime) -> Found | None:
    """The login of a cookie, in one statement; None if it has ended."""
    chosen = settings()
    values = {
        "token_sha256": token_sha256(token),
        "seen_after": now - timedelta(days=chosen.LOGIN_IDLE_DAYS),
        "created_after": now - timedelta(days=chosen.LOGIN_MAX_DAYS),
    }
    row = transaction.connection().execute(_FIND, values).first()
    return Found(*row) if row else None


def find_user(email: str) -> User | None:
    """The user with this address of mail, whatever the firm."""
    return db.session.scalar(select(User).where(User.email == email))


def find_here(email: str) -> User | None:
    """The same where all of the firm has arrived, which is at hand with the user: one statement, whatever is found."""
    statement = select(User).join(User.firm).options(contains_eager(User.firm))
    return db.session.scalar(statement.where(User.email == email, standing.IS_HERE))


def actor_of(user: User, *, ip: str, user_agent: str) -> Actor:
    """The user as the one who acts, before there is a login."""
    return Actor(
        firm_id=user.firm_id,
        firm_public_id=user.firm.public_id,
        ref=f"user:{user.public_id}",
        name=user.name or user.email,
        user_id=user.id,
        ip=ip,
        user_agent=user_agent,
    )


def log_in(email: str, password: str, *, ip: str, user_agent: str, now: datetime) -> str:
    """Begin a login; its random id for the cookie. Raises WrongPassword, TooMany.

    A known and an unknown address take the same steps: two counts, one hash, and as many statements after it.
    """
    transaction.start_writing(lasts=False)
    known = transaction.connection().execute(_KNOWN, {"email": email}).one_or_none()
    tried = limits.count_with_address("login", email, ip, limit=limits.PER_ACCOUNT, now=now)  # ends it: hashing is slow
    # a power cut may take a login back, and its entry in the chain with it: the cookie opens nothing, one logs in again
    transaction.start_writing(lasts=False)
    is_right = (
        passwords.is_right(known.password_hash, password)
        if known and known.password_hash  # none yet: the firm has come from another installation
        else passwords.waste_time(password)
    )
    current = _password_hash(known.firm_id, known.id) if known else _password_hash(0, 0)
    if known is None or current is None:
        limits.waste(reads=1, writes=3, now=now)  # as the entry of an account that exists
        raise WrongPassword
    actor = Actor(
        firm_id=known.firm_id,
        firm_public_id=known.firm_public_id,
        ref=f"user:{known.public_id}",
        name=known.name or email,
        user_id=known.id,
        ip=ip,
        user_agent=user_agent,
    )
    if not is_right or current != known.password_hash:
        _record("login.failed", known.public_id, actor, now, "password")
        transaction.commit()
        raise WrongPassword
    token = begin(actor, now=now)
    limits.give_back(tried)
    transaction.commit()
    return token


def _password_hash(firm_id: int, user_id: int) -> str | None:
    """As it is now: while one was checked, it may have been changed, or the user removed."""
    return transaction.connection().execute(_PASSWORD_HASH, {"of": firm_id, "user_id": user_id}).scalar()


def begin(actor: Actor, *, now: datetime) -> str:
    """Add a login of the user who acts and its event to the running transaction; the new random id for the cookie."""
    assert actor.user_id is not None  # noqa: S101  (only users log in)
    token, public_id = _add(actor.firm_id, actor.user_id, ip=actor.ip, user_agent=actor.user_agent, now=now)
    _record("login.made", public_id, actor, now, "password")
    return token


def open_login(user: User, *, ip: str, user_agent: str, now: datetime) -> str:
    """Add a login without an event; the new random id for the cookie."""
    return _add(user.firm_id, user.id, ip=ip, user_agent=user_agent, now=now)[0]


def _add(firm_id: int, user_id: int, *, ip: str, user_agent: str, now: datetime) -> tuple[str, str]:
    token, public_id = randomness.token_urlsafe(32), new_public_id()
    row = {
        "firm_id": firm_id,
        "public_id": public_id,
        "user_id": user_id,
        "token_sha256": token_sha256(token),
        "created_at": now,
        "seen_at": now,
        "fresh_at": now,
        "ip": ip,
        "user_agent": user_agent,
    }
    transaction.connection().execute(_ADD, row)
    _use(firm_id, now)
    return token, public_id


def _use(firm_id: int, now: datetime) -> None:
    """Somebody uses the firm's account: no warning counts any more (services/watching.py)."""
    transaction.connection().execute(_USED, {"of": firm_id, "now": now})


def of_user(user: User) -> list[Login]:
    """The user's logins that go on, the latest used first."""
    statement = scope.of(Login, user.firm_id).where(Login.user_id == user.id, Login.ended_at.is_(None))
    return list(db.session.scalars(statement.order_by(Login.seen_at.desc(), Login.id.desc())))


def end(user: User, public_id: str, *, actor: Actor, now: datetime) -> None:
    """End one login of the user. Raises NotFound."""
    ended = _end(user, Login.public_id == public_id, now=now)
    if not ended:
        raise NotFound
    _record("login.ended", public_id, actor, now, "user")
    transaction.commit()


def end_others(user: User, kept: Login, *, actor: Actor, now: datetime) -> None:
    """End all logins of the user but this one."""
    for public_id in _end(user, Login.id != kept.id, now=now):
        _record("login.ended", public_id, actor, now, "user")
    transaction.commit()


def end_after_new_password(user: User, *, kept: Login | None, actor: Actor, now: datetime) -> None:
    """End the user's logins, but for the one in which the password was changed. Never commits."""
    for public_id in _end(user, Login.id != (kept.id if kept else 0), now=now):
        _record("login.ended", public_id, actor, now, "password")


def make_fresh(user: User, login: Login, password: str, *, now: datetime) -> None:
    """The password was typed again in this login. Raises WrongPassword, TooMany."""
    firm_id, login_id = user.firm_id, login.id
    transaction.start_writing()
    check_password(user, password, now=now)
    db.session.execute(scope.change(Login, firm_id).where(Login.id == login_id).values(fresh_at=now))
    transaction.commit()


def check_password(user: User, password: str, *, now: datetime) -> None:
    """Check a password typed again, in a transaction that may write; counted. Raises WrongPassword, TooMany."""
    stored, public_id = user.password_hash, user.public_id
    tried = limits.count("password", public_id, limit=limits.PER_ACCOUNT, now=now)
    if not passwords.is_right(stored, password):
        raise WrongPassword
    limits.give_back(tried)


def touch(found: Found, *, now: datetime) -> None:
    """Note that the login is in use, at most once an hour. Called before a change: reading writes nothing."""
    if now - found.seen_at > SEEN_EVERY:
        db.session.execute(scope.change(Login, found.firm_id).where(Login.id == found.login_id).values(seen_at=now))
        _use(found.firm_id, now)
        transaction.commit(keep=True)


def end_of_firm(firm: Firm, *, actor: Actor, now: datetime) -> None:
    """End all logins and mailed links of a firm's users at once. Never commits."""
    going = scope.change(Login, firm.id).where(Login.ended_at.is_(None)).values(ended_at=now)
    for public_id in db.session.scalars(going.returning(Login.public_id)):
        _record("login.ended", public_id, actor, now, "security")
    unused = UserToken.used_at.is_(None), UserToken.revoked_at.is_(None)
    db.session.execute(scope.change(UserToken, firm.id).where(*unused).values(revoked_at=now))


def _end(user: User, which: ColumnElement[bool], *, now: datetime) -> list[str]:
    """End the user's logins that fit and go on; their public ids."""
    statement = (
        scope.change(Login, user.firm_id)
        .where(Login.user_id == user.id, Login.ended_at.is_(None), which)
        .values(ended_at=now)
        .returning(Login.public_id)
    )
    return list(db.session.scalars(statement))


def _record(act: str, login_id: str, actor: Actor, now: datetime, reason: str) -> None:
    events.record(act, actor.ref, actor=actor, at=now, data={"login_id": login_id, "reason": reason})
