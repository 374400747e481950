"""Rows of a firm by their place: 1 is the first of its table in the order of the keys, and so on.

The database's own keys count the rows of all firms, so they say something else on every installation. An archive names
rows by their rank instead, and equal firms give equal bytes. Of a table that others refer to, the sorted keys are kept
while they are needed: 8 bytes a row.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, String, select
from sqlalchemy import Table as SqlTable

from extensions import db
from models import Base

# firm.logo_id has no key, since stored_file refers to firm
WITHOUT_KEY = {"firm": {"logo_id": "stored_file"}}
KEYS_AT_A_TIME = 1000


@cache
def references(table: str) -> dict[str, str]:
    """The columns of a table that name a row of the firm, each with the table of that row."""
    found = {
        element.parent.name: element.column.table.name
        for constraint in Base.metadata.tables[table].foreign_key_constraints
        for element in constraint.elements
        if element.parent.name != "firm_id"
    }
    return found | WITHOUT_KEY.get(table, {})


def in_order(table: SqlTable) -> list[ColumnElement[Any]]:
    """By the key, texts in it by code points in every database."""
    is_postgresql = db.engine.dialect.name == "postgresql"
    return [
        column.collate("C") if is_postgresql and isinstance(column.type, String) else column
        for column in table.primary_key.columns
    ]


class Ranks:
    """The ranks of one firm's rows."""

    def __init__(self, firm_id: int) -> None:
        self._firm_id = firm_id
        self._keys: dict[str, array[int]] = {}

    def keys(self, table: str) -> array[int]:
        """The sorted keys of the firm's rows: that of rank r is the one at r - 1."""
        if table not in self._keys:
            rows = Base.metadata.tables[table]
            mine = select(rows.c.id).where(rows.c.firm_id == self._firm_id).order_by(rows.c.id)
            self._keys[table] = array("q", db.session.scalars(mine.execution_options(yield_per=KEYS_AT_A_TIME)))
        return self._keys[table]

    def rank(self, table: str, key: int) -> int | None:
        """None where there is no such row: only of a reference without a key."""
        keys = self.keys(table)
        at = bisect_left(keys, key)
        return at + 1 if at < len(keys) and keys[at] == key else None

    def keep(self, tables: Iterable[str]) -> None:
        """Let go of the keys of all other tables."""
        wanted = set(tables)
        self._keys = {table: keys for table, keys in self._keys.items() if table in wanted}
