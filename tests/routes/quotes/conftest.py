"""A firm with a private customer, its quote, and somebody who is logged in; counting of statements."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from extensions import db
from models import Quote

HTMX = {"HX-Request": "true"}


@dataclasses.dataclass(frozen=True)
class Names:
    """What a quote is found by; its row is left behind when a job has run."""

    id: int
    n: int
    public_id: str


def names_of(quote: Quote) -> Names:
    return Names(quote.id, quote.n, quote.public_id)


def fresh(quote) -> Quote:
    """The row as it is stored now."""
    db.session.rollback()
    return db.session.get_one(Quote, quote.id, populate_existing=True)


@pytest.fixture
def quote(make, firm):
    return make.quote(firm, make.customer(firm))


@pytest.fixture
def owner(make, firm, client):
    client.environ_base["handslag.raise_errors"] = True
    return client.log_in(make.owner(firm))


@pytest.fixture
def seller(client, make, firm):
    client.environ_base["handslag.raise_errors"] = True
    return client.log_in(make.user(firm, role="seller"))


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
