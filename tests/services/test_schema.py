"""Where the database stands, as Alembic itself says it."""

from __future__ import annotations

from alembic.script import ScriptDirectory

from services import schema


def test_it_agrees_with_alembic(app):
    head = ScriptDirectory(str(schema.FOLDER)).get_current_head()
    assert schema.newest() == head
    assert schema.current() == head
