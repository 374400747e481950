"""A list that grows with what is written, kept outside the memory: records appended, then read from the beginning.

It lies in a file without a name, encrypted (AES-256 in counter mode) under a key that only this object has: nobody else
can read it, and nothing is left of it when the process ends, however it ends.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

READ_BYTES = 64 * 1024


class Spool:
    """Lines of bytes, none with a line break in it."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder`: on the disk that is to hold it; else that of temporary files."""
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  (closed with this object)
        weakref.finalize(self, self._file.close)
        self._cipher = Cipher(AES(secrets.token_bytes(32)), CTR(secrets.token_bytes(16)))
        self._written = self._cipher.encryptor()

    def append(self, line: bytes) -> None:
        self._file.write(self._written.update(line + b"\n"))

    def __iter__(self) -> Iterator[bytes]:
        """From the first line on; nothing may be appended meanwhile."""
        self._file.seek(0)
        rest = b""
        for piece in self._clear(self._cipher.decryptor()):
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole
        self._file.seek(0, os.SEEK_END)

    def _clear(self, decryptor: CipherContext) -> Iterator[bytes]:
        while piece := self._file.read(READ_BYTES):
            yield decryptor.update(piece)
