"""Migrations give just the tables of the models, with their triggers, up and down and up."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from app import create_app
from config import Settings
from extensions import db
from models import Base
from services import events, schema
from services.actors import system
from services.clock import utc_now
from tests.conftest import IS_POSTGRESQL


def test_models_equal_migrations(app):
    with db.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert differences == []


def test_up_down_up(tmp_path):
    if IS_POSTGRESQL:
        from tests.postgres import new_database

        with new_database() as url:
            _up_down_up(tmp_path, url)
    else:
        _up_down_up(tmp_path, "")


def _up_down_up(folder, url):
    app = create_app(Settings(DATA_DIR=folder, DATABASE_URL=url))
    with app.app_context():
        migrations = schema.tools()
        migrations.upgrade()
        migrations.downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
        migrations.upgrade()
        assert set(Base.metadata.tables) < set(inspect(db.engine).get_table_names())
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("change", ["UPDATE event SET entry = '{}'", "UPDATE event SET link = content"])
def test_the_chain_is_insert_only(make, change):
    firm = make.firm()
    events.record(
        "login.ended", "login:x", actor=system(firm.id, firm.public_id), at=utc_now(), data={"reason": "test"}
    )
    db.session.commit()
    with pytest.raises(DBAPIError, match="insert only"):
        db.session.execute(text(change))
    db.session.rollback()
