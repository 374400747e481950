"""Archives for tests of the import: well made ones, and ones that a stranger has laid hands on."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from exchange import archive_zip, manifests
from exchange.zip_stream import ZipStream

STAMP = (2026, 11, 20, 9, 14, 30)
FIRM = "Firm_0123456789abcdefg"
FILE = "File_0123456789abcdefg"
MANIFEST = manifests.Manifest(
    schema="",
    installation="0123456789abcdef",
    address="https://handslag.example",
    made_at=datetime(2026, 11, 20, 8, 14, 30, tzinfo=UTC),
    firm=FIRM,
    firm_name="Tumbredd Snickeri AB",
    seq=0,
    link="00" * 32,
    checkpoint=None,
    rows={},
    under_way={},
    unreadable=(),
    homes=(),
)


@dataclass(frozen=True, slots=True)
class Put:
    """One file to put into an archive."""

    name: str
    data: bytes
    of: str = ""
    listed: dict[str, Any] = field(default_factory=dict)  # what the manifest says of it otherwise than it is

    def in_manifest(self) -> manifests.File:
        true = manifests.File(self.name, len(self.data), hashlib.sha256(self.data).hexdigest(), self.of)
        return replace(true, **self.listed)


SMALL = (
    Put("LÄS-MIG.txt", b"Hej.\n"),
    Put("data/firm.jsonl", b'{"id":1,"name":"Tumbredd"}\n'),
    Put("data/article.jsonl", b'{"id":1,"n":1}\n{"id":2,"n":2}\n' * 40),
    Put("pdf/2026-001-v1.pdf", b"%PDF-1.7 and so on", of=FILE),
)


def made(files: Iterable[Put] = SMALL, manifest: manifests.Manifest = MANIFEST, *, last: Sequence[Put] = ()) -> bytes:
    """A ZIP as the product writes it. `last` are files that the manifest does not name."""
    files = list(files)
    listed = b"".join(manifests.lines(manifest, [one.in_manifest() for one in files]))
    return zipped([*files, *last, Put(manifests.NAME, listed)])


def zipped(files: Iterable[Put]) -> bytes:
    stream = ZipStream(STAMP)
    parts: list[bytes] = []
    for one in files:
        parts += stream.put(one.name, one.data, of=one.of) if one.of else stream.add(one.name, [one.data])
    return b"".join([*parts, *stream.close()])


def opened(data: bytes, *, most_bytes: int = 10**8, most_files: int = 1000) -> archive_zip.Archive:
    return archive_zip.opened(io.BytesIO(data), most_bytes=most_bytes, most_files=most_files)


def all_of(data: bytes, **limits: int) -> dict[str, bytes]:
    """Everything in it, read to the end. Raises BadArchive."""
    archive = opened(data, **limits)
    return {member.name: b"".join(archive.pieces(member)) for member in archive.files()}


def places(data: bytes) -> dict[str, tuple[int, int]]:
    """Where the directory's record and the local header of each file begin."""
    with zipfile.ZipFile(io.BytesIO(data)) as read:
        at, found = read.start_dir, {}
        for info in read.infolist():
            found[info.filename] = at, info.header_offset
            at += 46 + sum(struct.unpack_from("<3H", data, at + 28))
    return found


def put_at(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]
