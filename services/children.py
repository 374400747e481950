"""Programs of their own, for what may fall: each reads bytes on standard input and answers on standard output.

A child (services/*/child.py) inherits no settings and no key, and sets its own limits before it reads: what brings it
down takes nobody along.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

# Fewer arenas of memory: a child's limit counts address space, which each thread's arena reserves
ENVIRONMENT = {"MALLOC_ARENA_MAX": "2", "PYTHONIOENCODING": "utf-8"}


class Answer(NamedTuple):
    """What a child said until it ended."""

    out: bytes
    status: int | None  # below zero the signal that ended it; None: it took too long
    fault: str = ""  # kind of the error it fell by, where that is listened to


def command(child: Path) -> list[str]:
    """How the program is started: by this Python, and apart from our modules and the user's."""
    return [sys.executable, "-I", str(child)]


def ask(child: Path, asked: bytes, *, seconds: float, hears_fault: bool = False) -> Answer:
    """Run the program with these bytes, for so long at the most.

    `hears_fault` where it reads no stranger's file: what else it says of an error may quote one, and is without end.
    """
    faults = subprocess.PIPE if hears_fault else subprocess.DEVNULL
    try:
        done = subprocess.run(
            command(child), input=asked, stdout=subprocess.PIPE, stderr=faults, timeout=seconds, env=ENVIRONMENT
        )
    except subprocess.TimeoutExpired as late:
        return Answer(late.stdout or b"", None)
    said = (done.stderr or b"").decode(errors="replace").strip().rpartition("\n")[2].partition(":")[0]
    return Answer(done.stdout, done.returncode, said if done.returncode else "")
