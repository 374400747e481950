"""What a user says about themselves, and which users a letter reaches."""

from __future__ import annotations

from datetime import datetime

from models import Quote, User
from services import events, scope, transaction, user_tokens
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


def owners(firm_id: int) -> list[User]:
    """The firm's owners, but for those without an address (services/new_addresses.py)."""
    return scope.rows(User, firm_id, User.role == "owner", user_tokens.HAS_ADDRESS)


def behind(quote: Quote) -> User:
    """Who of the firm is written to about a quote: the person behind it, or an owner where that one has no address."""
    user = scope.get(User, quote.firm_id, User.id == quote.user_id)
    return min(owners(quote.firm_id), key=lambda owner: owner.id, default=user) if user_tokens.waits(user) else user
