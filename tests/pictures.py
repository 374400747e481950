"""Photos for tests, made here: real ones with what a camera says, and what only looks like one."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image

HEIC = Path(__file__).parent / "data" / "foto.heic"  # 640 x 480 points, with EXIF and a place


@lru_cache(20)
def photo(size=(640, 480), kind="JPEG", *, shade=90, mode="RGB", **given):
    """A photo as a phone sends it: the camera's name, and where it was taken, stand in it. The same each time."""
    kept = BytesIO()
    image = Image.effect_noise(size, 60).point(lambda value: (value + shade) % 256).convert(mode)
    image.save(kept, kind, exif=exif(), **given)
    return kept.getvalue()


def exif(orientation=1):
    told = Image.Exif()
    told[0x010F] = "Testkameran"
    told[0x0112] = orientation
    place = told.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (59.0, 19.0, 46.0), "E", (18.0, 4.0, 7.0)
    return told


def bomb(side=30_000):
    """A PNG of some hundred bytes that says it has 900 million points."""
    head = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0" * 1000)
    parts = [struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in (head, data)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + b"\0\0\0\0IEND\xaeB`\x82"
