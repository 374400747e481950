"""The owner who asked, and the firm that has come: one login, one firm, nothing twice.

Who registers here to move in has an empty firm. When the archive's firm is opened the login goes over to it, with what
was accepted here, and the empty firm goes away, in the one transaction of the opening.
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import exists, func, select

from domain.standing import Standing
from extensions import db
from models import Acceptance, Arrival, Base, Firm, Login, User, new_public_id
from services import events, scope, user_tokens
from services.actors import Actor, system
from services.errors import RuleBroken

# What a firm has from registering, logging in and asking for its data, and nothing of a customer
FROM_REGISTERING = {
    *("firm", "user", "login", "acceptance", "user_token", "event", "event_value", "chain_head"),
    *("letter", "once_key", "counter", "export"),
}
OWN_USER = "own_user"  # in an arrival's report: public id of the archive's user with the asker's address, if one has it


class NotEmpty(RuleBroken):
    """The firm that is to go away has something of its own by now, or has been suspended."""

    code = "not_empty"


def is_empty(firm_id: int) -> bool:
    """Whether a firm has nothing but what registering made: one user, and no row of any other table."""
    from services.privacy.register import TABLES  # large: for who moves in

    mine = [
        exists().where(Base.metadata.tables[table.name].c.firm_id == firm_id)
        for table in TABLES.values()
        if table.of_firm and table.name not in FROM_REGISTERING
    ]
    users = scope.columns(User, firm_id, func.count()).scalar_subquery()
    count, *others = db.session.execute(select(users, *mine)).one()
    return bool(count == 1 and not any(others))


def merge(arrival: Arrival, firm: Firm, now: datetime) -> None:
    """Give the asker's login to the firm that has come, and remove the asker's empty one. Never commits.

    The archive's user whom `arrival.report` names as OWN_USER becomes the asker's: password, logins and what was
    accepted here. Without one the asker becomes a further owner. Nothing for an arrival by the command. After the
    commit `clear_up` removes the empty firm's key and files. Raises NotEmpty, and nothing is changed.
    """
    if not arrival.asker_firm:
        return
    empty = db.session.scalar(select(Firm).where(Firm.public_id == arrival.asker_firm).with_for_update())
    asker = scope.find(User, empty.id, User.public_id == arrival.asker, lock=True) if empty else None
    if asker is None or asker.firm.standing != Standing.ACTIVE or not is_empty(asker.firm_id):
        raise NotEmpty
    from services.privacy import erasure  # all that takes a firm away: the web only asks whether it is empty

    user = _taken_over(arrival, asker, firm, now)
    _bring_logins(asker, user)
    _bring_acceptances(asker, user, firm, now)
    empty_id = asker.firm_id
    db.session.flush()
    erasure.delete_rows(empty_id)


def clear_up(arrival: Arrival) -> None:
    """Remove what lies outside of the database of the asker's firm, once its row is gone. Safe to do again."""
    public_id = arrival.asker_firm
    if not public_id or db.session.scalar(select(Firm.id).where(Firm.public_id == public_id)) is not None:
        return
    from services.privacy import places  # as above

    places.erase(public_id, arrivals=False)


def _taken_over(arrival: Arrival, asker: User, firm: Firm, now: datetime) -> User:
    """The user of the firm that the asker is from now on: an owner with the asker's address and password."""
    email, asker.email = asker.email, user_tokens.held_back(asker)
    db.session.flush()  # one address, one user
    actor = system(firm.id, firm.public_id)
    own = json.loads(arrival.report).get(OWN_USER, "")
    user = scope.find(User, firm.id, User.public_id == own) if own else None
    if user is None:
        user = _further_owner(asker, email, firm, actor, now)
    else:
        user.email, user.password_hash = email, asker.password_hash
        about = {"user_id": user.public_id}
        events.record("password.changed", f"user:{user.public_id}", actor=actor, at=now, data=about)
        if user.role != "owner":  # who has the archive has all that is in it
            roles = {**about, "old_role": user.role, "new_role": "owner"}
            events.record("user.role_changed", f"user:{user.public_id}", actor=actor, at=now, data=roles)
            user.role = "owner"
    user.email_confirmed_at = asker.email_confirmed_at
    return user


def _further_owner(asker: User, email: str, firm: Firm, actor: Actor, now: datetime) -> User:
    user = User(
        firm_id=firm.id,
        public_id=new_public_id(),
        email=email,
        name=asker.name,
        phone=asker.phone,
        role="owner",
        language=asker.language,
        password_hash=asker.password_hash,
        created_at=now,
    )
    db.session.add(user)
    db.session.flush()
    data = {"user_id": user.public_id, "role": user.role}
    made = f"user:{user.public_id}"
    events.record("user.created", made, actor=actor, at=now, data=data, personal={"email": email})
    return user


def _bring_logins(asker: User, user: User) -> None:
    """Who is logged in stays so: the cookie's row goes over."""
    going_on = Login.user_id == asker.id, Login.ended_at.is_(None)
    moved = scope.change(Login, asker.firm_id).where(*going_on).values(firm_id=user.firm_id, user_id=user.id)
    db.session.execute(moved.execution_options(synchronize_session=False))


def _bring_acceptances(asker: User, user: User, firm: Firm, now: datetime) -> None:
    """What was accepted on this installation, with an entry each in the chain that goes on."""
    actor = system(firm.id, firm.public_id)
    for row in scope.rows(Acceptance, asker.firm_id, Acceptance.user_id == asker.id):
        data = {"kind": row.document, "version": row.version, "text_sha256": row.text_sha256}
        events.record("terms.accepted", f"user:{user.public_id}", actor=actor, at=now, data=data)
        row.firm_id, row.user_id = user.firm_id, user.id
