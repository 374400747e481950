"""How a termination comes in, and what the owner answers about what is left."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    SETTINGS = "settings"  # by an owner, on the page
    MAIL = "mail"
    PHONE = "phone"
    LETTER = "letter"
    OPERATOR = "operator"  # the operator's own termination
    INACTIVITY = "inactivity"  # begun by the time


class Choice(StrEnum):
    ERASE_ALL = "erase_all"
    LOCK_BOOKKEEPING = "lock_bookkeeping"


ENTERED = (Channel.PHONE, Channel.LETTER, Channel.MAIL, Channel.OPERATOR)  # by the operator


class Reason(StrEnum):
    """Why the operator ends it; shown to the owners in words."""

    SERVICE_ENDS = "service_ends"
    LATE_PAYMENT = "late_payment"
    INSOLVENCY = "insolvency"
    BREACH = "breach"
    MISUSE = "misuse"
    SECURITY = "security"
    UNLAWFUL = "unlawful"


def may_undo(channel: str, by: str) -> bool:
    """Whether the one who acts (user:…, operator:…) may take it back: the operator's own only the operator.

    What an owner has confirmed is the owners' alone.
    """
    if by.startswith("operator:"):
        return channel in ENTERED
    return channel != Channel.OPERATOR
