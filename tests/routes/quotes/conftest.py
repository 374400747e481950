"""A firm with a private customer, its quote, and somebody who is logged in; counting of statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from extensions import db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def firm(make):
    return make.firm()


@pytest.fixture
def quote(make, firm):
    return make.quote(firm, make.customer(firm))


@pytest.fixture
def seller(client, make, firm):
    client.environ_base["handslag.raise_errors"] = True
    return client.log_in(make.owner(firm))


@pytest.fixture
def stranger(app, make):
    """The owner of another firm."""
    return app.test_client().log_in(make.owner(make.firm("Annan Snickeri")))


@pytest.fixture
def worker(app, make, firm):
    return app.test_client().log_in(make.user(firm, role="worker"))


@pytest.fixture
def statements():
    """Counts SQL statements, without BEGIN, COMMIT and PRAGMA: `with statements() as seen: …; len(seen)`."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(connection, cursor, statement, parameters, context, executemany):
            if statement.split(" ", 1)[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
                seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def line_data():
    """What the form of line 2 (16 tim at 690 kr, rot) sends, with changes."""

    def data(**changes: str) -> dict[str, str]:
        return {
            "rev": "1",
            "key": "nyckel-ett",
            "was_kind": "labour",
            "was_unit": "tim",
            "text": "Rivning av ytskikt",
            "quantity": "16",
            "unit": "tim",
            "price": "690",
            "vat": "25",
            "kind": "labour",
            "discount": "",
            "deduction": "rot:bygg",
            "note": "",
        } | changes

    return data
