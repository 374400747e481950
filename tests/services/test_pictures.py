"""Logos: drawn anew, small, without what the sender's file said; what is no picture is refused."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from services import pictures
from services.pictures import BadPicture


def picture(size=(40, 20), mode="RGB", kind="PNG", **given):
    kept = BytesIO()
    Image.new(mode, size, given.pop("colour", 128)).save(kept, kind, **given)
    return kept.getvalue()


def png_header(width, height):
    """A PNG that says it is huge and holds nothing."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunk = b"IHDR" + head
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    parts = [struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in (chunk, data)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + b"\0\0\0\0IEND\xaeB`\x82"


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (picture(kind="JPEG"), "image/jpeg"),
        (picture(kind="JPEG", mode="CMYK"), "image/jpeg"),
        (picture(kind="JPEG", mode="L"), "image/jpeg"),
        (picture(kind="PNG", mode="RGBA"), "image/png"),
        (picture(kind="PNG", mode="P"), "image/png"),
        (picture(kind="PNG", mode="1"), "image/png"),
        (picture(kind="PNG", mode="I;16"), "image/png"),
        (picture(kind="WEBP"), "image/png"),
    ],
)
def test_pictures_come_through(data, media_type):
    drawn, found = pictures.logo(data)
    assert found == media_type
    with Image.open(BytesIO(drawn)) as image:
        assert image.size == (40, 20)


def test_a_wide_one_shrinks():
    drawn, _ = pictures.logo(picture((3000, 1000)))
    with Image.open(BytesIO(drawn)) as image:
        assert image.size == (600, 200)


def test_transparency_is_kept():
    drawn, _ = pictures.logo(picture((1200, 300), mode="RGBA", colour=(1, 2, 3, 0)))
    with Image.open(BytesIO(drawn)) as image:
        assert image.convert("RGBA").getchannel("A").getextrema() == (0, 0)


def test_exif_and_place_are_gone_and_the_picture_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010E] = "hemligt ställe"
    exif.get_ifd(0x8825)[1] = "N"
    drawn, _ = pictures.logo(picture((40, 20), kind="JPEG", exif=exif, comment=b"hemligt"))
    assert b"hemligt" not in drawn
    assert b"Exif" not in drawn
    with Image.open(BytesIO(drawn)) as image:
        assert (image.size, dict(image.getexif())) == ((20, 40), {})


def test_a_phones_photo_is_decoded_small():
    drawn, _ = pictures.logo(picture((8000, 6000), mode="L", kind="JPEG", quality=10))
    with Image.open(BytesIO(drawn)) as image:
        assert image.size == (533, 400)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "kind"),
        (b"%PDF-1.7\n1 0 obj", "kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "kind"),
        (b"MZ\x90\x00", "kind"),
        (picture(kind="GIF"), "kind"),
        (picture(kind="BMP"), "kind"),
        (picture()[:-30], "broken"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "kind"),
        (png_header(30_000, 30_000), "pixels"),
        (png_header(4_000, 4_000), "pixels"),
        (b"\xff" * 5_000_001, "bytes"),
    ],
)
def test_the_rest_is_refused(data, code):
    with pytest.raises(BadPicture) as caught:
        pictures.logo(data)
    assert caught.value.code == code
