"""Open a stranger's ZIP file of a few small files: everything is compared before anything is inflated.

APPNOTE.TXT 6.3.10 of the ZIP format, of which only stored and deflated members without encryption, comments between
them, links, folders or doubled names are taken. The central directory decides, and the local headers must say the same.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from io import BytesIO

MOST_FILES = 40
MOST_BYTES = 40 * 1024 * 1024  # of all files, inflated
NAME = re.compile(r"[0-9A-Za-zÅÄÖåäö][0-9A-Za-zÅÄÖåäö._-]{0,79}")
_LOCAL = struct.Struct("<4s5H3I2H")
_UTF8 = 0x800


class BadZip(Exception):
    """Why it is not opened: broken, encrypted, names, large, around."""


def read(data: bytes, *, most_bytes: int = MOST_BYTES) -> dict[str, bytes]:
    """Names and bytes of all files. Raises BadZip."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            _compare(data, members, archive, most_bytes)
            return {member.filename: _inflated(archive, member) for member in members}
    except (zipfile.BadZipFile, zlib.error, struct.error, ValueError, EOFError, NotImplementedError, RuntimeError):
        raise BadZip("broken") from None


def _compare(data: bytes, members: list[zipfile.ZipInfo], archive: zipfile.ZipFile, most_bytes: int) -> None:
    if not 0 < len(members) <= MOST_FILES or sum(member.file_size for member in members) > most_bytes:
        raise BadZip("large")
    names = [member.filename for member in members]
    if len(set(names)) != len(names) or not all(NAME.fullmatch(name) for name in names):
        raise BadZip("names")
    if any(stat.S_ISLNK(member.external_attr >> 16) for member in members):
        raise BadZip("names")
    if any(member.flag_bits & 0x1 for member in members):
        raise BadZip("encrypted")
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
        raise BadZip("broken")
    _no_gaps(data, members, archive)


def _no_gaps(data: bytes, members: list[zipfile.ZipInfo], archive: zipfile.ZipFile) -> None:
    """From the first byte to the last, the file is these members and their directory. Local names are the same."""
    at = 0
    for member in sorted(members, key=lambda one: one.header_offset):
        if member.header_offset != at:
            raise BadZip("around")
        head = _LOCAL.unpack_from(data, at)
        name = data[at + _LOCAL.size : at + _LOCAL.size + head[9]]
        if name.decode("utf-8" if head[2] & _UTF8 else "cp437") != member.filename:
            raise BadZip("names")
        at += _LOCAL.size + head[9] + head[10] + member.compress_size
        if head[2] & 0x8:  # sizes follow the bytes, with or without a mark of four bytes
            at += 16 if data[at : at + 4] == b"PK\x07\x08" else 12
    end = data.rfind(b"PK\x05\x06")
    if archive.start_dir != at or archive.comment or end + 22 != len(data):
        raise BadZip("around")


def _inflated(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with archive.open(member) as file:
        content = file.read(member.file_size + 1)
    if len(content) != member.file_size:
        raise BadZip("broken")
    return content
