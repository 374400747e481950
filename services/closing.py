"""Leaving: a termination with its dates, undone until the last moment of its last day.

Dates (decisions 20 and 49): without a notice period sending and approving stop at the confirmation, and reading,
export and the customers' links go on for CLOSING_DAYS. With one, ordinary use goes on to the end of the effective
day first. Days are Stockholm's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.clock import end_of_day, stockholm_date
from extensions import db
from models import Closing, Firm, User, new_public_id
from services import events, limits, outbox, passwords, scope, transaction
from services.actors import Actor
from services.errors import NotFound, RuleBroken
from services.installation import settings

# No invoice exists yet, so no contract is bookkeeping material (decision 19) and both answers to "erase all or lock
# the bookkeeping" would do the same. A question without a difference is not asked: everything is handed over and
# erased, and the page says so.
ONLY_CHOICE = "erase_all"
LONGEST_REASON = 2000


class WrongPassword(RuleBroken):
    """The password typed to confirm is not the user's."""

    code = "wrong_password"


@dataclass(frozen=True, slots=True)
class Plan:
    """The dates of a termination."""

    effective_at: datetime
    erase_after: datetime
    days: int  # of reading and export after the effective day
    backups_gone_on: date

    @property
    def effective_on(self) -> date:
        return stockholm_date(self.effective_at)

    @property
    def last_day(self) -> date:
        return stockholm_date(self.erase_after)


def plan(now: datetime) -> Plan:
    """The dates a termination confirmed now would get."""
    chosen = settings()
    effective_on = stockholm_date(now) + timedelta(days=chosen.NOTICE_DAYS)
    last_day = effective_on + timedelta(days=chosen.CLOSING_DAYS)
    return Plan(
        effective_at=end_of_day(effective_on) if chosen.NOTICE_DAYS else now,
        erase_after=end_of_day(last_day),
        days=chosen.CLOSING_DAYS,
        backups_gone_on=last_day + timedelta(days=chosen.BACKUP_DAYS),
    )


def plan_of(closing: Closing) -> Plan:
    """The dates of a confirmed termination; backups by the setting of today."""
    last_day = stockholm_date(closing.erase_after)
    return Plan(
        effective_at=closing.effective_at,
        erase_after=closing.erase_after,
        days=(last_day - stockholm_date(closing.effective_at)).days,
        backups_gone_on=last_day + timedelta(days=settings().BACKUP_DAYS),
    )


def running(firm_id: int) -> Closing | None:
    """The firm's termination that has not been undone."""
    return scope.find(Closing, firm_id, Closing.undone_at.is_(None))


def is_closed_for_business(closing: Closing | None, now: datetime) -> bool:
    """Whether sending and approving have stopped. Reading, export, downloading and withdrawing never do."""
    return closing is not None and closing.undone_at is None and now >= closing.effective_at


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
        reason=reason[:LONGEST_REASON],
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
    _write_to_owners("closing_receipt", closing, now)
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
    _write_to_owners("closing_undone", closing, now)
    transaction.commit()


def _write_to_owners(kind: str, closing: Closing, now: datetime) -> None:
    """Every owner learns of it: none of them should find the account gone without having been told."""
    for owner in scope.rows(User, closing.firm_id, User.role == "owner"):
        outbox.queue(kind, owner.email, {"closing": closing.public_id}, firm_id=closing.firm_id, now=now)
