"""What a user says about themselves."""

from __future__ import annotations

from datetime import datetime

from models import User
from services import events, transaction
from services.actors import Actor


def change_own(user: User, *, name: str, phone: str, language: str | None = None, actor: Actor, now: datetime) -> None:
    """Store the user's own name, phone number and (if given) language, and which of them changed."""
    given = {"name": name, "phone": phone, "language": language or user.language}
    changed = [field for field, value in given.items() if getattr(user, field) != value]
    if not changed:
        return
    for field in changed:
        setattr(user, field, given[field])
    events.record("user.changed", actor.ref, actor=actor, at=now, data={"user_id": user.public_id, "fields": changed})
    transaction.commit()
