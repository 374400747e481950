"""What a photo may be, how large its pictures are made, and why one is refused."""

from __future__ import annotations

from enum import StrEnum

MIB = 1024 * 1024
MOST_BYTES = 25 * MIB  # of one photo as it comes in
MOST_PHOTOS = 40  # on a quote
MOST_AT_ONCE_BYTES = 200 * MIB  # of one request
CAPTION_CHARACTERS = 200
NAME_CHARACTERS = 120


class Refusal(StrEnum):
    """Why a photo could not be taken."""

    KIND = "kind"  # no picture of a kind we read
    BROKEN = "broken"  # cut off or damaged
    BYTES = "bytes"  # the file is too large
    PIXELS = "pixels"  # too many points to decode
