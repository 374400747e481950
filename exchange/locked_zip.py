"""One file behind a password: the only member, stored, of a ZIP encrypted with AES-256 as WinZip and 7-Zip do it.

Format: AE-2 of WinZip's "AES Encryption Information": PBKDF2-HMAC-SHA1 of 1,000 rounds over 16 random bytes gives a
key for AES, one for HMAC-SHA1 and two bytes that tell a wrong password; AES counts its blocks little-endian from 1;
ten bytes of the HMAC end the data. The file is an archive itself, so that even its names are hidden. Written to what
cannot be wound back (sizes after the data, zip64), in constant memory.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
import sys
from array import array
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PIECE_BYTES = 64 * 1024
Stamp = tuple[int, int, int, int, int, int]  # year to second, local time as in ZIP's own dates

_ROUNDS, _SALT_BYTES, _KEY_BYTES, _BLOCK_BYTES = 1000, 16, 32, 16
_CHECK_BYTES, _SEAL_BYTES = 2, 10
_OVERHEAD = _SALT_BYTES + _CHECK_BYTES + _SEAL_BYTES
_LOCAL, _CENTRAL, _AFTER = b"PK\3\4", b"PK\1\2", b"PK\7\x08"
_END, _END64, _WHERE64 = b"PK\5\6", b"PK\6\6", b"PK\6\7"
_IN_EXTRA = 0xFFFFFFFF
_FLAGS = 1 | 8 | 2048  # encrypted, sizes after the data, the name in UTF-8
_VERSION, _METHOD = 51, 99
_AES = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 0)  # AE-2, AES-256, stored


class NotLocked(Exception):
    """It is no ZIP of this form."""


class WrongPassword(Exception):
    """The password does not open it."""


class Damaged(Exception):
    """The file was changed or cut after it was locked, or, once in 65,536, the password is wrong."""


def locked(pieces: Iterable[bytes], *, name: str, password: str, stamp: Stamp) -> Iterator[bytes]:
    """The bytes of the outer ZIP; `name` is the member's."""
    salt = os.urandom(_SALT_BYTES)
    cipher = _Cipher(password, salt)
    fields = struct.pack("<HHHHH", _VERSION, _FLAGS, _METHOD, *_dos(stamp))
    title = name.encode()
    extra = struct.pack("<HHQQ", 1, 16, 0, 0) + _AES
    head = _LOCAL + fields + struct.pack("<III", 0, _IN_EXTRA, _IN_EXTRA)
    head += struct.pack("<HH", len(title), len(extra)) + title + extra
    yield head + salt + cipher.check
    size = 0
    for piece in _evenly(pieces):
        size += len(piece)
        yield cipher.encrypt(piece)
    sizes = struct.pack("<QQ", size + _OVERHEAD, size)
    yield cipher.seal() + _AFTER + bytes(4) + struct.pack("<QQ", size + _OVERHEAD, size)
    extra = struct.pack("<HH", 1, 16) + sizes[8:] + sizes[:8] + _AES  # here the clear size comes first
    central = _CENTRAL + struct.pack("<H", _VERSION | 3 << 8) + fields
    central += struct.pack("<III", 0, _IN_EXTRA, _IN_EXTRA)
    central += struct.pack("<HHHHHII", len(title), len(extra), 0, 0, 0, 0o600 << 16, 0) + title + extra
    yield central + _ends(len(head) + size + _OVERHEAD + 24, len(central))


def is_locked(file: BinaryIO) -> bool:
    """Whether `pieces` would ask for a password. The file is left at its start."""
    file.seek(0)
    head = file.read(10)
    file.seek(0)
    return len(head) == 10 and head[:4] == _LOCAL and struct.unpack_from("<HH", head, 6)[1] == _METHOD


def pieces(file: BinaryIO, password: str) -> Iterator[bytes]:
    """The clear bytes of the one member; `file` can be wound back.

    Raises NotLocked and WrongPassword before the first piece, Damaged after the last: until then nothing that came is
    proven to be what was locked.
    """
    start, size = _member(file)
    file.seek(start)
    salt, check = file.read(_SALT_BYTES), file.read(_CHECK_BYTES)
    cipher = _Cipher(password, salt)
    if not hmac.compare_digest(check, cipher.check):
        raise WrongPassword
    left = size - _OVERHEAD
    while left:
        piece = file.read(min(PIECE_BYTES, left))
        if not piece:
            raise Damaged
        left -= len(piece)
        yield cipher.decrypt(piece)
    if not hmac.compare_digest(file.read(_SEAL_BYTES), cipher.seal()):
        raise Damaged


class _Cipher:
    """AES-256 in counter mode and the HMAC of what it gave out. Pieces but the last are whole blocks."""

    def __init__(self, password: str, salt: bytes) -> None:
        keys = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, _ROUNDS, 2 * _KEY_BYTES + _CHECK_BYTES)
        # the blocks are numbers that never come again: with the XOR below this is the counter mode of the format,
        # which counts from the other end than that of the library
        self._blocks = Cipher(algorithms.AES(keys[:_KEY_BYTES]), modes.ECB()).encryptor()  # noqa: S305  (as said)
        self._hmac = hmac.new(keys[_KEY_BYTES : 2 * _KEY_BYTES], digestmod="sha1")
        self.check = keys[2 * _KEY_BYTES :]
        self._next = 1

    def encrypt(self, piece: bytes) -> bytes:
        sealed = self._turned(piece)
        self._hmac.update(sealed)
        return sealed

    def decrypt(self, piece: bytes) -> bytes:
        self._hmac.update(piece)
        return self._turned(piece)

    def seal(self) -> bytes:
        return self._hmac.digest()[:_SEAL_BYTES]

    def _turned(self, piece: bytes) -> bytes:
        count = -(-len(piece) // _BLOCK_BYTES)
        numbers = array("Q", bytes(count * _BLOCK_BYTES))
        numbers[::2] = array("Q", range(self._next, self._next + count))
        if sys.byteorder == "big":
            numbers.byteswap()
        self._next += count
        stream = self._blocks.update(numbers.tobytes())[: len(piece)]
        return (int.from_bytes(piece, "little") ^ int.from_bytes(stream, "little")).to_bytes(len(piece), "little")


def _evenly(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size: whole blocks."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= PIECE_BYTES:
            yield bytes(waiting[:PIECE_BYTES])
            del waiting[:PIECE_BYTES]
    if waiting:
        yield bytes(waiting)


def _dos(stamp: Stamp) -> tuple[int, int]:
    """Time and date as in ZIP."""
    year, month, day, hour, minute, second = stamp
    return hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day


def _ends(where: int, size: int) -> bytes:
    """What ends the archive: one entry, the list of contents at `where`."""
    end64 = _END64 + struct.pack("<QHHIIQQQQ", 44, _VERSION | 3 << 8, _VERSION, 0, 0, 1, 1, size, where)
    where64 = _WHERE64 + struct.pack("<IQI", 0, where + size, 1)
    return end64 + where64 + _END + struct.pack("<HHHHIIH", 0, 0, 1, 1, size, _IN_EXTRA, 0)


def _member(file: BinaryIO) -> tuple[int, int]:
    """Where the data of the one member begins, and its bytes with salt, check and seal. Raises NotLocked."""
    try:
        return _found(file)
    except (struct.error, OSError, ValueError, OverflowError):  # too short, or numbers that lead outside it
        raise NotLocked from None


def _found(file: BinaryIO) -> tuple[int, int]:
    whole = file.seek(0, os.SEEK_END)
    signature, _, _, _, entries, _, where, _ = _read(file, whole - 22, "4sHHHHIIH")
    if signature != _END or entries != 1:
        raise NotLocked
    if where == _IN_EXTRA:
        signature, _, at, _ = _read(file, whole - 42, "4sIQI")
        if signature != _WHERE64:
            raise NotLocked
        signature, *_, where = _read(file, at, "4sQHHIIQQQQ")
        if signature != _END64:
            raise NotLocked
    central = _read(file, where, "4sHHHHHHIIIHHHHHII")
    signature, method, size, clear, local = central[0], central[4], central[8], central[9], central[16]
    title, extra = central[10], central[11]
    if signature != _CENTRAL or method != _METHOD:
        raise NotLocked
    fields = _extra(_read(file, where + 46 + title, f"{extra}s")[0])
    if fields.get(0x9901, b"")[2:] != _AES[6:]:
        raise NotLocked
    wide = struct.unpack(f"<{len(fields.get(1, b'')) // 8}Q", fields.get(1, b""))
    order = iter(wide)
    clear, size, local = (next(order, -1) if number == _IN_EXTRA else number for number in (clear, size, local))
    signature, title, extra = _read(file, local, "4s22xHH")
    start = local + 30 + title + extra
    if signature != _LOCAL or size != clear + _OVERHEAD or start + size > where or local < 0:
        raise NotLocked
    return start, size


def _read(file: BinaryIO, at: int, form: str) -> tuple[Any, ...]:
    """Raises ValueError for a place before the file, struct.error for one past it."""
    file.seek(at)
    return struct.unpack(f"<{form}", file.read(struct.calcsize(f"<{form}")))


def _extra(data: bytes) -> dict[int, bytes]:
    fields = {}
    while data:
        kind, size = struct.unpack_from("<HH", data)
        fields[kind] = data[4 : 4 + size]
        data = data[4 + size :]
    return fields
