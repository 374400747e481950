"""The files of an archive, encrypted anew under the key that the firm has here."""

from __future__ import annotations

from exchange.archive_zip import Archive
from services import storage
from services.importing.course import Course, Half


def keep(archive: Archive, firm: Half, course: Course) -> None:
    """Write each that is not there yet: a file is whole or not at all. Raises DiskFull, BadArchive."""
    for file in archive.files():
        if file.of:
            course.step(1)
            if not storage.path(firm.public_id, file.of).exists():
                storage.write(firm.public_id, file.of, archive.pieces(file))
