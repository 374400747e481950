"""The files of an archive, encrypted anew under the key that the firm has here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from exchange.archive_zip import Archive, Member
from services import storage
from services.importing.course import Course, Half

MOST_FILES, MOST_BYTES = 200, 16 * 1024 * 1024  # that go to the disk together: one by one they would wait for it


def keep(archive: Archive, firm: Half, course: Course) -> None:
    """Write each that is not there yet: one that is there is whole. On disk at the end. Raises DiskFull, BadArchive."""
    halves: list[tuple[Path, Path]] = []
    size_bytes = 0
    try:
        for file, place in _missing(archive, firm, course):
            half, written = storage.begin(firm.public_id, file.of, archive.pieces(file))
            halves.append((half, place))
            size_bytes += written
            if len(halves) >= MOST_FILES or size_bytes >= MOST_BYTES:
                _finish(halves)
                size_bytes = 0
        _finish(halves)
    finally:
        for half, _place in halves:
            half.unlink(missing_ok=True)
    storage.sync_all()


def _missing(archive: Archive, firm: Half, course: Course) -> Iterator[tuple[Member, Path]]:
    for file in archive.files():
        if file.of:
            course.step(1)
            if not (place := storage.path(firm.public_id, file.of)).exists():
                yield file, place


def _finish(halves: list[tuple[Path, Path]]) -> None:
    """They get their names once they are on the disk, so that a power cut leaves no name without its bytes."""
    if halves:
        storage.sync_all()
    while halves:
        half, place = halves[-1]
        half.replace(place)
        halves.pop()
