"""Look into one uploaded PDF and draw its pages: bytes on standard input, on standard output a line of JSON for each
page followed by its picture, and a last line.

Run as a program of its own (services/uploads/drawing.py): what reads a stranger's file has little memory and time, no
arguments, no settings, no keys and no database, and takes nobody along when it falls. It imports nothing of ours.
Two readers must agree on the file: one walks all that can be reached in it, looking for what does something, the other
draws. What only one of them can read would not look the same everywhere.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

MEMORY_BYTES = 512 * 1024 * 1024  # of address space
CPU_SECONDS = 5  # for looking through it, and for each page
MOST_CPU_SECONDS = 90  # in all
MOST_PAGES = 100
MOST_POINTS = 14_400  # of a page's side: 200 inches, what the format allows (ISO 32000-1, annex C)
MOST_OBJECTS = 200_000
SCALE = 150 / 72  # 150 points an inch
SIDE = 1800  # most points of a picture's side
QUALITIES = (80, 68, 52, 36)
PAGE_BYTES = 450_000
ALL_BYTES = 40_000_000
ACTIONS = (
    *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/Rendition", "/Movie", "/Sound"),
    *("/SetOCGState", "/Hide"),  # the page is another once it is open: not the one that is drawn
)
SHOWN = (("/View", "/ViewState"), ("/Print", "/PrintState"))  # of a layer: on a screen, on paper
PRINT_ONLY = 4 | 32  # flags of an annotation that a screen does not show (ISO 32000-2, 12.5.3)
LAYERS = ("/RichMedia", "/3D", "/Screen", "/Movie", "/Sound")  # annotations that play something


class Refused(Exception):
    """The reason, a word of domain.uploads.Refusal."""


def main() -> None:
    _limit()
    data = sys.stdin.buffer.read()
    out = sys.stdout.buffer
    try:
        _allow(CPU_SECONDS)
        document = opened(data)
        examine(data)
        for page, picture in draw(document):
            out.write(json.dumps(page).encode() + b"\n" + picture)
        out.write(b'{"done": true}\n')
    except Refused as refused:
        out.write(json.dumps({"refused": str(refused)}).encode() + b"\n")
    except (MemoryError, RecursionError):
        out.write(b'{"refused": "heavy"}\n')


def opened(data: bytes) -> Any:
    """The file as the drawing reader has it: not too many pages. Raises Refused."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
        if document.get_formtype() in (pypdfium2.raw.FORMTYPE_XFA_FULL, pypdfium2.raw.FORMTYPE_XFA_FOREGROUND):
            raise Refused("form")
        document.init_forms()  # else the boxes of signatures and filled-in fields stay blank
        count = len(document)
    except pypdfium2.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD
        raise Refused("locked" if is_locked else "broken") from None
    if not count:
        raise Refused("broken")
    if count > MOST_PAGES:
        raise Refused("pages")
    return document


def examine(data: bytes) -> None:
    """Raise Refused if anything in the file does something, hides something, or cannot be read."""
    from pyhanko.pdf_utils import generic, misc
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        reader = PdfFileReader(BytesIO(data), strict=False)
        if reader.encrypted:
            raise Refused("locked")
        _walk(reader, generic)
    except Refused:
        raise
    except (MemoryError, RecursionError):
        raise
    except misc.PdfReadError:
        raise Refused("broken") from None
    except Exception:  # a reader of strangers' files falls in more ways than it tells of
        raise Refused("broken") from None


def _walk(reader: Any, generic: Any) -> None:
    """All that can be reached from the file's root, each object once."""
    known: set[tuple[int, int]] = set()
    waiting: list[Any] = [reader.trailer.raw_get("/Root")]
    count = 0
    while waiting:
        thing = waiting.pop()
        count += 1
        if count > MOST_OBJECTS * 10:
            raise Refused("heavy")
        if isinstance(thing, generic.IndirectObject):
            place = (thing.idnum, thing.generation)
            if place in known:
                continue
            known.add(place)
            if len(known) > MOST_OBJECTS:
                raise Refused("heavy")
            waiting.append(reader.get_object(thing.reference, never_decrypt=True))
        elif isinstance(thing, generic.DictionaryObject):
            _judge(thing)
            waiting += [thing.raw_get(key) for key in thing]
        elif isinstance(thing, generic.ArrayObject):
            waiting += [thing.raw_get(place) for place in range(len(thing))]


def _judge(found: Any) -> None:
    """One dictionary of the file. Raises Refused."""
    if "/XFA" in found:
        raise Refused("form")
    if "/JS" in found or "/JavaScript" in found:
        raise Refused("active")
    kind, subtype = _entry(found, "/S"), _entry(found, "/Subtype")
    if kind in ACTIONS or subtype in LAYERS:
        raise Refused("active")
    if "/EmbeddedFiles" in found or "/EF" in found or subtype == "/FileAttachment" or "/AF" in found:
        raise Refused("attached")
    on_screen, on_paper = (_entry(_entry(found, use), state) or "/ON" for use, state in SHOWN)
    flags = _entry(found, "/F")
    if on_screen != on_paper or (isinstance(flags, int) and flags & PRINT_ONLY == PRINT_ONLY):
        raise Refused("print")


def _entry(found: Any, name: str) -> Any:
    """What stands under a name of a dictionary, also where that is an object of its own; None for nothing."""
    return found[name] if isinstance(found, dict) and name in found else None


def draw(document: Any) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Number, width and height of each page, with the length of its picture; and that, a JPEG. Raises Refused."""
    import pypdfium2

    total = 0
    for place in range(len(document)):
        _allow(CPU_SECONDS)
        try:
            picture = _picture(document[place])
        except pypdfium2.PdfiumError:
            raise Refused("broken") from None
        jpeg = _saved(picture)
        total += len(jpeg)
        if total > ALL_BYTES:
            raise Refused("heavy")
        yield {"n": place + 1, "width": picture.width, "height": picture.height, "bytes": len(jpeg)}, jpeg


def _picture(page: Any) -> Any:
    """A page as it is seen, comments and fields too, smaller the larger its paper is."""
    width, height = page.get_size()
    if not (0 < width <= MOST_POINTS and 0 < height <= MOST_POINTS):
        raise Refused("size")
    scale = min(SCALE, SIDE / max(width, height))
    picture = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    page.close()
    return picture


def _saved(picture: Any) -> bytes:
    """A JPEG of at most PAGE_BYTES, or the smallest there is."""
    data = b""
    for quality in QUALITIES:
        kept = BytesIO()
        picture.save(kept, "JPEG", quality=quality, optimize=True)
        data = kept.getvalue()
        if len(data) <= PAGE_BYTES:
            break
    return data


def _allow(seconds: int) -> None:
    """So many seconds of work from here on; then the system ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = min(int(used.ru_utime + used.ru_stime) + 1 + seconds, MOST_CPU_SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (until, MOST_CPU_SECONDS))


def _limit() -> None:
    with contextlib.suppress(OSError):  # on Linux: where the machine runs out of memory, this process goes first
        Path("/proc/self/oom_score_adj").write_text("1000")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, MOST_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
