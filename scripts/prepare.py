"""Make what the product keeps: its folder, its secrets, its database at the newest migration."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from flask import Flask
from sqlalchemy.exc import OperationalError

from app import create_app
from config import Settings, SettingsError
from extensions import db
from services import schema
from services.clock import utc_now
from services.errors import DiskFull


def fail(sentence: str) -> NoReturn:
    """End with one sentence and status 1."""
    print(sentence, file=sys.stderr)
    raise SystemExit(1)


def read_settings() -> Settings:
    try:
        return Settings.from_environment()
    except SettingsError as error:
        fail(str(error))


def prepare(settings: Settings) -> Flask:
    """The app on a database that is up to date; no connection stays open, so that the process may fork."""
    app = open_app(settings)
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    if file.is_file() and not os.access(file, os.W_OK):  # SQLite would open it, and fail at the first act
        fail(f"{file} is not this user's to write; chown what was put back from a backup.")
    with app.app_context():
        try:
            if schema.current() != schema.newest():
                migrate(settings)
            erase_again(settings)
        except OperationalError as error:
            fail(f"The database does not answer: {error.orig}. Look at DATABASE_URL and DATA_DIR.")
        finally:
            db.session.remove()
            db.engine.dispose()
    return app


def erase_again(settings: Settings) -> None:
    """A restored backup may hold firms that were erased since: they go before the first request (C-57)."""
    if (settings.DATA_DIR / "erasures.jsonl").exists():
        from services.privacy import erasure

        erasure.replay(utc_now())


def open_app(settings: Settings) -> Flask:
    os.umask(0o077)  # what is kept is the owner's alone
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("huey").setLevel(logging.WARNING)
    try:
        settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        return create_app(settings)
    except SettingsError as error:
        fail(str(error))
    except DiskFull:
        fail(f"Cannot keep data in {settings.DATA_DIR}: the disk is full.")
    except OSError as error:
        fail(f"Cannot keep data in {settings.DATA_DIR}: {error.strerror}. Choose another folder with DATA_DIR.")


def migrate(settings: Settings) -> None:
    """In a process of its own: Alembic's memory is gone with it. It gets the database of these settings."""
    command = [sys.executable, "-P", "-m", "scripts.command", "db", "upgrade"]
    same = {"DATA_DIR": str(settings.DATA_DIR), "DATABASE_URL": settings.DATABASE_URL}
    if subprocess.run(command, env=os.environ | same | {"PYTHONPATH": str(schema.FOLDER.parent)}).returncode:
        fail("The migration of the database failed; the lines above say why. Nothing was started.")
