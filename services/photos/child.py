"""Draw the pictures of one photo: bytes on standard input, a line of JSON and the pictures on standard output.

Run as a program of its own (services/photos/drawing.py): what decodes a stranger's file has little memory and time,
no arguments, no settings, no keys and no database, and takes nobody along when it falls. It imports nothing of ours.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

MEMORY_BYTES = 768 * 1024 * 1024  # of address space: 48 megapixels of HEIC take half of it in real memory
CPU_SECONDS = 40
MOST_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")


class Size(NamedTuple):
    """The longest side in points, the most bytes, JPEG qualities to try from the first on, and whether progressive."""

    side: int
    most_bytes: int
    qualities: tuple[int, ...]
    is_progressive: bool


LARGE = Size(1600, 700_000, (84, 76, 66), True)
PAPER = Size(900, 70_000, (78, 70, 60, 48), False)
THUMB = Size(320, 12_000, (78, 70, 60, 50, 38, 25), False)


def main() -> None:
    _limit()
    try:
        found, pictures = draw(sys.stdin.buffer.read())
    except Refused as refused:
        found, pictures = {"refused": str(refused)}, []
    except MemoryError:
        found, pictures = {"refused": "pixels"}, []
    sys.stdout.buffer.write(json.dumps(found).encode() + b"\n" + b"".join(pictures))


class Refused(Exception):
    """The reason, a word of domain.photos.Refusal."""


def draw(data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Width and height of the large picture and the lengths of all three; and the three. Raises Refused."""
    from PIL import Image, UnidentifiedImageError

    _register()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            large = _upright(image)
        pictures = [_saved(large, size) for size in (LARGE, PAPER, THUMB)]
    except UnidentifiedImageError:
        raise Refused("kind") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("pixels") from None
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError, OverflowError, IndexError, KeyError):
        raise Refused("broken") from None
    sizes = [len(picture) for picture in pictures]
    return {"width": large.width, "height": large.height, "sizes": sizes}, pictures


def _upright(image: Any) -> Any:
    """The photo as a new RGB picture of at most LARGE.side points, turned as the camera says, in the colours of sRGB.

    Nothing but points is taken over: no EXIF, place, XMP, comment or colour profile can follow.
    """
    from PIL import Image, ImageOps

    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):  # 16 bits
        image = image.point(lambda value: value / 256).convert("L") if image.mode == "I" else image.convert("L")
    elif image.mode not in ("L", "RGB", "RGBA", "CMYK"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    # a JPEG is decoded at a half, a quarter or an eighth where that is enough
    image.thumbnail((LARGE.side, LARGE.side), Image.Resampling.LANCZOS, reducing_gap=1.1)
    image = _in_srgb(ImageOps.exif_transpose(image), profile)
    clean = Image.new("RGB", image.size, "white")
    clean.paste(image.convert("RGB"), mask=image.getchannel("A") if image.mode == "RGBA" else None)
    return clean


def _in_srgb(image: Any, profile: bytes | None) -> Any:
    """Phones take photos in wider colours than a page without a profile is shown in."""
    from PIL import ImageCms

    if not profile or image.mode not in ("RGB", "CMYK"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):  # a bad profile: the colours as they stand
        return image


def _saved(picture: Any, size: Size) -> bytes:
    """A JPEG of at most so many points and bytes; smaller in points only where no quality is enough."""
    from PIL import Image

    side = size.side
    while True:
        small = picture.copy()
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        for quality in size.qualities:
            kept = BytesIO()
            small.save(kept, "JPEG", quality=quality, optimize=True, progressive=size.is_progressive)
            if kept.tell() <= size.most_bytes:
                return kept.getvalue()
        side = side * 3 // 4


def _register() -> None:
    """The readers of our formats and no others."""
    from PIL import JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401

    try:
        import pi_heif
    except ImportError:  # no build for this machine: a HEIC photo is then no picture we read
        return
    pi_heif.register_heif_opener(thumbnails=False)


def _limit() -> None:
    with contextlib.suppress(OSError):  # on Linux: where the machine runs out of memory, this process goes first
        Path("/proc/self/oom_score_adj").write_text("1000")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
