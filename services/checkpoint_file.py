"""DATA_DIR/checkpoints.jsonl: every checkpoint with the leaves that moved, one line each, only ever appended to.

The table is the truth for what this installation shows; the file is brought up from it. It lies outside the database,
so a database restored from a backup is found out by it: the file then knows checkpoints that the table lacks.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from domain import canonical
from extensions import db
from models import Checkpoint, CheckpointHead
from services import disk, transaction
from services.installation import settings

log = logging.getLogger("handslag.checkpoints")
NAME = "checkpoints.jsonl"
BLOCK_BYTES = 64 * 1024


def path() -> Path:
    return settings().DATA_DIR / NAME


def bring_up() -> int:
    """Append what the table has and the file lacks; how many lines. A half line of a power cut is ended first."""
    added = 0
    with disk.adding(path()) as file, transaction.reading():
        last = last_line()
        known = last["checkpoint"]["n"] if last else 0
        rows = select(Checkpoint.n, Checkpoint.body, Checkpoint.signatures).where(Checkpoint.n > known)
        for row in db.session.execute(rows.order_by(Checkpoint.n)).all():
            file.write(_line(row))
            added += 1
    return added


def follow() -> None:
    """Bring it up if that can be done now: a full disk stops no signature, and the next time mends it."""
    try:
        bring_up()
    except OSError as error:
        log.error("%s could not be written: %s", NAME, os.strerror(error.errno or 0))


def last_line() -> dict[str, Any] | None:
    """The newest whole line."""
    for line in _lines_backwards():
        found = _read(line)
        if found is not None:
            return found
    return None


def lines() -> Iterator[dict[str, Any]]:
    """The whole lines, oldest first."""
    try:
        with path().open("rb") as file:
            for line in file:
                found = _read(line)
                if found is not None:
                    yield found
    except FileNotFoundError:
        return


def at_of(line: dict[str, Any]) -> datetime:
    """When the checkpoint of a line was made."""
    return datetime.fromisoformat(line["checkpoint"]["t"])


def _line(row: Any) -> bytes:
    moved = select(CheckpointHead.firm, CheckpointHead.seq, CheckpointHead.link).where(CheckpointHead.n == row.n)
    heads = [list(head) for head in db.session.execute(moved.order_by(CheckpointHead.firm))]
    ended = select(CheckpointHead.firm).where(CheckpointHead.until_n == row.n)
    left = sorted(set(db.session.scalars(ended)) - {head[0] for head in heads})
    about = {"checkpoint": json.loads(row.body), "signatures": json.loads(row.signatures)}
    return canonical.dumps({**about, "heads": heads, "left": left}) + b"\n"


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
        if isinstance(found["checkpoint"]["n"], int) and {"signatures", "heads", "left"} <= set(found):
            return dict(found)
    except (ValueError, TypeError, KeyError):
        pass
    return None


def _lines_backwards() -> Iterator[bytes]:
    try:
        file = path().open("rb")
    except FileNotFoundError:
        return
    with file:
        end, rest = file.seek(0, os.SEEK_END), b""
        while end:
            start = max(0, end - BLOCK_BYTES)
            file.seek(start)
            first, *whole = (file.read(end - start) + rest).split(b"\n")
            yield from (line for line in reversed(whole) if line)
            end, rest = start, first
        if rest:
            yield rest
