"""Papers and pictures: bytes in DATA_DIR/files, encrypted, on disk before the row that names them is committed."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

from extensions import db
from models import StoredFile, new_public_id
from services import disk, vault
from services.errors import DiskFull
from services.installation import settings

READ_BYTES = 64 * 1024


class TooLarge(Exception):
    """More is coming in than may."""


class Counted:
    """The pieces of a file on their way to the disk, counted and hashed. Raises TooLarge."""

    def __init__(self, pieces: Iterable[bytes], *, most_bytes: int) -> None:
        self._pieces, self._most_bytes = pieces, most_bytes
        self._digest = hashlib.sha256()
        self.size_bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.size_bytes += len(piece)
            self._digest.update(piece)
            if self.size_bytes > self._most_bytes:
                raise TooLarge
            yield piece

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """What a stream holds, with constant memory."""
    while piece := stream.read(READ_BYTES):
        yield piece


def folder(firm_public_id: str) -> Path:
    """Where all files of a firm lie."""
    return settings().files_dir / firm_public_id


def path(firm_public_id: str, file_public_id: str) -> Path:
    return folder(firm_public_id) / file_public_id[:2] / file_public_id


def require_disk(needed_bytes: int = 0) -> None:
    """Raise DiskFull when the disk has less left than the installation keeps free."""
    free = shutil.disk_usage(settings().DATA_DIR).free
    if free - needed_bytes < settings().DISK_FREE_MIB * 1024 * 1024:
        raise DiskFull


def put(
    firm_id: int, firm_public_id: str, data: bytes, *, purpose: str, name: str, media_type: str, now: datetime
) -> StoredFile:
    """Keep bytes and add their row to the running transaction. A rolled back row leaves an orphan for the sweep."""
    row = take(firm_id, firm_public_id, [data], purpose=purpose, name=name, media_type=media_type, now=now)
    describe(row, data)
    db.session.add(row)
    return row


def take(
    firm_id: int,
    firm_public_id: str,
    parts: Iterable[bytes],
    *,
    purpose: str,
    now: datetime,
    name: str = "",
    media_type: str = "application/octet-stream",
) -> StoredFile:
    """Keep a stream before a transaction begins. Its row, without size and SHA-256 yet, is not added to any."""
    row = StoredFile(
        firm_id=firm_id,
        public_id=new_public_id(),
        purpose=purpose,
        name=name,
        media_type=media_type,
        created_at=now,
    )
    write(firm_public_id, row.public_id, parts)
    return row


def describe(row: StoredFile, data: bytes) -> None:
    """Size and SHA-256 of the clear bytes."""
    row.size_bytes, row.sha256 = len(data), hashlib.sha256(data).hexdigest()


def write(firm_public_id: str, file_public_id: str, parts: Iterable[bytes]) -> int:
    """Encrypt parts into the file's place; whole or not at all. Bytes written. Raises DiskFull."""
    sealed = vault.seal_stream(firm_public_id, parts, "stored_file", file_public_id)
    return disk.write(path(firm_public_id, file_public_id), sealed)


def begin(firm_public_id: str, file_public_id: str, parts: Iterable[bytes]) -> tuple[Path, int]:
    """Encrypt parts into a file beside its place, which the caller syncs and renames; its bytes. Raises DiskFull."""
    sealed = vault.seal_stream(firm_public_id, parts, "stored_file", file_public_id)
    return disk.beside(path(firm_public_id, file_public_id), sealed)


def sync_all() -> None:
    """Have all that was written to the disk of the files reach it: for many files at once one word does."""
    folder = os.open(settings().files_dir, os.O_RDONLY)
    try:
        if syncfs := getattr(ctypes.CDLL(None), "syncfs", None):  # Linux; os.sync waits for other disks too
            if syncfs(folder):
                raise OSError("syncfs failed")
        else:
            os.sync()
    finally:
        os.close(folder)


def read(firm_public_id: str, file: StoredFile) -> bytes:
    """The clear bytes. Raises FileNotFoundError, or InvalidTag for a changed file."""
    return b"".join(stream(firm_public_id, file.public_id))


def stream(firm_public_id: str, file_public_id: str) -> Iterator[bytes]:
    """The clear bytes in chunks, with constant memory."""
    yield from vault.unseal_stream(
        firm_public_id, _parts(path(firm_public_id, file_public_id)), "stored_file", file_public_id
    )


def remove(firm_public_id: str, file_public_id: str, *, halves: bool = False) -> None:
    """`halves`: also what a process that died had written of it."""
    target = path(firm_public_id, file_public_id)
    target.unlink(missing_ok=True)
    if halves:
        for half in target.parent.glob(f".{target.name}.*"):
            half.unlink(missing_ok=True)


def _parts(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        yield from pieces(file)
