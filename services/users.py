"""What a user says about themselves."""

from __future__ import annotations

from datetime import datetime

from models import User
from services import events, transaction
from services.actors import Actor


def change_own(user: User, *, name: str, phone: str, actor: Actor, now: datetime) -> None:
    """Store the user's own name and phone number, and which of them changed."""
    changed = [field for field, value in (("name", name), ("phone", phone)) if getattr(user, field) != value]
    if not changed:
        return
    user.name, user.phone = name, phone
    events.record("user.changed", actor.ref, actor=actor, at=now, data={"user_id": user.public_id, "fields": changed})
    transaction.commit()
