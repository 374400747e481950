"""What is in the ZIP of a firm, drawn from the database and its files piece by piece.

LÄS-MIG.txt says what each file is, manifest.json which there are and their SHA-256. All statements run in one
snapshot (services/transaction.py), so the tables agree with one another.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from flask import current_app
from sqlalchemy import Row, Select, Text, func, select
from sqlalchemy import Table as SqlTable

from domain import canonical
from domain.clock import STOCKHOLM
from exchange import json_lines
from exchange.zip_stream import ZipStream
from extensions import db
from models import Agreement, Applicant, Approval, Base, ChainHead, Event, QuoteVersion
from services import checkpoint_rows, checkpoints, schema, scope, storage, vault
from services.exporting import papers, sheets
from services.privacy.register import TABLES, Table
from services.sealing import keys

FORMAT = "handslag.export/1"
ROWS_AT_A_TIME = 100  # of frozen versions, some kilobytes each
SALT_BYTES = 32  # before the value in event_value.sealed (services/events.py)
OPENED_FROM = ["id", "firm_id", "seq", "field", "sealed"]

Step = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Owner:
    """The firm whose data is taken out, and the time that stands in the archive."""

    firm_id: int
    public_id: str
    name: str
    at: datetime


def tables() -> list[Table]:
    """The register's tables that belong to firms, those that others refer to first."""
    return [TABLES[table.name] for table in Base.metadata.sorted_tables if TABLES[table.name].of_firm]


def counts(firm_id: int) -> dict[str, int]:
    """Rows per table of the firm."""
    asked = [
        select(func.count()).where(_is_mine(sql_table(table), firm_id)).scalar_subquery().label(table.name)
        for table in tables()
    ]
    return dict(db.session.execute(select(*asked)).one()._mapping)


def sql_table(table: Table) -> SqlTable:
    return Base.metadata.tables[table.name]


def parts(owner: Owner, step: Step) -> Iterator[bytes]:
    """The archive's bytes. `step` is told of rows and files done: for progress."""
    return _Archive(owner, step).parts()


class _Archive:
    def __init__(self, owner: Owner, step: Step) -> None:
        self.owner, self.step = owner, step
        local = owner.at.astimezone(STOCKHOLM)
        self.zip = ZipStream((local.year, local.month, local.day, local.hour, local.minute, local.second))
        self.rows: dict[str, int] = {}
        self.unreadable: list[str] = []
        self.checkpoint: int | None = None  # the newest one that has a leaf of the firm

    def parts(self) -> Iterator[bytes]:
        words = current_app.jinja_env.get_template("konto/las-mig.txt")  # no visitor here, so no page's names
        yield from self._text("LÄS-MIG.txt", [words.render(owner=self.owner).encode()])
        for table in tables():
            yield from self._table(table)
        for name, column in (
            ("json/versioner.jsonl", QuoteVersion.content),
            ("json/avtal.jsonl", Agreement.agreed),
        ):
            yield from self._text(name, self._exact(column))
        yield from self._text("bevis/kedja.jsonl", self._chain())
        yield from self._checkpoints()
        names = ("applicant", "agreement", "name", "personnummer")
        rows = json_lines.lines(names, ([row] for row in self._personnummer()))
        yield from self._text("personnummer/personnummer.jsonl", rows)
        yield from self._text("personnummer/personnummer.csv", sheets.personnummer(self._personnummer()))
        rows = json_lines.lines(("of", "id", "name", "mark"), ([row] for row in self._marks()))
        yield from self._text("underskrifter/underskrifter.jsonl", rows)
        for paper in papers.all_of(self.owner.firm_id):
            yield from self._paper(paper)
        yield from self._text("manifest.json", self._manifest())
        yield from self.zip.close()

    def _table(self, table: Table) -> Iterator[bytes]:
        """All columns but means of access as data, those for reading as a sheet."""
        columns = _columns(table)
        chunks = self._chunks(table, [name for name, _kind in columns], counts=True)
        yield from self._text(f"data/{table.name}.jsonl", json_lines.lines([name for name, _kind in columns], chunks))
        columns = [(name, kind) for name, kind in columns if sheets.is_shown(table.name, name)]
        chunks = self._chunks(table, [name for name, _kind in columns])
        yield from self._text(f"csv/{table.name}.csv", sheets.sheet(columns, chunks))

    def _text(self, name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
        yield from self.zip.add(name, pieces, compress=True)

    def _paper(self, paper: papers.Paper) -> Iterator[bytes]:
        """One file, whole in memory (uploads and papers are limited), so that an unreadable one leaves no half."""
        self.step(1)
        try:
            data = b"".join(storage.stream(self.owner.public_id, paper.public_id))
        except (FileNotFoundError, InvalidTag):
            self.unreadable.append(paper.name)
            return
        yield from self.zip.add(paper.name, [data], compress=False)

    def _chunks(self, table: Table, names: list[str], *, counts: bool = False) -> Iterator[list[Sequence[Any]]]:
        """The firm's rows, some hundred at a time, the values behind commitments opened."""
        rows = sql_table(table)
        is_opened = table.name == "event_value"
        wanted = [rows.c[name] for name in (OPENED_FROM if is_opened else names)]
        statement = select(*wanted).where(_is_mine(rows, self.owner.firm_id)).order_by(*rows.primary_key.columns)
        count = 0
        for chunk in db.session.execute(statement.execution_options(yield_per=ROWS_AT_A_TIME)).partitions():
            count += len(chunk)
            self.step(len(chunk))
            yield [self._opened(row) for row in chunk] if is_opened else list(chunk)
        if counts:
            self.rows[table.name] = count

    def _opened(self, row: Sequence[Any]) -> Sequence[Any]:
        """A row of event_value with its random bytes and value: commitment = HMAC-SHA256(salt, value)."""
        number, firm_id, seq, field, sealed = row
        try:
            clear = vault.unseal(self.owner.public_id, sealed, "event_value", str(seq), field)
        except InvalidTag:
            self._cannot_read(f"event_value {seq} {field}")
            return number, firm_id, seq, field, None, None
        return number, firm_id, seq, field, clear[:SALT_BYTES].hex(), clear[SALT_BYTES:].decode()

    def _personnummer(self) -> Iterator[tuple[str, str, str, str]]:
        statement = scope.columns(
            Applicant,
            self.owner.firm_id,
            Applicant.public_id,
            Agreement.public_id.label("agreement"),
            Applicant.name,
            Applicant.personnummer,
        ).join(Agreement, (Agreement.firm_id == Applicant.firm_id) & (Agreement.id == Applicant.agreement_id))
        for row in self._stream(statement.where(Applicant.personnummer.is_not(None)).order_by(Applicant.id)):
            try:
                clear = vault.unseal(
                    self.owner.public_id, row.personnummer, "applicant", row.public_id, "personnummer"
                ).decode()
            except InvalidTag:
                self._cannot_read(f"applicant {row.public_id}")
                continue
            yield row.public_id, row.agreement, row.name, clear

    def _marks(self) -> Iterator[tuple[str, str, str, str]]:
        """Drawn signatures as SVG paths: the SHA-256 of one stands in the agreed JSON and in the chain."""
        for model in (Agreement, Approval):
            of = model.__tablename__
            statement = scope.columns(model, self.owner.firm_id, model.public_id, model.name, model.mark)
            for row in self._stream(statement.where(model.mark.is_not(None)).order_by(model.id)):
                try:
                    clear = vault.unseal(self.owner.public_id, row.mark, of, row.public_id, "mark").decode()
                except InvalidTag:
                    self._cannot_read(f"{of} {row.public_id}")
                    continue
                yield of, row.public_id, row.name, clear

    def _exact(self, column: object) -> Iterator[bytes]:
        """Canonical JSON as it was frozen, one document a line: the SHA-256 of a line is the one in the evidence."""
        model = column.class_  # type: ignore[attr-defined]
        for row in self._stream(scope.columns(model, self.owner.firm_id, column).order_by(model.id)):
            yield row[0].encode() + b"\n"

    def _chain(self) -> Iterator[bytes]:
        statement = scope.columns(Event, self.owner.firm_id, Event.content, Event.entry, Event.link)
        for row in self._stream(statement.order_by(Event.seq)):
            yield f'{{"content":"{row.content}","entry":{row.entry},"link":"{row.link}"}}\n'.encode()

    def _checkpoints(self) -> Iterator[bytes]:
        """Those that the chain moved for, the way to the newest one, and the keys that they are signed with."""
        rows = (canonical.dumps(row) + b"\n" for row in checkpoints.of_firm(self.owner.public_id))
        yield from self._text("bevis/kontrollpunkter.jsonl", rows)
        newest = checkpoint_rows.newest()
        try:
            proof = checkpoints.proof_of(self.owner.public_id, newest) if newest else None
        except LookupError:  # the firm is younger than the newest one
            proof = None
        if proof is not None:
            self.checkpoint = proof["checkpoint"]["n"]
            yield from self._text("bevis/checkpoint.json", [canonical.dumps(proof)])
        try:
            yield from self._text("bevis/nycklar.json", [keys.nycklar()])
        except keys.KeysMissing:
            self._cannot_read("nycklar.json")

    def _manifest(self) -> Iterator[bytes]:
        head = db.session.get_one(ChainHead, self.owner.firm_id)
        about = {
            "format": FORMAT,
            "schema": schema.newest(),
            "made_at": self.owner.at.isoformat(timespec="milliseconds"),
            "firm": {"id": self.owner.public_id, "name": self.owner.name},
            "chain": {"seq": head.seq, "link": head.link},
            "checkpoint": self.checkpoint,
            "rows": self.rows,
            "unreadable": self.unreadable,
        }
        yield (json.dumps(about, ensure_ascii=False)[:-1] + ', "files": [\n').encode()
        for number, file in enumerate(self.zip.packed):
            entry = {"name": file.name, "size_bytes": file.size_bytes, "sha256": file.sha256}
            yield ((",\n" if number else "") + json.dumps(entry, ensure_ascii=False)).encode()
        yield b"\n]}\n"

    def _cannot_read(self, what: str) -> None:
        if what not in self.unreadable:
            self.unreadable.append(what)

    def _stream(self, statement: Select[tuple[object, ...]]) -> Iterator[Row[tuple[object, ...]]]:
        yield from db.session.execute(statement.execution_options(yield_per=ROWS_AT_A_TIME))


def _columns(table: Table) -> list[sheets.Column]:
    """Name and type of what is handed out. Personnummer have files of their own."""
    if table.name == "event_value":
        return [(name, sql_table(table).c[name].type) for name in OPENED_FROM[:-1]] + [
            ("salt", Text()),
            ("value", Text()),
        ]
    names = {column.name for column in table.columns if column.exported == "clear"}
    return [(column.name, column.type) for column in sql_table(table).columns if column.name in names]


def _is_mine(rows: SqlTable, firm_id: int):  # type: ignore[no-untyped-def]
    return (rows.c.id if rows.name == "firm" else rows.c.firm_id) == firm_id
