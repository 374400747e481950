"""Have files looked at in a process of their own (services/checking/child.py), two at a time on the whole machine."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from domain.findings import Facts
from services import children
from services.errors import TooMany
from services.installation import settings

MOST_BYTES = 30 * 1024 * 1024  # of a file to check
WALL_SECONDS = 25  # more than the child's own limit of computing: one that needs them waits for others
AT_ONCE = 2
THREADS = 2  # of one process that look or wait for their turn: the others go on serving pages
WAIT_SECONDS = 10
CHILD = Path(__file__).with_name("child.py")
_threads = threading.BoundedSemaphore(THREADS)


def look(files: Sequence[bytes], *, keys: bytes | None) -> list[Facts]:
    """What each file is and holds. One that brings the child down has `refused` "heavy".

    `keys`: our published keys, as nycklar.json holds them. Raises TooMany, also where the machine has had no time for
    the child: that says nothing of the file, and a genuine paper is not to be called unreadable for it.
    """
    head = {"sizes": [len(file) for file in files], "nycklar": base64.b64encode(keys or b"").decode()}
    asked = b"".join((json.dumps(head).encode(), b"\n", *files))
    with _thread(), _turn():
        answer = children.ask(CHILD, asked, seconds=WALL_SECONDS)
    if answer.status is None:
        raise TooMany(WAIT_SECONDS)
    lines = answer.out.split(b"\n")[:-1]
    found: list[dict[str, Any]] = [json.loads(line) for line in lines[: len(files)]]
    fallen: dict[str, Any] = {"kind": "other", "sha256": "", "refused": "heavy"}
    return [Facts.read(one) for one in found + [fallen] * (len(files) - len(found))]


@contextmanager
def _thread() -> Iterator[None]:
    """One of this process's few threads that may stand here. Raises TooMany at once."""
    if not _threads.acquire(blocking=False):
        raise TooMany(WAIT_SECONDS)
    try:
        yield
    finally:
        _threads.release()


@contextmanager
def _turn() -> Iterator[None]:
    """One of the machine's few turns; the kernel gives it back whatever happens. Raises TooMany."""
    folder = settings().DATA_DIR
    until = time.monotonic() + WAIT_SECONDS
    while True:
        for n in range(AT_ONCE):
            descriptor = os.open(folder / f".checking-{n}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                continue
            try:
                yield
            finally:
                os.close(descriptor)
            return
        if time.monotonic() > until:
            raise TooMany(WAIT_SECONDS)
        time.sleep(0.1)
