"""What belongs to one quote or agreement is found without reading the firm's other rows."""

from __future__ import annotations

import pytest
from sqlalchemy import UniqueConstraint

from models import Base

PARENTS = {"quote_id", "agreement_id"}
CHILDREN = sorted(
    (table.name, column.name)
    for table in Base.metadata.tables.values()
    for column in table.columns
    if column.name in PARENTS and "firm_id" in table.columns
)


@pytest.mark.parametrize(("name", "column"), CHILDREN)
def test_index_begins_with_the_firm_and_the_parent(name, column):
    """Every query filters on firm_id; SQLite else chose the key (firm_id, id) and read 100,000 rows for one quote."""
    table = Base.metadata.tables[name]
    unique = [list(key.columns.keys()) for key in table.constraints if isinstance(key, UniqueConstraint)]
    indexes = [
        list(index.columns.keys()) for index in table.indexes if index.name != "ix_agreement_rot_later"
    ]  # partial
    assert [column] in unique or any(key[:2] == ["firm_id", column] for key in unique + indexes)
