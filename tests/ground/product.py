"""One running ./run, seen from outside."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
PATIENCE_SECONDS = 60  # how long a busy machine may take


@dataclass
class Product:
    """One ./run."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def address(self) -> str:
        """Wait for the line that names it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if found := re.search(r"http://[\d.]+:\d+", line):
                return found.group()
        raise AssertionError("".join(self.said))

    def ends(self) -> int:
        """Wait for its end; nothing of it may be left then."""
        rest, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        self.said.append(rest)
        return self.process.returncode

    def children(self) -> list[int]:
        """The processes of the web and the background work."""
        with suppress(FileNotFoundError, ProcessLookupError):
            found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
            return [int(word) for word in found.split()]
        return []

    def worker(self) -> int:
        return wait_for(lambda: next(iter(self._named("handslag-work")), None))

    def web(self) -> list[int]:
        """The web's two processes, once both are there."""
        return wait_for(lambda: found if len(found := self._named("handslag-web")) == 2 else None)

    def _named(self, name: str) -> list[int]:
        return [child for child in self.children() if name_of(child) == name]

    def whole_family(self) -> list[int]:
        """The web's two processes, and the background work, once all of them are there."""
        return [*self.web(), self.worker()]


def children(process: int) -> list[int]:
    """Those that any thread of a process has started."""
    with suppress(FileNotFoundError, ProcessLookupError):
        lists = [path.read_text() for path in Path(f"/proc/{process}/task").glob("*/children")]
        return [int(word) for found in lists for word in found.split()]
    return []


def kill_worker(product: Product) -> None:
    os.kill(product.worker(), signal.SIGKILL)
    assert product.ends() == 1


def name_of(process: int) -> str:
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{process}/comm").read_text().strip()
    return ""


def wait_for(look: Callable[[], T | None]) -> T:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if (found := look()) is not None:
            return found
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def get(address: str) -> tuple[int, str]:
    with urllib.request.urlopen(address, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310  (our own address)
        return answer.status, answer.read().decode()


def is_gone(process: int) -> bool:
    """Ended, or ended and not yet fetched by its parent."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
