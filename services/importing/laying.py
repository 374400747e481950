"""The rows of an archive become rows here, table by table, those that others refer to first.

An archive names rows by their rank in the order of their keys (services/exporting/ranks.py). They are laid in that
order, so the sorted ids of the firm's rows are the way from a rank to the id it has got here, and what a killed import
left goes on at the count of the rows that are there. A batch is read and encrypted before its transaction begins: the
lock is held for the inserts alone.
"""

from __future__ import annotations

import os
import secrets as randomness
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Column, Date, LargeBinary, bindparam, func, insert, select, update
from sqlalchemy import Table as SqlTable

from domain import slugs
from exchange.archive_zip import Archive
from extensions import db
from models import Agreement, Applicant, Approval, Base, Firm, User, new_public_id
from services import keys, moving, storage, transaction, user_tokens, vault
from services.exporting import rows
from services.exporting.ranks import Ranks, references
from services.importing import living, merging
from services.importing.course import Course, Failed, Half
from services.installation import secrets, settings
from services.moving import Row
from tables.columns import UtcDateTime

ROWS_AT_A_TIME = 200
AT_THE_OPENING = ("firm", "chain_head")  # one is the task, the other makes the chain go on
WITHHELD: dict[tuple[str, str], Callable[[], object]] = {  # means of access, which no archive has
    ("user", "password_hash"): str,
    ("login", "token_sha256"): lambda: randomness.token_hex(32),
    ("once_key", "key"): new_public_id,
    ("held_sending", "once_key"): new_public_id,
}
NEVER_OPENS = 60  # bytes in place of a value that could not be read where it comes from

Read = Callable[[Row], Any]


def lay_firm(archive: Archive, course: Course) -> Half:
    """The firm itself, not seen by anyone yet, in one transaction with the word that it is being taken in."""
    row = next(iter(archive.rows("firm")))
    table = Base.metadata.tables["firm"]
    values = {name: read(row) for name, read in _readers(table, {}, {}).items()}
    values = moving.stopped("firm", living.cleaned("firm", values), course.now()) | {
        "standing": "arriving",
        "logo_id": None,
    }
    transaction.start_writing()
    if values["slug"] and not _is_free(values["slug"]):
        values["slug"] = None
        course.tell("slug_taken", "firm")
    db.session.execute(insert(table), values)
    firm_id = db.session.scalars(select(Firm.id).where(Firm.public_id == values["public_id"])).one()
    course.begin(values["public_id"])
    _ensure_key(values["public_id"])
    transaction.commit()
    return Half(firm_id, values["public_id"])


def _is_free(slug: str) -> bool:
    return slugs.is_one(slug) and db.session.scalar(select(Firm.id).where(Firm.slug == slug)) is None


def _ensure_key(firm_public_id: str) -> None:
    """Under the firm's row, so that no two make one. One that lies here already is used: files beside it may be all
    that is left of a lost database.
    """
    try:
        keys.firm_cipher(settings(), secrets(), firm_public_id)
    except keys.KeyMissing:
        shutil.rmtree(storage.folder(firm_public_id), ignore_errors=True)  # no key opens what lies there
        keys.create_firm_key(settings(), secrets(), firm_public_id)


def taken_users(addresses: list[str]) -> Sequence[Any]:
    """Those who log in here with one of the addresses: (email, public_id)."""
    return db.session.execute(select(User.email, User.public_id).where(User.email.in_(addresses))).all()


class Laying:
    """Lays the rows of one firm."""

    def __init__(self, archive: Archive, firm: Half, course: Course) -> None:
        self.archive, self.course = archive, course
        self.firm_id, self.firm_public_id = firm.id, firm.public_id
        self.ranks = Ranks(firm.id)

    def run(self) -> None:
        for table in rows.tables():
            if table.name not in AT_THE_OPENING:
                self._table(Base.metadata.tables[table.name])
        self._sealed()

    def id_of(self, table: str, rank: int) -> int:
        """The id that a row has here. All rows of its table are there before one that names it is laid."""
        ids = self.ranks.keys(table)
        if not 0 < rank <= len(ids):
            raise Failed("archive", table)
        return ids[rank - 1]

    def _table(self, table: SqlTable) -> None:
        mine = select(func.count()).select_from(table).where(table.c.firm_id == self.firm_id)
        named = references(table.name)
        self.ranks.keep(named.values())
        with transaction.reading():
            there = db.session.scalar(mine) or 0
            for other in named.values():
                self.ranks.keys(other)  # read once, before a batch needs them
        self.course.step(there)
        ids = {name: self._id_reader(name, other) for name, other in named.items()}
        readers = _readers(table, {"firm_id": lambda row: self.firm_id}, ids)
        if table.name == "event_value":
            readers["sealed"] = self._sealed_value
        statement, rank = insert(table), there
        for batch in _batches(islice(self._rows(table.name), there, None)):
            read_rows = ({name: read(row) for name, read in readers.items()} for row in batch)
            values, now = [living.cleaned(table.name, row) for row in read_rows], self.course.now()
            stopped = [moving.stopped(table.name, row, now) for row in values]
            transaction.start_writing(lasts=False)  # a power cut may take it back: the count of rows tells
            if table.name == "user":
                self._part_addresses(stopped, rank)
            transaction.connection().execute(statement, stopped)
            rank += len(batch)
            self.course.count_stopped(table.name, sum(a is not b for a, b in zip(values, stopped, strict=True)))
            self.course.commit(len(batch))

    def _rows(self, table: str) -> Iterable[Row]:
        """An archive of an older version has no file of a table that came later."""
        return self.archive.rows(table) if self.archive.has(f"data/{table}.jsonl") else ()

    def _id_reader(self, column: str, table: str) -> Read:
        def read(row: Row) -> int | None:
            rank = row.get(column)
            return None if rank is None else self.id_of(table, rank)

        return read

    def _sealed_value(self, row: Row) -> bytes:
        if row["salt"] is None:
            return os.urandom(NEVER_OPENS)
        clear = bytes.fromhex(row["salt"]) + row["value"].encode()
        return vault.seal(self.firm_public_id, clear, "event_value", str(row["seq"]), row["field"])

    def _part_addresses(self, users: list[Row], rank: int) -> None:
        """One address, one user: one that is used here already waits, and is told of unless it is the asker's own."""
        taken = {row.email: row.public_id for row in taken_users([user["email"] for user in users])}
        for number, user in enumerate(users, rank + 1):
            if user["email"] not in taken:
                continue
            if taken[user["email"]] == self.course.order.asker:
                self.course.report[merging.OWN_USER] = user["public_id"]
            else:
                self.course.tell("address_taken", f"user {number}")
            user["email"] = f"{user['public_id']}@{user_tokens.HELD_BACK}"

    def _sealed(self) -> None:
        """Personnummer and drawn signatures, which have files of their own. Done again, it is the same."""
        place = ("applicant", "personnummer")
        self._put(
            Applicant,
            ("personnummer", "personnummer_index"),
            (
                {
                    "of": row["applicant"],
                    "personnummer": self._seal(place[0], row["applicant"], place[1], row["personnummer"]),
                    "personnummer_index": vault.blind_index(self.firm_public_id, row["personnummer"]),
                }
                for row in self.archive.objects("personnummer/personnummer.jsonl")
            ),
        )
        for model in (Agreement, Approval):
            name = model.__tablename__
            marks = (row for row in self.archive.objects("underskrifter/underskrifter.jsonl") if row["of"] == name)
            self._put(
                model,
                ("mark",),
                ({"of": row["id"], "mark": self._seal(name, row["id"], "mark", row["mark"])} for row in marks),
            )

    def _seal(self, table: str, public_id: str, column: str, clear: str) -> bytes:
        return vault.seal(self.firm_public_id, clear.encode(), table, public_id, column)

    def _put(self, model: Any, columns: tuple[str, ...], values: Iterable[Row]) -> None:
        table = model.__table__
        own = table.c.firm_id == self.firm_id, table.c.public_id == bindparam("of")
        statement = update(table).where(*own).values({name: bindparam(name) for name in columns})
        for batch in _batches(values):
            transaction.start_writing(lasts=False)
            transaction.connection().execute(statement, batch)
            self.course.commit(0)


def _batches(given: Iterable[Row]) -> Iterator[list[Row]]:
    source = iter(given)
    while batch := list(islice(source, ROWS_AT_A_TIME)):
        yield batch


def _readers(table: SqlTable, given: Mapping[str, Read], ids: Mapping[str, Read]) -> dict[str, Read]:
    """What makes the value of each column of a row here of a row of the archive."""
    return {
        column.name: given.get(column.name) or ids.get(column.name) or _reader(table.name, column)
        for column in table.columns
        if column.name != "id"
    }


def _reader(table: str, column: Column[Any]) -> Read:
    if (make := WITHHELD.get((table, column.name))) is not None:
        return lambda row: make()
    name, parse, default = column.name, _parser(column), _default(column)
    return lambda row: parse(row[name]) if name in row else default()


def _parser(column: Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, UtcDateTime):
        return lambda text: None if text is None else datetime.fromisoformat(text)
    if isinstance(column.type, Date):
        return lambda text: None if text is None else date.fromisoformat(text)
    if isinstance(column.type, LargeBinary):
        return lambda text: None if text is None else bytes.fromhex(text)
    return lambda value: value


def _default(column: Column[Any]) -> Callable[[], Any]:
    """For a column that an older archive lacks: as a new row has it, and as the migration gave the old ones."""
    if column.default is not None:
        arg: Any = getattr(column.default, "arg", None)
        return (lambda: arg(None)) if callable(arg) else (lambda: arg)
    if column.server_default is not None:
        text = str(getattr(column.server_default, "arg", "")).strip("'")
        kind = column.type.python_type
        value = (text in ("1", "true")) if kind is bool else kind(text)
        return lambda: value
    return lambda: None
