"""What an uploaded document may be, how its pages are drawn, and why one is refused. Source: docs/security.md."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

MIB = 1024 * 1024
MOST_BYTES = 20 * MIB
MOST_REQUEST_BYTES = 24 * MIB  # so that a file which is a little too large is named kindly
MOST_PAGES = 100
BESIDE = "dokument.pdf"  # its name as an attachment of the sealed paper
MOST_BESIDE_BYTES = 8 * MIB  # of such: it lies in the package too, and the paper must be small enough to be checked
NAME_CHARACTERS = 120
TITLE_CHARACTERS = 120
PDF = b"%PDF-"
HEAD_BYTES = 1024
_MARKUP = re.compile(rb"<\s*(?:!doctype|html|head|body|script|iframe|svg)\b", re.IGNORECASE)
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # controls, marks of direction, what is no letter


class Refusal(StrEnum):
    """Why a document could not be taken."""

    EMPTY = "empty"
    KIND = "kind"  # no PDF, or one that is a page of the web too
    BROKEN = "broken"  # cut off or damaged: not all readers would show the same
    BYTES = "bytes"  # the file is too large
    PAGES = "pages"  # too many
    SIZE = "size"  # a page larger than any paper
    LOCKED = "locked"  # encrypted
    ACTIVE = "active"  # scripts, or actions that start something
    FORM = "form"  # a form whose look is made by a program (XFA)
    ATTACHED = "attached"  # files within it, which the pages do not show
    PRINT = "print"  # layers or comments that are there on paper and not on a screen, or the other way round
    HEAVY = "heavy"  # takes too long or too much memory to draw


def begins_like_one(head: bytes) -> bool:
    """Whether the first bytes are those of a PDF and of nothing else. Its drawing tells if it is one."""
    return head.startswith(PDF) and not _MARKUP.search(head[:HEAD_BYTES])


def clean_name(given: str) -> str:
    """The sender's name of a file, for people to read: without folders and signs that are not seen, and ending in .pdf.

    No path is ever made of it: files lie under names of our own.
    """
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    letters = "".join(sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign) not in _HIDDEN)
    stem = re.sub(r"(?i)\.pdf$", "", " ".join(letters.split())).strip(" .")
    return (stem[: NAME_CHARACTERS - 4].rstrip() or "dokument") + ".pdf"


def title_of(name: str) -> str:
    """What a document is called until somebody says otherwise: its name without the ending."""
    return name.removesuffix(".pdf").replace("_", " ")[:TITLE_CHARACTERS]
