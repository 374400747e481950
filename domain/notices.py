"""Which news of the firm's quotes a user gets by mail, and which are always sent.

What a user has chosen is kept as the names that differ from the defaults here, so that an event that comes later is
on or off as it is meant to be.
"""

from __future__ import annotations

from collections.abc import Collection

DEFAULTS: dict[str, bool] = {  # in the order they are shown
    "question": True,
    "approved": True,
    "declined": True,
    "late_answer": True,
    "new_time": True,
    "bounced": True,
    "rot_details": True,
    "request": True,
    "feedback": False,
    "opened": False,
}


def wants(stored: str, event: str) -> bool:
    """Whether a user who has chosen `stored` gets mail about the event. Raises KeyError for an unknown one."""
    return DEFAULTS[event] != (event in stored.split())


def chosen(stored: str) -> list[str]:
    """The events that are on."""
    return [event for event in DEFAULTS if wants(stored, event)]


def stored(events: Collection[str]) -> str:
    """What to keep for a user who wants just these."""
    return " ".join(event for event, is_on in DEFAULTS.items() if is_on != (event in events))
