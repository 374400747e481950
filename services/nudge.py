"""Wake the worker for a job once the running transaction is committed.

The row the job will find is the truth; waking only saves it the wait for the next minute.
"""

from __future__ import annotations

from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from extensions import db

_KEY = "handslag.nudge"


def after_commit(job: str) -> None:
    """Have the job run right after this transaction; nothing happens if it is rolled back."""
    db.session().info.setdefault(_KEY, set()).add(job)


@event.listens_for(db.session, "after_commit")
def _wake(session: Session) -> None:
    for job in sorted(session.info.pop(_KEY, ())):
        current_app.extensions["wake"](job)


@event.listens_for(db.session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_KEY, None)
