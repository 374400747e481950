"""DATA_DIR/erasures.jsonl: the journal of erasures, that outlives the database and every backup of it.

It holds random ids, times and counts, only ever appended to, on disk before anything is erased. Its lines:

- an erasure that begins: firm, number of its receipt, counts
- one that is done: its receipt as it was signed
- a firm that has come back by an import (`returned_at`): what was erased before is not erased again
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from services import disk
from services.installation import settings

NAME = "erasures.jsonl"


class Entry(Struct, frozen=True):
    """An erasure that has begun."""

    firm: str  # public id
    number: str  # of the receipt
    confirmed_at: datetime
    rows: int
    files: int
    choice: str = "erase_all"
    tables: Mapping[str, int] = field(default_factory=dict)  # rows of each; older lines have none
    places: Mapping[str, int] = field(default_factory=dict)  # files of each place outside the database

    def line(self) -> dict[str, Any]:
        fields = {"firm": self.firm, "number": self.number, "confirmed_at": self.confirmed_at.isoformat()}
        counts = {"rows": self.rows, "files": self.files, "tables": dict(self.tables), "places": dict(self.places)}
        return fields | counts | {"choice": self.choice}

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Entry:
        return cls(
            line["firm"],
            line["number"],
            datetime.fromisoformat(line["confirmed_at"]),
            int(line["rows"]),
            int(line["files"]),
            line.get("choice", "erase_all"),
            line.get("tables", {}),
            line.get("places", {}),
        )


class Done(Struct, frozen=True):
    """An erasure that is done: what the row of its receipt holds."""

    firm: str
    number: str
    confirmed_at: datetime
    erased_at: datetime
    counts: str
    receipt: str
    signature: str

    def line(self) -> dict[str, Any]:
        times = {"confirmed_at": self.confirmed_at.isoformat(), "erased_at": self.erased_at.isoformat()}
        texts = {"counts": self.counts, "receipt": self.receipt, "signature": self.signature}
        return {"firm": self.firm, "number": self.number} | times | texts

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Done:
        confirmed_at, erased_at = (datetime.fromisoformat(line[name]) for name in ("confirmed_at", "erased_at"))
        texts = (line["counts"], line["receipt"], line["signature"])
        return cls(line["firm"], line["number"], confirmed_at, erased_at, *texts)

    def entry(self) -> Entry:
        """The line that this one followed, where that is lost."""
        counts = json.loads(self.counts)
        return Entry(self.firm, self.number, self.confirmed_at, int(counts["rows"]), int(counts["files"]))


class Journal(Struct):
    """What the lines come to."""

    begun: dict[str, Entry] = field(default_factory=dict)  # by number
    done: dict[str, Done] = field(default_factory=dict)  # by number
    erased: dict[str, Entry] = field(default_factory=dict)  # by firm: the last erasure of each that has not come back

    def take(self, line: Mapping[str, Any]) -> None:
        if "returned_at" in line:
            self.erased.pop(line["firm"], None)
        elif "receipt" in line:
            done = Done.of(line)
            self.done[done.number] = done
            if done.number not in self.begun:
                self.begin(done.entry())
        else:
            self.begin(Entry.of(line))

    def begin(self, entry: Entry) -> None:
        self.begun[entry.number] = self.erased[entry.firm] = entry


def path() -> Path:
    return settings().DATA_DIR / NAME


def read() -> Journal:
    """All whole lines. Half a line is of a power cut or a copy: what it was to say has then not been acted on."""
    journal = Journal()
    for text in _lines():
        with contextlib.suppress(ValueError, KeyError, TypeError):
            journal.take(json.loads(text))
    return journal


def append(line: Mapping[str, Any]) -> None:
    """Add a line; it is on disk when this returns."""
    with disk.adding(path()) as file:
        file.write(json.dumps(line).encode() + b"\n")


def returned(firm_public_id: str, now: datetime) -> None:
    """A firm that was erased here has come back by an import: from now on it is like any other."""
    if firm_public_id in read().erased:
        append({"firm": firm_public_id, "returned_at": now.isoformat()})


def gone_again(firm_public_id: str) -> None:
    """It did not come after all: what was erased of it before is to stay so. Again does no harm."""
    known = read()
    before = [entry for entry in known.begun.values() if entry.firm == firm_public_id]
    if before and firm_public_id not in known.erased:
        append(before[-1].line())


def _lines() -> Iterator[str]:
    with contextlib.suppress(FileNotFoundError), path().open(encoding="utf-8", errors="replace") as file:
        yield from file
