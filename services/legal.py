"""The texts a firm accepts: files with a version in their name, shown as they are and known by their SHA-256.

The Swedish ones apply; templates/legal/en holds what they say in English, for reading.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, exists, insert, select

import languages
from extensions import db
from models import Acceptance, EarlierHome, Event, Firm, User
from services import events, scope, transaction
from services.actors import Actor
from services.errors import NotFound

FOLDER = Path(__file__).resolve().parent.parent / "templates" / "legal"
ACCEPTED = ("terms", "dpa", "privacy")  # what registering asks for, one dated row each
CUSTOMERS = "customers"  # for the firms' customers; nobody accepts it


class Block(Struct, frozen=True):
    """A run of lines of one kind: "h2", "p" or "li"."""

    kind: str
    lines: tuple[str, ...]


class LegalText(Struct, frozen=True):
    document: str
    version: str  # the day from which it holds, YYYY-MM-DD
    title: str
    sha256: str  # of the file's bytes
    blocks: tuple[Block, ...]


@lru_cache(maxsize=32)
def get(document: str, version: str) -> LegalText:
    """One version of a text. Raises NotFound."""
    if version not in versions(document):
        raise NotFound
    content = (FOLDER / f"{document}-{version}.txt").read_bytes()
    title, blocks = _read(content)
    return LegalText(document, version, title, hashlib.sha256(content).hexdigest(), blocks)


def shown(text: LegalText) -> LegalText:
    """The text in the language at hand. The hash stays that of the Swedish one, which is what is accepted."""
    return text if languages.code() == languages.SWEDISH else _translated(text, languages.code())


@lru_cache(maxsize=32)
def _translated(text: LegalText, code: str) -> LegalText:
    title, blocks = _read((FOLDER / code / f"{text.document}-{text.version}.txt").read_bytes())
    return replace(text, title=title, blocks=blocks)


def _read(content: bytes) -> tuple[str, tuple[Block, ...]]:
    title, *lines = [line for line in content.decode().splitlines() if line.strip()]
    return _bare(title), tuple(Block(kind, tuple(map(_bare, run))) for kind, run in groupby(lines, _kind))


@lru_cache(maxsize=8)
def versions(document: str) -> tuple[str, ...]:
    """All versions of a text, newest first. Raises NotFound for an unknown document."""
    names = sorted((file.stem for file in FOLDER.glob(f"{document}-*.txt")), reverse=True)
    if not names:
        raise NotFound
    return tuple(name.removeprefix(f"{document}-") for name in names)


def current(document: str) -> LegalText:
    return get(document, versions(document)[0])


def fingerprint() -> str:
    """Names the texts in force together; a form carries it, so that nobody accepts another text than was shown."""
    return hashlib.sha256("".join(current(document).sha256 for document in ACCEPTED).encode()).hexdigest()[:16]


def accept_all(user: User, *, actor: Actor, now: datetime) -> None:
    """Keep that the user accepted the texts in force: a row and an event each. Never commits."""
    rows = []
    for document in ACCEPTED:
        text = current(document)
        accepted = {"version": text.version, "text_sha256": text.sha256}
        rows.append({"document": document, **accepted})
        data = {"kind": document, **accepted}
        events.record("terms.accepted", f"user:{user.public_id}", actor=actor, at=now, data=data)
    same = {"firm_id": user.firm_id, "user_id": user.id, "accepted_at": now, "ip": actor.ip}
    db.session.execute(insert(Acceptance), [row | same for row in rows])


def accept_here(user: User, *, actor: Actor, now: datetime) -> None:
    """Accept for a firm that has come from another installation. Again changes nothing. Commits."""
    db.session.get_one(Firm, user.firm_id, with_for_update=True)
    if db.session.scalar(select(is_unaccepted(user.firm_id))):
        accept_all(user, actor=actor, now=now)
    transaction.commit()


def is_unaccepted(firm_id: Any) -> ColumnElement[bool]:
    """Whether the firm has come from another installation and nobody of it has accepted the texts here, for a
    statement. What came along was accepted there, of another operator.
    """
    since = exists().where(
        Event.firm_id == EarlierHome.firm_id, Event.act == "terms.accepted", Event.seq > EarlierHome.seq
    )
    return exists().where(EarlierHome.firm_id == firm_id, ~since)


def accepted(firm_id: int) -> list[Acceptance]:
    """What the firm has accepted, oldest first."""
    return list(db.session.scalars(scope.of(Acceptance, firm_id).order_by(Acceptance.accepted_at, Acceptance.id)))


def wordings(firm_id: int) -> Iterator[tuple[str, bytes]]:
    """The texts that the firm has accepted, by the names of their files. Without one that is not of this product."""
    named = scope.columns(Acceptance, firm_id, Acceptance.document, Acceptance.version, Acceptance.text_sha256)
    for document, version, sha256 in db.session.execute(named.distinct().order_by(*named.selected_columns)).all():
        if document in ACCEPTED and version in versions(document) and get(document, version).sha256 == sha256:
            name = f"{document}-{version}.txt"
            yield name, (FOLDER / name).read_bytes()


def _kind(line: str) -> str:
    return "h2" if line.startswith("## ") else "li" if line.startswith("- ") else "p"


def _bare(line: str) -> str:
    return line.lstrip("#- ").strip()


@lru_cache(maxsize=1)
def default_quote_terms() -> str:
    """Terms that a new firm's quotes begin with; the firm changes them as it likes."""
    return (FOLDER / "quote-terms.txt").read_text().strip()
