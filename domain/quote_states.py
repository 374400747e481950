"""The states of a quote and what may be done in each.

Source: avtalslagen (1915:218) 1-9 §§: what is sent binds, a refusal ends it, a late answer is a new offer.
"""

from __future__ import annotations

from enum import StrEnum

from domain.deal_kinds import DealKind, is_signed


class QuoteStatus(StrEnum):
    """The stored state; "opened" and "new question" are computed, not stored."""

    DRAFT = "draft"
    SENT = "sent"
    COUNTERED = "countered"
    PARTLY_SIGNED = "partly_signed"
    ACCEPTED = "accepted"
    SIGNED = "signed"
    DECLINED = "declined"
    EXPIRED = "expired"
    LATE_ACCEPTANCE = "late_acceptance"
    RECALLED = "recalled"
    REPLACED = "replaced"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    RESCINDED = "rescinded"


_S = QuoteStatus

OPEN = frozenset({_S.SENT, _S.COUNTERED, _S.PARTLY_SIGNED})
"""Lies with the customer."""
AGREED = frozenset({_S.ACCEPTED, _S.SIGNED, _S.COMPLETED})
"""There is a contract in force or fulfilled."""
_REVISABLE = frozenset(
    {_S.DRAFT, _S.SENT, _S.COUNTERED, _S.PARTLY_SIGNED, _S.DECLINED, _S.EXPIRED, _S.LATE_ACCEPTANCE, _S.RECALLED}
)
_IN_FORCE = frozenset({_S.ACCEPTED, _S.SIGNED})

_FROM: dict[str, frozenset[QuoteStatus]] = {
    "edit": _REVISABLE,
    "delete": frozenset({_S.DRAFT}),
    "send": _REVISABLE,
    "hand_over": OPEN | _IN_FORCE,
    "recall": OPEN,
    "ask": frozenset(_S) - {_S.DRAFT, _S.RECALLED, _S.REPLACED},
    "counter": frozenset({_S.SENT}),
    "accept": frozenset({_S.SENT, _S.PARTLY_SIGNED}),
    "accept_late": frozenset({_S.SENT, _S.PARTLY_SIGNED, _S.EXPIRED}),
    # one of several has approved and others have not: no agreement yet
    "accept_part": frozenset({_S.SENT, _S.PARTLY_SIGNED}),
    "accept_part_late": frozenset({_S.SENT, _S.PARTLY_SIGNED, _S.EXPIRED}),
    # the only one of several who has signed takes it back
    "unsign": frozenset({_S.PARTLY_SIGNED}),
    "accept_manually": frozenset({_S.SENT, _S.COUNTERED, _S.EXPIRED}),
    "undo_manually": _IN_FORCE,
    "confirm_late": frozenset({_S.LATE_ACCEPTANCE}),
    "refuse_late": frozenset({_S.LATE_ACCEPTANCE}),
    "decline": OPEN,
    "expire": OPEN,
    # A statement of withdrawal is always received where a contract is or may be; the firm assesses it afterwards.
    "withdraw": AGREED | {_S.LATE_ACCEPTANCE},
    "complete": _IN_FORCE,
    "cancel": _IN_FORCE,
    "rescind": AGREED,
    "replace": _IN_FORCE | OPEN,
}

_TO: dict[str, QuoteStatus] = {
    "send": _S.SENT,
    "recall": _S.RECALLED,
    "counter": _S.COUNTERED,
    "accept": _S.ACCEPTED,
    "accept_late": _S.LATE_ACCEPTANCE,
    "accept_part": _S.PARTLY_SIGNED,
    "accept_part_late": _S.PARTLY_SIGNED,
    "unsign": _S.SENT,
    "accept_manually": _S.ACCEPTED,
    "undo_manually": _S.SENT,
    "confirm_late": _S.ACCEPTED,
    "refuse_late": _S.DECLINED,
    "decline": _S.DECLINED,
    "expire": _S.EXPIRED,
    "withdraw": _S.WITHDRAWN,
    "complete": _S.COMPLETED,
    "cancel": _S.CANCELLED,
    "rescind": _S.RESCINDED,
    "replace": _S.REPLACED,
}

ACTIONS = frozenset(_FROM)


def can(status: str, action: str) -> bool:
    """Whether the action is possible in the state. Raises KeyError for an unknown action."""
    return status in _FROM[action]


def after(status: str, action: str, *, kind: str = DealKind.QUOTE) -> QuoteStatus:
    """The state after the action; unchanged for one that moves nothing. Raises ValueError if it is not possible.

    Where a quote is approved, a deal of a kind that is signed is signed: a state of its own, alike in all that follows.
    """
    if not can(status, action):
        raise ValueError(f"{action} is not possible in {status}")
    to = _TO.get(action, QuoteStatus(status))
    return _S.SIGNED if to is _S.ACCEPTED and is_signed(kind) else to
