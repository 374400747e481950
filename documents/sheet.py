"""Pages as drawing operators: text, lines, areas, pictures. Lengths are points; y counts downwards from the top edge.

Operators are written straight into the canvas' pages. Platypus and `drawString` cost several times as much.
"""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import languages
from documents import faces, qr

MM = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM

# Colours as PDF operands (red, green, blue).
_LOCALES = {languages.SWEDISH: "sv-SE", languages.ENGLISH: "en-GB"}
INK = "0.075 0.129 0.106"
SOFT = "0.243 0.306 0.275"
HAIR = "0.776 0.812 0.784"
GREEN = "0.047 0.357 0.247"
YELLOW = "1 0.831 0"
WHITE = "1 1 1"

# Saving reads glyphs out of faces that all threads share.
_SAVING = threading.Lock()


class About(NamedTuple):
    """What the file says of itself. `dated` comes from the content, never from the clock."""

    title: str
    author: str
    subject: str
    dated: datetime


class Style(NamedTuple):
    """How a run of text looks: weight, size and line height in points, colour."""

    weight: int
    size: float
    leading: float
    colour: str = INK


BODY = Style(faces.REGULAR, 10, 13.8)
STRONG = Style(faces.BOLD, 10, 13.8)
NOTE = Style(faces.REGULAR, 8.5, 11.7)
NOTE_STRONG = Style(faces.BOLD, 8.5, 11.7)
QUIET = Style(faces.REGULAR, 8.5, 11.7, SOFT)


@lru_cache(maxsize=8)
def _code(address: str) -> tuple[int, str]:
    """Side in modules and the drawing of a QR code. Each agreement has the one of the page where papers are checked."""
    modules, bars = qr.bars(address)
    # Rows overlap by a hair, or viewers show white seams between them.
    return modules, "\n".join(f"{bar.x} {-bar.y - 1} {bar.length} 1.02 re" for bar in bars)


class Sheet:
    """A stack of pages that becomes one PDF. `finish` may be called once."""

    def __init__(self, about: About) -> None:
        from reportlab.pdfgen.canvas import Canvas

        start: Any = faces.familjen(faces.REGULAR).name  # the stubs want a number here
        self._about = about
        self._file = io.BytesIO()
        # Any: the pages' operators and the document's date are parts that reportlab's stubs leave out.
        self._canvas: Any = Canvas(
            self._file,
            pagesize=(WIDTH, HEIGHT),
            invariant=1,
            pageCompression=1,
            initialFontName=start,  # else every file lists an unembedded Helvetica
            lang=_LOCALES[languages.code()],
        )
        self._pages: list[list[str]] = []
        self._extras: list[list[Callable[[], None]]] = []
        self._marks = 0
        self._font = self._fill = ""
        self._page: list[str] = []
        self._extra: list[Callable[[], None]] = []

    @property
    def page_count(self) -> int:
        """Pages begun so far."""
        return len(self._pages)

    def begin_page(self) -> None:
        """All drawing from now on lands on a new page."""
        self._pages.append([])
        self._extras.append([])
        self.turn_to(-1)

    def turn_to(self, index: int) -> None:
        """Draw on a page already begun (0 is the first): for what is known only at the end, as the number of pages."""
        self._page = self._pages[index]
        self._extra = self._extras[index]
        self._font = self._fill = ""

    def text(self, x: float, baseline: float, text: str, style: Style, *, right: bool = False) -> None:
        """One line of text from `x`, or ending at `x`."""
        face, text = faces.shape(text, style.weight)
        self.run(x, baseline, face, text, style, right=right)

    def run(self, x: float, baseline: float, face: faces.Face, text: str, style: Style, *, right: bool = False) -> None:
        """One line in a face that is already chosen (`faces.shape`)."""
        if right:
            x -= face.width(text, style.size)
        doc = self._canvas._doc
        out = self._page
        self._paint(style.colour)
        out.append(f"BT 1 0 0 1 {x:.2f} {HEIGHT - baseline:.2f} Tm")
        for subset, codes in face.font.splitString(text, doc):
            font = f"{face.font.getSubsetInternalName(subset, doc)} {style.size:g} Tf"
            if font != self._font:
                self._font = font
                out.append(font)
            out.append(f"<{codes.hex()}> Tj")
        out.append("ET")

    def line(self, x1: float, y1: float, x2: float, y2: float, width: float, colour: str = INK) -> None:
        """A straight line."""
        self._page.append(
            f"{colour} RG {width:.2f} w {x1:.2f} {HEIGHT - y1:.2f} m {x2:.2f} {HEIGHT - y2:.2f} l S",
        )

    def box(self, x: float, y: float, width: float, height: float, colour: str = INK) -> None:
        """A filled rectangle with its top left corner at x, y."""
        self._paint(colour)
        self._page.append(f"{x:.2f} {HEIGHT - y - height:.2f} {width:.2f} {height:.2f} re f")

    def shape(self, points: Iterable[tuple[float, float]], colour: str) -> None:
        """A filled polygon."""
        self._paint(colour)
        steps = [f"{x:.2f} {HEIGHT - y:.2f}" for x, y in points]
        self._page.append(f"{steps[0]} m {' l '.join(steps[1:])} l f")

    def figure(self, x: float, y: float, operators: str) -> None:
        """A small drawing in its own state, with the origin at x, y and y upwards."""
        self._page.append(f"q 1 0 0 1 {x:.2f} {HEIGHT - y:.2f} cm {operators} Q")

    def code(self, x: float, y: float, side: float, address: str) -> None:
        """A QR code with a link over it. Leave a quiet zone of four modules round it."""
        modules, cells = _code(address)
        unit = side / modules
        self.figure(x, y, f"{INK} rg {unit:.4f} 0 0 {unit:.4f} 0 0 cm {cells} f")
        self.link(x, y, side, side, address)

    def picture(self, x: float, y: float, width: float, height: float, image: object) -> None:
        """A picture (`ImageReader`) in a box with its top left corner at x, y."""
        canvas = self._canvas
        self._extra.append(
            lambda: canvas.drawImage(image, x, HEIGHT - y - height, width, height, mask="auto"),
        )

    def photo(self, x: float, y: float, width: float, height: float, jpeg: bytes) -> None:
        """A JPEG in a box with its top left corner at x, y. Its bytes go in as they are: nothing is decoded."""
        self._extra.append(lambda: self._put_photo(x, HEIGHT - y - height, width, height, jpeg))

    def _put_photo(self, x: float, y: float, width: float, height: float, jpeg: bytes) -> None:
        from reportlab.pdfbase.pdfdoc import PDFImageXObject

        canvas, document = self._canvas, self._canvas._doc
        name = hashlib.sha256(jpeg).hexdigest()[:32]
        known = document.getXObjectName(name)
        if known not in document.idToObject:
            image: Any = PDFImageXObject(name)
            if not image.loadImageFromJPEG(io.BytesIO(jpeg)):
                raise OSError("no JPEG")
            image.streamContent, image._filters = jpeg, ("DCTDecode",)  # the library would write it as text
            canvas._setXObjects(image)
            document.Reference(image, known)
            document.addForm(name, image)
            document.updateSignature(name)
        canvas._code.append(f"q {width:.2f} 0 0 {height:.2f} {x:.2f} {y:.2f} cm /{known} Do Q")
        canvas._formsinuse.append(name)
        canvas._currentPageHasImages = 1

    def link(self, x: float, y: float, width: float, height: float, address: str) -> None:
        """Make an area lead to a web address."""
        rect = (x, HEIGHT - y - height, x + width, HEIGHT - y)
        canvas = self._canvas
        self._extra.append(lambda: canvas.linkURL(address, rect, relative=0, thickness=0))

    def bookmark(self, y: float, title: str) -> None:
        """An entry in the reader's list of contents, leading to this height of the page."""
        self._marks += 1
        key = f"m{self._marks}"
        canvas = self._canvas
        top = HEIGHT - y

        def mark() -> None:
            canvas.bookmarkPage(key, fit="XYZ", left=0, top=top, zoom=0)
            canvas.addOutlineEntry(title, key, 0)

        self._extra.append(mark)

    def finish(self) -> bytes:
        """The whole file. Same drawing, same bytes."""
        canvas = self._canvas
        self._describe()
        with _SAVING:
            for operators, extras in zip(self._pages, self._extras, strict=True):
                code = "\n".join(operators)
                # The file's id is drawn from what is on the pages too, not only from its title.
                canvas._doc.updateSignature(code)
                canvas._code.append(code)
                for extra in extras:
                    extra()
                canvas.showPage()
            canvas.save()
        return self._file.getvalue()

    def _paint(self, colour: str) -> None:
        if colour != self._fill:
            self._fill = colour
            self._page.append(f"{colour} rg")

    def _describe(self) -> None:
        canvas, about = self._canvas, self._about
        canvas.setTitle(about.title)
        canvas.setAuthor(about.author)
        canvas.setSubject(about.subject)
        canvas.setCreator("Handslag")
        canvas.setKeywords("")
        canvas.setViewerPreference("DisplayDocTitle", "true")
        # `invariant` would date every file 2000-01-01.
        at = about.dated.astimezone(UTC)
        stamp = canvas._doc._timeStamp
        stamp.t = at.timestamp()
        stamp.lt = at.timetuple()
        stamp.YMDhms = tuple(stamp.lt)[:6]
