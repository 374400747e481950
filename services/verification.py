"""Does the evidence hold? All chains against themselves and their signed leaves, checkpoints, and stored files.

Reads in short transactions, some rows at a time, so that a large installation is not held up.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from msgspec import Struct
from sqlalchemy import select

from domain import checkpoints
from extensions import db
from models import ChainHead, Firm, StoredFile
from services import checkpoint_file, checkpoint_rows, events, incidents, restored, standing, storage, transaction
from services.checkpoints import ends, is_led_on
from services.incidents import Finding
from services.installation import settings
from services.keys import KeyMissing

SLICES = 7  # stored files: one slice a night, all in a week
FILES_AT_A_TIME = 100
LONGEST_REST_SECONDS = 0.5


class Checked(Struct):
    """What was looked at, and what did not hold."""

    chains: int = 0
    entries: int = 0
    checkpoints: int = 0
    files: int = 0
    findings: tuple[Finding, ...] = ()


def check(now: datetime, *, part: int | None = None) -> Checked:
    """Check everything; of the files only slice `part` of SLICES, gently. What does not hold becomes an incident."""
    restored.take_back(now)
    checkpoint_file.follow()
    checked = Checked()
    found = [*_chains(checked), *_leaves(), *_checkpoints(checked), *_files(checked, part)]
    checked.findings = tuple(found)
    incidents.note_all(found, now=now)
    _file().touch(mode=0o600)
    return checked


def last() -> datetime | None:
    """When it was last checked to the end."""
    try:
        return datetime.fromtimestamp(_file().stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def _file() -> Path:
    return settings().DATA_DIR / "evidence.checked"


def part_of(now: datetime) -> int:
    """The slice of files of a night."""
    return now.toordinal() % SLICES


def _chains(checked: Checked) -> Iterator[Finding]:
    """Every chain from its start; a break that the operator has closed is passed, the next one is named."""
    with transaction.reading():
        ids = list(db.session.scalars(select(Firm.id).where(standing.IS_HERE).order_by(Firm.id)))
    for firm_id in ids:
        with transaction.reading():
            firm = db.session.get(Firm, firm_id)
            if firm is None:  # erased meanwhile
                continue
            head = db.session.get(ChainHead, firm_id)
            bad, public_id = events.verify(firm, known=incidents.known_breaks(firm_id)), firm.public_id
            checked.chains, checked.entries = checked.chains + 1, checked.entries + (head.seq if head else 0)
        if bad is not None:
            yield Finding(incidents.CHAIN_BROKEN, firm_id, public_id, seq=bad)


def _leaves() -> Iterator[Finding]:
    """Chains that end before what was signed of them, or no longer hold it: the first missing or other entry."""
    with transaction.snapshot():
        behind = [row for row in ends() if not is_led_on(row)]
        told = [incidents.first_missing(row.firm_id, str(row.signed_n)) for row in behind]
    for row, seq in zip(behind, told, strict=True):
        first = min(row.seq + 1, row.signed_seq) if seq is None else seq
        yield Finding(incidents.CHAIN_BEHIND, row.firm_id, row.firm, str(row.signed_n), first)


def _checkpoints(checked: Checked) -> Iterator[Finding]:
    """Form, numbers, signatures, the file beside, and the root of the newest one over its leaves."""
    public, prev, n, key = restored.public_keys(), checkpoints.FIRST_PREV, 0, ""
    filed = checkpoint_file.lines()
    line = next(filed, None)
    last = None
    bad: list[int] = []
    with transaction.snapshot():
        for one in checkpoint_rows.all_of():
            checked.checkpoints, n = checked.checkpoints + 1, n + 1
            while line is not None and line["checkpoint"]["n"] < one.n:
                line = next(filed, None)
            is_filed = line is None or line["checkpoint"]["n"] != one.n or line["checkpoint"] == one.content
            is_good = one.n == n and checkpoints.follows(one.body, n, prev)
            if not (is_good and is_filed and restored.is_signed(one, public, by=key)):
                bad.append(n)
            n, prev, key, last = one.n, one.id, one.content.get("key", ""), one
        if last is not None and not _has_root(last):
            bad.append(last.n)
    for number in sorted(set(bad)):
        yield Finding(incidents.CHECKPOINT_CHANGED, about=str(number))


def _has_root(one: checkpoint_rows.Checkpoint) -> bool:
    tree = checkpoints.Tree()
    for firm, link, seq in checkpoint_rows.heads_at(one.n):
        tree.add(firm, link, seq)
    return bool(tree.size and tree.root() == one.content["root"])


def _files(checked: Checked, part: int | None) -> Iterator[Finding]:
    """Every stored file against its SHA-256. A slice rests as long as it has worked: visitors come first."""
    last = 0
    while True:
        statement = (
            select(
                StoredFile.id, StoredFile.firm_id, StoredFile.public_id, StoredFile.sha256, Firm.public_id.label("firm")
            )
            .join(Firm, Firm.id == StoredFile.firm_id)
            .where(StoredFile.id > last, standing.IS_HERE)
            .order_by(StoredFile.id)
            .limit(FILES_AT_A_TIME)
        )
        if part is not None:
            statement = statement.where(StoredFile.id % SLICES == part)
        with transaction.reading():
            rows = db.session.execute(statement).all()
        for row in rows:
            started = time.monotonic()
            kind, last = _fault(row.firm, row.public_id, row.sha256), row.id
            checked.files += 1
            if kind and _is_there(row.id):
                yield Finding(kind, row.firm_id, row.firm, row.public_id)
            if part is not None:
                time.sleep(min(time.monotonic() - started, LONGEST_REST_SECONDS))
        if len(rows) < FILES_AT_A_TIME:
            return


def _fault(firm: str, public_id: str, sha256: str) -> str:
    digest = hashlib.sha256()
    try:
        for piece in storage.stream(firm, public_id):
            digest.update(piece)
    except FileNotFoundError:
        return incidents.FILE_MISSING
    except (InvalidTag, KeyMissing, ValueError):
        return incidents.FILE_CHANGED
    return "" if digest.hexdigest() == sha256 else incidents.FILE_CHANGED


def _is_there(file_id: int) -> bool:
    """Whether the row still is: what was removed meanwhile misses nothing."""
    with transaction.reading():
        return db.session.get(StoredFile, file_id) is not None
