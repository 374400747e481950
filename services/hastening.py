"""An owner who leaves and has fetched everything may bring the last day forward, as far as no customer is the worse.

How far: domain/closing_dates.py. Until then it is undone like the termination itself.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func

from domain.clock import end_of_day, stockholm_date
from domain.closing_dates import earliest_last_day
from domain.quote_states import AGREED, QuoteStatus
from extensions import db
from models import Agreement, Closing, Quote, User
from services import closing as leaving
from services import events, leaving_letters, logins, scope, transaction
from services.actors import Actor
from services.deal import farewell
from services.errors import RuleBroken

_MAY_BE_WITHDRAWN = AGREED | {QuoteStatus.LATE_ACCEPTANCE}


def earliest(closing: Closing, now: datetime) -> date | None:
    """The day it can be brought forward to; None where that is no sooner, or ordinary use still goes on."""
    if now < closing.effective_at:
        return None
    found = earliest_last_day(
        stockholm_date(now),
        has_pages=farewell.has_pages(closing.firm_id, now),
        withdraw_until=_withdraw_until(closing.firm_id),
    )
    return found if found < stockholm_date(closing.erase_after) else None


def hasten(user: User, *, password: str, seen: date, actor: Actor, now: datetime) -> None:
    """Bring it forward to the day `seen` on the page; customers are told anew. Commits.

    Raises WrongPassword, TooMany, NotFound, RuleBroken("not_chosen" | "not_sooner").
    """
    logins.check_password(user, password, now=now)
    closing = leaving.lock_whole(actor.firm_id)
    last_day = stockholm_date(closing.erase_after)
    if last_day == seen:  # pressed twice; the try is given back
        transaction.commit()
        return
    if not closing.choice:
        raise RuleBroken("not_chosen")
    day = earliest(closing, now)
    if day is None or not day <= seen < last_day:
        raise RuleBroken("not_sooner")
    closing.erase_after, closing.told_at = end_of_day(seen), None
    events.record(
        "firm.close_hastened",
        f"closing:{closing.public_id}",
        actor=actor,
        at=now,
        data={"last_day": seen.isoformat()},
    )
    leaving_letters.queue_closing_receipt(closing, now=now)
    transaction.commit()


def _withdraw_until(firm_id: int) -> date | None:
    """The last day on which any consumer can withdraw."""
    quotes = scope.columns(Quote, firm_id, Quote.id).where(Quote.status.in_(_MAY_BE_WITHDRAWN))
    statement = scope.columns(Agreement, firm_id, func.max(Agreement.withdraw_until))
    found: date | None = db.session.scalar(statement.where(Agreement.quote_id.in_(quotes)))
    return found
