"""What was found in a file that someone wants checked, before anything is concluded of it (services/checking/)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)


class Home(Struct, frozen=True):
    """Another installation that firms have come from, as their archives say."""

    address: str  # empty: they do not say one and the same
    arrived_at: datetime
    firms: frozenset[str] = frozenset()  # public ids; never shown


class Seal(Struct, frozen=True):
    """A signature in a PDF (services/checking/child.py)."""

    is_stamp: bool  # a time stamp over the document
    is_intact: bool
    covers: str
    later: str
    is_clean: bool  # nothing but the signature lies in its container
    name: str
    fingerprint: str  # SHA-256 of the certificate
    at: datetime | None
    from_: datetime
    until: datetime

    @classmethod
    def read(cls, found: Mapping[str, Any]) -> Seal:
        plain = {name: found[name] for name in ("is_stamp", "is_intact", "covers", "later", "is_clean")}
        from_, until = _moment(found["from"]), _moment(found["until"])
        at = _moment(found["at"]) if found["at"] else None
        return cls(**plain, name=found["name"], fingerprint=found["fingerprint"], at=at, from_=from_, until=until)


def _moment(text: str) -> datetime:
    """Within the years that can be reckoned with: a certificate without an end names the last there is (RFC 5280)."""
    return min(max(datetime.fromisoformat(text), EARLIEST), LATEST)


class Step(Struct, frozen=True):
    """One step of a package's proof (exchange/verifiera.py). `holds` is None for what cannot be shown yet."""

    name: str
    holds: bool | None
    rests_on: str
    words: str


class Package(Struct, frozen=True):
    """The proof in a ZIP file, tried by its own keys and by those of this installation."""

    refused: str = ""
    begins: str = ""  # of the PDF around it, against the frozen one: same, changed, other
    named: str = ""  # public id of the agreement
    signer: str = ""  # SHA-256 of the key that its own list names as the proof's
    home: Home | None = None  # where it says that the agreement was made, before the firm came to its issuer
    steps: tuple[Step, ...] = ()
    steps_by_us: tuple[Step, ...] = ()

    @classmethod
    def read(cls, found: Mapping[str, Any]) -> Package:
        if found["refused"]:
            return cls(refused=found["refused"])
        steps, by_us = (tuple(Step(**step) for step in found[name]) for name in ("steps", "steps_by_us"))
        told = found.get("home")
        home = Home(told["address"], _moment(told["arrived_at"])) if told else None
        return cls("", found["begins"], found["named"], found.get("signer", ""), home, steps, by_us)


class Facts(Struct, frozen=True):
    """What was found in a file."""

    kind: str  # pdf, zip, other
    sha256: str
    refused: str = ""
    beginnings: tuple[tuple[int, str], ...] = ()  # bytes, and SHA-256 of the file up to there
    has_end: bool = True  # a PDF ends with its mark
    marks: tuple[str, ...] = ()  # of each signature by its bytes: in_place, moved, cut
    seals: tuple[Seal, ...] = ()
    attachments: tuple[str, ...] = ()
    packages: tuple[Package, ...] = ()

    @classmethod
    def read(cls, found: Mapping[str, Any]) -> Facts:
        return cls(
            kind=found["kind"],
            sha256=found["sha256"],
            refused=found["refused"],
            beginnings=tuple((one["end"], one["sha256"]) for one in found.get("beginnings", ())),
            has_end=found.get("has_end", True),
            marks=tuple(found.get("marks", ())),
            seals=tuple(Seal.read(one) for one in found.get("seals", ())),
            attachments=tuple(one["name"] for one in found.get("attachments", ())),
            packages=tuple(Package.read(one) for one in found.get("packages", ())),
        )
