"""Numbers without gaps or doubles: taken in the transaction that uses them. Never commits."""

from __future__ import annotations

from sqlalchemy.dialects import sqlite

from extensions import db
from models import Counter


def take(firm_id: int, series: str, *, count: int = 1) -> int:
    """The next number of a series of the firm, 1 at first; the first of `count` that are taken at once.

    A rolled back transaction gives them back.
    """
    insert = sqlite.insert
    if db.session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]  # here: half a dialect to load
    statement = (
        insert(Counter)
        .values(firm_id=firm_id, series=series, value=count)
        .on_conflict_do_update(index_elements=["firm_id", "series"], set_={"value": Counter.value + count})
        .returning(Counter.value)
    )
    return int(db.session.execute(statement).scalar_one()) - count + 1
