"""Whether two archives hold the same firm: one that has moved, seen from where it was and from where it is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

from exchange import archive_zip, manifests


class NoArchive(Exception):
    """One of the two cannot be read."""


def differences(one: Path, other: Path) -> list[str]:
    """In what they differ, in words; the files by what the manifests say of them. Raises NoArchive."""
    try:
        with one.open("rb") as a, other.open("rb") as b:
            return manifests.differences(_read(a), _read(b))
    except archive_zip.BadArchive as bad:
        raise NoArchive(str(bad)) from None


def _read(file: BinaryIO) -> manifests.Read:
    archive = archive_zip.opened(file, most_bytes=sys.maxsize, most_files=sys.maxsize)
    return archive.manifest, iter(archive.files())
