"""What is in the ZIP of a firm (handslag.export/2), drawn from the database and its files piece by piece.

LÄS-MIG.txt says what each file is, manifest.json which there are and their SHA-256; docs/export.md tells the format.
All statements run in one snapshot (services/transaction.py), so the tables agree with one another. Equal firms give
equal files on every installation, but for the ones that the installation's own keys stand in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from flask import current_app

from domain import canonical
from domain.clock import STOCKHOLM
from exchange import json_lines, manifests
from exchange.zip_stream import ZipStream
from extensions import db
from models import Agreement, ChainHead, EarlierHome, Event, QuoteVersion
from services import checkpoint_rows, checkpoints, legal, schema, scope, storage
from services.exporting import papers, schemas, sheets
from services.exporting.rows import Owner, Rows, Step, columns, counts, single, stream, tables, under_way
from services.installation import settings
from services.privacy.register import Table
from services.sealing import keys

__all__ = ["Owner", "Step", "counts", "parts", "tables"]


def parts(owner: Owner, step: Step) -> Iterator[bytes]:
    """The archive's bytes. `step` is told of rows and files done: for progress."""
    return _Archive(owner, step).parts()


class _Archive:
    def __init__(self, owner: Owner, step: Step) -> None:
        self.owner, self.step = owner, step
        local = owner.at.astimezone(STOCKHOLM)
        stamp = (local.year, local.month, local.day, local.hour, local.minute, local.second)
        self.zip = ZipStream(stamp, settings().DATA_DIR)
        self.rows = Rows(owner, step, self._cannot_read)
        self.unreadable: dict[str, None] = {}  # in the order in which they were met
        self.checkpoint: int | None = None  # the newest one that has a leaf of the firm

    def parts(self) -> Iterator[bytes]:
        words = current_app.jinja_env.get_template("konto/las-mig.txt")  # no visitor here, so no page's names
        yield from self.zip.add("LÄS-MIG.txt", [words.render(firm=self.owner.name).encode()])
        for table in tables():
            text = json.dumps(schemas.schema(table), ensure_ascii=False, indent=1) + "\n"
            yield from self.zip.add(f"scheman/{table.name}.schema.json", [text.encode()])
        for table in tables():
            yield from self._table(table)
        yield from self.zip.add("json/versioner.jsonl", self._exact(QuoteVersion, QuoteVersion.content))
        yield from self.zip.add("json/avtal.jsonl", self._exact(Agreement, Agreement.agreed))
        yield from self._evidence()
        yield from self._sealed()
        for name, wording in legal.wordings(self.owner.firm_id):
            yield from self.zip.add(f"{manifests.LEGAL}/{name}", [wording])
        for paper in papers.all_of(self.owner.firm_id, self.rows.ranks):
            yield from self._paper(paper)
        yield from self.zip.add(manifests.NAME, manifests.lines(self._manifest(), self.zip.files()))
        yield from self.zip.close()

    def _table(self, table: Table) -> Iterator[bytes]:
        """All columns but means of access as data, those for reading as a sheet."""
        clear = columns(table)
        names = [name for name, _kind in clear]
        yield from self.zip.add(f"data/{table.name}.jsonl", json_lines.lines(names, self.rows.chunks(table, names)))
        shown = [(name, kind) for name, kind in clear if sheets.is_shown(table.name, name)]
        chunks = self.rows.chunks(table, [name for name, _kind in shown])
        yield from self.zip.add(f"csv/{table.name}.csv", sheets.sheet(shown, chunks))

    def _exact(self, model: type[Any], column: object) -> Iterator[bytes]:
        """Canonical JSON as it was frozen, one document a line: the SHA-256 of a line is the one in the evidence."""
        for row in stream(scope.columns(model, self.owner.firm_id, column).order_by(model.id)):
            yield row[0].encode() + b"\n"

    def _evidence(self) -> Iterator[bytes]:
        """The chain, the checkpoints it moved for, the way to the newest one, and the keys they are signed with."""
        yield from self.zip.add("bevis/kedja.jsonl", self._chain())
        points = (canonical.dumps(row) + b"\n" for row in checkpoints.of_firm(self.owner.public_id))
        yield from self.zip.add("bevis/kontrollpunkter.jsonl", points)
        newest = checkpoint_rows.newest()
        try:
            proof = checkpoints.proof_of(self.owner.public_id, newest) if newest else None
        except LookupError:  # the firm is younger than the newest one
            proof = None
        if proof is not None:
            self.checkpoint = proof["checkpoint"]["n"]
            yield from self.zip.add("bevis/checkpoint.json", [canonical.dumps(proof)])
        try:
            yield from self.zip.add("bevis/nycklar.json", [keys.nycklar()])
        except keys.KeysMissing:
            self._cannot_read("bevis/nycklar.json")

    def _chain(self) -> Iterator[bytes]:
        statement = scope.columns(Event, self.owner.firm_id, Event.content, Event.entry, Event.link)
        for row in stream(statement.order_by(Event.seq)):
            yield f'{{"content":"{row.content}","entry":{row.entry},"link":"{row.link}"}}\n'.encode()

    def _sealed(self) -> Iterator[bytes]:
        """What lies encrypted in its row, each kind in a file of its own."""
        yield from self._lines(
            "personnummer/personnummer.jsonl",
            ("applicant", "agreement", "name", "personnummer"),
            self.rows.personnummer(),
        )
        yield from self.zip.add("personnummer/personnummer.csv", sheets.personnummer(self.rows.personnummer()))
        yield from self._lines("underskrifter/underskrifter.jsonl", ("of", "id", "name", "mark"), self.rows.marks())

    def _lines(self, name: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
        yield from self.zip.add(name, json_lines.lines(names, single(rows)))

    def _paper(self, paper: papers.Paper) -> Iterator[bytes]:
        """One file, whole in memory (uploads and papers are limited), so that an unreadable one leaves no half."""
        self.step(1)
        try:
            data = b"".join(storage.stream(self.owner.public_id, paper.public_id))
        except (FileNotFoundError, InvalidTag):
            self._cannot_read(f"stored_file {paper.public_id} {paper.name}")
            return
        yield from self.zip.put(paper.name, data, of=paper.public_id)

    def _manifest(self) -> manifests.Manifest:
        head = db.session.get_one(ChainHead, self.owner.firm_id)
        homes = scope.of(EarlierHome, self.owner.firm_id).order_by(EarlierHome.n)
        return manifests.Manifest(
            schema=schema.newest(),
            installation=self._installation(),
            address=settings().base_url,
            made_at=self.owner.at,
            firm=self.owner.public_id,
            firm_name=self.owner.name,
            seq=head.seq,
            link=head.link,
            checkpoint=self.checkpoint,
            rows=counts(self.owner.firm_id),
            under_way=under_way(self.owner.firm_id),
            unreadable=tuple(self.unreadable),
            homes=tuple(manifests.Home(row.installation, row.seq, row.link) for row in db.session.scalars(homes)),
        )

    def _installation(self) -> str:
        try:
            return keys.installation_id()
        except keys.KeysMissing:
            return ""

    def _cannot_read(self, what: str) -> None:
        self.unreadable[what] = None
