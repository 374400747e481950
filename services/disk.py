"""Files that a power cut leaves whole or not at all, readable by their owner alone."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets as randomness
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from services.errors import DiskFull

SYNC_BYTES = 8 * 1024 * 1024  # of a large file at a time: a gigabyte at once would hold up everybody's commits


def write(target: Path, chunks: Iterable[bytes]) -> int:
    """Put chunks into a place, whole or not at all; on the disk when it returns. Bytes written. Raises DiskFull."""
    half, written = beside(target, chunks, syncs=True)
    half.replace(target)
    sync_folder(target.parent)
    return written


def beside(target: Path, chunks: Iterable[bytes], *, syncs: bool = False) -> tuple[Path, int]:
    """A new file beside a place, and the bytes written; `syncs`: on the disk too. Raises DiskFull."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = target.with_name(f".{target.name}.{randomness.token_hex(4)}")
    written = synced = 0
    try:
        with open(half, "xb", opener=_private) as file:
            for chunk in chunks:
                written += file.write(chunk)
                if syncs and written - synced >= SYNC_BYTES:
                    _sync(file)
                    synced = written
            if syncs:
                _sync(file)
    except BaseException as error:
        half.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull from error
        raise
    return half, written


@contextmanager
def adding(path: Path) -> Iterator[IO[bytes]]:
    """A file of lines, to add to: by one process at a time, at the start of a line; on the disk when it is left."""
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":  # half a line of a power cut
            file.write(b"\n")
        yield file
        _sync(file)
    if is_new:
        sync_folder(path.parent)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process at a time works on what the folder holds: who comes meanwhile waits.

    The kernel gives the lock back whatever happens.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make a rename in the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
