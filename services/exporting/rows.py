"""The firm's rows as they stand in an archive: without means of access, by rank, the values of the chain opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from sqlalchemy import ColumnElement, Row, Select, Text, func, select
from sqlalchemy import Table as SqlTable
from sqlalchemy.types import TypeEngine

from extensions import db
from models import Agreement, Applicant, Approval, Base
from services import moving, scope, vault
from services.exporting.ranks import Ranks, in_order, references
from services.privacy.register import TABLES, Table

ROWS_AT_A_TIME = 100  # of frozen versions, some kilobytes each
SALT_BYTES = 32  # before the value in event_value.sealed (services/events.py)
OPENED = ["salt", "value"]  # stand in place of it

Column = tuple[str, TypeEngine[Any]]
Step = Callable[[int], None]


class Owner(NamedTuple):
    """The firm whose data is taken out, and the time that stands in the archive."""

    firm_id: int
    public_id: str
    name: str
    at: datetime


def tables() -> list[Table]:
    """The register's tables that belong to firms, those that others refer to first."""
    return [TABLES[table.name] for table in Base.metadata.sorted_tables if TABLES[table.name].of_firm]


def sql_table(table: Table) -> SqlTable:
    return Base.metadata.tables[table.name]


def columns(table: Table) -> list[Column]:
    """Name and type of what is handed out, `id` first. Personnummer and drawn signatures have files of their own."""
    names = {column.name for column in table.columns if column.exported == "clear"} - {"firm_id"}
    found: list[Column] = [(column.name, column.type) for column in sql_table(table).columns if column.name in names]
    found.sort(key=lambda column: column[0] != "id")
    return found + [(name, Text()) for name in OPENED] if table.name == "event_value" else found


def counts(firm_id: int) -> dict[str, int]:
    """Rows of the firm by table."""
    return _counted(firm_id, {table.name: None for table in tables()})


def under_way(firm_id: int) -> dict[str, int]:
    """Of them, those that would act by themselves or let somebody in (services/moving.py)."""
    stops = {name: stop.where(Base.metadata.tables[name]) for name, stop in moving.STOPS.items()}
    return _counted(firm_id, stops)


def _counted(firm_id: int, wanted: Mapping[str, ColumnElement[bool] | None]) -> dict[str, int]:
    asked = []
    for name, where in wanted.items():
        count = select(func.count()).where(is_mine(Base.metadata.tables[name], firm_id))
        asked.append((count if where is None else count.where(where)).scalar_subquery().label(name))
    return dict(db.session.execute(select(*asked)).one()._mapping)


def is_mine(rows: SqlTable, firm_id: int) -> ColumnElement[bool]:
    return (rows.c.id if rows.name == "firm" else rows.c.firm_id) == firm_id


def stream(statement: Select[Any]) -> Iterator[Row[Any]]:
    yield from db.session.execute(statement.execution_options(yield_per=ROWS_AT_A_TIME))


class Rows:
    """Reads one firm's rows, some hundred at a time. `step` is told how many, `cannot_read` what was damaged."""

    def __init__(self, owner: Owner, step: Step, cannot_read: Callable[[str], None]) -> None:
        self.owner, self.step, self.cannot_read = owner, step, cannot_read
        self.ranks = Ranks(owner.firm_id)

    def chunks(self, table: Table, names: Sequence[str]) -> Iterator[list[list[Any]]]:
        """The rows in the order of their keys, with the columns of these names."""
        rows, is_opened = sql_table(table), table.name == "event_value"
        wanted = [rows.c[name] for name in (["id", "seq", "field", "sealed"] if is_opened else names)]
        statement = select(*wanted).where(is_mine(rows, self.owner.firm_id)).order_by(*in_order(rows))
        self.ranks.keep(references(table.name).values())
        count = 0
        for partition in db.session.execute(statement.execution_options(yield_per=ROWS_AT_A_TIME)).partitions():
            self.step(len(partition))
            chunk = [self._opened(*row) for row in partition] if is_opened else [list(row) for row in partition]
            self._rank(table.name, names, chunk, count)
            count += len(chunk)
            yield chunk

    def _rank(self, table: str, names: Sequence[str], chunk: list[list[Any]], count: int) -> None:
        if "id" in names:
            place = names.index("id")
            for number, row in enumerate(chunk, count + 1):
                row[place] = number
        for name, other in references(table).items():
            if name not in names:
                continue
            place = names.index(name)
            for row in chunk:
                if row[place] is not None:
                    row[place] = self.ranks.rank(other, row[place])

    def _opened(self, key: int, seq: int, field: str, sealed: bytes) -> list[Any]:
        """A row of event_value with its random bytes and value: commitment = HMAC-SHA256(salt, value)."""
        clear = self._unsealed(sealed, "event_value", str(seq), field)
        if clear is None:
            return [key, seq, field, None, None]
        return [key, seq, field, clear[:SALT_BYTES].hex(), clear[SALT_BYTES:].decode()]

    def personnummer(self) -> Iterator[tuple[str, str, str, str]]:
        """Public id of the applicant, that of the agreement, name, twelve digits."""
        agreement = Agreement.public_id.label("agreement")
        statement = scope.columns(
            Applicant, self.owner.firm_id, Applicant.public_id, agreement, Applicant.name, Applicant.personnummer
        ).join(Agreement, (Agreement.firm_id == Applicant.firm_id) & (Agreement.id == Applicant.agreement_id))
        for row in stream(statement.where(Applicant.personnummer.is_not(None)).order_by(Applicant.id)):
            clear = self._unsealed(row.personnummer, "applicant", row.public_id, "personnummer")
            if clear is not None:
                yield row.public_id, row.agreement, row.name, clear.decode()

    def marks(self) -> Iterator[tuple[str, str, str, str]]:
        """Drawn signatures as SVG paths: table, public id, name, path, whose SHA-256 stands in the agreed JSON."""
        for model in (Agreement, Approval):
            of = model.__tablename__
            statement = scope.columns(model, self.owner.firm_id, model.public_id, model.name, model.mark)
            for row in stream(statement.where(model.mark.is_not(None)).order_by(model.id)):
                clear = self._unsealed(row.mark, of, row.public_id, "mark")
                if clear is not None:
                    yield of, row.public_id, row.name, clear.decode()

    def _unsealed(self, sealed: bytes, *place: str) -> bytes | None:
        try:
            return vault.unseal(self.owner.public_id, sealed, *place)
        except InvalidTag:
            self.cannot_read(" ".join(place))
            return None


def single(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    """Rows that come one by one, as chunks."""
    return ([row] for row in rows)
