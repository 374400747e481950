"""The product as its user runs it: web and background work in processes of their own, letters in the local mailbox."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Flask

from app import create_app
from config import Settings
from extensions import db
from services import transaction
from tests.factories import Make
from tests.ground.product import get, wait_for

ROOT = Path(__file__).resolve().parents[2]
# what is sent goes at once, but in the tests of the hold
FOR_TESTS = {"PORT": "0", "DISK_FREE_MIB": "0", "SEND_HOLD_SECONDS": "0"}
PATIENCE_SECONDS = 60  # how long a busy machine may take to end


@dataclass
class Product:
    """One running product. `url` is where it answers, `folder` what it keeps, `log` what it said."""

    url: str
    folder: Path
    log: Path

    @property
    def mailbox(self) -> Path:
        return self.folder / "mailbox"

    @contextmanager
    def rows(self) -> Iterator[Make]:
        """Makes rows in its database, for tests that begin in the middle of a day."""
        with self._app.app_context():
            transaction.may_write()
            try:
                yield Make(self._app)
            finally:
                db.session.remove()
                db.engine.dispose()

    @cached_property
    def _app(self) -> Flask:
        """Made once: a start takes as long as a short test."""
        return create_app(Settings.from_environment({}, DATA_DIR=self.folder, BASE_URL=self.url))


@contextmanager
def running(folder: Path, **given: str) -> Iterator[Product]:
    """Start it on a free port with an empty DATA_DIR below `folder`; it ends as it ends on Ctrl-C."""
    log = folder / "said.txt"
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "HOME") if name in os.environ}
    data = folder / "data"
    if compiled := os.environ.get("COMPILED"):  # by the runs before this one
        shutil.copytree(compiled, data / "cache")
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "scripts.serve"],
            env=kept | {"PYTHONPATH": str(ROOT), "DATA_DIR": str(data)} | FOR_TESTS | given,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            cwd="/",
        )
    try:
        yield Product(_address(process, log), data, log)
    finally:
        process.send_signal(signal.SIGTERM)
        status = process.wait(timeout=PATIENCE_SECONDS)
    text = log.read_text()
    assert not re.search("Traceback| ERROR ", text), text
    assert status == 0, text


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    def look() -> str | None:
        assert process.poll() is None, log.read_text()
        found = re.search(r"http://[\d.]+:\d+", log.read_text())
        return found.group() if found else None

    url = wait_for(look)
    get(f"{url}/healthz")
    return url
