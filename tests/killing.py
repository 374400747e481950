"""kill -9 before any step that a process takes with database or disk."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from sqlalchemy import event

from extensions import db
from services import transaction


class _Points:
    """Counts what a process does to database and disk, and kills it before its n-th step."""

    def __init__(self, fatal: int) -> None:
        self.count, self.fatal = 0, fatal
        for name in ("before_cursor_execute", "commit"):
            event.listen(db.engine, name, self.step)
        event.listen(db.session, "after_commit", self.step)
        for name in ("open", "mkdir", "fsync", "replace"):
            setattr(os, name, self._before(getattr(os, name)))

    def step(self, *_rest: object, **_named: object) -> None:
        self.count += 1
        if self.count == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def _before(self, inner: Callable[..., object]) -> Callable[..., object]:
        def stepping(*args: object, **named: object) -> object:
            self.step()
            return inner(*args, **named)

        return stepping


def killed_at(point: int, act: Callable[[], object]) -> bool:
    """Do the act in a process of its own; whether that was killed before its end."""
    transaction.may_write()
    db.session.remove()
    db.engine.dispose()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _Points(point)
            act()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)
