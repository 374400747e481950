"""Parts that several papers share: marks for the kind of a line, sum block, texts with a label, code to the web."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from documents import faces
from documents.format import installation_name, kr, kr_whole, percent
from documents.page import LEFT, RIGHT, SPAN, Paper
from documents.sheet import BODY, GREEN, INK, MM, NOTE, NOTE_STRONG, SOFT, STRONG, WHITE, Style
from documents.text import Line, height, wrap
from languages import gettext as _
from languages import lazy_gettext as _l

KINDS = {"labour": (_l("A"), _l("Arbete")), "material": (_l("M"), _l("Material")), "other": (_l("Ö"), _l("Övrigt"))}
WITH_VAT = {
    "labour": _l("Arbetskostnad inkl. moms"),
    "material": _l("Material inkl. moms"),
    "other": _l("Övriga kostnader inkl. moms"),
}
DEDUCTIONS = {"rot": _l("ROT-avdrag"), "rut": _l("RUT-avdrag"), "green": _l("Skatteavdrag grön teknik")}

_SIDE = 4.4 * MM
_EDGE = 0.3 * MM
_LETTER = Style(faces.BOLD, 7, 7)
_LETTER_WHITE = Style(faces.BOLD, 7, 7, WHITE)

SUMS_WIDTH = 78 * MM
_SUM = Style(faces.REGULAR, 10, 13.8, SOFT)
_SUM_VALUE = Style(faces.MEDIUM, 10, 13.8)
_SUM_SMALL = Style(faces.REGULAR, 8.5, 11.7, SOFT)
_SUM_GREEN = Style(faces.BOLD, 10, 13.8, GREEN)
_SUM_TOTAL = Style(faces.BOLD, 13, 18)

_BLANK_LINES = re.compile(r"\n[ \t\r]*\n\s*")
_LABEL_WIDTH = 36 * MM
LABELLED = LEFT + _LABEL_WIDTH + 4 * MM
LABELLED_WIDTH = SPAN - _LABEL_WIDTH - 4 * MM


CODE_SIDE = 20 * MM
CODE_GAP = 5 * MM


def _hatch() -> str:
    """Material, as in a section drawing: 45 degree lines in a box, with a white ground for the letter."""
    low, high = _EDGE / 2, _SIDE - _EDGE / 2
    lines = " ".join(
        f"{step:.2f} {-high:.2f} m {step + high:.2f} 0 l S" for step in [-high + n * 1.8 for n in range(1, 14)]
    )
    ground = f"1 g {_SIDE * 0.2:.2f} {-_SIDE * 0.8:.2f} {_SIDE * 0.6:.2f} {_SIDE * 0.6:.2f} re f"
    inside = f"{low:.2f} {-high:.2f} {high - low:.2f} {high - low:.2f} re"
    return f"q {inside} W n {INK} RG 0.55 w {lines} Q {ground} {INK} RG {_EDGE:.2f} w {inside} S"


_HATCH = _hatch()
_FRAME = (
    f"{INK} RG {_EDGE:.2f} w {_EDGE / 2:.2f} {-(_SIDE - _EDGE / 2):.2f} {_SIDE - _EDGE:.2f} {_SIDE - _EDGE:.2f} re S"
)


class Sum(NamedTuple):
    """One row of a sum block. `look` is plain, small, green or total."""

    name: str
    value: str
    look: str = "plain"


_LOOKS = {
    "plain": (_SUM, _SUM_VALUE, 0.9 * MM),
    "small": (_SUM_SMALL, _SUM_SMALL, 0.5 * MM),
    "green": (_SUM_GREEN, _SUM_GREEN, 1.1 * MM),
    "total": (_SUM_TOTAL, _SUM_TOTAL, 1.6 * MM),
}


def kind_mark(paper: Paper, kind: str, x: float, y: float) -> None:
    """Labour solid, material hatched, other open: readable in grey and without colour."""
    letter = str(KINDS[kind][0])
    sheet = paper.sheet
    if kind == "labour":
        sheet.box(x, y, _SIDE, _SIDE)
    else:
        sheet.figure(x, y, _HATCH if kind == "material" else _FRAME)
    style = _LETTER_WHITE if kind == "labour" else _LETTER
    wide = faces.familjen(style.weight).width(letter, style.size)
    sheet.text(x + (_SIDE - wide) / 2, y + _SIDE / 2 + 0.35 * style.size, letter, style)


def kind_legend(paper: Paper, kinds: Sequence[str], x: float) -> None:
    """What the marks mean, in one row at the cursor."""
    for kind in kinds:
        kind_mark(paper, kind, x, paper.y)
        word = str(KINDS[kind][1])
        paper.sheet.text(x + _SIDE + 1.2 * MM, paper.y + _SIDE / 2 + 0.34 * NOTE.size, word, NOTE)
        x += _SIDE + 4.4 * MM + faces.familjen(NOTE.weight).width(word, NOTE.size)
    paper.y += _SIDE


def sum_rows(totals: Mapping[str, Any], basis: str, pays: str, discount_bp: int = 0) -> list[Sum]:
    """The sum block of a quote or an agreement from `totals` (domain.quotes.Totals as a dict).

    `pays` names who pays when there is a deduction (`Du betalar`). With basis incl the VAT stands inside the price,
    else it is added below the net sum, or said to be the buyer's to account for. `discount_bp`: on the whole, taken
    from all that follows. With a deduction, labour stands apart from the rest with VAT, as Skatteverket asks.
    """
    rows = []
    if whole_ore := totals.get("whole_discount_ore", 0):
        stated_ore = totals["gross_ore" if basis == "incl" else "net_ore"]
        rows = [
            Sum(_("Före rabatt"), kr(stated_ore + whole_ore)),
            Sum(_("Rabatt %(percent)s", percent=percent(discount_bp)), kr(-whole_ore)),
        ]
    with_vat = basis == "incl" and bool(totals["deductions"])
    words = WITH_VAT if with_vat else {kind: word for kind, (_, word) in KINDS.items()}
    rows += [Sum(str(words[kind]), kr(totals[f"{kind}_ore"])) for kind in KINDS if totals[f"{kind}_ore"]]
    vat = [group for group in totals["vat"] if group["rate_percent"] or len(totals["vat"]) > 1]
    deductions = [share for share in totals["deductions"] if share["amount_kr"]]
    several = len(vat) > 1
    if basis == "incl":
        total = Sum(_("Pris inkl. moms"), kr(totals["gross_ore"]), "plain" if deductions else "total")
        small = [
            Sum(
                _("varav moms %(rate)s %%", rate=group["rate_percent"]) + (_on(group) if several else ""),
                kr(group["vat_ore"]),
                "small",
            )
            for group in vat
        ]
        rows += [total, *small]
    elif totals.get("reverse_charge"):
        rows += [
            Sum(_("Pris exkl. moms"), kr(totals["net_ore"])),
            Sum(_("Moms, omvänd betalningsskyldighet"), kr(totals["vat_ore"])),
            Sum(pays, kr(totals["to_pay_ore"]), "total"),
        ]
    else:
        rows.append(Sum(_("Pris exkl. moms"), kr(totals["net_ore"])))
        rows += [
            Sum(
                _("Moms %(rate)s %%", rate=group["rate_percent"]) + (_on(group) if several else ""),
                kr(group["vat_ore"]),
            )
            for group in vat
        ]
        rows.append(Sum(_("Pris inkl. moms"), kr(totals["gross_ore"]), "plain" if deductions else "total"))
    rows += [
        Sum(
            _(
                "%(deduction)s %(rate)s %%, preliminärt",
                deduction=_deduction(share),
                rate=share["rate_percent"],
            ),
            kr_whole(-share["amount_kr"]),
            "green",
        )
        for share in deductions
    ]
    if deductions:
        rows.append(Sum(pays, kr(totals["to_pay_ore"]), "total"))
    return rows


def _deduction(share: Mapping[str, Any]) -> str:
    name = str(DEDUCTIONS[share["kind"]])
    return f"{name}, {installation_name(share['installation'])}" if "installation" in share else name


def _on(group: Mapping[str, Any]) -> str:
    return _(" på %(amount)s", amount=kr(group["net_ore"]))


def sums_height(rows: Sequence[Sum]) -> float:
    """Height of the block in points."""
    return sum(_sum_height(row) for row in rows)


def draw_sums(paper: Paper, rows: Sequence[Sum], *, x: float = RIGHT - SUMS_WIDTH) -> None:
    """Names to the left, amounts to the right; a rule over the total and a double one under its amount."""
    for row in rows:
        _, value, pad = _LOOKS[row.look]
        if row.look == "total":
            paper.y += 1.5 * MM
            paper.rule(0.5 * MM, x=x)
        paper.y += pad
        paper.say(row.value, value, RIGHT, right=True)
        for line in _sum_name(row):
            paper.put(line, x)
            paper.y += line.style.leading
        if row.look == "total":
            face = faces.familjen(value.weight)
            for _ in range(2):
                paper.rule(0.3 * MM, x=RIGHT - face.width(row.value, value.size))
                paper.y += 0.8 * MM
        paper.y += pad


def labelled(paper: Paper, label: str, paragraphs: Sequence[str], *, mark: bool = True) -> None:
    """A label to the left, its text to the right, over pages where needed."""
    lines: list[Line] = []
    for text in (part.strip() for whole in paragraphs for part in _BLANK_LINES.split(whole)):
        if lines:
            lines.append(Line(faces.familjen(NOTE.weight), "", NOTE._replace(leading=4)))
        lines += wrap(text, NOTE, LABELLED_WIDTH)
    names = wrap(label, NOTE_STRONG, _LABEL_WIDTH)
    paper.need(max(height(names), height(lines[:3])))
    if mark:
        paper.sheet.bookmark(paper.y, label)
    top = paper.y
    for name in names:
        paper.put(name, LEFT)
        paper.y += name.style.leading
    low, paper.y = paper.y, top
    page = paper.sheet.page_count
    paper.lines(lines, LABELLED)
    if paper.sheet.page_count == page:
        paper.y = max(paper.y, low)
    paper.y += 3.2 * MM


def code_height(title: str, text: str, width: float, side: float = CODE_SIDE) -> float:
    """Height of a code with its words, in points."""
    return max(side, height(_code_words(title, text, width - side - CODE_GAP)))


def web_code(
    paper: Paper, address: str, title: str, text: str, *, width: float = SPAN, side: float = CODE_SIDE
) -> None:
    """A QR code with a title and a line beside it. The address is a link in the file too. Turns the page by itself."""
    lines = _code_words(title, text, width - side - CODE_GAP)
    tall = max(side, height(lines))
    paper.need(tall)
    top = paper.y
    paper.sheet.code(LEFT, top, side, address)
    paper.y = top + max(0, (side - height(lines)) / 2)
    for line in lines:
        paper.put(line, LEFT + side + CODE_GAP)
        paper.y += line.style.leading
    paper.y = top + tall


def _code_words(title: str, text: str, width: float) -> list[Line]:
    return [*wrap(title, STRONG, width), *wrap(text, NOTE, width)]


def tick_box(paper: Paper, x: float, *, ticked: bool) -> None:
    """A box with or without a tick at the cursor: drawn, because the faces hold neither."""
    side = 3.2 * MM
    tick = f"{INK} RG 1.3 w 1 J 1.9 {-0.52 * side:.2f} m 3.7 {-0.74 * side:.2f} l 7.4 {-0.24 * side:.2f} l S"
    paper.sheet.figure(
        x,
        paper.y + (BODY.leading - side) / 2,
        f"{INK} RG 0.8 w 0 {-side:.2f} {side:.2f} {side:.2f} re S" + (f" {tick}" if ticked else ""),
    )


def _sum_name(row: Sum) -> list[Line]:
    name, value, _ = _LOOKS[row.look]
    taken = faces.familjen(value.weight).width(row.value, value.size)
    return wrap(row.name, name, SUMS_WIDTH - taken - 3 * MM)


def _sum_height(row: Sum) -> float:
    extra = (1.5 + 2 * 0.8) * MM if row.look == "total" else 0
    return height(_sum_name(row)) + 2 * _LOOKS[row.look][2] + extra
