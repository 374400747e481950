"""What an archive says of itself in two places must agree: files and rows, the chain and its values, frozen content.

A chain is checked with the same arithmetic as one that lives here (services/events.py). Evidence is kept as it came; it
is only refused where it does not hold in itself.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from domain import acts, evidence, personnummer, signature_mark
from exchange import picture_size, strict_json
from exchange.archive_zip import Archive, Member
from exchange.manifests import Manifest
from exchange.marks import Marks
from extensions import db
from models import CheckpointHead
from services import events, transaction
from services.importing import shapes
from services.incidents import CHAIN_BROKEN

MOST_TEXT_BYTES = 12 * 1024 * 1024
MOST_FILE_BYTES = 128 * 1024 * 1024  # whole in memory when it is read: a paper with its document and package
MOST_POINTS = 12_000_000  # as of a logo that comes in (services/pictures.py)
MOST_DRAFT_LINES = 10_000
MOST_USERS = 200  # whom letters go to unasked: owners at the opening, whoever has a quote when something happens to it
_PICTURES = ("logo", "photo", "photo_paper", "photo_thumb", "document_page")
TEXTS = {
    "bevis/nycklar.json": shapes.keys,
    "bevis/checkpoint.json": shapes.proof,
    "bevis/kontrollpunkter.jsonl": shapes.json_lines,
}
FIRST = ("stored_file", "incident", "event")  # what is said of others rests on these
_ADDRESS = re.compile(r"https?://[^\s<>\"'\x00-\x1f\x7f]{1,190}")
_PAPERS: dict[str, tuple[tuple[str, str], ...]] = {
    "quote_version": (("pdf_id", "pdf_sha256"),),
    "agreement": (("pdf_id", "pdf_sha256"), ("package_id", "package_sha256"), ("stamped_id", "stamped_sha256")),
    "upload": (("file_id", "sha256"),),
    "upload_page": (("file_id", "sha256"),),
}
# what the worker has still to draw, and how much of it a firm may bring: others wait meanwhile
_WAITING: dict[str, tuple[str, object, int]] = {
    "agreement": ("pdf_id", None, 1000),
    "photo": ("state", "waiting", 100),
    "upload": ("state", "waiting", 20),
}
_FROZEN = {
    "quote_version": ("content", "json_sha256", "json/versioner.jsonl"),
    "agreement": ("agreed", "agreed_sha256", "json/avtal.jsonl"),
}
Row = Mapping[str, Any]
Problem = tuple[str, str] | None  # a code, and where


def is_sound(about: Manifest) -> bool:
    """Whether what the manifest says of the installation can be kept and shown."""
    return bool(
        shapes.installation(about.installation)
        and _ADDRESS.fullmatch(about.address)
        and all(shapes.installation(home.installation) for home in about.homes)
        and 2000 <= about.made_at.year < 9000
    )


class Evidence:
    """Told of every row, it says what does not hold."""

    def __init__(self, archive: Archive, step: Callable[[int], None]) -> None:
        """`step` is called, with nothing done, while something long is read."""
        self.archive, self.about, self._step = archive, archive.manifest, step
        self._unreadable = {" ".join(what.split()[:3]) for what in self.about.unreadable}  # without names of files
        self._unreadable |= {" ".join(what.split()[:2]) for what in self.about.unreadable}
        self._stored, self._rows, self._files, self._pictures = Marks(), Marks(), Marks(), Marks()
        self._commitments, self._sealed, self._given = Marks(), Marks(), Marks()
        self._lines = {name: hashlib.sha256() for _text, _sha256, name in _FROZEN.values()}
        self._chain = hashlib.sha256()
        self._breaks: set[int] = set()
        self._drafts = array("I", [0])  # lines by rank of the quote, from 1
        self._owners = 0
        self._waiting = dict.fromkeys(_WAITING, 0)
        self._homes: list[tuple[str, int, str]] = []

    def row(self, table: str, row: Row, rank: int) -> str | None:
        """The code of what is wrong with it."""
        told = getattr(self, f"_{table}", None)
        code: str | None = told(row, rank) if told else None
        for file, sha256 in _PAPERS.get(table, ()):
            if row.get(file) is not None and (row[file], row[sha256]) not in self._stored:
                return "frozen"
        if table in _WAITING:
            column, waits, most = _WAITING[table]
            self._waiting[table] += row.get(column) == waits
            if self._waiting[table] > most:
                return "large"
        if table in _FROZEN:
            text, sha256, name = _FROZEN[table]
            data = row[text].encode()
            self._lines[name].update(data + b"\n")
            if hashlib.sha256(data).hexdigest() != row[sha256]:
                return "frozen"
        return code

    def end_of(self, table: str) -> Problem:
        """What is wrong with a table now that all its rows have been told."""
        if table == "event":
            return self._walk()
        if table == "user" and not self._owners:
            return "owner", "data/user.jsonl"
        if table == "earlier_home" and self._homes != [
            (one.installation, one.seq, one.link) for one in self.about.homes
        ]:
            return "differ", "data/earlier_home.jsonl"
        return None

    def file(self, member: Member, head: bytes) -> str | None:
        """A row's file by its beginning. Pictures are decoded here one day: their size is known before."""
        self._files.add(member.of, member.size_bytes, member.sha256)
        if member.size_bytes > MOST_FILE_BYTES:
            return "large"
        if (member.of,) not in self._pictures:
            return None
        points = picture_size.of(head)
        return "value" if points is None else "large" if points[0] * points[1] > MOST_POINTS else None

    def problems(self) -> Problem:
        """What is wrong with the whole."""
        if not self._rows.same_as(self._files) or self._rows.has_doubles():
            return "files", "data/stored_file.jsonl"
        if self._given.has_doubles():
            return "double", "personnummer, underskrifter"
        return None

    def copies(self) -> Iterator[tuple[str, str]]:
        """Texts that say again what tables say, and the SHA-256 that they must have."""
        yield "bevis/kedja.jsonl", self._chain.hexdigest()
        for name, digest in self._lines.items():
            yield name, digest.hexdigest()

    def personnummer(self, row: Row, today: date) -> str | None:
        number, of = row.get("personnummer"), row.get("applicant")
        try:
            is_one = isinstance(number, str) and personnummer.parse(number, today) == number
        except personnummer.BadPersonnummer:
            is_one = False
        self._given.add("applicant", of)
        return None if is_one and ("applicant", of) in self._sealed else "value"

    def mark(self, row: Row) -> str | None:
        drawn, of = row.get("mark"), (row.get("of"), row.get("id"))
        try:
            is_one = isinstance(drawn, str) and signature_mark.parse(drawn) == drawn != ""
        except signature_mark.BadMark:
            is_one = False
        self._given.add(*of)
        return None if is_one and of in self._sealed else "value"

    def _firm(self, row: Row, _rank: int) -> str | None:
        return None if (row["public_id"], row["name"]) == (self.about.firm, self.about.firm_name) else "manifest"

    def _chain_head(self, row: Row, _rank: int) -> str | None:
        return None if (row["seq"], row["link"]) == (self.about.seq, self.about.link) else "chain"

    def _user(self, row: Row, rank: int) -> str | None:
        self._owners += row["role"] == "owner"
        return "large" if rank > MOST_USERS else None

    def _stored_file(self, row: Row, rank: int) -> None:
        self._stored.add(rank, row["sha256"])
        if row["purpose"] in _PICTURES:
            self._pictures.add(row["public_id"])
        if f"stored_file {row['public_id']}" not in self._unreadable:
            self._rows.add(row["public_id"], row["size_bytes"], row["sha256"])

    def _quote(self, _row: Row, _rank: int) -> None:
        self._drafts.append(0)

    def _quote_line(self, row: Row, _rank: int) -> str | None:
        """A draft is shown whole: no more lines than a form lets in, and those that wait to be undone."""
        self._drafts[row["quote_id"]] += 1
        return "large" if self._drafts[row["quote_id"]] > MOST_DRAFT_LINES else None

    def _applicant(self, row: Row, _rank: int) -> None:
        self._sealed.add("applicant", row["public_id"])

    def _agreement(self, row: Row, _rank: int) -> None:
        self._sealed.add("agreement", row["public_id"])

    def _approval(self, row: Row, _rank: int) -> None:
        self._sealed.add("approval", row["public_id"])

    def _incident(self, row: Row, _rank: int) -> None:
        if row["kind"] == CHAIN_BROKEN and row["closed_at"] is not None and row["first_bad_seq"] is not None:
            self._breaks.add(row["first_bad_seq"])

    def _earlier_home(self, row: Row, _rank: int) -> None:
        self._homes.append((row["installation"], row["seq"], row["link"]))

    def _event_value(self, row: Row, _rank: int) -> str | None:
        """A value opens the commitment of its entry, or could not be read where it comes from."""
        if row["salt"] is None or row["value"] is None:
            named = f"event_value {row['seq']} {row['field']}" in self._unreadable
            return None if named and row["salt"] is row["value"] else "opening"
        commitment = evidence.commitment(bytes.fromhex(row["salt"]), row["value"])
        return None if (row["seq"], row["field"], commitment) in self._commitments else "opening"

    def _walk(self) -> Problem:
        """The chain from its start to the end that the manifest names, over the ends of the homes before."""
        about = self.about
        signed = self._signed_here()
        ends = {home.seq: home.link for home in about.homes} | signed
        met = {0: evidence.ZERO_LINK}

        def entries() -> Iterator[tuple[bytes, str]]:
            for row in self.archive.rows("event"):
                if row["seq"] % 500 == 0:
                    self._step(0)
                if row["seq"] in ends:
                    met[row["seq"]] = row["link"]
                holds = row["seq"] in self._breaks or self._holds(row)
                yield row["entry"].encode(), row["link"] if holds else ""

        bad = evidence.first_bad(about.firm, entries(), head=(about.seq, about.link), known=self._breaks)
        is_other = any(met.get(seq) != link for seq, link in ends.items())
        if bad is None and (is_other or any(broken <= seq for seq in signed for broken in self._breaks)):
            bad = max(ends)
        return None if bad is None else ("chain", f"data/event.jsonl:{bad}")

    def _signed_here(self) -> dict[int, str]:
        """Where a checkpoint of here last saw the chain of a firm that has lived here before: seq and link.

        Its archive has that entry. Without, anyone could come in the place of a firm that was erased, and a restored
        backup would bring that one back (services/privacy/journal.py).
        """
        statement = (
            select(CheckpointHead.seq, CheckpointHead.link)
            .where(CheckpointHead.firm == self.about.firm, CheckpointHead.seq > 0)
            .order_by(CheckpointHead.seq > self.about.seq, CheckpointHead.n.desc())  # an older archive ends before it
        )
        with transaction.reading():
            return {row.seq: row.link for row in db.session.execute(statement.limit(1))}

    def _holds(self, row: Row) -> bool:
        """Whether an entry is one that the product writes, and the columns beside it say the same."""
        line = f'{{"content":"{row["content"]}","entry":{row["entry"]},"link":"{row["link"]}"}}\n'
        self._chain.update(line.encode())
        at = datetime.fromisoformat(row["at"])
        if not events.says_the_same(SimpleNamespace(**{**row, "at": at})):
            return False
        try:
            entry = strict_json.record(row["entry"])
            data = entry["data"]
            acts.check(entry["act"], data)
            is_ours = entry["seq"] == row["seq"] and isinstance(entry["actor"], str)
            is_ours = is_ours and all(_is_plain(value) for value in data.values())
        except (strict_json.BadJson, acts.UnknownAct, AttributeError, KeyError):
            return False
        for field, value in data.items():
            if isinstance(value, str) and value.startswith("c:"):
                self._commitments.add(row["seq"], field, value)
        return is_ours


def _is_plain(value: Any) -> bool:
    """Texts, numbers and lists of them: no document hides in the chain."""
    if isinstance(value, list):
        return all(one is None or isinstance(one, str | int) for one in value)
    return value is None or isinstance(value, str | int)
