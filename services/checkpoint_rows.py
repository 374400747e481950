"""The rows of checkpoints: what is stored of each, and the leaves of any of them in the order of its tree."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, collate, insert, or_, select, update

from domain import canonical, checkpoints
from extensions import db
from models import Checkpoint as Row
from models import CheckpointHead

ROWS_AT_A_TIME = 500


class Checkpoint(Struct, frozen=True):
    """A stored checkpoint. `body` are the canonical bytes that are signed; `signatures` id of key -> base64."""

    n: int
    at: datetime
    body: bytes
    signatures: dict[str, str]

    @property
    def id(self) -> str:
        return checkpoints.id_of(self.body)

    @property
    def content(self) -> dict[str, Any]:
        """{v, t, n, root, prev, key}"""
        return dict(json.loads(self.body))

    def published(self) -> dict[str, Any]:
        """What anyone may read: {"checkpoint", "signatures"}."""
        return {"checkpoint": self.content, "signatures": self.signatures}


def newest() -> Checkpoint | None:
    """In the running transaction."""
    row = db.session.execute(select(Row).order_by(Row.n.desc()).limit(1)).scalar_one_or_none()
    return of(row) if row is not None else None


def numbered(n: int) -> Checkpoint | None:
    """The one of this number, or None."""
    row = db.session.get(Row, n)
    return of(row) if row is not None else None


def listed(limit: int, *, before: int | None = None) -> list[Checkpoint]:
    """The newest first, from below number `before`."""
    statement = select(Row).order_by(Row.n.desc()).limit(limit)
    if before is not None:
        statement = statement.where(Row.n < before)
    return [of(row) for row in db.session.scalars(statement)]


def all_of() -> Iterator[Checkpoint]:
    """Every checkpoint, oldest first, with constant memory."""
    statement = select(Row.n, Row.at, Row.body, Row.signatures).order_by(Row.n)
    for row in db.session.execute(statement.execution_options(yield_per=ROWS_AT_A_TIME)):
        yield of(row)


def of(row: Any) -> Checkpoint:
    """A row, or its columns n, at, body and signatures, as a checkpoint."""
    return Checkpoint(row.n, row.at, row.body.encode(), json.loads(row.signatures))


def heads_at(n: int) -> Iterator[checkpoints.Head]:
    """The leaves of checkpoint n in the order of its tree."""
    held = CheckpointHead.n <= n, or_(CheckpointHead.until_n.is_(None), CheckpointHead.until_n > n)
    statement = select(CheckpointHead.firm, CheckpointHead.link, CheckpointHead.seq).where(*held)
    statement = statement.order_by(by_bytes(CheckpointHead.firm)).execution_options(yield_per=ROWS_AT_A_TIME)
    for row in db.session.execute(statement):
        yield row.firm, row.link, row.seq


def store(made: Checkpoint, moved: list[dict[str, Any]], left: list[str]) -> None:
    """Add the rows of a checkpoint to the running transaction."""
    signatures = canonical.dumps(made.signatures).decode()
    row: Mapping[str, Any] = {"n": made.n, "at": made.at, "body": made.body.decode(), "signatures": signatures}
    db.session.execute(insert(Row), row)
    ended = [{"of": firm, "ends": made.n} for firm in (*left, *(head["firm"] for head in moved))]
    if ended:
        table: Any = CheckpointHead.__table__
        ending = update(table).where(table.c.firm == bindparam("of"), table.c.until_n.is_(None))
        db.session.connection().execute(ending.values(until_n=bindparam("ends")), ended)
    if moved:
        db.session.execute(insert(CheckpointHead), [{**head, "n": made.n, "until_n": None} for head in moved])


def by_bytes(column: Any) -> Any:
    """Order by code points in both databases: the tree's order."""
    return collate(column, "C") if db.engine.dialect.name == "postgresql" else column
