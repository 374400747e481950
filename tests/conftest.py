"""Fixtures: one app with a real database per test run, emptied after each test; clients that read what they get."""

from __future__ import annotations

import gc
import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, text

from app import create_app
from blueprints.shared.folding import Compiled
from cli import register_commands
from config import Settings
from extensions import db
from models import Firm
from services import installation, schema, transaction
from services.checking import looking
from services.sealing import making
from tests.client import Client
from tests.factories import Make
from tests.sealing import Here

gc.set_threshold(100_000, 50, 50)  # a sixth of the time went into looking for garbage
FOUNDED = datetime(2025, 1, 1, tzinfo=UTC)
IS_POSTGRESQL = os.environ.get("TEST_DATABASE") == "postgresql"


# crawls, properties, checks of the house and whole processes: what they run is measured by the tests of each room
NOT_MEASURED = ("tests/security/", "tests/house/", "tests/ground/", "tests/services/checking/test_corpus.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Coverage doubles the cost of a test on Python 3.11."""
    for item in items:
        is_property = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        if is_property or item.nodeid.startswith(NOT_MEASURED):
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database: SQLite, or with TEST_DATABASE=postgresql one on a throw-away server."""
    if IS_POSTGRESQL:
        from tests.postgres import new_database

        with new_database() as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path_factory.mktemp('database') / 'handslag.db'}"


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Settings:
    return Settings(
        DATA_DIR=tmp_path_factory.mktemp("data"),
        DATABASE_URL=database_url,
        BASE_URL="http://localhost",
        DISK_FREE_MIB=0,
        SEND_HOLD_SECONDS=0,  # what is sent goes at once; tests of the hold set it
        ARGON2_MEMORY_KIB=64,
        ARGON2_TIME=1,
    )


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Templates that one process of the run has compiled, for the others, and for the runs after it."""
    folder = Path(os.environ.get("COMPILED") or tmp_path_factory.getbasetemp().parent / "compiled")
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def _app(settings: Settings, compiled: Path) -> Iterator[Flask]:
    with time_machine.travel(FOUNDED):  # its seal holds at all the times that tests travel to
        app = create_app(settings)
    register_commands(app)
    app.test_client_class = Client
    app.jinja_env.bytecode_cache = Compiled(app, compiled)
    app.extensions["wake"] = lambda job, delay=0: None  # no worker listens; tests run the jobs themselves
    making.in_child = Here
    looking.WALL_SECONDS = 3600  # beside busy processes a file takes minutes, which a visitor would not be made to wait
    gc.freeze()  # what is loaded stays to the end
    with app.app_context():
        if not IS_POSTGRESQL:
            event.listen(db.engine, "connect", set_up)
        schema.tools().upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


def set_up(connection: sqlite3.Connection, record: object) -> None:
    """Each new connection of SQLite."""
    connection.execute("PRAGMA synchronous=OFF")  # no commit here needs to survive a power cut
    # PostgreSQL gives rows that nobody sorted in any order, mostly the one they came in; here it is never that one
    connection.execute("PRAGMA reverse_unordered_selects=ON")


@pytest.fixture
def app(_app: Flask) -> Iterator[Flask]:
    """The app with an empty database, inside an app context."""
    transaction.may_write()
    yield _app
    db.session.rollback()
    db.session.remove()
    transaction.may_write()
    empty_database()


def empty_database() -> None:
    db.session.execute(text("DELETE FROM firm"))  # what a firm owns goes with it
    for name in ("attempt", "arrival", "erasure_receipt", "letter", "checkpoint_head", "checkpoint", "incident"):
        db.session.execute(text(f"DELETE FROM {name}"))
    db.session.commit()
    db.session.remove()
    for name in ("checkpoints.jsonl", "evidence.checked"):
        (installation.settings().DATA_DIR / name).unlink(missing_ok=True)


@pytest.fixture
def make(app: Flask) -> Make:
    """Makes rows: make.firm(), make.customer(firm), make.quote(firm, ...)."""
    return Make(app)


@pytest.fixture
def firm(make: Make) -> Firm:
    return make.firm()


@pytest.fixture
def client(app: Flask) -> Client:
    """A visitor who is not logged in."""
    return app.test_client()  # type: ignore[return-value]
