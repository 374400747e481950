"""How far an arrival has come: its row tells the page, keeps the lease, and is where a cancelling is noticed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import update

from extensions import db
from models import Arrival
from services import storage, transaction
from services.clock import Clock

LEASE = timedelta(minutes=2)
SECONDS_BETWEEN_NOTES = 1.0
MOST_PROBLEMS = 200  # told by name; the rest are counted
LONGEST_PLACE = 200  # of an archive's own words; they are written anew with each batch
GOING_ON = ("queued", "checking", "running")


class Cancelled(Exception):
    """The owner has called it off, or another worker has it."""


class Ending(Exception):
    """The process must end: another one goes on with it."""


class Failed(Exception):
    """It cannot go on, and nothing of it stays. `code` is told, `where` names a place of the archive."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(code)
        self.code, self.where = code, where


class Order(Struct, frozen=True):
    """An arrival that this process has taken."""

    id: int
    public_id: str
    asker: str  # public id of the user who asked; empty: the command
    firm_public_id: str  # empty until its firm's row is here
    sha256: str  # of the archive
    is_over: bool = False  # called off, or failed: what is left of it is to go
    report: str = "{}"


class Half(Struct, frozen=True):
    """The firm while it is arriving."""

    id: int
    public_id: str


class Course:
    """The report and the progress of one arrival. Rows and files are counted, each once checked and once laid."""

    def __init__(
        self,
        order: Order,
        now: datetime,
        *,
        told: Callable[[int], object] = lambda percent: None,
        is_ending: Callable[[], bool] = lambda: False,
    ) -> None:
        self.order, self.total, self._is_ending = order, 1, is_ending
        self.report: dict[str, Any] = json.loads(order.report)
        self._told = told
        self.now = Clock(now).now
        self._noted = time.monotonic()
        self._done = 0

    def tell(self, code: str, where: str) -> None:
        """A problem: a code and a place, never a value. Goes to the row with the next commit."""
        problems = self.report.setdefault("problems", [])
        if len(problems) < MOST_PROBLEMS:
            problems.append({"code": code, "where": where[:LONGEST_PLACE]})
        else:
            self.report["more_problems"] = self.report.get("more_problems", 0) + 1

    def count_stopped(self, table: str, count: int) -> None:
        if count:
            stopped = self.report.setdefault("stopped", {})
            stopped[table] = stopped.get(table, 0) + count

    def begin(self, firm_public_id: str) -> None:
        """From here on there is something to take back. In the running transaction."""
        self._note("running", firm_public_id=firm_public_id)

    def commit(self, count: int) -> None:
        """End a batch: it got further, so tries are counted anew. Raises Ending; Cancelled, and the batch is undone."""
        self._done += count
        self._note("running")
        transaction.commit()
        if self._is_ending():
            raise Ending

    def step(self, count: int) -> None:
        """Outside of a transaction: noted once a second. Raises Ending, Cancelled, DiskFull."""
        self._done += count
        if self._is_ending():
            raise Ending
        if time.monotonic() - self._noted >= SECONDS_BETWEEN_NOTES:
            self._noted = time.monotonic()
            storage.require_disk()
            transaction.start_writing(lasts=False)
            self._note()
            transaction.commit()

    def _note(self, state: str | None = None, **more: object) -> None:
        percent = min(99, self._done * 100 // self.total)
        self._told(percent)
        values = {"progress_percent": percent, "lease_until": self.now() + LEASE}
        if state:
            values |= {"state": state, "attempts": 0, "report": json.dumps(self.report, sort_keys=True)}
        own = update(Arrival).where(Arrival.id == self.order.id, Arrival.state.in_(GOING_ON))
        noted = db.session.execute(own.values(**values, **more).execution_options(synchronize_session=False))
        if not getattr(noted, "rowcount", 0):
            transaction.rollback()
            raise Cancelled
