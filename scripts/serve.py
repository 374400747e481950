"""Start web and background work together, and end them together.

The app is loaded once, here. The background work and the web processes are forked from this one and share its memory;
then this process becomes scripts/watch.py, which ends them together.
"""

from __future__ import annotations

import dataclasses
import errno
import gc
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from config import Settings
from scripts.children import ENDINGS, HEARD, leave, stand_alone
from services import memory

FIRST_PAGE_SECONDS = 0.2  # whoever waits for the first page has the processors, then the background work begins
BACKLOG = 512  # connections that may wait


def main() -> NoReturn:
    memory.keep_little()
    gc.disable()  # loading makes no garbage, and looking for it takes a fifth of the start
    from jobs.worker import main as work
    from scripts.prepare import prepare, read_settings
    from scripts.web import serve, warm_up

    settings = read_settings()
    listener = listen(settings)
    settings = dataclasses.replace(settings, PORT=listener.getsockname()[1])  # PORT=0: any free one
    app = prepare(settings)
    app.extensions["queue"].huey  # noqa: B018  (loaded here, shared by all)
    warm_up(app, settings)
    signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)  # none is lost before there is somebody to hear it
    memory.give_back()  # free room between what is loaded would be copied with it
    gc.freeze()  # the children's collectors leave alone what is loaded so far, so that its pages stay shared
    gc.enable()
    webs = [
        fork("handslag-web", lambda: serve(app, listener, settings), HEARD - ENDINGS)
        for _ in range(settings.WEB_WORKERS)
    ]
    background = fork("handslag-work", lambda: close_and(listener, lambda: work(app)), HEARD)
    announce(settings)
    watch = [sys.executable, "-I", "-S", str(Path(__file__).with_name("watch.py")), str(background), *map(str, webs)]
    os.execv(sys.executable, watch)  # noqa: S606  (no shell; a program of ours)


def listen(settings: Settings) -> socket.socket:
    """Take the port first: if it is taken, nothing else has happened yet."""
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.HOST, settings.PORT))
        listener.listen(BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SystemExit(f"Port {settings.PORT} is taken; choose another: PORT={settings.PORT + 1} ./run") from None
        raise SystemExit(f"Cannot listen on {settings.HOST} port {settings.PORT}: {error.strerror}.") from None
    return listener


def announce(settings: Settings) -> None:
    letters = f", letters at {settings.base_url}/dev/mejl" if settings.shows_local_mailbox else ""
    print(f"Handslag is at {settings.base_url}{letters}. Ctrl-C stops it.", flush=True)


def close_and(listener: socket.socket, work: Callable[[], int]) -> int:
    listener.close()
    time.sleep(FIRST_PAGE_SECONDS)
    os.nice(5)  # whoever waits for a page goes before an export
    return work()


def fork(name: str, work: Callable[[], int], hears: set[signal.Signals]) -> int:
    """Run `work` in a child process of its own, returning its id. It hears these signals from its start."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        stand_alone(name)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, hears)
        status = work()
    except BaseException:
        traceback.print_exc()
    finally:
        leave(status)


if __name__ == "__main__":
    memory.with_room(main)
