"""A copy of the product in a folder of its own, started as its user starts it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import IS_POSTGRESQL
from tests.ground.product import Product, get

ROOT = Path(__file__).resolve().parents[2]
KEPT = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
LEFT_BEHIND = shutil.ignore_patterns(".venv", ".git", "data", "__pycache__", ".*_cache", ".coverage*", "bench")


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree as a new user has it, with the environment that these tests run in: nothing is fetched."""
    folder = tmp_path_factory.mktemp("copy") / "handslag"
    shutil.copytree(ROOT, folder, ignore=LEFT_BEHIND)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Where databases can be made; nothing on SQLite."""
    if not IS_POSTGRESQL:
        yield ""
        return
    from tests.postgres import new_database

    with new_database() as url:
        yield url


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, copy: Path, server: str) -> tuple[Path, str]:
    """What an installation keeps after its first start, which takes as long as three others; its database."""
    data = tmp_path_factory.mktemp("prepared") / "data"
    chosen = KEPT | {"DATA_DIR": str(data), "PORT": "0"}
    if server:
        from tests.postgres import add_database

        chosen["DATABASE_URL"] = add_database(server)
    product = run(copy, chosen)
    get(f"{product.address()}/dev/mejl")
    product.process.terminate()
    assert product.ends() == 0, product.said
    return data, chosen.get("DATABASE_URL", "")


@pytest.fixture
def environment(tmp_path: Path, server: str, prepared: tuple[Path, str]) -> dict[str, str]:
    """Settings of an installation that has been started before."""
    kept, database = prepared
    data = tmp_path / "data"
    shutil.copytree(kept, data)
    chosen = KEPT | {"DATA_DIR": str(data), "PORT": "0", "WEB_THREADS": "2"}
    if server:
        from tests.postgres import add_database

        chosen["DATABASE_URL"] = add_database(server, like=database)
    return chosen


@pytest.fixture
def never_ran(environment: dict[str, str], server: str) -> dict[str, str]:
    """The same settings, and nothing there."""
    shutil.rmtree(environment["DATA_DIR"])
    if server:
        from tests.postgres import add_database

        environment["DATABASE_URL"] = add_database(server)
    return environment


def run(copy: Path, environment: dict[str, str]) -> Product:
    """Start ./run with these settings."""
    process = subprocess.Popen(
        [copy / "run"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
    )
    return Product(process)


@pytest.fixture
def start(copy: Path, environment: dict[str, str]) -> Iterator[Callable[..., Product]]:
    """Starts ./run with these settings; what still runs at the end is killed."""
    started: list[Product] = []

    def start(**given: str) -> Product:
        started.append(run(copy, environment | given))
        return started[-1]

    yield start
    for product in started:
        for process in (product.process.pid, *product.children()):
            if product.process.poll() is None:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
        product.process.wait()
        assert product.process.stdout is not None
        product.process.stdout.close()
