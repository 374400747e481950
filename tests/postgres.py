"""A throw-away PostgreSQL server: made in a temporary folder, reached by its socket, gone with the tests.

Needs PostgreSQL's server programs (Debian: apt install postgresql); no service has to run.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ACCOUNT = "postgres"  # the server refuses to run as root
FASTER = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=60"]


def programs() -> Path | None:
    """The folder that holds initdb and pg_ctl, the newest version first."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    for folder in reversed(installed):  # Debian keeps them off the PATH
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).parent if found and shutil.which("pg_ctl") else None


@contextmanager
def new_database() -> Iterator[str]:
    """Start a server and give the address of an empty database in it."""
    folder = programs()
    if folder is None:
        raise RuntimeError("PostgreSQL's server programs are missing; on Debian: apt install postgresql")
    home = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # short: a socket's path may have 107 characters
    try:
        if os.geteuid() == 0:
            account = pwd.getpwnam(ACCOUNT)
            os.chown(home, account.pw_uid, account.pw_gid)
        data, log = home / "data", home / "log"
        _run([folder / "initdb", "-N", "-A", "trust", "-U", ACCOUNT, "-E", "UTF8", "--locale=C.UTF-8", "-D", data])
        options = " ".join(
            ["-c listen_addresses=''", f"-c unix_socket_directories={home}", *(f"-c {o}" for o in FASTER)]
        )
        _run([folder / "pg_ctl", "-w", "-D", data, "-l", log, "-o", options, "start"])
        try:
            yield f"postgresql://{ACCOUNT}@/{ACCOUNT}?host={home}"
        finally:
            _run([folder / "pg_ctl", "-w", "-D", data, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _run(command: list[object]) -> None:
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", ACCOUNT, "--", *words]
    # to a file, not a pipe: the server inherits it and would hold a pipe open
    with tempfile.TemporaryFile() as output:
        ended = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/")
        if ended.returncode:
            output.seek(0)
            raise RuntimeError(f"{words} ended with {ended.returncode}: {output.read().decode(errors='replace')}")


def add_database(url: str) -> str:
    """One more empty database on the same server; gives its address."""
    import psycopg

    name = f"more_{os.urandom(4).hex()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # our own letters
    head, _, options = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{options}"
