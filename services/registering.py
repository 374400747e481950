"""A firm comes in: registering, and confirming the address of mail.

What the visitor sees never tells whether an address is known: both ways hash the password, make a
key file, write in as many statements and commit once, and both send one letter.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy.exc import IntegrityError

import languages
from extensions import db
from models import Firm, User, new_public_id
from services import (
    account_letters,
    events,
    firms,
    keys,
    legal,
    limits,
    logins,
    once,
    passwords,
    standing,
    transaction,
    user_tokens,
)
from services.actors import Actor
from services.installation import secrets, settings

_WRITES = 23  # statements that make a firm; a letter to an address that has one takes three of them


class Registration(Struct, frozen=True):
    """What the form said, and from where."""

    firm_name: str
    email: str
    password: str
    once: str  # random key of the form
    ip: str
    user_agent: str


def register(given: Registration, *, now: datetime) -> None:
    """Make the firm with key, chain, owner and acceptances, and mail a link; or tell a known address that it is known.

    Raises WeakPassword, TooMany.
    """
    passwords.check(given.password, given.firm_name, given.email)
    transaction.start_writing()
    limits.count_with_address("register", given.email, given.ip, limit=limits.PER_ACCOUNT, now=now)
    password_hash = passwords.hash_password(given.password)
    public_id = new_public_id()
    keys.create_firm_key(settings(), secrets(), public_id)
    try:
        is_new = _register(given, public_id, password_hash, now)
    except IntegrityError:  # the same address a moment ago
        transaction.rollback()
        is_new = _register(given, public_id, password_hash, now)
    if not is_new:
        keys.destroy_firm_key(settings(), public_id)


def _register(given: Registration, public_id: str, password_hash: str, now: datetime) -> bool:
    known = logins.find_user(given.email)
    if known is None:
        _create(given, public_id, password_hash, now)
        transaction.commit()
        return True
    is_new = once.answer(known.firm_id, given.once, "register", {"email": given.email}) is None
    if is_told := standing.is_here(known.firm) and is_new:
        account_letters.queue_account_exists(known, now=now)
    limits.waste(writes=_WRITES - 3 * is_told, wakes="send_mail", now=now)
    return False


def _create(given: Registration, public_id: str, password_hash: str, now: datetime) -> None:
    firm = Firm(name=given.firm_name, public_id=public_id, email=given.email, created_at=now, **firms.defaults())
    db.session.add(firm)
    db.session.flush()
    user = User(firm_id=firm.id, email=given.email, role="owner", password_hash=password_hash, created_at=now)
    user.language = languages.code()
    user.public_id = new_public_id()
    db.session.add(user)
    db.session.flush()
    events.open_chain(firm.id)
    db.session.flush()
    actor = Actor(
        firm_id=firm.id,
        firm_public_id=public_id,
        ref=f"user:{user.public_id}",
        user_id=user.id,
        ip=given.ip,
        user_agent=given.user_agent,
    )
    terms = legal.current("terms").version
    events.record("firm.registered", f"firm:{public_id}", actor=actor, at=now, data={"terms_version": terms})
    events.record(
        "user.created",
        f"user:{user.public_id}",
        actor=actor,
        at=now,
        data={"user_id": user.public_id, "role": user.role},
        personal={"email": user.email},
    )
    legal.accept_all(user, actor=actor, now=now)
    once.remember(firm.id, given.once, "register", {"email": given.email}, at="", now=now)
    account_letters.queue_confirm_email(user, now=now)


def send_link_again(email: str, *, ip: str, now: datetime) -> None:
    """Mail the link that the address is waiting for, whatever it is. Raises TooMany.

    Nothing goes to an unknown one, in as many statements.
    """
    transaction.start_writing()
    limits.count_with_address("link again", email, ip, limit=limits.LETTERS_PER_ACCOUNT, now=now)
    passwords.waste_time(email)
    user = logins.find_here(email)
    if user is None:
        limits.waste(writes=3, wakes="send_mail", now=now)
        return
    if user.email_confirmed_at is None:
        account_letters.queue_confirm_email(user, now=now)
    else:
        account_letters.queue_account_exists(user, now=now)
    transaction.commit()


def confirm_email(token: str, *, ip: str, user_agent: str, now: datetime) -> str:
    """Use the mailed link up, note that the address is its owner's, and log in; the login's id for the cookie.

    Raises NotFound, LinkGone.
    """
    row, user = user_tokens.read(user_tokens.CONFIRM_EMAIL, token, now=now)
    user_tokens.use(row, now=now)
    user.email_confirmed_at = now
    actor = logins.actor_of(user, ip=ip, user_agent=user_agent)
    events.record(
        "user.email_confirmed",
        f"user:{user.public_id}",
        actor=actor,
        at=now,
        data={"user_id": user.public_id},
        personal={"email": user.email},
    )
    login = logins.begin(actor, now=now)
    transaction.commit()
    return login
