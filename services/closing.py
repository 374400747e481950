"""Leaving: a termination with its dates, undone until the last moment of its last day.

The dates are reckoned in domain/closing_dates.py.
"""

from __future__ import annotations

from datetime import datetime

from domain.clock import stockholm_date
from domain.closing_dates import ClosingDates, closing_dates
from extensions import db
from models import Closing, Firm, User, new_public_id
from services import events, leaving_letters, limits, passwords, scope, transaction
from services.actors import Actor
from services.errors import NotFound, RuleBroken
from services.installation import settings

# No invoice exists yet, so no contract is bookkeeping material and both answers to "erase all or lock
# the bookkeeping" would do the same. A question without a difference is not asked: everything is handed over and
# erased, and the page says so.
ONLY_CHOICE = "erase_all"


class WrongPassword(RuleBroken):
    """The password typed to confirm is not the user's."""

    code = "wrong_password"


def plan(now: datetime) -> ClosingDates:
    """The dates a termination confirmed now would get."""
    chosen = settings()
    return closing_dates(
        now,
        notice_days=chosen.NOTICE_DAYS,
        closing_days=chosen.CLOSING_DAYS,
        backup_days=chosen.BACKUP_DAYS,
    )


def dates_of(closing: Closing) -> ClosingDates:
    """The dates of a confirmed termination; backups by the setting of today."""
    return ClosingDates(closing.effective_at, closing.erase_after, settings().BACKUP_DAYS)


def running(firm_id: int) -> Closing | None:
    """The firm's termination that has not been undone."""
    return scope.find(Closing, firm_id, Closing.undone_at.is_(None))


def is_closed_for_business(closing: Closing | None, now: datetime) -> bool:
    """Whether sending and approving have stopped. Reading, export, downloading and withdrawing never do."""
    return closing is not None and closing.undone_at is None and has_stopped(closing.effective_at, now)


def has_stopped(effective_at: datetime | None, now: datetime) -> bool:
    """The same, of the day that a running termination takes effect; None if none runs."""
    return effective_at is not None and now >= effective_at


def ask(user: User, *, password: str, reason: str, actor: Actor, now: datetime) -> Closing:
    """Confirm the termination. Asked again while one runs, that one is the answer.

    Raises WrongPassword, TooMany.
    """
    user_id, firm_id, stored = user.id, actor.firm_id, user.password_hash
    limits.count("password", str(user_id), limit=limits.PER_ACCOUNT, now=now)  # ends the transaction: hashing is slow
    if not passwords.is_right(stored, password):
        raise WrongPassword
    db.session.get_one(Firm, firm_id, with_for_update=True)  # two confirmations take turns
    if closing := running(firm_id):
        return closing
    dates = plan(now)
    closing = Closing(
        firm_id=firm_id,
        public_id=new_public_id(),
        user_id=user_id,
        reason=reason,
        choice=ONLY_CHOICE,
        confirmed_at=now,
        effective_at=dates.effective_at,
        erase_after=dates.erase_after,
    )
    db.session.add(closing)
    events.record(
        "firm.close_asked",
        f"closing:{closing.public_id}",
        actor=actor,
        at=now,
        data={
            "choice": closing.choice,
            "effective_on": dates.effective_on.isoformat(),
            "last_day": dates.last_day.isoformat(),
        },
    )
    leaving_letters.queue_closing_receipt(closing, now=now)
    transaction.commit()
    return closing


def undo(*, actor: Actor, now: datetime) -> None:
    """Take the termination back, up to the last moment of its last day. Raises NotFound when none runs any more."""
    db.session.get_one(Firm, actor.firm_id, with_for_update=True)
    closing = running(actor.firm_id)
    if closing is None or now > closing.erase_after:
        raise NotFound
    closing.undone_at = now
    events.record(
        "firm.close_undone",
        f"closing:{closing.public_id}",
        actor=actor,
        at=now,
        data={"last_day": stockholm_date(closing.erase_after).isoformat()},
    )
    leaving_letters.queue_closing_undone(closing, now=now)
    transaction.commit()
