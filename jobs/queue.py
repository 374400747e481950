"""The huey queue: it wakes the worker and keeps the clock. It holds names of jobs, nothing else.

huey forgets a task when the worker dies in the middle of it, so nothing may depend on the queue: each job looks for
its own rows, under a lease, and the tick of every minute finds what a lost task left behind.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from config import Settings
from jobs import schedule, stopping
from services import heartbeat, memory
from services.clock import utc_now
from services.errors import place_of
from services.keys import Secrets

log = logging.getLogger("handslag.jobs")


class Queue:
    """The queue of one installation, opened at first use."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.settings: Settings = app.config["SETTINGS"]
        self._faults: tuple[type[Exception], ...] = (sqlite3.Error, OSError)
        if self.settings.database_url.startswith("postgresql"):
            import psycopg

            self._faults += (psycopg.Error,)
        self._turns = {name: Turn() for name in schedule.WHEN}
        self._lock = threading.Lock()
        self._huey: Any = None
        self._run_task: Any = None

    def wake(self, job: str, delay: float = 0) -> None:
        """Ask the worker to run a job, in `delay` seconds. Never fails: the tick of a minute runs it anyway."""
        try:
            try:
                self._ask(job, delay)
            except self._faults:  # PostgreSQL has been started anew since: the connection is opened anew by this
                self._ask(job, delay)
        except self._faults as error:
            log.warning("The queue does not answer (%s); %s waits for the next minute", type(error).__name__, job)

    def _ask(self, job: str, delay: float) -> None:
        self.huey  # noqa: B018  (opens it and registers the tasks)
        if delay > 0:
            self._run_task.schedule((job,), delay=delay)
        else:
            self._run_task(job)

    @property
    def huey(self) -> Any:
        with self._lock:
            if self._huey is None:
                self._huey = _open(self.settings, self.app.config["SECRETS"])
                self._register()
        return self._huey

    def _register(self) -> None:
        from huey import crontab

        self._run_task = self._huey.task(name="run")(self.run)
        self._huey.periodic_task(crontab(), name="tick")(self.tick)

    def tick(self) -> None:
        now = utc_now()
        with self.app.app_context():
            for name in schedule.due(now, heartbeat.last()):
                self.wake(name)
            heartbeat.beat()  # after it: who is cut off here wakes them again

    def run(self, job: str) -> None:
        """Run a job in this process; if it runs here already, it runs once more after that."""
        turn = self._turns.get(job)
        if turn is None or not turn.begin():
            return
        while True:
            self._run_once(job)
            if not turn.end() or stopping.is_set():
                return

    def _run_once(self, job: str) -> None:
        try:
            with self.app.app_context():
                result = schedule.run(job, utc_now())
        except Exception as error:  # the job loop: a job that breaks down whole must not take the worker with it
            log.error("%s broke down: %s", job, place_of(error))
            return
        if result.failed:
            log.error("%s: %d done, %d failed", job, result.done, result.failed)
        if result.done:
            memory.give_back()


class Turn:
    """Lets one thread run a job; who comes meanwhile leaves word that it must run once more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_running = self._is_wanted = False

    def begin(self) -> bool:
        with self._lock:
            if self._is_running:
                self._is_wanted = True
                return False
            self._is_running = True
            return True

    def end(self) -> bool:
        """True if the job must run once more."""
        with self._lock:
            self._is_running, self._is_wanted = self._is_wanted, False
            return self._is_running


def init_app(app: Flask) -> None:
    """Let commits wake the worker (services/nudge.py)."""
    app.extensions["queue"] = queue = Queue(app)
    app.extensions["wake"] = queue.wake


def _open(settings: Settings, secrets: Secrets) -> Any:
    # tasks are pickled: nobody but the holder of the key may put one into the queue
    key = hashlib.sha256(b"queue\0" + secrets.secret_keys[-1].encode()).hexdigest()
    if settings.database_url.startswith("postgresql"):
        from huey import PostgresHuey
        from huey.serializer import SignedSerializer

        dsn = settings.database_url.replace("+psycopg", "", 1)
        return PostgresHuey("handslag", results=False, serializer=SignedSerializer(secret=key), dsn=dsn)
    with _without_psycopg():
        from huey import SqliteHuey
        from huey.serializer import SignedSerializer

    file = settings.DATA_DIR / "queue.db"
    _remove_broken(file)
    return SqliteHuey(
        "handslag",
        results=False,
        serializer=SignedSerializer(secret=key),
        filename=str(file),
        fsync=False,  # a lost task costs a minute, no letter
        timeout=1,
        cache_mb=0,
    )


def _remove_broken(file: Path) -> None:
    """A power cut may break a file that is not waited for. What it held is found anew by the tick of a minute."""
    if not file.is_file():
        return
    try:
        with closing(sqlite3.connect(file)) as connection:
            fault = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError:  # another has it in hand
        return
    except sqlite3.DatabaseError as error:
        fault = str(error)
    if fault != "ok":
        log.warning("%s was broken and is begun anew: %s", file, fault)
        for part in (file, *(file.with_name(file.name + ending) for ending in ("-wal", "-shm", "-journal"))):
            part.unlink(missing_ok=True)


@contextmanager
def _without_psycopg() -> Iterator[None]:
    """huey loads psycopg where it is installed: 18 MB and 0.2 s that nobody uses on SQLite."""
    hidden = "psycopg" not in sys.modules
    if hidden:
        sys.modules["psycopg"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if hidden:
            del sys.modules["psycopg"]
