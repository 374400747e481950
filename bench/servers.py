"""Start the product and the references as in production, weigh them, and end them by their ids."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GUNICORN = ["-k", "gthread", "-w", "2", "--threads", "8", "--preload", "--log-level", "warning", "--no-control-socket"]


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `first_page_seconds` from its start to its first answer with status 200."""

    port: int
    pid: int
    first_page_seconds: float

    def pss_mib(self) -> float:
        """Memory of all its processes, shared pages counted by share."""
        return sum(_pss_kib(pid) for pid in tree(self.pid)) / 1024


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def tree(pid: int) -> list[int]:
    """The process and all below it."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _pss_kib(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def peak_mib(pid: int) -> float:
    """The most memory the process has had at once since `forget_peak`."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def forget_peak(pid: int) -> None:
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


@contextlib.contextmanager
def run(command: list[str], environment: dict[str, str], log: Path, path: str = "/") -> Iterator[Server]:
    """Start, wait for the first page, and at the end ask it to end; what is left after 20 s is killed by its id."""
    port = int(environment["PORT"])
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with log.open("ab") as out:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=kept | environment, stdout=out, stderr=out, stdin=subprocess.DEVNULL
        )
        try:
            _wait_for(port, path, process, log)
            yield Server(port, process.pid, time.perf_counter() - start)
        finally:
            _end(process)


def worker(product: Server) -> int:
    """The process of the background work."""
    names = {pid: Path(f"/proc/{pid}/comm").read_text().strip() for pid in tree(product.pid)}
    return next(pid for pid, name in names.items() if name == "handslag-work")


def product(data: Path, port: int, log: Path) -> contextlib.AbstractContextManager[Server]:
    environment = {"DATA_DIR": str(data), "PORT": str(port), "BASE_URL": f"http://127.0.0.1:{port}", "WEB_WORKERS": "2"}
    return run([sys.executable, "-OO", "-m", "scripts.serve"], environment, log, "/logga-in")


def reference(name: str, folder: Path) -> contextlib.AbstractContextManager[Server]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", *GUNICORN, "-b", f"127.0.0.1:{port}", f"bench.refs.{name}:app"]
    environment = {"PORT": str(port), "REFERENCE_DB": str(folder / "reference.db")}
    return run(command, environment, folder / f"{name}.log")


def _wait_for(port: int, path: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"did not start: {log.read_text()[-2000:]}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.005)
    raise RuntimeError("did not answer within a minute")


def _end(process: subprocess.Popen[bytes]) -> None:
    below = tree(process.pid)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        for pid in below:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
