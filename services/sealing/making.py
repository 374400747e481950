"""Seals on papers, and time stamps after them, made in a process of its own (services/sealing/child.py)."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from services import children
from services.sealing.keys import SealKey

log = logging.getLogger("handslag.seal")

WALL_SECONDS = 120  # for one paper
CHILD = Path(__file__).with_name("child.py")
in_child: Callable[[], children.Kept] = partial(children.Kept, CHILD, seconds=WALL_SECONDS)
_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+\d+\s+(\d+)\s+(\d+)\s*\]")


class SealFailed(Exception):
    """One paper has no seal, or no time stamp. The argument is kind and place of the fault, without personal data."""


class Attachment(NamedTuple):
    name: str
    data: bytes
    description: str


class Paper(NamedTuple):
    """A finished PDF, what is embedded in it before the seal, and the words that readers show beside the seal."""

    pdf: bytes
    attachments: tuple[Attachment, ...] = ()
    reason: str = ""


class Sealer:
    """Seals papers and puts time stamps after them, one paper at a time, until it is left.

    One child does it all, since it takes longer to start than to seal many papers; one that falls over a paper takes
    that one along.
    """

    def __init__(self) -> None:
        self._child = in_child()

    def __enter__(self) -> Sealer:
        return self

    def __exit__(self, *_error: object) -> None:
        self._child.__exit__()

    def seal(self, paper: Paper, key: SealKey) -> bytes:
        """The paper with a seal (PAdES B-B); it begins with the bytes of its PDF. Raises SealFailed."""
        return self._made({"passphrase": key.passphrase, "size": len(key.pkcs12)}, key.pkcs12, paper)

    def stamp(self, sealed: bytes, *, tsa: str) -> bytes:
        """A sealed paper with a time stamp of the service at `tsa` after it. Raises SealFailed."""
        return self._made({"tsa": tsa}, b"", Paper(sealed))

    def _made(self, head: Mapping[str, object], first: bytes, paper: Paper) -> bytes:
        beside = [
            {"name": each.name, "description": each.description, "size": len(each.data)} for each in paper.attachments
        ]
        about = {"size": len(paper.pdf), "reason": paper.reason, "attachments": beside}
        question = (_line(about), paper.pdf, *(each.data for each in paper.attachments))
        try:
            told, made = self._child.ask(_line(head) + first, question)
            fault = told.get("fault", "") or _fault_of(paper, made)
        except children.Fell as error:
            fault = str(error)
        if fault:
            log.error("A paper was not sealed: %s", fault)
            raise SealFailed(fault)
        return made


def seal(papers: Iterable[Paper], key: SealKey) -> list[bytes]:
    """Some papers sealed, where none is wanted without the others. Raises SealFailed."""
    with Sealer() as sealer:
        return [sealer.seal(paper, key) for paper in papers]


def _line(told: Mapping[str, object]) -> bytes:
    return json.dumps(told).encode() + b"\n"


def _fault_of(paper: Paper, made: bytes) -> str:
    """Empty if what came back begins with the paper and its newest signature covers all of it."""
    ranges = _RANGE.findall(made, len(paper.pdf))
    is_whole = made.startswith(paper.pdf) and bool(ranges) and sum(map(int, ranges[-1])) == len(made)
    return "" if is_whole else "not the whole paper"
