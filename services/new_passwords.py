"""A new password: by a mailed link when the old one is forgotten, or by its owner. Either ends the other logins."""

from __future__ import annotations

from datetime import datetime

from models import Login, User
from services import (
    account_letters,
    events,
    limits,
    logins,
    new_addresses,
    passwords,
    scope,
    transaction,
    user_tokens,
)
from services.actors import Actor


def ask(email: str, *, ip: str, user_agent: str, now: datetime) -> None:
    """Mail a link for a new password; nothing to an unknown address, in as many statements. Raises TooMany."""
    transaction.start_writing()
    limits.count_with_address("reset", email, ip, limit=limits.LETTERS_PER_ACCOUNT, now=now)
    passwords.waste_time(email)  # covers what the entry takes to encrypt for a known address
    user = logins.find_here(email)
    if user is None:
        limits.waste(reads=1, writes=6, wakes="send_mail", now=now)
        return
    actor = logins.actor_of(user, ip=ip, user_agent=user_agent)
    _record("password.reset_asked", user, actor, now)
    account_letters.queue_reset_password(user, now=now)
    transaction.commit()


def reset(token: str, password: str, *, ip: str, user_agent: str, now: datetime) -> None:
    """Use the mailed link for a new password. All logins and all mailed links end.

    A user who waits for an address gets the one that the link was mailed to. Raises NotFound, LinkGone, WeakPassword.
    """
    row, user = user_tokens.read(user_tokens.RESET_PASSWORD, token, now=now)
    passwords.check(password, user.firm.name, row.email, user.name)
    transaction.rollback()  # hashing is slow
    password_hash = passwords.hash_password(password)
    transaction.start_writing()
    row, user = user_tokens.read(user_tokens.RESET_PASSWORD, token, now=now)
    user_tokens.use(row, now=now)
    actor = logins.actor_of(user, ip=ip, user_agent=user_agent)
    if user_tokens.waits(user):
        new_addresses.take(user, row.email)
    if user.email_confirmed_at is None:
        user.email_confirmed_at = now  # the link came by mail
    _set(user, password_hash, kept=None, actor=actor, now=now)
    transaction.commit()


def change(user: User, old: str, new: str, *, kept: Login, actor: Actor, now: datetime) -> None:
    """Change the password where it is known. The other logins end. Raises WrongPassword, TooMany, WeakPassword."""
    firm_id, user_id, stored = user.firm_id, user.id, user.password_hash
    passwords.check(new, user.firm.name, user.email, user.name)
    transaction.start_writing()
    logins.check_password(user, old, now=now)
    transaction.commit()
    password_hash = passwords.hash_password(new)
    user = scope.get(User, firm_id, User.id == user_id, lock=True)
    if user.password_hash != stored:
        raise logins.WrongPassword
    _set(user, password_hash, kept=kept, actor=actor, now=now)
    transaction.commit()


def _set(user: User, password_hash: str, *, kept: Login | None, actor: Actor, now: datetime) -> None:
    user.password_hash = password_hash
    user_tokens.end_all(user, now=now)
    logins.end_after_new_password(user, kept=kept, actor=actor, now=now)
    _record("password.changed", user, actor, now)
    account_letters.queue_password_changed(user, now=now)


def _record(act: str, user: User, actor: Actor, now: datetime) -> None:
    events.record(act, f"user:{user.public_id}", actor=actor, at=now, data={"user_id": user.public_id})
