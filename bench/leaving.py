"""The rows of the table about taking everything out, and in somewhere else."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import select

from bench import fill, servers
from bench.fill import PDF_BYTES, Filled
from bench.measure import ROWS, Bench, times
from bench.report import Row, note
from bench.servers import ROOT, Server
from bench.web import NotBuilt, Visitor, form
from config import Settings
from extensions import db
from models import Export, Firm
from scripts.prepare import prepare
from services import transaction
from services.clock import utc_now

LIMIT_SECONDS = 900
SMALL, LARGE = 1_000, 10_000  # quotes
LARGE_PDF_BYTES = 115_000  # nine tenths are sent: 1 GB of papers in the larger firm
QUIET, PAUSE_SECONDS = 200, 0.02


@dataclass(frozen=True, slots=True)
class Taken:
    """What moving the larger firm took, beside the smaller one."""

    seconds: float
    peaks_mib: tuple[float, float]
    before: float  # p95 of another firm's list, seconds
    during: float

    def rows(self, what: str, stored: float, must: float, stretch: float) -> list[Row]:
        small, large = self.peaks_mib
        lists = f"{times(self.during)} / {times(self.before)}"
        return [
            Row(
                what, f"{self.seconds:.1f} s, stored ZIP {stored:.2f} s", self.seconds / stored, "× ZIP", must, stretch
            ),
            Row(f"{what}, growth of memory", f"{small:.0f} to {large:.0f} MiB", large - small, "MiB", 20, 20),
            Row(f"{what}, others' list p95", lists, self.during / self.before, "", 2, 2),
        ]


def export_rows(bench: Bench, ours: Server, folder: Path) -> list[Row]:
    """Exports of the two smaller firms by the running worker, while another user looks at the list."""
    sizes = sorted(bench.firms)[:2]
    if len(sizes) < 2:
        raise NotBuilt("two firms are needed")
    firms = [bench.firms[size] for size in sizes]
    taken = _exported(bench, ours, firms, watched=firms[-1])
    stored = _stored(folder / "stored.zip", ((f"{n}.pdf", bytes(PDF_BYTES)) for n in range(sizes[-1])))
    return taken.rows(f"export of {sizes[-1]:,} quotes", stored, 30, 10)


def moving_rows(folder: Path) -> list[Row]:
    """A firm with 1 GB of papers leaves one installation and arrives at another one."""
    with _home(folder / "left", {SMALL: LARGE_PDF_BYTES, LARGE: LARGE_PDF_BYTES}) as (left, server):
        firms = [left.firms[SMALL], left.firms[LARGE]]
        exported = _exported(left, server, firms, watched=firms[0])
        archives = [_written(folder / "left", left, filled) for filled in firms]
    with zipfile.ZipFile(archives[-1]) as archive:
        members = ((name, archive.read(name)) for name in archive.namelist())
        stored = _stored(folder / "stored.zip", members)
    with _home(folder / "new", {SMALL + 1: PDF_BYTES}) as (new, _server):
        imported = _imported(folder / "new", new, archives)
    rows = exported.rows(f"export of {LARGE:,} quotes with 1 GB", stored, 30, 10)
    return rows + imported.rows(f"import of {LARGE:,} quotes with 1 GB", stored, 60, 30)


@contextlib.contextmanager
def _home(data: Path, sizes: dict[int, int]) -> Iterator[tuple[Bench, Server]]:
    """An installation of its own with these firms, and the product running on it."""
    port = servers.free_port()
    kept = {name: os.environ.get(name) for name in ("DATA_DIR", "PORT")}
    os.environ |= {"DATA_DIR": str(data), "PORT": str(port)}  # the migration is a process of its own
    try:
        app = prepare(Settings.from_environment())
    finally:
        os.environ |= {name: value for name, value in kept.items() if value is not None}
    with app.app_context():
        firms = {size: fill.firm(size, now=utc_now(), pdf_bytes=pdf_bytes) for size, pdf_bytes in sizes.items()}
    note(f"  filled firms with {', '.join(f'{size:,}' for size in sizes)} quotes")
    os.sync()
    with servers.product(data, port, data / "product.log") as server:
        yield Bench(app, port, firms, [], firms[min(sizes)]), server


def _exported(bench: Bench, ours: Server, firms: list[Filled], *, watched: Filled) -> Taken:
    """Export one firm after the other by the worker, while another user looks at the list."""
    worker = servers.worker(ours)

    def export(filled: Filled) -> float:
        servers.forget_peak(worker)
        _export(bench, filled)
        return servers.peak_mib(worker)

    return _watched(bench.log_in(watched), [partial(export, filled) for filled in firms])


def _imported(data: Path, bench: Bench, archives: list[Path]) -> Taken:
    """Take the archives in by the command, beside the running product."""
    environment = os.environ | {"DATA_DIR": str(data), "PORT": str(bench.port)}

    def take_in(archive: Path) -> float:
        command = [sys.executable, "-m", "scripts.command", "firm", "import", str(archive)]
        peak = 0.0
        with (data / "import.log").open("ab") as out:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
            while process.poll() is None:
                with contextlib.suppress(OSError):  # it has just ended
                    peak = max(peak, servers.peak_mib(process.pid))
                time.sleep(PAUSE_SECONDS)
        if process.returncode:
            raise NotBuilt(f"the import was refused: {(data / 'import.log').read_text()[-500:]}")
        return peak

    return _watched(bench.log_in(bench.main), [partial(take_in, archive) for archive in archives])


def _watched(other: Visitor, acts: list[Callable[[], float]]) -> Taken:
    """Let each act give its peak of memory; time the last one, and the list of someone else beside it."""
    path = f"/offerter?{ROWS}"
    before = _p95([_look(other, path) for _ in range(QUIET)])
    peaks, during, seconds = [], [before], 0.0
    for act in acts:
        during = []
        start = time.perf_counter()
        with ThreadPoolExecutor(1) as pool:
            doing = pool.submit(act)
            while not doing.done():
                during.append(_look(other, path))
            peaks.append(doing.result())
        seconds = time.perf_counter() - start
    return Taken(seconds, (peaks[0], peaks[-1]), before, _p95(during))


def _look(other: Visitor, path: str) -> float:
    """Seconds of one answer to somebody who reads for a moment between two pages."""
    time.sleep(PAUSE_SECONDS)
    return other.get(path).seconds


def _export(bench: Bench, filled: Filled) -> None:
    """Ask for an export as its owner and wait until it is ready."""
    visitor = bench.log_in(filled)
    fields = form(visitor.page("/konto"), "/konto/export")
    answer = visitor.post("/konto/export", fields)
    if answer.status != 303 or "/konto/export/" not in answer.location:
        raise NotBuilt(f"the export was answered {answer.status}")
    public_id = answer.location.rsplit("/", 1)[1]
    end = time.perf_counter() + LIMIT_SECONDS
    with bench.app.app_context():
        while time.perf_counter() < end:
            state = db.session.scalar(select(Export.state).where(Export.public_id == public_id))
            transaction.rollback()
            if state == "ready":
                return
            if state == "failed":
                break
            time.sleep(0.05)
    raise NotBuilt("the export did not get ready")


def _written(data: Path, bench: Bench, filled: Filled) -> Path:
    """The firm's archive as a file, by the operator's command."""
    with bench.app.app_context():
        public_id = db.session.scalars(select(Firm.public_id).where(Firm.id == filled.firm_id)).one()
        transaction.rollback()
    path = data / f"{filled.size}.zip"
    command = [sys.executable, "-m", "scripts.command", "firm", "export", "--", public_id, str(path)]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"DATA_DIR": str(data)}, check=True, capture_output=True)
    return path


def _stored(path: Path, members: Iterator[tuple[str, bytes]]) -> float:
    """The reference: the same bytes into a ZIP, stored, by the standard library; seconds."""
    start = time.perf_counter()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    seconds = time.perf_counter() - start
    path.unlink()
    return seconds


def _p95(seconds: list[float]) -> float:
    return sorted(seconds)[round(0.95 * (len(seconds) - 1))]
