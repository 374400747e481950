"""Wake the worker for a job once the running transaction is committed.

The row the job will find is the truth; waking only saves it the wait for the next minute.
"""

from __future__ import annotations

from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from extensions import db
from services import transaction

_KEY = "handslag.nudge"


def after_commit(job: str, *, delay: float = 0) -> None:
    """Have the job run `delay` seconds after this transaction; nothing happens if it is rolled back."""
    transaction.session().info.setdefault(_KEY, set()).add((job, delay))


@event.listens_for(db.session, "after_commit")
def _wake(session: Session) -> None:
    for job, delay in sorted(session.info.pop(_KEY, ())):
        current_app.extensions["wake"](job, *([delay] if delay else []))


@event.listens_for(db.session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_KEY, None)
