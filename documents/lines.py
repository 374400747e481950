"""The lines of a quote as tables, by how much of the price each section shows.

`content` is a frozen content, see quote.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import languages
from documents import faces, units
from documents.format import GREEN, deduction_name, kr, kronor, percent, quantity
from documents.page import SPAN, Paper
from documents.parts import kind_mark
from documents.price import quantity_limits
from documents.sheet import BODY, MM, NOTE, QUIET
from documents.table import BETWEEN, Cell, Column, Table
from domain.quotes import less
from languages import gettext as _
from languages import lazy_gettext as _l

Content = Mapping[str, Any]
Row = Mapping[str, Any]

_MARK_WIDTH = 4.6 * MM
CHOICES = {"one": _l("Välj högst en"), "must": _l("Välj en")}


class Apart(NamedTuple):
    """`sets_apart`."""

    usual_rate: int
    several_rates: bool
    name_deduction: bool


def priced(content: Content) -> Iterator[Row]:
    """All lines but the words between them."""
    return (line for section in content["sections"] for line in section["lines"] if not line["is_text"])


def options(content: Content) -> Iterator[Row]:
    """The optional lines of a quote, in order."""
    return (line for section in content["sections"] for line in section["lines"] if line["is_option"])


def offers(content: Content) -> bool:
    """Whether the customer has anything to choose."""
    return any(line["is_option"] or line["quantity_max_milli"] is not None for line in priced(content))


def sets_apart(content: Content) -> Apart:
    """What must be said line by line because the lines differ in it: a VAT rate other than the usual, a deduction.

    Where the buyer accounts for the VAT, no line has a rate.
    """
    lines = list(priced(content))
    rates = Counter(line["vat_percent"] for line in lines)
    return Apart(
        usual_rate=max(rates, key=lambda rate: (rates[rate], rate), default=0),
        several_rates=len(rates) > 1 and not content["reverse_charge"],
        name_deduction=len({line["deduction"] for line in lines if line["kind"] == "labour"}) > 1,
    )


def _is_named(line: Row, apart: Apart) -> bool:
    """Grön teknik always is: it counts for material too, so a reader cannot tell by the kind of the line."""
    return bool(line["deduction"]) and (apart.name_deduction or line["deduction"] == GREEN)


def columns(lines: Sequence[Row], sums_ore: Iterable[int] = ()) -> list[Column]:
    """The columns of a table of lines: as wide as their figures need, and the description gets the rest.

    `sums_ore`: sums of sections that stand above lines without prices.
    """
    face = faces.familjen(BODY.weight)

    def widest(values: Iterator[str], least: float, most: float) -> float:
        return min(max([least, *(face.width(value, BODY.size) + 0.5 for value in set(values))]), most)

    ore = face.width(f"{languages.at_hand().decimal}00", BODY.size)
    amounts = [*(line["total_ore"] for line in lines), *sums_ore]
    amount = widest((kronor(each) for each in amounts), 20 * MM, 40 * MM)
    price = widest((kronor(line["unit_price_ore"]) for line in lines), 17 * MM, 34 * MM)
    count = widest((_count(line) for line in lines if _plain(units.said(line["unit"]))), 18 * MM, 34 * MM)
    text = SPAN - _MARK_WIDTH - amount - price - count - 4 * BETWEEN + 1.4 * MM
    return [
        Column("", _MARK_WIDTH - 1.4 * MM),
        Column(_("Beskrivning"), text),
        Column(_("Antal"), count, right=True),
        Column(
            _("À-pris") if lines else "",
            price,
            right=True,
            hang=ore if any(line["unit_price_ore"] % 100 for line in lines) else 0,
        ),
        Column(_("Summa kr"), amount, right=True, hang=ore if any(each % 100 for each in amounts) else 0),
    ]


def line_row(
    table: Table, line: Row, apart: Apart, *, with_price: bool = True, discounts_bp: Sequence[int] = ()
) -> None:
    """One line: mark, description with note, discount and what else sets it apart, figures.

    `discounts_bp`: on the section and the whole, for a line that stands apart from the sum they are taken from.
    """
    less_ore = less(line["total_ore"], *discounts_bp)
    least, most = line["quantity_min_milli"], line["quantity_max_milli"]
    remarks = [
        _("Rekommenderas") if line["is_recommended"] else "",
        _("Rabatt %(percent)s", percent=percent(line["discount_bp"])) if line["discount_bp"] and with_price else "",
        _("Moms %(rate)s %%", rate=line["vat_percent"])
        if apart.several_rates and line["vat_percent"] != apart.usual_rate
        else "",
        _("Med %(kind)s-avdrag", kind=deduction_name(line["deduction"], within=True)) if _is_named(line, apart) else "",
        quantity_limits(quantity(least), quantity(most), line["unit"]) if most is not None else "",
        _("Efter rabatt %(amount)s", amount=kr(less_ore)) if less_ore != line["total_ore"] else "",
    ]
    words = [(line["text"], BODY)]
    words += [(text, QUIET) for text in (line["note"], " · ".join(part for part in remarks if part)) if text]
    prices = (kronor(line["unit_price_ore"]), kronor(line["total_ore"])) if with_price else ("", "")
    figures = (_count(line), *prices)
    table.row([[], words, *([(figure, BODY)] for figure in figures)], partial(_draw_mark, line["kind"]))


def draw_sections(paper: Paper, content: Content) -> None:
    """All sections without their options: with rows and prices, rows alone, or but the sum. Words stand in each."""
    shown = [section for section in content["sections"] if section["lines"] and not _is_all_options(section)]
    counted = [line for section in shown for line in section["lines"] if not line["is_option"]]
    if not counted:
        return
    full = [
        line
        for section in shown
        if section["price_mode"] == "rows"
        for line in section["lines"]
        if not line["is_option"] and not line["is_text"]
    ]
    sums_ore = [section["total_ore"] for section in shown if section["price_mode"] != "rows"]
    table, apart = Table(paper, columns(full, sums_ore)), sets_apart(content)
    for section in shown:
        _section(table, section, apart)


def draw_options(paper: Paper, content: Content) -> None:
    """What may be chosen besides, with its prices: first what is one of several, then what stands alone."""
    lines = list(options(content))
    if not lines:
        return
    one_of = [section for section in content["sections"] if section["choice"] and any(_options(section))]
    alone = [section for section in content["sections"] if not section["choice"] and any(_options(section))]
    paper.y += 5 * MM
    paper.need(46 * MM)
    title = _("Att välja, inte medräknat i priset") if one_of else _("Tillval, inte medräknade i priset")
    paper.heading(title, after=0)
    if content["discount_bp"]:
        discount = percent(content["discount_bp"])
        text = _("Rabatten på %(percent)s gäller här också. Priset efter rabatt står på varje rad.", percent=discount)
        paper.write(text, NOTE)
    table, apart = Table(paper, columns(lines)), sets_apart(content)
    for section in one_of:
        table.section(": ".join(text for text in (section["title"], str(CHOICES[section["choice"]])) if text), "")
        _options_of(table, section, apart, content["discount_bp"])
    if one_of and alone:
        table.section(_("Tillval"), "")
    for section in alone:
        _options_of(table, section, apart, content["discount_bp"])


def _section(table: Table, section: Row, apart: Apart) -> None:
    lines = [line for line in section["lines"] if not line["is_option"]]
    has_sum = any(not line["is_text"] for line in lines)
    mode = section["price_mode"]
    if section["title"] or mode != "rows":
        table.section(section["title"] or _("Arbete och material"), kronor(section["total_ore"]) if has_sum else "")
    for line in lines:
        if line["is_text"]:
            table.words(_words(line))
        elif mode != "sum" or line["quantity_max_milli"] is not None:
            line_row(table, line, apart, with_price=mode == "rows")
    remarks = []
    if section["discount_bp"] and has_sum:
        before = sum(line["total_ore"] for line in lines)
        remarks.append(
            _(
                "Rabatt %(percent)s, %(amount)s, är avdragen",
                percent=percent(section["discount_bp"]),
                amount=kr(before - section["total_ore"]),
            )
        )
    if section["labour_ore"] and (mode != "rows" or section["discount_bp"]):
        remarks.append(_("Varav arbete %(amount)s", amount=kr(section["labour_ore"])))
    if remarks:
        table.words([(". ".join(remarks) + ".", QUIET)])


def _options_of(table: Table, section: Row, apart: Apart, whole_bp: int) -> None:
    for line in section["lines"]:
        if line["is_option"]:
            line_row(table, line, apart, discounts_bp=(section["discount_bp"], whole_bp))
        elif line["is_text"] and _is_all_options(section):
            table.words(_words(line))
    if section["discount_bp"]:
        discount = percent(section["discount_bp"])
        table.words([(_("Rabatt %(percent)s är avdragen i priset efter rabatt.", percent=discount), QUIET)])


def _options(section: Row) -> Iterator[Row]:
    return (line for line in section["lines"] if line["is_option"])


def _is_all_options(section: Row) -> bool:
    lines = section["lines"]
    return any(line["is_option"] for line in lines) and all(line["is_option"] or line["is_text"] for line in lines)


def _words(line: Row) -> Cell:
    return [(line["text"], BODY), *([(line["note"], QUIET)] if line["note"] else [])]


def _draw_mark(kind: str, paper: Paper, x: float, y: float) -> None:
    kind_mark(paper, kind, x, y)


def _count(line: Row) -> str:
    unit = units.said(line["unit"])
    return f"{quantity(line['quantity_milli'])}\u00a0{unit}" if unit else quantity(line["quantity_milli"])


def _plain(unit: str) -> bool:
    return faces.familjen(BODY.weight).letters.issuperset(unit)
