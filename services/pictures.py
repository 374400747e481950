"""Pictures that come in: decoded and drawn anew, so that nothing of the sender's file is kept (no EXIF, no place)."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from services.errors import RuleBroken

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 5_000_000
MOST_PIXELS = 80_000_000  # of a JPEG, which is decoded smaller at once; Pillow itself warns from 89 million on
MOST_DECODED_PIXELS = 12_000_000  # 48 MB of memory
WIDEST, HIGHEST = 600, 400
DRAFT = (2 * WIDEST, 2 * HIGHEST)
JPEG_QUALITY = 88


class BadPicture(RuleBroken):
    """Refused. `code` is kind (no picture of ours), broken, bytes or pixels."""


def logo(data: bytes) -> tuple[bytes, str]:
    """A logo from the bytes someone sent: at most 600 x 400 points, and its media type. Raises BadPicture."""
    if len(data) > MOST_BYTES:
        raise BadPicture("bytes")
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            return _drawn(image)
    except UnidentifiedImageError:
        raise BadPicture("kind") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadPicture("pixels") from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError):
        raise BadPicture("broken") from None


def _drawn(image: Image.Image) -> tuple[bytes, str]:
    if image.width * image.height > MOST_PIXELS:
        raise BadPicture("pixels")
    image.draft("RGB", DRAFT)  # a JPEG is decoded at a half, a quarter or an eighth; others pay no heed
    if image.width * image.height > MOST_DECODED_PIXELS:
        raise BadPicture("pixels")
    is_photo = image.format == "JPEG"
    small = ImageOps.exif_transpose(image)
    has_alpha = small.has_transparency_data
    small = small.convert("RGBA" if has_alpha else "RGB")
    small.thumbnail((WIDEST, HIGHEST), Image.Resampling.LANCZOS)
    clean = Image.new(small.mode, small.size)
    clean.paste(small)
    kept = BytesIO()
    if is_photo:
        clean.save(kept, "JPEG", quality=JPEG_QUALITY, optimize=True)
        return kept.getvalue(), "image/jpeg"
    clean.save(kept, "PNG", optimize=True)
    return kept.getvalue(), "image/png"
