"""A file that shows a yes given elsewhere: a photo or scan is drawn anew, a PDF is kept as it came and never opened."""

from __future__ import annotations

from typing import NamedTuple

from domain.photos import Refusal
from services.errors import RuleBroken
from services.photos import drawing

MOST_BYTES = 10_000_000
PDF = "application/pdf"
_HEAD, _END, _END_WITHIN = b"%PDF-", b"%%EOF", 2048


class Attached(NamedTuple):
    """What is kept: the bytes, their media type, the ending of a file name."""

    data: bytes
    media_type: str
    ending: str


class BadAttachment(RuleBroken):
    """Refused. `code` is kind, broken, bytes or pixels."""


def read(data: bytes) -> Attached:
    """A PDF by its first and last bytes, else a picture. Takes seconds for a picture. Raises BadAttachment."""
    if len(data) > MOST_BYTES:
        raise BadAttachment(Refusal.BYTES)
    if data.startswith(_HEAD):
        if _END not in data[-_END_WITHIN:]:
            raise BadAttachment(Refusal.BROKEN)
        return Attached(data, PDF, "pdf")
    try:
        return Attached(drawing.in_child(data).large, "image/jpeg", "jpg")
    except drawing.Refused as refused:
        raise BadAttachment(refused.args[0]) from None
