"""Width and height of a PNG or JPEG by its first bytes, without decoding anything.

Sources: PNG (ISO/IEC 15948) 11.2.2 IHDR; JPEG (ITU-T T.81) B.2.2 frame header.
"""

from __future__ import annotations

import struct

_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


def of(head: bytes) -> tuple[int, int] | None:
    """None where it begins like neither, or says it further in than `head` reaches."""
    try:
        if head.startswith(_PNG):
            width, height = struct.unpack_from(">2I", head, len(_PNG))
            return width, height
        return _of_jpeg(head) if head.startswith(b"\xff\xd8") else None
    except struct.error:
        return None


def _of_jpeg(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 2 <= len(head) and head[at] == 0xFF:
        mark = head[at + 1]
        if mark in _FRAMES:
            height, width = struct.unpack_from(">2H", head, at + 5)
            return width, height
        # a mark may be led in by more of 0xff
        at += 1 if mark == 0xFF else 2 if mark in _WITHOUT_LENGTH else 2 + struct.unpack_from(">H", head, at + 2)[0]
    return None
