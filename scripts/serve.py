"""Start web and background work together, and end them together.

The app is loaded once, here; both are forked from it and share its memory. One gone: the other is ended, status 1.
TERM, Ctrl-C, HUP: both are asked to end, and this returns when both are gone and what they had in hand is done.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import errno
import gc
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable

from config import Settings

BACKLOG = 512  # connections that may wait
WATCHED = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


def main() -> int:
    give_memory_back()
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
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    gc.freeze()  # the children's collectors leave alone what is loaded so far, so that its pages stay shared
    children = {
        fork(lambda: serve(app, listener, settings)): "web",
        fork(lambda: close_and(listener, lambda: work(app))): "background work",
    }
    listener.close()
    announce(settings)
    return watch(children)


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
    return work()


def fork(work: Callable[[], int]) -> int:
    """Run `work` in a child process with a process group of its own: Ctrl-C reaches only this one. Returns its id."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        os.setpgid(0, 0)
        end_with_parent()
        gc.enable()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
        status = work()
    except SystemExit as ending:  # gunicorn's way out, of the master and of its workers
        status = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def give_memory_back() -> None:
    """With glibc: large blocks are the system's again as soon as they are freed, and all threads share one store.

    Otherwise each thread that has hashed a password keeps the 19 MiB of it for the next one, and each keeps a store of
    its own (M_ARENA_MAX), though only one of them runs at a time.
    """
    with contextlib.suppress(AttributeError, OSError):
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(-3, 1024 * 1024)  # M_MMAP_THRESHOLD
        libc.mallopt(-8, 1)  # M_ARENA_MAX


def end_with_parent() -> None:
    """On Linux: be asked to end if this parent is killed (prctl PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def watch(children: dict[int, str]) -> int:
    """Wait until all children are gone. Returns 0 if they were asked to end and did, else 1."""
    status, ending = 0, False
    while children:
        if signal.sigwait(WATCHED) == signal.SIGCHLD:
            for child in [child for child in children if os.waitpid(child, os.WNOHANG)[0]]:
                name = children.pop(child)
                if not ending:
                    status, ending = 1, True
                    print(f"Handslag's {name} ended; ending the rest.", file=sys.stderr, flush=True)
                    end(children)
        elif not ending:
            ending = True
            end(children)
    return status


def end(children: dict[int, str]) -> None:
    for child in children:
        os.kill(child, signal.SIGTERM)


if __name__ == "__main__":
    raise SystemExit(main())
