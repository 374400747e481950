"""Programs of their own, for what may fall: each reads bytes on standard input and answers on standard output.

A child (services/*/child.py) inherits no settings and no key, and sets its own limits before it reads: what brings it
down takes nobody along.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

# Fewer arenas of memory: a child's limit counts address space, which each thread's arena reserves
ENVIRONMENT = {"MALLOC_ARENA_MAX": "2", "PYTHONIOENCODING": "utf-8"}


class Answer(NamedTuple):
    """What a child said until it ended."""

    out: bytes
    status: int | None  # below zero the signal that ended it; None: it took too long


class Fell(Exception):
    """A child ended, or was ended, before it had answered. The argument says how."""


def command(child: Path) -> list[str]:
    """How the program is started: by this Python, and apart from our modules and the user's."""
    return [sys.executable, "-I", str(child)]


def ask(child: Path, asked: bytes, *, seconds: float) -> Answer:
    """Run the program with these bytes, for so long at the most. What else it says of an error may quote the file."""
    try:
        done = subprocess.run(
            command(child),
            input=asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            env=ENVIRONMENT,
        )
    except subprocess.TimeoutExpired as late:
        return Answer(late.stdout or b"", None)
    return Answer(done.stdout, done.returncode)


class Kept:
    """One program for many questions: started with the first, and anew after it fell. No two threads ask at once.

    It hears a greeting before its first question; another greeting is for another program. It answers with a line of
    JSON, and as many bytes as that calls `size`. It ends when it is left, or when this process is no more: its input
    ends then.
    """

    def __init__(self, child: Path, *, seconds: float) -> None:
        self._child, self._seconds = child, seconds
        self._greeting = b""
        self._running: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Kept:
        return self

    def __exit__(self, *_error: object) -> None:
        self._end()

    def ask(self, greeting: bytes, question: Iterable[bytes]) -> tuple[dict[str, Any], bytes]:
        """The answer to one question, which it has so long for. Raises Fell."""
        if greeting != self._greeting:
            self._end()
        late = time.monotonic() + self._seconds
        try:
            running = self._running or self._start(greeting)
            clock = threading.Timer(self._seconds, running.kill)
            clock.start()
            try:
                return _answer(running, question)
            finally:
                clock.cancel()
        except (OSError, EOFError, ValueError):
            status = self._end(patience=1)
            raise Fell("it took too long" if time.monotonic() > late else f"exit status {status}") from None

    def _start(self, greeting: bytes) -> subprocess.Popen[bytes]:
        self._running = subprocess.Popen(
            command(self._child),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
        )
        self._greeting = greeting
        cast(IO[bytes], self._running.stdin).write(greeting)
        return self._running

    def _end(self, patience: float = 0) -> int | None:
        """Stop the program, which holds nothing; how it ended, where it fell and has so long to do it."""
        running, self._running = self._running, None
        if running is None:
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(patience)
        running.kill()
        with contextlib.suppress(OSError):  # what it did not take
            running.__exit__(None, None, None)
        return running.returncode


def _answer(running: subprocess.Popen[bytes], question: Iterable[bytes]) -> tuple[dict[str, Any], bytes]:
    asked, answered = cast(IO[bytes], running.stdin), cast(IO[bytes], running.stdout)
    for part in question:
        asked.write(part)
    asked.flush()
    told: dict[str, Any] = json.loads(answered.readline())
    made = answered.read(told.get("size", 0))
    if len(made) != told.get("size", 0):
        raise EOFError
    return told, made
