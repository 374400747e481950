"""Users who came along with a firm that moved here, and whose address is not theirs to log in with: another one.

What an archive says of an address is the word of who handed it in. One that somebody has here is not given away
(services/importing/laying.py), and who holds one may free it again: its user then waits for another. The owner gives
that, and it counts once its holder has used the mailed link.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import and_
from sqlalchemy.exc import IntegrityError

from extensions import db
from models import User, UserToken
from services import account_letters, events, limits, logins, once, scope, transaction, user_tokens
from services.actors import Actor
from services.errors import Stale
from services.user_tokens import LinkGone

_GIVE = "new_address"  # the act of a one-shot form


class Waiting(Struct, frozen=True):
    """A user without an address, and where a link for it went last, if one did."""

    public_id: str
    name: str
    asked: str
    asked_at: datetime | None


def waiting(firm_id: int) -> list[Waiting]:
    """The firm's users who cannot log in, in the order in which they came."""
    own = UserToken.firm_id == User.firm_id, UserToken.user_id == User.id
    statement = (
        scope.columns(User, firm_id, User.public_id, User.name, UserToken.email, UserToken.created_at)
        .outerjoin(UserToken, and_(*own, UserToken.used_at.is_(None), UserToken.revoked_at.is_(None)))
        .where(~user_tokens.HAS_ADDRESS)
        .order_by(User.id, UserToken.id)
    )
    newest = {row.public_id: row for row in db.session.execute(statement)}
    return [Waiting(row.public_id, row.name, row.email or "", row.created_at) for row in newest.values()]


def give(firm_id: int, public_id: str, email: str, *, key: str, actor: Actor, now: datetime) -> None:
    """Mail a link to the address that a user who waits shall have; who uses it chooses a password. Commits.

    The same for an address that somebody has here: the letter tells its holder alone. Raises NotFound, Stale, TooMany.
    """
    limits.count_with_address("new address", email, actor.ip, limit=limits.LETTERS_PER_ACCOUNT, now=now)
    user = scope.get(User, firm_id, User.public_id == public_id, lock=True)
    if not user_tokens.waits(user):
        raise Stale
    content = {"user": public_id, "email": email}
    if once.answer(firm_id, key, _GIVE, content) is None:
        once.remember(firm_id, key, _GIVE, content, at="", now=now)
        _record("user.address_given", user, email, actor, now)
        account_letters.queue_new_address(user, email, now=now)
    transaction.commit()


def take(user: User, email: str) -> None:
    """The address is the user's own, which is to be noted as confirmed. Raises LinkGone if somebody has it by now."""
    user.email, user.email_confirmed_at = email, None
    try:
        db.session.flush()
    except IntegrityError:
        transaction.rollback()
        raise LinkGone from None


def may_be_released(user: User) -> bool:
    """Whether nobody has chosen a password here yet: the holder of the address may have nothing to do with the firm."""
    return not user.password_hash


def release(token: str, *, ip: str, user_agent: str, now: datetime) -> None:
    """Who got the mailed link does not belong to the firm: the address is free, and its user waits for another.

    The firm's owners are told. Commits. Raises NotFound, LinkGone.
    """
    row, user = user_tokens.read(user_tokens.RESET_PASSWORD, token, now=now)
    if not may_be_released(user):
        raise LinkGone
    user_tokens.use(row, now=now)
    user_tokens.end_all(user, now=now)
    actor = logins.actor_of(user, ip=ip, user_agent=user_agent)
    _record("user.address_released", user, row.email, actor, now)
    logins.end_after_new_password(user, kept=None, actor=actor, now=now)
    user.email, user.email_confirmed_at = user_tokens.held_back(user), None
    account_letters.queue_address_released(user, now=now)
    transaction.commit()


def _record(act: str, user: User, email: str, actor: Actor, now: datetime) -> None:
    about = {"user_id": user.public_id, "role": user.role}
    events.record(act, f"user:{user.public_id}", actor=actor, at=now, data=about, personal={"email": email})
