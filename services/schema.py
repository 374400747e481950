"""At which migration the database is, and at which it should be.

Read without Alembic: loading it costs a tenth of a second and memory in every process that only wants to know.
"""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

from flask import current_app
from sqlalchemy import column, inspect, select, table

from extensions import db

FOLDER = Path(__file__).resolve().parent.parent / "migrations"
_REVISION = re.compile(r"""^(down_revision|revision)\b[^=]*= *(?:"(\w+)"|None)""", re.MULTILINE)


def current() -> str | None:
    """The migration the database is at; None for an empty one."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        number: str | None = connection.scalar(select(column("version_num")).select_from(table("alembic_version")))
        return number


def newest() -> str:
    """The migration that no other one follows."""
    followed = _followed()
    (head,) = followed.keys() - set(followed.values())
    return head


def known() -> frozenset[str]:
    """All migrations that a database here may have been at."""
    return frozenset(_followed())


def _followed() -> dict[str, str]:
    """Every migration and the one it follows; "" for the first."""
    found = (dict(_REVISION.findall(file.read_text(encoding="utf-8"))) for file in (FOLDER / "versions").glob("*.py"))
    return {one["revision"]: one["down_revision"] for one in found}


def tools() -> ModuleType:
    """Flask-Migrate, bound to the running app: upgrade(), downgrade(revision="base") and the commands of `flask db`."""
    import flask_migrate

    flask_migrate.Migrate(current_app, db, directory=str(FOLDER), render_as_batch=True, compare_type=True)
    return flask_migrate
