"""The background process: huey's consumer, with three threads: an export and an import do not hold up the letters."""

from __future__ import annotations

import logging
import signal
from typing import Any

from flask import Flask

from jobs import stopping
from services.errors import place_of

THREADS = 3
LONG_ONES = ("make_exports",)  # jobs whose worker renews a short lease: another takes over when it has run out
LEASES_END = 16.0  # seconds
SAYS_AGAIN = 60.0  # seconds


def main(app: Flask) -> int:
    """Work until TERM, then finish the items in hand and return 0."""
    queue = app.extensions["queue"]
    for name in ("Worker", "Scheduler"):
        logging.getLogger(f"huey.consumer.{name}").addFilter(Rarely())
    consumer = _consumer(queue.huey)
    for job in LONG_ONES:  # what a worker that died had in hand need not wait for the next minute
        queue.wake(job, LEASES_END)
    consumer.run()
    return 0


class Rarely(logging.Filter):
    """Each fault once a minute, and in a line: huey tells the whole of it at every look, eight times a second."""

    def __init__(self) -> None:
        super().__init__()
        self._again: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return True
        if record.created < self._again.get(record.msg, 0):
            return False
        self._again[record.msg] = record.created + SAYS_AGAIN
        record.msg, record.args, record.exc_info = f"{record.getMessage()} {place_of(error)}", (), None
        return True


def _consumer(huey: Any) -> Any:
    from huey.consumer import Consumer

    class Worker(Consumer):
        def start(self) -> None:
            self._set_signal_handlers()  # before the first job begins, not after
            super().start()

        def _handle_signal(self, signum: int, frame: object) -> None:
            stopping.set()
            super()._handle_signal(signum, frame)

    consumer = Worker(
        huey,
        workers=THREADS,
        initial_delay=0.05,  # how often an idle worker looks, seconds: huey's own default grows to 10
        max_delay=0.5,
        graceful_signal="TERM",
    )
    consumer._signal_actions = {signal.SIGTERM: (False, True)}  # no restart on HUP: scripts/serve.py is the parent
    return consumer
