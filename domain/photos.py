"""What a photo may be, how large its pictures are made, and why one is refused."""

from __future__ import annotations

from enum import StrEnum

MIB = 1024 * 1024
MOST_BYTES = 25 * MIB  # of one photo as it comes in
MOST_PHOTOS = 40  # on a quote
MOST_AT_ONCE_BYTES = 200 * MIB  # of one request
CAPTION_CHARACTERS = 200
NAME_CHARACTERS = 120


_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")  # of HEIF, at its byte 8


def begins_like_one(head: bytes) -> bool:
    """Whether the first 12 bytes are those of a kind of picture that we read. Its drawing tells if it is one."""
    return (
        head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
        or (head[4:8] == b"ftyp" and head[8:12] in _BRANDS)
    )


class Refusal(StrEnum):
    """Why a photo could not be taken."""

    KIND = "kind"  # no picture of a kind we read
    BROKEN = "broken"  # cut off or damaged
    BYTES = "bytes"  # the file is too large
    PIXELS = "pixels"  # too many points to decode
