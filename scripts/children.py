"""What a forked process does at its start and at its end."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import NoReturn

ENDINGS = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP}
HEARD = ENDINGS | {signal.SIGCHLD}  # by scripts/watch.py


def stand_alone(name: str) -> None:
    """Take a process group of its own, so that Ctrl-C reaches only the parent, and end when that is killed.

    On Linux, where prctl knows PR_SET_PDEATHSIG and, for what operators see, PR_SET_NAME (15 bytes).
    """
    os.setpgid(0, 0)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(1, signal.SIGTERM)
        libc.prctl(15, name.encode())


def leave(status: int) -> NoReturn:
    """End here and now, without what the parent has laid up for its own end."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
