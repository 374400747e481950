"""The archive of a firm (handslag.export/2), as it comes from a stranger: opened without anything being written.

Constant memory however many files: the directory, the local headers and the manifest are walked together, and must name
the same files in the same order with the same sizes. No name leads anywhere: each is of a fixed grammar. A file is
never inflated beyond what both say, and holds only if its SHA-256 is the manifest's.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import Any, BinaryIO

from exchange import manifests, strict_json
from exchange.marks import Marks
from exchange.zip_directory import DEFLATED, PIECE_BYTES, BadArchive, Directory, Entry, data_at, directory_of, entries
from exchange.zip_directory import read_at as _read_at

__all__ = ["Archive", "BadArchive", "Member", "opened"]

_WORD = r"[a-z][a-z_]{0,39}"
_PART = r"[0-9A-Za-z_-][0-9A-Za-z._-]{0,79}"
_TEXT_NAME = re.compile(
    rf"LÄS-MIG\.txt|scheman/{_WORD}\.schema\.json|data/{_WORD}\.jsonl|csv/{_WORD}\.csv|json/{_WORD}\.jsonl"
    rf"|bevis/{_WORD}\.jsonl?|(?:personnummer|underskrifter)/{_WORD}\.(?:jsonl|csv)|manifest\.json"
    rf"|{manifests.LEGAL}/{_WORD}-[0-9-]{{10}}\.txt"
)
_FILE_NAME = re.compile(rf"(?:pdf|avtal|foton|dokument|bilder|filer)(?:/{_PART}){{1,3}}")
_ID = re.compile(r"[0-9A-Za-z_-]{22}")
MOST_TEXTS = 500
MOST_RATIO = 150  # our own texts shrink to a tenth, equal rows without a word to a fortieth
SMALL_BYTES = 1024 * 1024  # below this the ratio does not matter
MOST_LINE_BYTES = 16 * 1024 * 1024  # checkpoints of ten years in one row of earlier_home are six
_MANIFEST_ROOM = 16 * 1024 * 1024
_MANIFEST_LINE = 600  # bytes of one file's line at most


class Member(manifests.File, frozen=True):
    """A file of the archive and where its bytes lie."""

    at: int = 0
    packed_bytes: int = 0
    method: int = 0
    crc: int = 0


class Archive:
    """What stands in an archive; made by `opened`. The file behind it must stay open."""

    def __init__(self, file: BinaryIO, directory: Directory, manifest_entry: Entry) -> None:
        self._file, self._directory = file, directory
        self._manifest = _member(
            manifests.File(manifests.NAME, manifest_entry.size_bytes, ""),
            manifest_entry,
            data_at(file, manifest_entry, directory.start),
        )
        self.manifest, _files = self._read_manifest()
        self._texts: dict[str, Member] = {}
        for member in self._members():
            if not member.of:
                self._texts[member.name] = member

    def files(self) -> Iterator[Member]:
        """Every file but the manifest, in the archive's order. Raises BadArchive."""
        return self._members()

    def has(self, name: str) -> bool:
        """Whether there is a text (what is no row's stored file) of this name."""
        return name in self._texts

    def pieces(self, file: str | Member) -> Iterator[bytes]:
        """The clear bytes. Raises BadArchive: at the end, too, so take nothing for true before it."""
        member = self._texts.get(file) if isinstance(file, str) else file
        if member is None:
            raise BadArchive("missing", str(file))
        digest = hashlib.sha256()
        for piece in self._inflated(member):
            digest.update(piece)
            yield piece
        if digest.hexdigest() != member.sha256:
            raise BadArchive("changed", member.name)

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a text without their ends. Raises BadArchive, also for a line without an end."""
        return _lines(self.pieces(name), name)

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """The objects of data/<table>.jsonl, none of a table that the archive does not know. Raises BadArchive."""
        name = f"data/{table}.jsonl"
        return self.objects(name) if table in self.manifest.rows or self.has(name) else iter(())

    def objects(self, name: str) -> Iterator[dict[str, Any]]:
        """The objects of a text of JSON lines. Raises BadArchive with the number of the line."""
        for number, line in enumerate(self.lines(name), 1):
            try:
                yield strict_json.record(line)
            except strict_json.BadJson:
                raise BadArchive("json", f"{name}:{number}") from None

    def _members(self) -> Iterator[Member]:
        """The manifest's files beside the directory's entries."""
        _about, files = self._read_manifest()
        walked = pairwise(chain(entries(self._file, self._directory), [None]))
        try:
            for entry, after in walked:
                if entry is None or after is None:  # the last one is the manifest itself
                    break
                file = next(files, None)
                if file is None or (file.name, file.size_bytes) != (entry.name, entry.size_bytes):
                    raise BadArchive("manifest", entry.name)
                if bool(file.of) != bool(_FILE_NAME.fullmatch(file.name)) or (file.of and not _ID.fullmatch(file.of)):
                    raise BadArchive("names", entry.name)
                yield _member(file, entry, data_at(self._file, entry, after.offset))
            if (left := next(files, None)) is not None:
                raise BadArchive("manifest", left.name[:300])
        except manifests.BadManifest as bad:
            raise BadArchive(bad.code, f"{manifests.NAME}: {bad.where}") from None

    def _read_manifest(self) -> manifests.Read:
        lines = _lines(self._inflated(self._manifest), manifests.NAME)
        try:
            first = next(lines, b"")
            strict_json.loads(first + b"]}")
            return manifests.read(chain([first], lines))
        except strict_json.BadJson:
            raise BadArchive("manifest", f"{manifests.NAME}: line 1") from None
        except manifests.BadManifest as bad:
            raise BadArchive(bad.code, f"{manifests.NAME}: {bad.where}") from None

    def _inflated(self, member: Member) -> Iterator[bytes]:
        crc, size_bytes = 0, 0
        pieces = _raw(self._file, member)
        for piece in _inflate(pieces, member) if member.method == DEFLATED else pieces:
            size_bytes += len(piece)
            if size_bytes > member.size_bytes:
                raise BadArchive("large", member.name)
            crc = zlib.crc32(piece, crc)
            yield piece
        if size_bytes != member.size_bytes or crc != member.crc:
            raise BadArchive("changed", member.name)


def opened(file: BinaryIO, *, most_bytes: int, most_files: int) -> Archive:
    """Open an archive that lies in a seekable file. `most_bytes`: of all files, inflated. Raises BadArchive."""
    directory = directory_of(file, most_files=most_files)
    sum_bytes, texts, last = 0, 0, None
    names = Marks()
    for entry in entries(file, directory):
        last = entry
        is_text = bool(_TEXT_NAME.fullmatch(entry.name))
        texts += is_text
        if not is_text and not _FILE_NAME.fullmatch(entry.name):
            raise BadArchive("names", entry.name[:300])
        names.add(entry.name)
        sum_bytes += entry.size_bytes
        if sum_bytes > most_bytes or texts > MOST_TEXTS:
            raise BadArchive("large", entry.name)
        if entry.size_bytes > max(SMALL_BYTES, entry.packed_bytes * MOST_RATIO):
            raise BadArchive("large", entry.name)
    if last is None or last.name != manifests.NAME:
        raise BadArchive("manifest", manifests.NAME)
    if last.size_bytes > _MANIFEST_ROOM + directory.count * _MANIFEST_LINE:
        raise BadArchive("large", manifests.NAME)
    if names.has_doubles():
        raise BadArchive("names")
    return Archive(file, directory, last)


def _member(file: manifests.File, entry: Entry, at: int) -> Member:
    return Member(file.name, file.size_bytes, file.sha256, file.of, at, entry.packed_bytes, entry.method, entry.crc)


def _raw(file: BinaryIO, member: Member) -> Iterator[bytes]:
    at, end = member.at, member.at + member.packed_bytes
    while at < end:
        piece = _read_at(file, at, min(PIECE_BYTES, end - at))
        if not piece:
            raise BadArchive("broken", member.name)
        at += len(piece)
        yield piece


def _inflate(pieces: Iterator[bytes], member: Member) -> Iterator[bytes]:
    decoder = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for piece in pieces:
            given = PIECE_BYTES
            while piece or given == PIECE_BYTES:  # a full answer may have left more inside
                clear = decoder.decompress(piece, PIECE_BYTES)
                piece, given = decoder.unconsumed_tail, len(clear)
                yield clear
                if decoder.eof:
                    break
            if decoder.eof:
                break
    except zlib.error:
        raise BadArchive("broken", member.name) from None
    if not decoder.eof or decoder.unused_data or next(pieces, None) is not None:
        raise BadArchive("broken", member.name)


def _lines(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    begun: list[bytes] = []
    begun_bytes = 0
    for piece in pieces:
        *whole, rest = piece.split(b"\n")
        for part in whole:
            yield b"".join([*begun, part]) if begun else part
            begun, begun_bytes = [], 0
        begun.append(rest)
        begun_bytes += len(rest)
        if begun_bytes > MOST_LINE_BYTES:
            raise BadArchive("line", name)
    if begun_bytes:
        raise BadArchive("line", name)
