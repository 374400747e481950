"""A throw-away PostgreSQL server: made in a temporary folder, reached by its socket, gone with the tests.

Needs PostgreSQL's server programs (Debian: apt install postgresql); no service has to run.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ACCOUNT = "postgres"  # the server refuses to run as root
PATIENCE_SECONDS = 60
FASTER = [
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=60"),
    "join_collapse_limit=1",  # the best order of a dozen joins takes longer to find than tests' few rows to read
]


def programs() -> Path | None:
    """The folder that holds initdb and pg_ctl, the newest version first."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    for folder in reversed(installed):  # Debian keeps them off the PATH
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).parent if found and shutil.which("postgres") else None


@contextmanager
def new_database() -> Iterator[str]:
    """Start a server and give the address of an empty database in it."""
    folder = programs()
    if folder is None:
        raise RuntimeError("PostgreSQL's server programs are missing; on Debian: apt install postgresql")
    home = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # short: a socket's path may have 107 characters
    server: subprocess.Popen[bytes] | None = None
    try:
        if os.geteuid() == 0:
            shutil.chown(home, ACCOUNT, ACCOUNT)
        data = home / "data"
        made = _start(
            folder / "initdb", "-N", "-A", "trust", "-U", ACCOUNT, "-E", "UTF8", "--locale=C.UTF-8", "-D", data
        )
        if made.wait():
            raise RuntimeError("initdb failed")
        options = ["listen_addresses=", f"unix_socket_directories={home}", *FASTER]
        server = _start(folder / "postgres", "-D", data, *(f"--{option}" for option in options))
        url = f"postgresql://{ACCOUNT}@/{ACCOUNT}?host={home}"
        _wait_for(url, server)
        yield url
    finally:
        if server is not None:
            server.send_signal(signal.SIGQUIT)  # at once, without tidying up
            server.wait()
        shutil.rmtree(home, ignore_errors=True)


def _start(program: Path, *arguments: object) -> subprocess.Popen[bytes]:
    """As an ordinary user, quiet, and ended with this process even when that is killed."""
    words = [str(program), *map(str, arguments)]
    if os.geteuid() == 0:
        words = [f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups", *words]
    if shutil.which("setpriv"):  # util-linux; without it an ordinary user still gets a server
        words = ["setpriv", "--pdeathsig=QUIT", *words]
    return subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
    )


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    import psycopg

    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def add_database(url: str, like: str = "") -> str:
    """One more database on the same server, empty or as the one at the address `like`; gives its address."""
    import psycopg

    name = f"more_{os.urandom(4).hex()}"
    with psycopg.connect(url, autocommit=True) as connection:
        template = like.partition("?")[0].rpartition("/")[2] or "template1"
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # our own letters
    head, _, options = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{options}"
