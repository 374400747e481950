"""Runs the migrations. On SQLite foreign keys are off meanwhile, else re-creating a table deletes its children."""

from __future__ import annotations

import sqlite3

from alembic import context
from flask import current_app
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from models import Base


def run() -> None:
    # An own engine without a pool: a connection with foreign keys off must never come back to the product.
    url = current_app.config["SETTINGS"].database_url
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        if isinstance(driver, sqlite3.Connection):
            driver.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            if (
                connection.dialect.name == "sqlite"
                and connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            ):
                raise RuntimeError("the migration left rows that refer to nothing")
    engine.dispose()


run()
