"""Where letters go on an installation without a mail server: one file each, shown at /dev/mejl.

DATA_DIR/mailbox/<firm's public id, or _>/<letter's public id>.eml; a letter sent again replaces itself.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from itertools import takewhile
from pathlib import Path

from msgspec import Struct

from mail.letters import Attachment
from mail.message import WIRE, to_bytes

NOBODY = "_"  # letters of no firm
_EMPTY = WIRE.linesep.encode()  # the line between a letter's head and its words
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}\Z")


class Head(Struct, frozen=True):
    """A letter in the mailbox, as the list shows it."""

    firm: str
    id: str
    subject: str
    to: str
    sent_at: datetime


class Kept(Struct, frozen=True):
    """A letter in the mailbox, read back from its file."""

    firm: str
    id: str
    subject: str
    sender: str
    to: str
    reply_to: str
    sent_at: datetime
    text: str
    html: str
    attachments: tuple[Attachment, ...]


class LocalMailbox:
    """Stands where the SMTP transport stands: the same `send`."""

    def __init__(self, folder: Path, firm: str = NOBODY) -> None:
        self.folder = folder
        self.firm = firm

    def send(self, message: EmailMessage, to: str) -> str:
        public_id = str(message["Message-ID"]).strip("<>").partition("@")[0]
        home = self.folder / _checked(self.firm)
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = home / f"{_checked(public_id)}.eml"
        half = path.with_suffix(".half")
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(to_bytes(message))
        half.replace(path)
        return "250 /dev/mejl"

    def close(self) -> None:
        """Nothing is held open."""


def newest(folder: Path, limit: int = 100) -> list[Head]:
    """The letters of all firms, newest first."""
    paths = sorted(folder.glob("*/*.eml"), key=_written, reverse=True)
    return [head for path in paths[:limit] if (head := _head(path)) is not None]


def find(folder: Path, firm: str, public_id: str) -> Kept | None:
    """One letter whole; None if there is none of this name."""
    if not (_NAME.match(firm) and _NAME.match(public_id)):
        return None
    return _read(folder / firm / f"{public_id}.eml")


def forget(folder: Path, firm: str) -> None:
    """Remove all letters of a firm."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder / _checked(firm))


def _checked(name: str) -> str:
    if not _NAME.match(name):
        raise ValueError("not the name of a letter or a firm")
    return name


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:  # erased meanwhile
        return 0


def _head(path: Path) -> Head | None:
    """What stands before the empty line: what follows is drawings and papers, of which a list needs nothing."""
    try:
        with path.open("rb") as file:
            lines = b"".join(takewhile(lambda line: line != _EMPTY, file))
    except FileNotFoundError:
        return None
    message = message_from_bytes(lines, _class=EmailMessage, policy=WIRE)
    return Head(path.parent.name, path.stem, str(message["Subject"]), str(message["To"]), message["Date"].datetime)


def _read(path: Path) -> Kept | None:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    message = message_from_bytes(raw, _class=EmailMessage, policy=WIRE)
    return Kept(
        firm=path.parent.name,
        id=path.stem,
        subject=str(message["Subject"]),
        sender=str(message["From"]),
        to=str(message["To"]),
        reply_to=str(message["Reply-To"] or ""),
        sent_at=message["Date"].datetime,
        text=_part(message, "plain"),
        html=_part(message, "html"),
        attachments=tuple(_attachments(message)),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _attachments(message: EmailMessage) -> Iterator[Attachment]:
    for part in message.iter_attachments():
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)  # noqa: S101  (an attachment is never multipart here)
        yield Attachment(part.get_filename() or "bilaga", part.get_content_type(), payload)
