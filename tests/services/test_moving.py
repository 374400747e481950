"""Rows under way are counted by the export and stopped by the import by one and the same rule."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from extensions import db
from models import Base, Firm, Letter
from services import moving, outbox, transaction
from services.clock import utc_now


def test_each_stop_names_columns_of_its_table_and_leaves_the_row_at_rest():
    for name, stop in moving.STOPS.items():
        columns = Base.metadata.tables[name].c
        assert {*stop.when, *stop.put} <= set(columns.keys())
        row = {
            column.name: (next(iter(values)) if isinstance(values := stop.when.get(column.name), tuple) else utc_now())
            for column in columns
        }
        after = moving.stopped(name, row, utc_now())
        assert after is not row
        assert moving.stopped(name, after, utc_now()) is after


@pytest.mark.parametrize(("state", "is_stopped"), [("queued", True), ("sent", False)])
def test_statement_and_row_agree(make, state, is_stopped):
    firm: Firm = make.firm()
    letter = outbox.queue("quote_sent", "a@kund.example", {}, firm_id=firm.id, now=utc_now())
    letter.state = state
    transaction.commit()
    table = Base.metadata.tables["letter"]
    counted = select(func.count()).select_from(table).where(moving.STOPS["letter"].where(table))
    assert db.session.scalar(counted) == int(is_stopped)
    row = {column.name: getattr(letter, column.name) for column in Letter.__table__.columns}
    assert (moving.stopped("letter", row, utc_now()) is not row) is is_stopped
