"""Seals on papers, and time stamps after them, made in a process of its own (services/sealing/child.py)."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from services import children
from services.sealing.keys import SealKey

log = logging.getLogger("handslag.seal")

WALL_SECONDS = 120
CHILD = Path(__file__).with_name("child.py")
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


def seal(papers: Sequence[Paper], key: SealKey) -> list[bytes | SealFailed]:
    """Each paper with a seal (PAdES B-B), or why it has none; each begins with the bytes of its PDF."""
    head = {"passphrase": key.passphrase, "size": len(key.pkcs12)}
    made = _asked(head, key.pkcs12, papers)
    if len(papers) > 1 and all(isinstance(one, SealFailed) for one in made):  # one may have taken the others along
        return [one for paper in papers for one in _asked(head, key.pkcs12, [paper])]
    return made


def stamp(sealed: Sequence[bytes], *, tsa: str) -> list[bytes | SealFailed]:
    """Each sealed paper with a time stamp of the service at `tsa` after it, or why not."""
    return _asked({"tsa": tsa}, b"", [Paper(pdf) for pdf in sealed])


def _asked(head: dict[str, Any], first: bytes, papers: Sequence[Paper]) -> list[bytes | SealFailed]:
    if not papers:
        return []
    about = [
        {
            "size": len(paper.pdf),
            "reason": paper.reason,
            "attachments": [
                {"name": each.name, "description": each.description, "size": len(each.data)}
                for each in paper.attachments
            ],
        }
        for paper in papers
    ]
    parts = [json.dumps({**head, "papers": about}).encode(), b"\n", first]
    for paper in papers:
        parts += [paper.pdf, *(each.data for each in paper.attachments)]
    try:
        line, _, rest = in_child(b"".join(parts)).partition(b"\n")
        told = json.loads(line)["papers"]
    except (SealFailed, ValueError, KeyError) as error:
        fault = error if isinstance(error, SealFailed) else SealFailed("no answer")
        log.error("Nothing was sealed: %s", fault)
        return [fault for _ in papers]
    found: list[bytes | SealFailed] = []
    for paper, result in zip(papers, told, strict=True):
        size = result.get("size", 0)
        found.append(_checked(paper, rest[:size], result.get("fault", "")))
        rest = rest[size:]
    return found


def _checked(paper: Paper, made: bytes, fault: str) -> bytes | SealFailed:
    """What came back, if it begins with the paper and its newest signature covers all of it."""
    if not fault:
        ranges = _RANGE.findall(made, len(paper.pdf))
        is_whole = made.startswith(paper.pdf) and bool(ranges) and sum(map(int, ranges[-1])) == len(made)
        fault = "" if is_whole else "not the whole paper"
    if fault:
        log.error("A paper was not sealed: %s", fault)
        return SealFailed(fault)
    return made


def in_child(asked: bytes) -> bytes:
    """Standard output of services/sealing/child.py. Raises SealFailed."""
    answer = children.ask(CHILD, asked, seconds=WALL_SECONDS, hears_fault=True)
    if answer.status is None:
        raise SealFailed("it took too long")
    if answer.status:  # it fell, or was stopped at its limits
        raise SealFailed(f"exit status {answer.status} {answer.fault}".strip())
    return answer.out
