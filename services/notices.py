"""To whom of the firm a letter about an event goes: the person behind the quote, by that person's own choice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from domain import notices
from models import Quote, User
from services import events, outbox, transaction, users
from services.actors import Actor

ALWAYS = ""  # instead of an event: the deal or the law needs the letter, no switch ends it


def wants(user: User, event: str) -> bool:
    """Whether the user gets mail about the event. Raises KeyError for one that domain/notices.py does not know."""
    return event == ALWAYS or notices.wants(user.notices, event)


def tell(quote: Quote, event: str, kind: str, params: Mapping[str, object], *, now: datetime) -> None:
    """Queue a letter about a quote to the firm's person behind it. Never commits."""
    user = users.behind(quote)
    if wants(user, event):
        outbox.queue(kind, user.email, params, firm_id=quote.firm_id, now=now, quote_id=quote.id)


def choose(user: User, chosen: list[str], *, actor: Actor, now: datetime) -> None:
    """Keep which news the user wants. Commits; the same choice again changes nothing."""
    stored = notices.stored(chosen)
    if stored == user.notices:
        return
    user.notices = stored
    data = {"user_id": user.public_id, "fields": ["notices"]}
    events.record("user.changed", actor.ref, actor=actor, at=now, data=data)
    transaction.commit()
