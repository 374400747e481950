"""Another installation: its own folder, secrets and database, of the same kind as that of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Flask
from sqlalchemy import event

from app import create_app
from cli import register_commands
from config import Settings
from extensions import db
from services import schema, transaction
from tests.client import Client
from tests.conftest import IS_POSTGRESQL, set_up
from tests.factories import Make


@dataclass(frozen=True)
class Home:
    """An installation; `inside` makes it the one that services act on."""

    app: Flask

    @property
    def make(self) -> Make:
        return Make(self.app)

    @contextmanager
    def inside(self) -> Iterator[None]:
        with self.app.app_context():
            transaction.may_write()
            try:
                yield
            finally:
                db.session.rollback()
                db.session.remove()
                transaction.may_write()


@contextmanager
def second_home(folder: Path, settings: Settings) -> Iterator[Home]:
    """`settings` are those of the first one."""
    if IS_POSTGRESQL:
        from tests.postgres import add_database

        url = add_database(settings.DATABASE_URL)
    else:
        url = f"sqlite:///{folder / 'handslag.db'}"
    app = create_app(replace(settings, DATA_DIR=folder, DATABASE_URL=url, BASE_URL="http://second.example"))
    register_commands(app)
    app.test_client_class = Client
    app.extensions["wake"] = lambda job, delay=0: None
    home = Home(app)
    with home.inside():
        if not IS_POSTGRESQL:
            event.listen(db.engine, "connect", set_up)
        schema.tools().upgrade()
    yield home
    with home.inside():
        db.engine.dispose()
