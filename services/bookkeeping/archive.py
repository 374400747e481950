"""Bookkeeping of firms that are erased otherwise: locked away until its legal date, out of reach of the web.

DATA_DIR/archive/<number of the receipt>/<last day>/<random id> holds a paper, `index` beside it what the papers are,
both encrypted under a key of its own (KEYS_DIR/archive-<number>.key, wrapped like a firm's). `whole` says that all of
it was moved; only then the firm's own key is destroyed. `openings` is the log of who opened it and why, encrypted
line by line, and lives as long as the archive. What is in clear is random ids and dates.
"""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import os
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from msgspec import Struct
from msgspec.structs import asdict

from domain import canonical
from domain.clock import stockholm_date
from services import disk, keys, storage, transaction, vault
from services.bookkeeping import material
from services.errors import NotFound
from services.installation import secrets, settings

log = logging.getLogger("handslag.archive")
INDEX, WHOLE, LOG = "index", "whole", "openings"


class Archive(Struct, frozen=True):
    """What can be said of one without opening it."""

    number: str
    days: dict[date, int]  # last day -> files

    @property
    def files(self) -> int:
        return sum(self.days.values())

    @property
    def last(self) -> date | None:
        return max(self.days, default=None)


def home() -> Path:
    return settings().DATA_DIR / "archive"


def move(firm_id: int, firm_public_id: str, number: str, now: datetime) -> None:
    """Copy the firm's material into an archive, under its number; what lies there already is left. Only reads rows.

    Raises KeyMissing where the firm's key is gone, DiskFull. A paper that cannot be read is passed over and logged.
    """
    folder = home() / number
    if (folder / WHOLE).exists():
        return
    with transaction.reading():
        due = [piece for piece in material.pieces(firm_id) if piece.until >= stockholm_date(now)]
    if not due:
        return
    keys.firm_cipher(settings(), secrets(), firm_public_id)
    if not (settings().keys_dir / f"{_owner(number)}.key").exists():
        keys.create_firm_key(settings(), secrets(), _owner(number))
    for until in sorted({piece.until for piece in due}):
        day = folder / until.isoformat()
        day.mkdir(parents=True, exist_ok=True, mode=0o700)
        for half in day.glob(".*"):  # of a round that was cut off
            half.unlink()
        kept = [piece for piece in due if piece.until == until and _copy(piece, day, firm_public_id, number)]
        about = canonical.dumps([{**asdict(one), "day": str(one.day), "until": str(until)} for one in kept])
        disk.write(day / INDEX, [vault.seal(_owner(number), about, "archive", number, str(until), INDEX)])
    disk.write(folder / WHOLE, [])


def read(number: str) -> Archive | None:
    """The archive of a receipt's number, or None."""
    folder = home() / number
    days = {date.fromisoformat(day.name): sum(1 for _ in _items(day)) for day in _days(folder)}
    return Archive(number, days) if days else None


def listed() -> list[Archive]:
    """All archives, the one that ends first before the others."""
    with contextlib.suppress(FileNotFoundError):
        found = [archive for folder in sorted(home().iterdir()) if (archive := read(folder.name))]
        return sorted(found, key=lambda one: (one.last or date.max, one.number))
    return []


def locked_out() -> list[str]:
    """Numbers of the archives whose key does not open."""
    lost = []
    for archive in listed():
        try:
            keys.firm_cipher(settings(), secrets(), _owner(archive.number))
        except keys.KeyMissing:
            lost.append(archive.number)
    return lost


def open_into(number: str, folder: Path, *, who: str, why: str, now: datetime) -> int:
    """Write the papers of an archive, opened, to a new folder, and who did it into its log first; how many files.

    Raises NotFound, FileExistsError, ValueError without a reason.
    """
    if not why.strip():
        raise ValueError("why")
    archive = read(number) if number.isascii() and "/" not in number else None
    if archive is None:
        raise NotFound
    folder.mkdir(mode=0o700)
    _log(number, {"at": now.isoformat(), "who": who, "why": why.strip()})
    index: list[dict[str, Any]] = []
    for day in _days(home() / number):
        for about in _index(number, day):
            target = folder / f"{about['day']} {about['file']} {_safe(about['name'])}"
            with open(target, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                for part in vault.unseal_stream(_owner(number), _parts(day / about["file"]), "archive", about["file"]):
                    file.write(part)
            index.append({**about, "name": target.name})
    disk.write(folder / "index.json", [json.dumps(index, indent=1, ensure_ascii=False).encode()])
    return len(index)


def openings(number: str) -> list[dict[str, str]]:
    """Who opened an archive, when and why, oldest first."""
    with contextlib.suppress(FileNotFoundError):
        lines = (home() / number / LOG).read_bytes().split()
        return [json.loads(vault.unseal(_owner(number), base64.b64decode(line), "archive", number)) for line in lines]
    return []


def expire(now: datetime) -> int:
    """Erase what has passed its last day, the key with the last of it; how many days' folders. Again does no harm."""
    today, erased = stockholm_date(now), 0
    for folder in list(home().glob("*")):
        for day in _days(folder):
            if date.fromisoformat(day.name) < today and (folder / WHOLE).exists():
                shutil.rmtree(day)
                erased += 1
        if (folder / WHOLE).exists() and not list(_days(folder)):
            keys.destroy_firm_key(settings(), _owner(folder.name))
            shutil.rmtree(folder)
            log.info("The last of archive %s is erased", folder.name)
    return erased


def _owner(number: str) -> str:
    """The name under which the archive's key lies among the firms'."""
    return f"archive-{number}"


def _copy(piece: material.Piece, day: Path, firm_public_id: str, number: str) -> bool:
    """One paper, whole or not at all, and on disk. False for one that cannot be read, or is not what its row says."""
    target = day / piece.file
    if target.exists():
        return True
    source = storage.Counted(storage.stream(firm_public_id, piece.file), most_bytes=piece.size_bytes)
    try:
        disk.write(target, vault.seal_stream(_owner(number), _true(source, piece), "archive", piece.file))
    except (FileNotFoundError, InvalidTag, storage.TooLarge, _Changed):
        log.error("File %s could not be read; the archive %s goes without it", piece.file, number)
        return False
    return True


class _Changed(Exception):
    """The file is not what its row says."""


def _true(source: storage.Counted, piece: material.Piece) -> Iterator[bytes]:
    yield from source
    if source.sha256 != piece.sha256:
        raise _Changed


def _days(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.glob("????-??-??") if path.is_dir())


def _items(day: Path) -> Iterator[Path]:
    return (path for path in day.iterdir() if path.name != INDEX and not path.name.startswith("."))


def _index(number: str, day: Path) -> list[dict[str, Any]]:
    sealed = (day / INDEX).read_bytes()
    return list(json.loads(vault.unseal(_owner(number), sealed, "archive", number, day.name, INDEX)))


def _log(number: str, about: dict[str, str]) -> None:
    sealed = vault.seal(_owner(number), json.dumps(about).encode(), "archive", number)
    with disk.adding(home() / number / LOG) as file:
        file.write(base64.b64encode(sealed) + b"\n")


def _parts(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        yield from storage.pieces(file)


def _safe(name: str) -> str:
    """A name of ours that no file system stumbles over."""
    return "".join("-" if sign in '/\\:*?"<>|' or not sign.isprintable() else sign for sign in name)[:100]
