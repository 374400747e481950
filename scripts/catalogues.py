"""Compile the texts in other languages than Swedish: translations/<code>/LC_MESSAGES/messages.po to .mo.

Run at every set-up; when nothing changed it writes nothing. With the argument `extract` it first brings the .po files
up to date with the texts that are marked in the sources: new ones get an empty translation, those that nobody says any
more are dropped.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = sorted((ROOT / "translations").glob("*/LC_MESSAGES/messages.po"))
WIDTH = 120
# what Babel puts into the head of a file and we have nothing to say of
UNSAID = tuple(
    f'"{name}'.encode()
    for name in ("Project-Id", "Report-", "POT-", "PO-", "Last-Translator", "Language-Team", "Generated-By")
)


def main() -> int:
    texts = extracted() if sys.argv[1:] == ["extract"] else None
    for file in CATALOGUES:
        if texts is not None:
            update(file, texts)
        compiled = file.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime_ns < file.stat().st_mtime_ns:
            write(compiled, compile_(read(file)))
    return 0


def extracted() -> Catalog:
    """Every text that is marked in the sources, as babel.cfg says."""
    with tempfile.TemporaryDirectory() as folder:
        pot = Path(folder) / "messages.pot"
        command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract", "-F", "babel.cfg"]
        # by itself Babel leaves out folders like templates/_parts
        subprocess.run([*command, "--ignore-dirs", ".*", "-k", "_l", "-o", str(pot), "."], cwd=ROOT, check=True)
        return read(pot)


def read(file: Path) -> Catalog:
    with file.open("rb") as source:
        return read_po(source)


def update(file: Path, texts: Catalog) -> None:
    """Say what is said in the sources, in their order; translations stay, and none is guessed from a similar text."""
    catalogue = read(file)
    catalogue.update(texts, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    written = io.BytesIO()
    write_po(written, catalogue, width=WIDTH, no_location=True, sort_output=True)
    content = b"".join(line for line in written.getvalue().splitlines(keepends=True) if not line.startswith(UNSAID))
    if content != file.read_bytes():
        write(file, content)


def compile_(catalogue: Catalog) -> bytes:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    return compiled.getvalue()


def write(file: Path, content: bytes) -> None:
    """Write beside and move into place: a server that starts meanwhile never reads half a file."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(file)


if __name__ == "__main__":
    raise SystemExit(main())
