"""Writers of one SQLite file take turns (tables/engine.py), whatever database the other tests run on."""

from __future__ import annotations

import sqlite3
import threading

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from tables import engine as turns

WRITERS = 16


@pytest.fixture
def engine(tmp_path):
    """An engine of its own on a file with one counter."""
    made = create_engine(f"sqlite:///{tmp_path / 'turns.db'}", pool_size=WRITERS)
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE counter (n INTEGER NOT NULL)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))
    yield made
    made.dispose()


def test_all_who_write_at_once_get_their_turn(engine):
    together = threading.Barrier(WRITERS)

    def count() -> None:
        together.wait()
        for _ in range(5):
            with engine.begin() as connection:
                n = connection.execute(text("SELECT n FROM counter")).scalar_one()
                connection.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

    threads = [threading.Thread(target=count) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT n FROM counter")).scalar_one() == WRITERS * 5


def test_who_waits_in_vain_is_told_and_may_try_again(engine, monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE", 0)
    with engine.begin(), pytest.raises(OperationalError, match="locked"), engine.begin():
        pass
    with engine.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 0


def test_another_fault_is_not_waited_for(engine):
    with engine.begin() as connection:
        driver = connection.connection.dbapi_connection
        with pytest.raises(sqlite3.OperationalError, match="within a transaction"):
            turns._has_begun(driver)
