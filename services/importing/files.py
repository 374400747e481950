"""The files of an archive, encrypted anew under the key that the firm has here."""

from __future__ import annotations

from exchange.archive_zip import Archive
from models import Firm
from services import storage
from services.importing.course import Course


def keep(archive: Archive, firm: Firm, course: Course) -> None:
    """Write each that is not there yet: a file is whole or not at all. Raises DiskFull, BadArchive."""
    public_id = firm.public_id
    for file in archive.files():
        if file.of:
            course.step(1)
            if not storage.path(public_id, file.of).exists():
                storage.write(public_id, file.of, archive.pieces(file))
