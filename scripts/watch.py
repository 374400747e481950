"""Watch over the processes that scripts/serve.py has forked, and end them together.

serve.py becomes this program once they run: the app that it loaded would only take memory here, some 35 MB that the
others have long made copies of. So nothing is imported that is not needed, and nothing of the product.

Arguments: the ids of the background work and of each web process, all children of this one. TERM, Ctrl-C, HUP: all are
asked to end, and this returns with status 0 when they are gone and what they had in hand is done. One of them gone by
itself: the rest is asked to end, status 1.
"""

import os
import signal
import sys
import time

GRACE_SECONDS = 35  # for a web process: gunicorn gives requests in hand 30. A job in hand is waited for without end


def main(background: int, *webs: int) -> int:
    running = {background, *webs}
    heard = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGCHLD}  # blocked by serve.py
    gone = reap(running)
    while not gone:
        if signal.sigwait(heard) != signal.SIGCHLD:
            break
        gone = reap(running)
    if gone:
        what = "background work" if background in gone else "web"
        print(f"Handslag's {what} ended; ending the rest.", file=sys.stderr, flush=True)
    end(running, background)
    return int(bool(gone))


def reap(running: set[int]) -> set[int]:
    """Those that have ended, taken out of `running`."""
    gone = {pid for pid in running if os.waitpid(pid, os.WNOHANG)[0]}
    running -= gone
    return gone


def end(running: set[int], background: int) -> None:
    """Ask all to end, and wait for it."""
    tell(running, signal.SIGTERM)
    last = time.monotonic() + GRACE_SECONDS
    while running:
        reap(running)
        if time.monotonic() > last:
            tell(running - {background}, signal.SIGKILL)
            last = float("inf")
        time.sleep(0.02)


def tell(running: set[int], what: signal.Signals) -> None:
    for pid in running:
        os.kill(pid, what)  # a child that is not reaped keeps its id


if __name__ == "__main__":
    raise SystemExit(main(*map(int, sys.argv[1:])))
