"""ZIP as a stream: files go in piece by piece, bytes come out piece by piece; nothing is ever whole in memory.

Not even the list of contents, which ends the archive and grows with the number of its files: Python's zipfile keeps
some hundred bytes of each, here it waits in a spool. Format: PKWARE APPNOTE 6.3.10. The output cannot be wound back, so
of a text of unknown length the sizes stand after it (data descriptor), and it may grow past 4 GiB (zip64).
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from exchange.manifests import File
from exchange.spool import Spool

PIECE_BYTES = 64 * 1024
Stamp = tuple[int, int, int, int, int, int]  # year to second, local time as in ZIP's own dates

STORED, DEFLATED = 0, 8
LEVEL = 1  # a third of the time of the usual one, for a tenth more bytes
SIZES_AFTER, UTF_8 = 0x0008, 0x0800  # flags
FULL_32, FULL_16 = 0xFFFF_FFFF, 0xFFFF  # say that the value stands in the fields of zip64
MOST_32, MOST_16 = FULL_32, FULL_16  # from which on it does
PLAIN, ZIP64 = 20, 45  # version needed to read it
UNIX_FILE = (0o100600 << 16, 3)  # readable by its owner only; the system whose rights these are

_LOCAL = struct.Struct("<4s5H3I2H")
_AFTER = struct.Struct("<4sIQQ")
_CENTRAL = struct.Struct("<4s2B5H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END_64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR_64 = struct.Struct("<4sIQI")


class _Entry(NamedTuple):
    """A line of the list of contents. The digest is of the clear bytes."""

    name: str
    size_bytes: int
    sha256: str
    of: str
    crc: int
    packed_bytes: int
    starts_at: int
    method: int
    flags: int


class ZipStream:
    """Take what `add`, `put` and `close` yield in order: together it is the archive."""

    def __init__(self, stamp: Stamp, folder: Path | None = None) -> None:
        """`folder` is where the list of contents waits (exchange/spool.py)."""
        year, month, day, hour, minute, second = stamp
        self._time = hour << 11 | minute << 5 | second // 2
        self._date = (year - 1980) << 9 | month << 5 | day
        self._contents = Spool(folder)
        self._count = 0
        self._at = 0  # bytes given out so far

    def files(self) -> Iterator[File]:
        """What has been put in, in order."""
        for entry in self._entries():
            yield File(entry.name, entry.size_bytes, entry.sha256, entry.of)

    def add(self, name: str, parts: Iterable[bytes]) -> Iterator[bytes]:
        """Put in a text of unknown length, compressed."""
        starts_at, flags = self._at, SIZES_AFTER | UTF_8
        digest, crc, size_bytes = hashlib.sha256(), 0, 0
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        extra = struct.pack("<2H2Q", 1, 16, 0, 0)
        waiting = bytearray(self._local(name, ZIP64, flags, DEFLATED, 0, FULL_32, FULL_32, extra))
        begins = len(waiting)
        for part in parts:
            digest.update(part)
            crc = zlib.crc32(part, crc)
            size_bytes += len(part)
            waiting += packer.compress(part)
            yield from self._full_pieces(waiting)
        waiting += packer.flush()
        packed_bytes = self._at - starts_at + len(waiting) - begins
        waiting += _AFTER.pack(b"PK\x07\x08", crc, packed_bytes, size_bytes)
        yield self._given(bytes(waiting))
        digest_hex = digest.hexdigest()
        self._note(_Entry(name, size_bytes, digest_hex, "", crc, packed_bytes, starts_at, DEFLATED, flags))

    def put(self, name: str, data: bytes, *, of: str = "") -> Iterator[bytes]:
        """Put in a file that is whole in memory (under 4 GiB) and as small as it gets: a PDF, a picture."""
        starts_at, size_bytes, crc = self._at, len(data), zlib.crc32(data)
        yield self._given(self._local(name, PLAIN, UTF_8, STORED, crc, size_bytes, size_bytes))
        yield self._given(data)
        sha256 = hashlib.sha256(data).hexdigest()
        self._note(_Entry(name, size_bytes, sha256, of, crc, size_bytes, starts_at, STORED, UTF_8))

    def close(self) -> Iterator[bytes]:
        """The list of contents, which ends the archive."""
        starts_at = self._at
        waiting = bytearray()
        for entry in self._entries():
            waiting += self._central(entry)
            yield from self._full_pieces(waiting)
        size_bytes = self._at - starts_at + len(waiting)
        yield self._given(bytes(waiting) + _end(self._count, size_bytes, starts_at))

    def _local(
        self, name: str, version: int, flags: int, method: int, crc: int, packed: int, size: int, extra: bytes = b""
    ) -> bytes:
        encoded = name.encode()
        fixed = (b"PK\x03\x04", version, flags, method, self._time, self._date, crc, packed, size)
        return _LOCAL.pack(*fixed, len(encoded), len(extra)) + encoded + extra

    def _central(self, entry: _Entry) -> bytes:
        """The sizes and the place that have no room in 32 bits stand in the field of zip64, in this order."""
        encoded = entry.name.encode()
        values = (entry.size_bytes, entry.packed_bytes, entry.starts_at)
        large = [value for value in values if value >= MOST_32]
        extra = struct.pack(f"<2H{len(large)}Q", 1, 8 * len(large), *large) if large else b""
        size, packed, starts_at = (FULL_32 if value >= MOST_32 else value for value in values)
        version = ZIP64 if large or entry.flags & SIZES_AFTER else PLAIN
        attributes, system = UNIX_FILE
        fixed = (b"PK\x01\x02", ZIP64, system, version, entry.flags, entry.method, self._time, self._date, entry.crc)
        lengths = (packed, size, len(encoded), len(extra), 0, 0, 0)
        return _CENTRAL.pack(*fixed, *lengths, attributes, starts_at) + encoded + extra

    def _entries(self) -> Iterator[_Entry]:
        return (_Entry(*json.loads(line)) for line in self._contents)

    def _note(self, entry: _Entry) -> None:
        self._contents.append(json.dumps(entry).encode())
        self._count += 1

    def _full_pieces(self, waiting: bytearray) -> Iterator[bytes]:
        while len(waiting) >= PIECE_BYTES:
            yield self._given(bytes(waiting[:PIECE_BYTES]))
            del waiting[:PIECE_BYTES]

    def _given(self, data: bytes) -> bytes:
        self._at += len(data)
        return data


def _end(count: int, size_bytes: int, starts_at: int) -> bytes:
    is_large = count >= MOST_16 or size_bytes >= MOST_32 or starts_at >= MOST_32
    if not is_large:
        return _END.pack(b"PK\x05\x06", 0, 0, count, count, size_bytes, starts_at, 0)
    sizes = (count, count, size_bytes, starts_at)
    return (
        _END_64.pack(b"PK\x06\x06", _END_64.size - 12, ZIP64, ZIP64, 0, 0, *sizes)
        + _LOCATOR_64.pack(b"PK\x06\x07", 0, starts_at + size_bytes, 1)
        + _END.pack(b"PK\x05\x06", 0, 0, FULL_16, FULL_16, FULL_32, FULL_32, 0)
    )
