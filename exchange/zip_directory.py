"""The list of contents of a stranger's ZIP file, read as a stream: everything is compared, nothing is inflated.

APPNOTE.TXT 6.3.10 (zip64 too), of which only this is taken: members stored or deflated, one after the other from the
first byte, then the directory, then its end; no encryption, links, folders or comments, no extra fields but zip64's.
The local headers must say what the directory says: no two readers of the same file see different things.
"""

from __future__ import annotations

import stat
import struct
from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct

STORED, DEFLATED = 0, 8
PIECE_BYTES = 64 * 1024
_RECORD = struct.Struct("<4s4B4H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_END = struct.Struct("<4s4H2IH")
_LOCATOR = struct.Struct("<4sIQI")
_END_64 = struct.Struct("<4sQ2H2I4Q")
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_FOLLOWED, _UTF8 = 0x8, 0x800  # sizes stand after the bytes; the name is UTF-8
_KNOWN_FLAGS = _FOLLOWED | _UTF8 | 0x6  # and how hard it was deflated
_FULL_16, _FULL = 0xFFFF, 0xFFFFFFFF
_LONGEST_NAME, _LONGEST_EXTRA = 300, 28


class BadArchive(Exception):
    """A stranger's file that is not taken: a stable code, and where in it (a name, a line)."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(f"{code} {where}".rstrip())
        self.code, self.where = code, where


class Directory(Struct, frozen=True):
    """Where the list of contents lies, and how many records it has."""

    start: int
    size_bytes: int
    count: int


class Entry(Struct, frozen=True):
    """One member as the directory has it. `record` are the fields that the local header must repeat."""

    name: str
    method: int
    crc: int
    packed_bytes: int
    size_bytes: int
    offset: int
    flags: int
    stamp: tuple[int, int]


def directory_of(file: BinaryIO, *, most_files: int) -> Directory:
    """The directory, by the records at the very end of the file. Raises BadArchive."""
    length = file.seek(0, 2)
    try:
        found, ends_at = _end(file, length)
    except struct.error:
        raise BadArchive("broken") from None
    if found.count > most_files or found.size_bytes > found.count * (46 + _LONGEST_NAME + _LONGEST_EXTRA):
        raise BadArchive("large")
    if found.start + found.size_bytes != ends_at or not found.count:
        raise BadArchive("around" if found.count else "broken")
    return found


def _end(file: BinaryIO, length: int) -> tuple[Directory, int]:
    at = length - _END.size
    mark, disk, from_disk, here, count, size, start, comment = _END.unpack(read_at(file, at, _END.size))
    if mark != b"PK\x05\x06" or comment:
        raise BadArchive("around" if _has_end(file, length) else "broken")
    if disk or from_disk or here != count:
        raise BadArchive("broken")
    before = at - _LOCATOR.size
    if before < 0 or read_at(file, before, 4) != b"PK\x06\x07":
        return Directory(start, size, count), at
    _mark, disk, where, disks = _LOCATOR.unpack(read_at(file, before, _LOCATOR.size))
    large_at = before - _END_64.size
    large = _END_64.unpack(read_at(file, large_at, _END_64.size))
    if (large[0], large[1], disk, disks, where) != (b"PK\x06\x06", _END_64.size - 12, 0, 1, large_at):
        raise BadArchive("around")
    disk, from_disk, here_64, count_64, size_64, start_64 = large[4:]
    small = ((count, _FULL_16, count_64), (size, _FULL, size_64), (start, _FULL, start_64))
    if disk or from_disk or here_64 != count_64 or any(said not in (full, true) for said, full, true in small):
        raise BadArchive("broken")
    return Directory(start_64, size_64, count_64), large_at


def _has_end(file: BinaryIO, length: int) -> bool:
    """Whether a ZIP ends somewhere before: then something was put after it."""
    tail = min(length, 2 * PIECE_BYTES)
    return b"PK\x05\x06" in read_at(file, length - tail, tail)


def entries(file: BinaryIO, directory: Directory) -> Iterator[Entry]:
    """The records in their order, which is that of the bytes. Raises BadArchive."""
    waiting, at, end = b"", directory.start, directory.start + directory.size_bytes
    nearest = 0
    for _number in range(directory.count):
        if len(waiting) < _RECORD.size + _LONGEST_NAME + _LONGEST_EXTRA and at < end:
            piece = read_at(file, at, min(PIECE_BYTES, end - at))
            waiting, at = waiting + piece, at + len(piece)
        entry, taken = _entry(waiting)
        waiting = waiting[taken:]
        if entry.offset < nearest:
            raise BadArchive("around", entry.name)
        nearest = entry.offset + _LOCAL.size + len(entry.name) + entry.packed_bytes
        yield entry
    if waiting or at != end or nearest > directory.start:
        raise BadArchive("around")


def _entry(data: bytes) -> tuple[Entry, int]:
    try:
        fields = _RECORD.unpack_from(data)
    except struct.error:
        raise BadArchive("broken") from None
    mark, _by, _system, _needs, _reserved, flags, method, time, day, crc, packed, size = fields[:12]
    name_length, extra_length, comment, disk, _inner, attributes, offset = fields[12:]
    taken = _RECORD.size + name_length + extra_length
    if mark != b"PK\x01\x02" or disk or comment or len(data) < taken:
        raise BadArchive("broken")
    name = _name(data[_RECORD.size : _RECORD.size + name_length], flags)
    if flags & _ENCRYPTED or method == 99:
        raise BadArchive("encrypted", name)
    if flags & ~_KNOWN_FLAGS or method not in (STORED, DEFLATED):
        raise BadArchive("broken", name)
    if attributes & 0x18 or stat.S_IFMT(attributes >> 16) not in (0, stat.S_IFREG):  # a folder, a link, a device
        raise BadArchive("names", name)
    size, packed, offset = _large(data[taken - extra_length : taken], (size, packed, offset), name)
    if method == STORED and packed != size:
        raise BadArchive("broken", name)
    return Entry(name, method, crc, packed, size, offset, flags, (time, day)), taken


def _name(raw: bytes, flags: int) -> str:
    """Raises BadArchive: what two programs may read differently is no name."""
    try:
        return raw[: _LONGEST_NAME + 1].decode("utf-8" if flags & _UTF8 else "ascii")
    except UnicodeDecodeError:
        raise BadArchive("names") from None


def _large(extra: bytes, said: tuple[int, int, int], name: str) -> tuple[int, int, int]:
    """Size, packed size and offset, those that do not fit in 32 bits from the zip64 field."""
    missing = sum(value == _FULL for value in said)
    wanted = struct.Struct(f"<2H{missing}Q")
    if not missing and not extra:
        return said
    if len(extra) != wanted.size or not missing:
        raise BadArchive("broken", name)
    kind, length, *values = wanted.unpack(extra)
    if kind != 1 or length != 8 * missing:
        raise BadArchive("broken", name)
    size, packed, offset = (values.pop(0) if value == _FULL else value for value in said)
    return size, packed, offset


def data_at(file: BinaryIO, entry: Entry, follows: int) -> int:
    """Where a member's bytes begin. `follows` is where the next one does. Raises BadArchive: nothing may lie between,
    and what stands before and after the bytes must be what the directory says."""
    raw = entry.name.encode()
    head = read_at(file, entry.offset, _LOCAL.size + len(raw) + _LONGEST_EXTRA)
    try:
        mark, _needs, flags, method, time, day, crc, packed, size, name_length, extra_length = _LOCAL.unpack_from(head)
    except struct.error:
        raise BadArchive("broken", entry.name) from None
    if mark != b"PK\x03\x04" or (flags, method, (time, day)) != (entry.flags, entry.method, entry.stamp):
        raise BadArchive("around" if mark != b"PK\x03\x04" else "differ", entry.name)
    start = _LOCAL.size + len(raw)
    if name_length != len(raw) or head[_LOCAL.size : start] != raw:
        raise BadArchive("differ", entry.name)
    _same_sizes(entry, (crc, packed, size), head[start : start + extra_length], extra_length)
    at: int = entry.offset + start + extra_length
    _nothing_between(file, entry, at + entry.packed_bytes, follows)
    return at


def _same_sizes(entry: Entry, sizes: tuple[int, int, int], extra: bytes, extra_length: int) -> None:
    crc, packed, size = sizes
    told = (entry.crc, entry.packed_bytes, entry.size_bytes)
    if extra_length:
        if len(extra) != 20 or (packed, size) != (_FULL, _FULL):
            raise BadArchive("differ", entry.name)
        kind, length, size, packed = struct.Struct("<2H2Q").unpack(extra)
        if (kind, length) != (1, 16):
            raise BadArchive("differ", entry.name)
    unknown = (0, 0, 0) if entry.flags & _FOLLOWED else told
    if (crc, packed, size) not in (told, unknown):
        raise BadArchive("differ", entry.name)


def _nothing_between(file: BinaryIO, entry: Entry, end: int, follows: int) -> None:
    if not entry.flags & _FOLLOWED:
        if end != follows:
            raise BadArchive("around", entry.name)
        return
    shape = {16: struct.Struct("<4s3I"), 24: struct.Struct("<4sI2Q")}.get(follows - end)
    if shape is None:
        raise BadArchive("around", entry.name)
    told = (b"PK\x07\x08", entry.crc, entry.packed_bytes, entry.size_bytes)
    if shape.unpack(read_at(file, end, shape.size)) != told:
        raise BadArchive("differ", entry.name)


def read_at(file: BinaryIO, at: int, length: int) -> bytes:
    """At most `length` bytes from a place. Raises BadArchive for a place before the beginning."""
    if at < 0:
        raise BadArchive("broken")
    file.seek(at)
    return file.read(length)
