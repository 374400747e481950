"""ZIP as a stream: files go in piece by piece, bytes come out piece by piece; nothing is ever whole in memory.

Format: PKWARE APPNOTE 6.3.10 by the standard library. The output cannot be wound back, so each file's sizes stand
after it (data descriptor), and every file may grow past 4 GiB (zip64).
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

PIECE_BYTES = 64 * 1024
Stamp = tuple[int, int, int, int, int, int]  # year to second, local time as in ZIP's own dates


@dataclass(frozen=True, slots=True)
class Packed:
    """What a finished file in the archive is; the digest is of its clear bytes."""

    name: str
    size_bytes: int
    digest: bytes

    @property
    def sha256(self) -> str:
        return self.digest.hex()


class ZipStream:
    """Take what `add` and `close` yield in order: together it is the archive."""

    def __init__(self, stamp: Stamp) -> None:
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w")
        self._stamp = stamp
        self.packed: list[Packed] = []

    def add(self, name: str, parts: Iterable[bytes], *, compress: bool) -> Iterator[bytes]:
        """Put in one file. `compress` is for texts; PDFs and pictures are as small as they get."""
        entry = zipfile.ZipInfo(name, self._stamp)
        entry.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        entry._compresslevel = 1  # type: ignore[attr-defined]  # a third of the time for a tenth more bytes
        entry.external_attr = 0o600 << 16
        digest = hashlib.sha256()
        size_bytes = 0
        with self._zip.open(entry, "w", force_zip64=True) as file:
            for part in parts:
                digest.update(part)
                size_bytes += len(part)
                file.write(part)
                yield from self._sink.full_pieces()
        self.packed.append(Packed(name, size_bytes, digest.digest()))

    def close(self) -> Iterator[bytes]:
        """The list of contents, which ends the archive."""
        self._zip.close()
        yield self._sink.rest()


class _Sink(io.RawIOBase):
    """Where zipfile writes: it can be neither read nor wound back."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self._waiting += data
        return len(data)

    def full_pieces(self) -> Iterator[bytes]:
        while len(self._waiting) >= PIECE_BYTES:
            yield bytes(self._waiting[:PIECE_BYTES])
            del self._waiting[:PIECE_BYTES]

    def rest(self) -> bytes:
        rest = bytes(self._waiting)
        self._waiting.clear()
        return rest
