"""Papers and pictures: bytes in DATA_DIR/files, encrypted, on disk before the row that names them is committed."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import secrets as randomness
import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

from extensions import db
from models import StoredFile, new_public_id
from services import vault
from services.errors import DiskFull
from services.installation import settings
from services.keys import sync_folder

READ_BYTES = 64 * 1024
SYNC_BYTES = 8 * 1024 * 1024  # of a large file at a time: a gigabyte at once would hold up everybody's commits


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
    return write_whole(path(firm_public_id, file_public_id), sealed)


def begin(firm_public_id: str, file_public_id: str, parts: Iterable[bytes]) -> tuple[Path, int]:
    """Encrypt parts into a file beside its place, which the caller syncs and renames; its bytes. Raises DiskFull."""
    sealed = vault.seal_stream(firm_public_id, parts, "stored_file", file_public_id)
    return _beside(path(firm_public_id, file_public_id), sealed)


def write_whole(target: Path, chunks: Iterable[bytes]) -> int:
    """Put chunks, encrypted already, into a place; whole and on the disk, or not at all. Raises DiskFull."""
    half, written = _beside(target, chunks, syncs=True)
    half.replace(target)
    sync_folder(target.parent)
    return written


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


def _beside(target: Path, chunks: Iterable[bytes], *, syncs: bool = False) -> tuple[Path, int]:
    """A new file beside a place, and the bytes written; `syncs`: on the disk too. Raises DiskFull."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = target.with_name(f".{target.name}.{randomness.token_hex(4)}")
    written = synced = 0
    try:
        with open(temporary, "xb", opener=_private) as file:
            for chunk in chunks:
                written += file.write(chunk)
                if syncs and written - synced >= SYNC_BYTES:
                    _sync(file)
                    synced = written
            if syncs:
                _sync(file)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull from error
        raise
    return temporary, written


def _parts(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        yield from pieces(file)


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
