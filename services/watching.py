"""Accounts that nobody uses: warned, then terminated by the time, as if an owner had done it (domain/inactivity.py).

Sample firms are the operator's own and rest. So do suspended ones, whose time begins anew when they are restored, and
those that are being closed.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update

from domain import inactivity
from domain.clock import end_of_day, stockholm_date
from domain.inactivity import Course, Step
from domain.standing import Standing
from domain.terminations import Channel
from extensions import db
from models import Closing, EarlierHome, Event, Firm, Letter
from services import closing, events, scope, standing_letters, transaction
from services.actors import system
from services.installation import settings

LETTER = "firm_inactive"
_QUEUED = "queued"


def begin_counting() -> int:
    """Give firms of before the count a first day: that of their newest entry; how many. Commits."""
    newest = select(func.max(Event.at)).where(Event.firm_id == Firm.id).scalar_subquery()
    statement = (
        update(Firm)
        .where(Firm.active_at.is_(None), Firm.standing == Standing.ACTIVE.value)
        .values(active_at=func.coalesce(newest, Firm.created_at))
        .execution_options(synchronize_session=False)
    )
    found = getattr(db.session.execute(statement), "rowcount", 0)
    transaction.commit()
    return int(found)


def due(now: datetime) -> list[int]:
    """Ids of the firms that may be due for a warning, or for their end."""
    months = settings().INACTIVE_MONTHS
    if not months:
        return []
    last = end_of_day(inactivity.first_day(stockholm_date(now), months))
    leaving = select(Closing.firm_id).where(Closing.undone_at.is_(None))
    with transaction.reading():
        statement = select(Firm.id).where(
            Firm.active_at <= last, Firm.standing == Standing.ACTIVE.value, ~Firm.is_sample, Firm.id.not_in(leaving)
        )
        return list(db.session.scalars(statement.order_by(Firm.id)))


def watch(firm_id: int, *, now: datetime) -> None:
    """Warn the owners, or terminate the account; nothing if somebody has used it meanwhile. Commits."""
    firm = db.session.get(Firm, firm_id, with_for_update={"key_share": True}, populate_existing=True)
    if firm is None or firm.standing != Standing.ACTIVE or closing.running(firm_id) is not None:
        transaction.rollback()
        return
    course, today = _course(firm), stockholm_date(now)
    found = inactivity.due(course, months=settings().INACTIVE_MONTHS, today=today)
    if found.step is Step.END:
        closing.begin(firm, Channel.INACTIVITY, today, now, by="system")
        return
    if found.step is Step.WARN and found.last_day is not None:
        firm.inactive_warned = found.months
        data = {"months": found.months, "last_day": found.last_day.isoformat()}
        actor = system(firm.id, firm.public_id)
        events.record("firm.inactive_warned", f"firm:{firm.public_id}", actor=actor, at=now, data=data)
        standing_letters.queue_inactive(firm, course.used_on, found.last_day, now=now)
    transaction.commit()


def _course(firm: Firm) -> Course:
    """Warnings of before its last use, or of another home, warn of nothing now."""
    arrived_at = db.session.scalar(scope.columns(EarlierHome, firm.id, func.max(EarlierHome.arrived_at)))
    used_at = max(at for at in (firm.active_at, arrived_at, firm.created_at) if at is not None)
    letters = scope.columns(Letter, firm.id, Letter.created_at, Letter.state, Letter.done_at)
    letters = letters.where(Letter.kind == LETTER, Letter.created_at > used_at)
    rows = db.session.execute(letters).all()
    written_at = max((row.created_at for row in rows), default=None)
    newest = [row for row in rows if row.created_at == written_at]
    done = [row.done_at for row in newest if row.state != _QUEUED and row.done_at is not None]
    return Course(
        used_on=stockholm_date(used_at),
        warned=firm.inactive_warned if newest else 0,
        told_on=stockholm_date(max(done)) if done and len(done) == len(newest) else None,
    )
