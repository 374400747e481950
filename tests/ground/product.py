"""One running ./run, seen from outside."""

from __future__ import annotations

import re
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
        """Processes it started itself: the web's master and the background work."""
        return _children(self.process.pid)

    def web(self) -> int:
        return wait_for(lambda: next((child for child in self.children() if _children(child)), None))

    def worker(self) -> int:
        web = self.web()
        return next(child for child in self.children() if child != web)

    def family(self) -> list[int]:
        return [*self.children(), *(grandchild for child in self.children() for grandchild in _children(child))]

    def whole_family(self) -> list[int]:
        """Web, its two processes, and the background work, once all of them are there."""
        return wait_for(lambda: family if len(family := self.family()) >= 4 else None)


def _children(process: int) -> list[int]:
    with suppress(FileNotFoundError, ProcessLookupError):
        return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


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
