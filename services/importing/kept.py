"""Where a received archive lies until it is taken in: DATA_DIR/arrivals, encrypted, readable from any place in it.

The firm has no key of its own here yet, so each file has one that HKDF derives from the installation key and the
arrival's id. A header, then chunks of AES-256-GCM, each bound to its number and to whether it is the last: a changed,
moved or cut file does not open.
"""

from __future__ import annotations

import io
import os
import secrets as randomness
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from exchange import locked_zip
from exchange.zip_directory import BadArchive
from services import disk
from services.installation import secrets, settings
from services.storage import Counted, TooLarge

GIB = 1024 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
_FORMAT = b"\x01"
_PREFIX_BYTES, _TAG_BYTES = 8, 16
_HEAD_BYTES = len(_FORMAT) + _PREFIX_BYTES
_SEALED_BYTES = CHUNK_BYTES + _TAG_BYTES


class Unfit(Exception):
    """The file cannot be what it should be. `code` says why: empty, locked, password, broken, large."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def most_bytes() -> int:
    """How large an archive may be."""
    return settings().IMPORT_MAX_GIB * GIB


def clear_pieces(file: BinaryIO, password: str = "") -> Iterator[bytes]:
    """The archive in a file as it came, out of its locked cover if it has one.

    Raises Unfit: "locked" without a password, "password" for a wrong one, "broken" for a damaged cover.
    """
    try:
        if not locked_zip.is_locked(file):
            file.seek(0)
            while piece := file.read(CHUNK_BYTES):
                yield piece
        elif not password:
            raise Unfit("locked")
        else:
            yield from locked_zip.pieces(file, password)
    except locked_zip.WrongPassword:
        raise Unfit("password") from None
    except (locked_zip.NotLocked, locked_zip.Damaged):
        raise Unfit("broken") from None


def write(public_id: str, pieces: Iterable[bytes]) -> Counted:
    """Keep an archive, whole or not at all. Raises Unfit("large"), DiskFull, and what `pieces` raises."""
    counted = Counted(pieces, most_bytes=most_bytes())
    try:
        disk.write(_path(public_id), _sealed(public_id, counted))
    except TooLarge:
        raise Unfit("large") from None
    return counted


def open(public_id: str) -> BinaryIO:
    """The clear archive, to be read from any place. Raises FileNotFoundError; reading raises BadArchive."""
    return cast(BinaryIO, io.BufferedReader(_Clear(public_id, _path(public_id).open("rb")), CHUNK_BYTES))


def remove(public_id: str) -> None:
    _path(public_id).unlink(missing_ok=True)


def sweep(living: Collection[str], now: datetime) -> int:
    """Remove what no arrival in `living` needs and what a killed process left, a day old at least; how many."""
    folder, count = settings().DATA_DIR / "arrivals", 0
    for path in folder.iterdir() if folder.exists() else ():
        if path.name not in living and path.stat().st_mtime < (now - timedelta(days=1)).timestamp():
            path.unlink(missing_ok=True)
            count += 1
    return count


class _Clear(io.RawIOBase):
    """The clear bytes; one chunk is held. The last chunk is opened first, so that a cut file is known at once."""

    def __init__(self, public_id: str, file: BinaryIO) -> None:
        self._file = file  # first: it is closed with this one, whatever fails below
        self._id, self._cipher = public_id, _cipher(public_id)
        sealed_bytes = self._file.seek(0, os.SEEK_END) - _HEAD_BYTES
        self._file.seek(0)
        self._prefix = self._file.read(_HEAD_BYTES)[len(_FORMAT) :]
        self._last = max(0, -(-sealed_bytes // _SEALED_BYTES) - 1)
        self._at, self._number, self._chunk = 0, -1, b""
        self._length = self._last * CHUNK_BYTES + len(self._opened(self._last))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        if self._at >= self._length:
            return 0
        number, begins = divmod(self._at, CHUNK_BYTES)
        piece = self._opened(number)[begins : begins + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _opened(self, number: int) -> bytes:
        if number != self._number:
            self._file.seek(_HEAD_BYTES + number * _SEALED_BYTES)
            sealed = self._file.read(_SEALED_BYTES)
            place = _place(self._id, number, number == self._last)
            try:
                self._chunk = self._cipher.decrypt(self._prefix + number.to_bytes(4, "big"), sealed, place)
            except (InvalidTag, ValueError):
                raise BadArchive("changed") from None
            self._number = number
        return self._chunk


def _sealed(public_id: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes to write. The last chunk is held back until it is known to be it."""
    cipher, prefix = _cipher(public_id), randomness.token_bytes(_PREFIX_BYTES)
    waiting, number = bytearray(), 0

    def seal(clear: bytes, is_last: bool) -> bytes:
        return cipher.encrypt(prefix + number.to_bytes(4, "big"), clear, _place(public_id, number, is_last))

    yield _FORMAT + prefix
    for piece in pieces:
        waiting += piece
        while len(waiting) > CHUNK_BYTES:
            yield seal(bytes(waiting[:CHUNK_BYTES]), False)
            del waiting[:CHUNK_BYTES]
            number += 1
    yield seal(bytes(waiting), True)


def _place(public_id: str, number: int, is_last: bool) -> bytes:
    return f"arrival\0{public_id}\0{number}\0{is_last:d}".encode()


def _cipher(public_id: str) -> AESGCM:
    info = b"handslag arrival " + public_id.encode()
    return AESGCM(HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(secrets().installation_key))


def _path(public_id: str) -> Path:
    return settings().DATA_DIR / "arrivals" / public_id
