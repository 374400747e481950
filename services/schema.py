"""At which migration the database is, and at which it should be."""

from __future__ import annotations

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from extensions import db

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def current() -> str | None:
    """The migration the database is at; None for an empty one."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    return ScriptDirectory(str(FOLDER)).get_current_head()
