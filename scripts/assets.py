"""Unpack htmx from a pinned wheel, make the two stylesheets, and lay compressed copies beside the static files.

Run at every set-up; when nothing changed it reads a few files and writes none.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
HTMX = STATIC / "vendor" / "htmx-2.0.10.min.js"
HTMX_SHA256 = "71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de"
IN_WHEEL = "django_htmx/static/django_htmx/htmx-2.min.js"
COMPRESSED = {".css", ".js", ".svg"}  # fonts and pictures are compressed by their own formats
# each page has one, whole: the customer's is on its way over a slow network when the first paint waits for it
SHEETS = {"kund": ("handslag",), "firma": ("handslag", "firma")}
LITERAL = r"""("[^"\n]*"|'[^'\n]*'|url\([^)]*\))"""  # of a stylesheet


def main() -> int:
    """Return 0 when all is in place, else 1 with a sentence on standard error."""
    if not is_htmx(HTMX):
        content = unpack_htmx()
        if content is None:
            print("Could not fetch htmx, which the pages need; see pip's lines above.", file=sys.stderr)
            return 1
        HTMX.parent.mkdir(parents=True, exist_ok=True)
        write(HTMX, content)
    make_sheets()
    compress()
    return 0


def is_htmx(file: Path) -> bool:
    return file.exists() and hashlib.sha256(file.read_bytes()).hexdigest() == HTMX_SHA256


def unpack_htmx() -> bytes | None:
    """Fetch the wheel that carries htmx and return the script, or None when it cannot be had."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
        command += ["--no-deps", "--require-hashes", "--only-binary", ":all:"]
        command += ["--requirement", str(ROOT / "requirements-assets.txt"), "--dest", folder]
        if subprocess.run(command, cwd=ROOT).returncode:
            return None
        with zipfile.ZipFile(next(Path(folder).glob("django_htmx-*.whl"))) as wheel:
            content = wheel.read(IN_WHEEL)
    return content if hashlib.sha256(content).hexdigest() == HTMX_SHA256 else None


def make_sheets() -> None:
    """Put each stylesheet together in static/made/, without comments and spaces."""
    for name, parts in SHEETS.items():
        sources, sheet = [STATIC / "css" / f"{part}.css" for part in parts], STATIC / "made" / f"{name}.css"
        if sheet.exists() and sheet.stat().st_mtime_ns > max(source.stat().st_mtime_ns for source in sources):
            continue
        sheet.parent.mkdir(exist_ok=True)
        write(sheet, small("\n".join(source.read_text(encoding="utf-8") for source in sources)).encode())


def small(css: str) -> str:
    """A stylesheet without comments and without the spaces that mean nothing.

    Those around + - and before a colon, a combinator or an operator may mean something, in calc() or a selector.
    """
    css = re.sub(rf"{LITERAL}|/\*.*?\*/", lambda found: found[1] or "", css, flags=re.DOTALL)
    parts = re.split(LITERAL, css)
    for at in range(0, len(parts), 2):
        text = re.sub(r" ?([{};,]) ?", r"\1", re.sub(r"\s+", " ", parts[at]))
        parts[at] = text.replace(": ", ":").replace(";}", "}")
    return "".join(parts).strip()


def compress() -> None:
    """Bring .gz and .br beside each text file up to date, and drop those whose file is gone."""
    for file in sorted(STATIC.rglob("*")):
        if file.suffix in (".gz", ".br"):
            if not file.with_suffix("").exists():
                file.unlink()
        elif file.suffix in COMPRESSED and is_stale(file):
            import brotli  # here: when nothing changed, nothing needs it

            content = file.read_bytes()
            write(Path(f"{file}.br"), brotli.compress(content))
            write(Path(f"{file}.gz"), gzip.compress(content, 9, mtime=0))


def is_stale(file: Path) -> bool:
    copies = [Path(f"{file}.br"), Path(f"{file}.gz")]
    changed = file.stat().st_mtime_ns
    return any(not copy.exists() or copy.stat().st_mtime_ns < changed for copy in copies)


def write(file: Path, content: bytes) -> None:
    """Write beside and move into place: a server that starts meanwhile never reads half a file."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(file)


if __name__ == "__main__":
    raise SystemExit(main())
