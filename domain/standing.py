"""What a firm may do, and when: beside the role of a user, its standing decides.

A firm whose termination is in effect reads, takes its data out and undoes (decision 49). A suspended one the same: all
is kept as it was until the operator restores it. One that is arriving from another installation is not here yet.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class Standing(StrEnum):
    """A refused act is named by the standing that refuses it."""

    ACTIVE = "active"
    CLOSED = "closed"
    SUSPENDED = "suspended"
    ARRIVING = "arriving"


class Reason(StrEnum):
    """Why the operator suspends a firm."""

    LATE_PAYMENT = "late_payment"
    MISUSE = "misuse"
    SECURITY = "security"
    REQUEST = "request"
    OTHER = "other"


READING = frozenset(
    {
        "login.own",
        "quote.read",
        "customer.read",
        "article.read",
        "margin.read",
        "personnummer.read",
        "firm.export",
        "firm.close",
    }
)


def of(stored: str, effective_at: datetime | None, now: datetime) -> Standing:
    """The standing by what is stored of a firm and the day that its running termination takes effect, if one runs.

    Suspended wins over closed: its words say what the operator must do first.
    """
    standing = Standing(stored)
    is_closed = effective_at is not None and now >= effective_at
    return Standing.CLOSED if standing is Standing.ACTIVE and is_closed else standing


def allows(standing: Standing, action: str) -> bool:
    """Whether a firm in this standing does the action (domain/permissions.py)."""
    if standing is Standing.ACTIVE:
        return True
    return standing is not Standing.ARRIVING and action in READING
