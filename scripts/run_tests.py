"""./run test: every test on SQLite and on PostgreSQL, and those that drive a browser.

With arguments: pytest with these arguments, on the database that TEST_DATABASE names (sqlite or postgresql).
With --gate, as .ci/run calls it: measures coverage, and fails too if a test was left out or skipped or if the two
databases did not run the same number of tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.postgres import programs

ROOT = Path(__file__).resolve().parent.parent
ROOM_BYTES = 4 * 1024**3  # more than all tests keep at once
MOST_AGAIN = 3  # browser tests that may be run once more
READERS = {"pdfsig": "poppler-utils", "qpdf": "qpdf"}  # other readers of sealed papers than ours, and who has them
READ_BY_OTHERS = ("tests/services/checking/test_corpus.py", "tests/services/checking/test_validators.py")
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PYTEST = [sys.executable, "-P", "-m", "pytest"]


@dataclass(frozen=True)
class Session:
    """One run of pytest."""

    name: str
    database: str
    chosen: str  # pytest's -m
    where: str = "tests"


@dataclass(frozen=True)
class Outcome:
    name: str
    status: int
    tests: int
    failed: int
    skipped: int


def main() -> int:
    arguments = sys.argv[1:]
    if arguments and arguments != ["--gate"]:
        return subprocess.run([*PYTEST, *_without_browser(arguments)], cwd=ROOT).returncode
    gate = bool(arguments)
    with tempfile.TemporaryDirectory() as compiled:
        outcomes = [run(session, Path(compiled), gate=gate) for session in sessions()]
    if gate:
        subprocess.run([sys.executable, "-m", "coverage", "report"], cwd=ROOT)
    for sentence in left_out():
        print(sentence)
    faults = gate_faults(outcomes) if gate else []
    for fault in faults:
        print(f"The gate stays shut: {fault}")
    print("Tests: " + ", ".join(f"{outcome.name} {outcome.tests}" for outcome in outcomes))
    failed = sum(outcome.failed for outcome in outcomes)
    passed = sum(outcome.tests - outcome.failed - outcome.skipped for outcome in outcomes)
    print(f"{passed} passed, {failed} failed", flush=True)
    return int(bool(faults) or any(outcome.status for outcome in outcomes))


def sessions() -> Iterator[Session]:
    yield Session("SQLite", "sqlite", "not browser")
    if programs():
        yield Session("PostgreSQL", "postgresql", "not browser")
    if browser():
        yield Session("browser", "sqlite", "browser", "tests/browser")  # to list the others takes seconds


def browser() -> str | None:
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def left_out() -> Iterator[str]:
    """One line for each kind of test that this machine cannot run."""
    if not programs():
        yield "Left out: the tests on PostgreSQL. On Debian: apt install postgresql"
    if not browser():
        yield "Left out: the tests in a browser. On Debian: apt install chromium-headless-shell"
    if missing := missing_readers():
        yield f"Left out: sealed papers in other readers. On Debian: apt install {' '.join(missing)}"


def missing_readers() -> list[str]:
    """The packages of programs that this machine lacks."""
    return [package for program, package in READERS.items() if not shutil.which(program)]


def without_readers() -> list[str]:
    return [f"--ignore={file}" for file in READ_BY_OTHERS] if missing_readers() else []


def run(session: Session, compiled: Path, *, gate: bool) -> Outcome:
    """One session. In `compiled` it finds the templates that one before it has compiled."""
    print(f"--- {session.name}", flush=True)
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        report = Path(folder) / "report.xml"
        command = [*PYTEST, "-q", "-m", session.chosen, "-n", str(min(os.cpu_count() or 1, 8)), "--dist", "worksteal"]
        command += [f"--junitxml={report}", *without_readers(), session.where]
        environment = {"EXAMPLES": "100", **os.environ, "TEST_DATABASE": session.database, "TMPDIR": folder}
        environment["COMPILED"] = str(compiled)
        # the lines are the same on PostgreSQL, and a browser's product is a process of its own
        if gate and session.name == "SQLite":
            command += ["--cov", "--cov-append", "--cov-report="]
            environment["EXAMPLES"] = "10"  # each costs twice while it is measured; PostgreSQL's run has them all
        status = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL).returncode
        outcome = _outcome(session.name, status, report)
        if session.chosen == "browser" and 0 < outcome.failed <= MOST_AGAIN:
            return _again(outcome, _failed_files(report), environment)
        return outcome


def _memory() -> Path | None:
    """A folder in memory, where it has room: tests wait a tenth of their time for a disk to keep what nobody needs."""
    folder = Path("/dev/shm")  # noqa: S108  (the folder in it has a name of its own)
    if not os.access(folder, os.W_OK):
        return None
    system = os.statvfs(folder)
    may_run = not system.f_flag & os.ST_NOEXEC  # tests copy ./run
    return folder if may_run and system.f_bavail * system.f_frsize > ROOM_BYTES else None


def _again(outcome: Outcome, files: list[str], environment: dict[str, str]) -> Outcome:
    """The few browser tests that failed once more, alone: two browsers on a busy machine miss each other's time limits.

    What failed first stands in the output above; a fault of the product fails here too.
    """
    print(f"--- browser, again and alone: {' '.join(files)}", flush=True)
    command = [*PYTEST, "-q", "-m", "browser", *files]
    status = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL).returncode
    return outcome if status else replace(outcome, status=0, failed=0)


def _failed_files(report: Path) -> list[str]:
    cases = ET.parse(report).getroot().iter("testcase")  # noqa: S314  (pytest wrote it a moment ago)
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    return sorted({str(case.get("classname")).replace(".", "/") + ".py" for case in failed})


def _outcome(name: str, status: int, report: Path) -> Outcome:
    if not report.exists():
        return Outcome(name, status or 1, 0, 1, 0)
    count = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for suite in ET.parse(report).getroot():  # noqa: S314  (pytest wrote it a moment ago)
        for key in count:
            count[key] += int(suite.get(key, 0))
    return Outcome(name, status, count["tests"], count["failures"] + count["errors"], count["skipped"])


def gate_faults(outcomes: list[Outcome]) -> list[str]:
    faults = list(left_out())
    faults += [f"{outcome.skipped} skipped on {outcome.name}" for outcome in outcomes if outcome.skipped]
    if len({outcome.tests for outcome in outcomes if outcome.name != "browser"}) > 1:
        faults.append("the two databases ran different numbers of tests")
    return faults


def _without_browser(arguments: list[str]) -> list[str]:
    """The arguments, but without tests that this machine cannot run."""
    if browser() or "-m" in arguments:
        return arguments
    for sentence in left_out():
        print(sentence, flush=True)
    return [*arguments, "-m", "not browser"]


if __name__ == "__main__":
    raise SystemExit(main())
