"""Every check of an archive before anything of it is written: it is the input of a stranger.

The owner of one firm must not reach another's, stop the server, or bring in a page that later fails; and evidence that
does not hold where it comes from must not begin to look whole here. In constant memory but for eight bytes a row.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import select

from exchange.archive_zip import Archive, BadArchive, Member
from exchange.marks import Marks
from extensions import db
from models import Firm
from services import schema, transaction
from services.exporting.rows import tables
from services.importing import columns, proving
from services.importing.columns import ID, BadRow, Columns
from services.privacy.register import Table

Step = Callable[[int], None]
ROWS_AT_A_TIME = 500
# Why an archive is refused. The first ones are the reader's (exchange/), the page and the command have words for each.
CODES = frozenset(
    (
        *("locked", "password", "broken", "around", "names", "encrypted", "large", "differ", "missing", "changed"),
        *("manifest", "format", "json", "line"),
        *("newer", "lives_here", "tables", "columns", "value", "rank", "count", "double", "taken", "owner"),
        *("chain", "opening", "frozen", "files"),
    )
)


class Refused(Exception):
    """An archive that is not taken in: a stable code (docs/export.md), and where: a file and line, never a value."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(f"{code} {where}".rstrip())
        self.code, self.where = code, where


def check(archive: Archive, *, now: datetime, step: Step) -> None:
    """Raises Refused, and what `step` raises: it is told of rows and files done, and called often, also with none."""
    try:
        _Checking(archive, now, step).run()
    except BadArchive as bad:
        raise Refused(bad.code, bad.where) from None


class _Checking:
    def __init__(self, archive: Archive, now: datetime, step: Step) -> None:
        self.archive, self.now, self.step = archive, now, step
        self.about = archive.manifest
        self.is_older = self.about.schema != schema.newest()
        self.evidence = proving.Evidence(archive, step)
        self.read: set[str] = set()

    def run(self) -> None:
        self._head()
        with closing(sqlite3.connect(":memory:")) as database:
            for table in sorted(tables(), key=lambda table: table.name not in proving.FIRST):
                self._table(table, database)
        self._proofs()
        self._sealed()
        for member in self.archive.files():
            if member.name not in self.read:
                self._file(member)
        self._hold(self.evidence.problems())

    def _head(self) -> None:
        """Whose it is, and whether this installation knows what it says."""
        about = self.about
        if about.schema not in schema.known():
            raise Refused("newer", about.schema[:40])
        known = {table.name for table in tables()}
        if about.rows.keys() - known or (not self.is_older and known - about.rows.keys()):
            raise Refused("tables", ", ".join(sorted(about.rows.keys() ^ known))[:200])
        if not ID.fullmatch(about.firm) or about.rows.get("firm") != 1 or not proving.is_sound(about):
            raise Refused("manifest", "manifest.json: line 1")
        with transaction.reading():
            if db.session.scalar(select(Firm.id).where(Firm.public_id == about.firm)) is not None:
                raise Refused("lives_here")

    def _table(self, table: Table, database: sqlite3.Connection) -> None:
        name = f"data/{table.name}.jsonl"
        if table.name not in self.about.rows and not self.archive.has(name):
            return
        rules = Columns(table, self.about.rows, database, is_older=self.is_older)
        keys = {names: Marks() for names in columns.unique(rules.table)}
        waiting: list[dict[str, Any]] = []
        rank = 0
        for rank, row in enumerate(self._objects(name), 1):
            try:
                rules.check(row, rank)
            except BadRow as bad:
                raise Refused(bad.code, f"{name}:{rank} {bad.column}".rstrip()) from None
            for names, marks in keys.items():
                if None not in (value := tuple(row.get(column) for column in names)):
                    marks.add(*value)
            self._hold(self.evidence.row(table.name, row, rank), f"{name}:{rank}")
            waiting.append(row)
            if len(waiting) == ROWS_AT_A_TIME:
                self._nobody_elses(rules, waiting)
        self._nobody_elses(rules, waiting)
        if rank != self.about.rows.get(table.name, 0):
            raise Refused("count", name)
        for names, marks in keys.items():
            if marks.has_doubles():
                raise Refused("double", f"{name} {' '.join(names)}")
        self._hold(self.evidence.end_of(table.name))

    def _nobody_elses(self, rules: Columns, rows: list[dict[str, Any]]) -> None:
        """Ids of this firm's rows that another firm's have here. Empties the list."""
        for column in columns.ids(rules.table) if rows else ():
            wanted = [row[column.name] for row in rows if row.get(column.name)]
            with transaction.reading():
                if wanted and db.session.scalar(select(column).where(column.in_(wanted)).limit(1)) is not None:
                    raise Refused("taken", f"data/{rules.table.name}.jsonl {column.name}")
        self.step(len(rows))
        rows.clear()

    def _proofs(self) -> None:
        """What stands in the archive twice, for people and for the import, is the same twice."""
        for name, digest in self.evidence.copies():
            if self.archive.has(name):
                self.read.add(name)
                found = hashlib.sha256()
                for piece in self.archive.pieces(name):
                    found.update(piece)
                    self.step(0)
                if found.hexdigest() != digest:
                    raise Refused("differ", name)
        for name, fits in proving.TEXTS.items():
            if self.archive.has(name):
                self.read.add(name)
                if not fits(self._text(name)):
                    raise Refused("json", name)

    def _sealed(self) -> None:
        """Personnummer and drawn signatures, each of a row that is there."""
        today = self.now.date()
        for name, of in (
            ("personnummer/personnummer.jsonl", lambda row: self.evidence.personnummer(row, today)),
            ("underskrifter/underskrifter.jsonl", self.evidence.mark),
        ):
            for line, row in enumerate(self._objects(name), 1):
                self._hold(of(row), f"{name}:{line}")

    def _file(self, member: Member) -> None:
        """Read whole, for its SHA-256."""
        head = b""
        for piece in self.archive.pieces(member):
            head = head or piece
            self.step(0)
        if member.of:
            self._hold(self.evidence.file(member, head), member.name)
        self.step(1)

    def _objects(self, name: str) -> Iterator[dict[str, Any]]:
        self.read.add(name)
        return self.archive.objects(name)

    def _text(self, name: str) -> str:
        data = b""
        for piece in self.archive.pieces(name):
            data += piece
            if len(data) > proving.MOST_TEXT_BYTES:
                raise Refused("large", name)
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise Refused("json", name) from None

    def _hold(self, problem: tuple[str, str] | str | None, where: str = "") -> None:
        if problem:
            code, at = (problem, where) if isinstance(problem, str) else problem
            raise Refused(code, at)
