"""The quote (offert). Drawn from the frozen content, schema `handslag.quote/1`.

CONTENT, a dict as read from the canonical JSON; missing texts are "", missing dates None:
schema, lang, quote, number, version, dated_on, valid_until, paid_on, title, message, basis ("incl" | "excl"),
price_type, starts_on, finishes_on, terms, address (of the customer's page, without token),
firm {name, orgnr, f_skatt, vat_number, street, postal_code, city, seat, phone, email, website, bankgiro, plusgiro,
contact},
customer {kind, name, orgnr, contact, email, phone, street, postal_code, city}, site {street, postal_code, city},
sections [{key, title, total_ore, lines [{key, text, note, quantity_milli, unit, unit_price_ore, vat_percent, kind,
discount_bp, deduction, is_option, total_ore}]}], totals (domain.quotes.Totals as a dict, no options picked),
withdrawal {right, days, text_version}, deduction_terms {text_version}.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from documents import faces, texts
from documents.format import kr, kronor, percent, quantity
from documents.page import GAP, HALF, HEADING, LEFT, SECOND, SPAN, Paper, opening
from documents.parts import (
    KINDS,
    SUMS_WIDTH,
    code_height,
    draw_sums,
    kind_legend,
    kind_mark,
    labelled,
    sum_rows,
    sums_height,
    web_code,
)
from documents.sheet import BODY, MM, NOTE, QUIET, STRONG, About
from documents.table import BETWEEN, Column, Table
from documents.text import height, wrap
from domain.phones import spoken

Content = Mapping[str, Any]


class Apart(NamedTuple):
    """`sets_apart`."""

    usual_rate: int
    several_rates: bool
    name_deduction: bool


_MARK_WIDTH = 4.6 * MM
_ADDRESS_TOP = 46 * MM


def render(content: Content, logo: bytes | None = None) -> bytes:
    """The quote as PDF. `logo` is a PNG or JPEG as stored by the firm. Same content, same bytes.

    Raises KeyError for a field or text version that is not there, OSError for a logo that is no picture.
    """
    number = f"{content['number']}, version {content['version']}"
    about = About(
        title=f"Offert {number}" + (f": {content['title']}" if content["title"] else ""),
        author=content["firm"]["name"],
        subject=f"Offert till {content['customer']['name']}",
        dated=datetime.fromisoformat(content["dated_on"]).replace(tzinfo=UTC),
    )
    paper = Paper(about, content["firm"], f"Offert {number}")
    opening(paper, "Offert", _facts(content, number), logo)
    _addresses(paper, content)
    _introduction(paper, content)
    _lines(paper, content)
    _sums(paper, content)
    _options(paper, content)
    _conditions(paper, content)
    return paper.finish()


def options(content: Content) -> Iterator[Mapping[str, Any]]:
    """The optional lines of a quote, in order."""
    return (line for section in content["sections"] for line in section["lines"] if line["is_option"])


def line_columns(lines: Sequence[Mapping[str, Any]]) -> list[Column]:
    """The columns of a table of lines: as wide as their figures need, and the description gets the rest."""
    face = faces.familjen(BODY.weight)

    def widest(values: Iterator[str], least: float, most: float) -> float:
        return min(max([least, *(face.width(value, BODY.size) + 0.5 for value in set(values))]), most)

    ore = face.width(",00", BODY.size)
    amount = widest((_amount(line) for line in lines), 20 * MM, 40 * MM)
    price = widest((kronor(line["unit_price_ore"]) for line in lines), 17 * MM, 34 * MM)
    count = widest((_count(line) for line in lines if _plain(line["unit"])), 18 * MM, 34 * MM)
    text = SPAN - _MARK_WIDTH - amount - price - count - 4 * BETWEEN + 1.4 * MM
    return [
        Column("", _MARK_WIDTH - 1.4 * MM),
        Column("Beskrivning", text),
        Column("Antal", count, right=True),
        Column("À-pris", price, right=True, hang=ore if any(line["unit_price_ore"] % 100 for line in lines) else 0),
        Column("Summa kr", amount, right=True, hang=ore if any(line["total_ore"] % 100 for line in lines) else 0),
    ]


def line_row(table: Table, line: Mapping[str, Any], apart: Apart) -> None:
    """One line: mark, description with note, discount and what else sets it apart, figures."""
    remarks = [
        f"Rabatt {percent(line['discount_bp'])}" if line["discount_bp"] else "",
        f"Moms {line['vat_percent']} %" if line["vat_percent"] != apart.usual_rate else "",
        f"Med {line['deduction'].upper()}-avdrag" if apart.name_deduction and line["deduction"] else "",
    ]
    words = [(line["text"], BODY)]
    words += [(text, QUIET) for text in (line["note"], " · ".join(part for part in remarks if part)) if text]
    figures = (_count(line), kronor(line["unit_price_ore"]), _amount(line))
    table.row([[], words, *([(figure, BODY)] for figure in figures)], partial(_draw_mark, line["kind"]))


def sets_apart(content: Content) -> Apart:
    """What must be said line by line because the lines differ in it: a VAT rate other than the usual, a deduction."""
    lines = [line for section in content["sections"] for line in section["lines"]]
    rates = Counter(line["vat_percent"] for line in lines)
    return Apart(
        usual_rate=max(rates, key=lambda rate: (rates[rate], rate), default=0),
        several_rates=len(rates) > 1,
        name_deduction=len({line["deduction"] for line in lines if line["kind"] == "labour"}) > 1,
    )


def _facts(content: Content, number: str) -> list[tuple[str, str]]:
    firm = content["firm"]
    return [
        ("Nummer", number),
        ("Datum", content["dated_on"]),
        ("Gäller till", content["valid_until"] or ""),
        ("Vår kontakt", ", ".join(part for part in (firm["contact"], spoken(firm["phone"])) if part)),
    ]


def _addresses(paper: Paper, content: Content) -> None:
    """Work site to the left; the customer to the right, where a window envelope shows it."""
    customer, site = content["customer"], content["site"]
    paper.y = max(paper.y + 5 * MM, _ADDRESS_TOP)
    top = paper.y
    private = customer["kind"] == "private"
    to = [
        (customer["name"], STRONG),
        (f"Att. {customer['contact']}" if customer["contact"] else "", BODY),
        (customer["street"], BODY),
        (_town(customer), BODY),
        (f"Org.nr {customer['orgnr']}" if customer["orgnr"] and not private else "", BODY),
    ]
    place = [(site["street"], STRONG), (_town(site), BODY)]
    low = top
    for label, lines, x in (("Arbetsplats", place, LEFT), ("Till", to, SECOND)):
        paper.y = top
        shown = [(text, style) for text, style in lines if text]
        if not shown:
            continue
        paper.say(label, QUIET, x)
        paper.y += QUIET.leading
        for text, style in shown:
            paper.write(text, style, x=x, width=HALF)
        low = max(low, paper.y)
    paper.y = low + 6 * MM


def _introduction(paper: Paper, content: Content) -> None:
    dates = [
        f"Start {content['starts_on']}." if content["starts_on"] else "",
        f"Klart {content['finishes_on']}." if content["finishes_on"] else "",
    ]
    when = " ".join(part for part in dates if part)
    if content["title"]:
        paper.write(content["title"], HEADING)
        paper.y += 1 * MM
    if content["message"]:
        paper.write(content["message"], width=SPAN - 20 * MM)
        paper.y += 1.5 * MM
    if when:
        paper.write(when, NOTE)
        paper.y += 1.5 * MM
    if content["title"] or content["message"] or when:
        paper.y += 2 * MM


def _lines(paper: Paper, content: Content) -> None:
    counted = [line for section in content["sections"] for line in section["lines"] if not line["is_option"]]
    if not counted:
        return
    table = Table(paper, line_columns(counted))
    apart = sets_apart(content)
    for section in content["sections"]:
        lines = [line for line in section["lines"] if not line["is_option"]]
        if not lines:
            continue
        if section["title"]:
            table.section(section["title"], kronor(section["total_ore"]))
        for line in lines:
            line_row(table, line, apart)


def _sums(paper: Paper, content: Content) -> None:
    """The sum block to the right; to the left what the marks and prices mean, and the code to the web. Never broken."""
    rows = sum_rows(content["totals"], content["basis"], "Du betalar")
    used = [kind for kind in KINDS if any(line["kind"] == kind for s in content["sections"] for line in s["lines"])]
    width = SPAN - SUMS_WIDTH - GAP
    notes = [wrap(text, NOTE, width) for text in _price_notes(content)]
    code = ("Godkänn på webben", _invitation(content))
    tall = 6 * MM + sum(height(lines) + 2 * MM for lines in notes)
    if content["address"]:
        tall += 4 * MM + code_height(*code, width)
    paper.y += 5 * MM
    paper.need(max(sums_height(rows), tall))
    paper.sheet.bookmark(paper.y, "Pris")
    top = paper.y
    draw_sums(paper, rows)
    low, paper.y = paper.y, top + 1.1 * MM
    kind_legend(paper, used, LEFT)
    for lines in notes:
        paper.y += 2 * MM
        paper.lines(lines)
    if content["address"]:
        paper.y += 4 * MM
        web_code(paper, content["address"], *code, width=width)
    paper.y = max(paper.y, low)


def _price_notes(content: Content) -> list[str]:
    vat = "inklusive" if content["basis"] == "incl" else "exklusive"
    private = content["customer"]["kind"] == "private"
    price_type = texts.PRICE_TYPES[content["price_type"]]
    if content["price_type"] == "approximate" and private:
        price_type = f"{price_type} {texts.APPROXIMATE_CAP}"
    rates = sets_apart(content)
    usual = f" Moms {rates.usual_rate} % där inget annat står." if rates.several_rates else ""
    notes = [f"Alla priser på raderna är i kronor {vat} moms.{usual} {price_type}".strip()]
    if content["totals"]["deductions"]:
        notes.append("Avdraget är preliminärt. Säger Skatteverket nej betalar du den delen själv, se villkoren.")
    chosen = list(options(content))
    if chosen:
        notes.append(
            f"Tillval för {kr(content['totals']['options_ore'])} är inte medräknade. De står för sig här nedanför."
        )
    return notes


def _options(paper: Paper, content: Content) -> None:
    lines = list(options(content))
    if not lines:
        return
    paper.y += 5 * MM
    paper.need(46 * MM)
    paper.heading("Tillval, inte medräknade i priset", after=0)
    table, apart = Table(paper, line_columns(lines)), sets_apart(content)
    for line in lines:
        line_row(table, line, apart)


def _conditions(paper: Paper, content: Content) -> None:
    """What holds besides the price: the firm's terms, and what the law wants said."""
    blocks: list[tuple[str, list[str]]] = []
    totals = content["totals"]
    if totals["deductions"]:
        kinds = " och ".join(share["kind"].upper() for share in totals["deductions"])
        version = content["deduction_terms"]["text_version"]
        blocks.append((f"{kinds}-avdrag", texts.deduction(version, totals, content["paid_on"])))
    if content["terms"].strip():
        blocks.append(("Villkor", [content["terms"].strip()]))
    withdrawal = content["withdrawal"]
    if withdrawal["right"]:
        version = withdrawal["text_version"]
        blocks.append(("Ångerrätt", texts.withdrawal(version, content["firm"], withdrawal["days"])))
        blocks.append(("Fel och tvist", texts.consumer(version)))
    if not blocks:
        return
    paper.y += 8 * MM
    for label, paragraphs in blocks:
        labelled(paper, label, paragraphs)


def _invitation(content: Content) -> str:
    """Where the code leads. The address stands as text too, for those who cannot scan."""
    address = content["address"].removeprefix("https://").removeprefix("http://")
    choose = "väljer du tillval, " if any(options(content)) else ""
    return f"Skanna koden eller öppna\n{address}\nDär {choose}ställer du frågor och godkänner."


def _draw_mark(kind: str, paper: Paper, x: float, y: float) -> None:
    kind_mark(paper, kind, x, y)


def _count(line: Mapping[str, Any]) -> str:
    unit = line["unit"]
    return f"{quantity(line['quantity_milli'])}\u00a0{unit}" if unit else quantity(line["quantity_milli"])


def _amount(line: Mapping[str, Any]) -> str:
    return kronor(line["total_ore"])


def _plain(unit: str) -> bool:
    return faces.familjen(BODY.weight).letters.issuperset(unit)


def _town(place: Mapping[str, Any]) -> str:
    return f"{place['postal_code']} {place['city']}".strip()
