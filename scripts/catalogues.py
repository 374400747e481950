"""Compile the texts in other languages than Swedish: translations/<code>/LC_MESSAGES/messages.po to .mo.

Run at every set-up, with the standard library alone; when nothing changed it writes nothing. With the argument
`extract`, which needs Babel, it first brings the .po files up to date with the texts that are marked in the sources:
new ones get an empty translation, those that nobody says any more are dropped.
"""

from __future__ import annotations

import ast
import io
import os
import re
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = sorted((ROOT / "translations").glob("*/LC_MESSAGES/messages.po"))
WIDTH = 120
# what Babel puts into the head of a file and we have nothing to say of
UNSAID = tuple(
    f'"{name}'.encode()
    for name in ("Project-Id", "Report-", "POT-", "PO-", "Last-Translator", "Language-Team", "Generated-By")
)
STRING = re.compile(r'^(?:(msgid_plural|msgid|msgstr(?:\[\d\])?) )?(".*")$')
MAGIC = 0x950412DE
HEAD = 28  # bytes


def main() -> int:
    texts = extracted() if sys.argv[1:] == ["extract"] else None
    for file in CATALOGUES:
        if texts is not None:
            update(file, texts)
        compiled = file.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime_ns < file.stat().st_mtime_ns:
            write(compiled, compile_(file.read_text(encoding="utf-8")))
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
    from babel.messages.pofile import read_po

    with file.open("rb") as source:
        return read_po(source)


def update(file: Path, texts: Catalog) -> None:
    """Say what is said in the sources; translations stay, and none is guessed from a similar text."""
    from babel.messages.pofile import write_po

    catalogue = read(file)
    catalogue.update(texts, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    written = io.BytesIO()
    write_po(written, catalogue, width=WIDTH, no_location=True, sort_output=True)
    content = b"".join(line for line in written.getvalue().splitlines(keepends=True) if not line.startswith(UNSAID))
    if content != file.read_bytes():
        write(file, content)


def messages(source: str) -> Iterator[tuple[str, str]]:
    """Key and text of each translated message as a .mo file holds them: those for numbers joined by NUL."""
    for block in source.split("\n\n"):
        parts: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if found := STRING.match(line):
                name = found[1] or name
                parts[name] = parts.get(name, "") + ast.literal_eval(found[2])
        key = "\0".join(parts[part] for part in ("msgid", "msgid_plural") if part in parts)
        text = "\0".join(said for part, said in parts.items() if part.startswith("msgstr"))
        if text.strip("\0"):
            yield key, text


def compile_(source: str) -> bytes:
    """A .mo file (GNU gettext): head, where the keys and the texts stand, and these, each ended by NUL."""
    rows = sorted((key.encode(), text.encode()) for key, text in messages(source))
    at = HEAD + 16 * len(rows)
    places: tuple[list[int], list[int]] = ([], [])
    content = b""
    for column, table in enumerate(places):
        for row in rows:
            table += (len(row[column]), at + len(content))
            content += row[column] + b"\0"
    head = struct.pack("<7I", MAGIC, 0, len(rows), HEAD, HEAD + 8 * len(rows), 0, 0)
    return head + struct.pack(f"<{4 * len(rows)}I", *places[0], *places[1]) + content


def write(file: Path, content: bytes) -> None:
    """Write beside and move into place: a server that starts meanwhile never reads half a file."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(file)


if __name__ == "__main__":
    raise SystemExit(main())
