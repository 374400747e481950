"""The frame of every paper: A4, ruler along the top, heads, the firm's footer, and the cursor that fills the pages."""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from documents import faces
from documents.sheet import (
    BODY,
    HEIGHT,
    INK,
    MM,
    NOTE_STRONG,
    QUIET,
    SOFT,
    WIDTH,
    About,
    Sheet,
    Style,
)
from documents.text import Line, height, wrap
from domain.phones import spoken
from languages import gettext as _

LEFT, RIGHT = 20 * MM, WIDTH - 18 * MM
TOP = 15 * MM
SPAN = RIGHT - LEFT
# Two columns, as the address window and the data list stand in them.
GAP = 10 * MM
HALF = (SPAN - GAP) / 2
SECOND = LEFT + HALF + GAP

_FOOT = Style(faces.REGULAR, 8, 11, SOFT)
_FOOT_STRONG = Style(faces.BOLD, 8, 11)

NAME = Style(faces.BOLD, 22, 22)
FIRM = Style(faces.BOLD, 14, 15.4)
HEADING = Style(faces.BOLD, 12, 16.5)
DATA = Style(faces.MEDIUM, 9.5, 12.8)
DATA_QUIET = Style(faces.REGULAR, 9.5, 12.8, SOFT)

LOGO_HEIGHT = 16 * MM
_LOGO_WIDTH = 50 * MM
_LOGO_DOTS = 400  # per inch: enough for any printer, and keeps a photo used as logo from filling the mail


class _Column(NamedTuple):
    """One column of the footer: its lines, and how wide the widest is."""

    lines: list[Line]
    width: float


class Paper:
    """A document under way: `y` is where the next thing goes, `finish` gives the bytes.

    `firm` is the firm of the content ("CONTENT" in `quote.py`), `label` stands in the head of all pages but the first.
    `before` counts pages that lie before this file's first one when it is added to another, `note` stands in each foot.
    """

    def __init__(self, about: About, firm: Mapping[str, Any], label: str, *, before: int = 0, note: str = "") -> None:
        self.sheet = Sheet(about)
        self.firm = firm
        self.y = TOP
        self._label = label
        self._before = before
        self._note = note
        columns = _footer_columns(firm, note, _("Sida %(n)s av %(total)s", n=100, total=100))
        self._foot_top = HEIGHT - 14 * MM - 3 * MM - max(height(column.lines) for column in columns)
        self.bottom = self._foot_top - 5 * MM
        self.new_page()

    def new_page(self, *, head: bool = True) -> None:
        """Begin a page: ruler, and from the second on the running head, unless it opens with a head of its own."""
        self.sheet.begin_page()
        _ruler(self.sheet)
        self.y = TOP
        if head and self.sheet.page_count > 1:
            label = wrap(self._label, QUIET, HALF)[0]
            self.put(wrap(self.firm["name"], NOTE_STRONG, HALF)[0], LEFT)
            self.put(label, RIGHT, right=True)
            self.y += 9 * MM

    def need(self, points: float) -> bool:
        """Turn the page if less than this is left of it. True if it was turned."""
        if self.y + points <= self.bottom:
            return False
        self.new_page()
        return True

    def write(self, text: str, style: Style = BODY, *, x: float = LEFT, width: float = SPAN) -> None:
        """A text in lines, over pages where needed."""
        self.lines(wrap(text, style, width), x)

    def lines(self, lines: Sequence[Line], x: float = LEFT) -> None:
        """Lines that are already broken. Of a text between blank ones, no first or last line stands alone on a page."""
        first = 0
        for index, line in enumerate(lines):
            if not line.text:
                first = index + 1
            self.need(height(_together(lines, index, begins=index == first)))
            self.put(line, x)
            self.y += line.style.leading

    def put(self, line: Line, x: float, *, down: float = 0, right: bool = False) -> None:
        """One line at the cursor (or `down` below it), which stays where it is."""
        if line.text:
            self.sheet.run(
                x,
                self.y + down + line.style.leading / 2 + 0.34 * line.style.size,
                line.face,
                line.text,
                line.style,
                right=right,
            )

    def say(self, text: str, style: Style, x: float, *, right: bool = False) -> None:
        """One unbroken line at the cursor, which stays where it is."""
        self.sheet.text(x, self._baseline(style), text, style, right=right)

    def rule(self, width: float, colour: str = INK, *, x: float = LEFT, to: float = RIGHT) -> None:
        """A line across at the cursor."""
        self.sheet.line(x, self.y, to, self.y, width, colour)

    def heading(self, text: str, *, after: float = 2 * MM) -> None:
        """A heading with room for three lines below it, and its bookmark."""
        self.need(HEADING.leading + 16 * MM)
        self.sheet.bookmark(self.y, text)
        self.write(text, HEADING)
        self.y += after

    def finish(self) -> bytes:
        """Footers with the number of pages, then the file."""
        total = self._before + self.sheet.page_count
        for index in range(self.sheet.page_count):
            self.sheet.turn_to(index)
            self._footer(_("Sida %(n)s av %(total)s", n=self._before + index + 1, total=total))
        return self.sheet.finish()

    def _footer(self, page: str) -> None:
        self.sheet.line(LEFT, self._foot_top, RIGHT, self._foot_top, 0.3 * MM)
        columns = _footer_columns(self.firm, self._note, page)
        gap = (SPAN - sum(column.width for column in columns)) / (len(columns) - 1)
        x = LEFT
        for column in columns:
            self.y = self._foot_top + 3 * MM
            for line in column.lines:
                self.put(line, x)
                self.y += line.style.leading
            x += column.width + gap

    def _baseline(self, style: Style) -> float:
        return self.y + style.leading / 2 + 0.34 * style.size


def _together(lines: Sequence[Line], index: int, *, begins: bool) -> list[Line]:
    """What must stand on one page with this line: the next of a text that begins here, the last with the one before."""
    left = list(itertools.takewhile(lambda line: line.text, lines[index : index + 4]))  # more ask for no more
    if begins:
        return left if len(left) == 3 else left[:2]
    return left if len(left) == 2 else list(lines[index : index + 1])


def _footer_columns(firm: Mapping[str, Any], note: str, page: str) -> list[_Column]:
    """Who the firm is (name, seat, address, contact, org.nr, VAT, F-skatt; ABL 28 kap. 5 §) and the page number."""
    approved = _("Godkänd för F-skatt")
    texts = [
        [
            firm["name"],
            firm["street"],
            f"{firm['postal_code']} {firm['city']}".strip(),
            _named(_("Säte"), firm["seat"]),
        ],
        [spoken(firm["phone"]), firm["email"], firm["website"]],
        [
            _named(_("Bankgiro"), firm["bankgiro"]),
            _named(_("Plusgiro"), firm["plusgiro"]),
            _named(_("Org.nr"), firm["orgnr"]),
            _named(_("Moms"), firm["vat_number"]),
        ],
        [approved if firm["f_skatt"] else "", note, page, _("Skapad med Handslag")],
    ]
    bold = {firm["name"], approved}
    shown = [[text for text in column if text] for column in texts]
    widest = [max((_foot_width(text, text in bold) for text in column), default=0.0) for column in shown]
    limit = _widest_column(widest)
    return [
        _Column(
            [line for text in column for line in wrap(text, _FOOT_STRONG if text in bold else _FOOT, limit)],
            min(width, limit),
        )
        for column, width in zip(shown, widest, strict=True)
    ]


def _foot_width(text: str, bold: bool) -> float:
    face, text = faces.shape(text, (_FOOT_STRONG if bold else _FOOT).weight)
    return face.width(text, _FOOT.size)


def _widest_column(widths: list[float]) -> float:
    """How wide a footer column may be, so that all fit beside each other: what the narrow ones leave, shared."""
    room = SPAN - (len(widths) - 1) * 5 * MM
    left = sorted(widths)
    while left and sum(left) > room:
        share = room / len(left)
        if left[0] > share:
            return share
        room -= left.pop(0)
    return SPAN


def _named(name: str, value: str) -> str:
    return f"{name} {value}" if value else ""


def opening(paper: Paper, name: str, rows: Sequence[tuple[str, str]], logo: bytes | None) -> None:
    """The head of a first page: logo and firm to the left, the document's name and its data list to the right."""
    paper.sheet.bookmark(0, name)
    low = _letterhead(paper, logo)
    paper.y = TOP
    paper.say(name, NAME, SECOND)
    paper.y += NAME.leading + 2.6 * MM
    data_list(paper, rows, SECOND, HALF)
    paper.y = max(paper.y, low)


def plain_opening(paper: Paper, name: str, rows: Sequence[tuple[str, str]]) -> None:
    """The head of a page that belongs to both parties: the name to the left, no logo."""
    paper.sheet.bookmark(0, name)
    paper.y = TOP
    paper.lines(wrap(name, NAME, HALF))
    low = paper.y
    paper.y = TOP
    data_list(paper, rows, SECOND, HALF)
    paper.y = max(paper.y, low)


def data_list(paper: Paper, rows: Sequence[tuple[str, str]], x: float, width: float) -> None:
    """Names and values in two columns; rows without value are left out."""
    shown = [(name, value) for name, value in rows if value]
    face = faces.familjen(DATA_QUIET.weight)
    indent = max((face.width(name, DATA_QUIET.size) for name, _ in shown), default=0) + 4 * MM
    for name, value in shown:
        paper.say(name, DATA_QUIET, x)
        for line in wrap(value, DATA, width - indent):
            paper.put(line, x + indent)
            paper.y += line.style.leading


def _letterhead(paper: Paper, logo: bytes | None) -> float:
    """Draw logo and firm name; answers how far down they reach."""
    x, top = LEFT, TOP
    if logo:
        image, wide, high = _logo(logo)
        paper.sheet.picture(x, top, wide, high, image)
        if wide > HALF / 2:
            top += high + 2 * MM
        else:
            x += wide + 4 * MM
    lines = wrap(paper.firm["name"], FIRM, LEFT + HALF - x)[:3]
    if x > LEFT:
        top += max(0, (LOGO_HEIGHT - height(lines)) / 2)
    paper.y = top
    for line in lines:
        paper.put(line, x)
        paper.y += line.style.leading
    return max(paper.y, TOP + (LOGO_HEIGHT if logo else 0))


def _logo(data: bytes) -> tuple[object, float, float]:
    """The logo for `Sheet.picture`, its width and height in points. Raises OSError if the bytes are no picture."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    with Image.open(io.BytesIO(data)) as opened:
        image = opened.convert("RGBA" if opened.has_transparency_data else "RGB")
    scale = min(LOGO_HEIGHT / image.height, _LOGO_WIDTH / image.width)
    wide, high = image.width * scale, image.height * scale
    image.thumbnail((round(wide / 72 * _LOGO_DOTS), round(high / 72 * _LOGO_DOTS)))
    return ImageReader(image), wide, high


def _ruler(sheet: Sheet) -> None:
    """Millimetre ticks as two dashed strokes, so that they cost nothing."""
    for tick, every, long in ((0.2, 1, 1.35), (0.35, 10, 3)):
        sheet.figure(
            0,
            long / 2 * MM,
            f"{INK} RG [{tick * MM:.3f} {(every - tick) * MM:.3f}] 0 d {long * MM:.3f} w 0 0 m {WIDTH:.2f} 0 l S",
        )
