"""The tables that quotes are computed by, for the operator: what counts, from where, how sure, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from flask import render_template
from msgspec import Struct

from blueprints.ops import bp
from blueprints.ops.guard import operator
from blueprints.shared.filters import kr, pct
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from blueprints.shared.words import WORK_TYPES
from domain import rot_rut
from domain.clock import stockholm_date
from domain.rule_tables import Caps, NoRuleForDate, Period, Schablon, Tables, find, from_day
from services import rule_rows
from services.clock import utc_now

SCHABLONS = {
    "varmepump_berg_jord_sjo": _l("Berg-, jord- och sjövärme"),
    "luft_vatten_luft_luft_franluft": _l("Luftvärmepump och frånluft"),
    "brunnsborrning_entreprenad": _l("Borrning som egen entreprenad"),
    "vedpanna": _l("Vedpanna"),
    "gas_olje_el_pelletspanna": _l("Gas-, olje-, el- och pelletspanna"),
}
GREEN = {"solceller": _l("Solceller"), "lagring": _l("Lagring av el"), "laddningspunkt": _l("Laddningspunkt")}
TABLES = {
    "rot": _l("Procenten för ROT"),
    "rut": _l("Procenten för RUT"),
    "caps": _l("Taken"),
    "deadline": _l("Sista dagen för begäran"),
    **{f"green {code}": word for code, word in GREEN.items()},
}
CONFIDENCE = {"certain": _l("Säker uppgift"), "likely": _l("Trolig uppgift"), "uncertain": _l("Osäker uppgift")}


class Row(Struct, frozen=True):
    """What one row of a table says, in words."""

    label: Any
    value: Any
    row: Period[Any]


@bp.get("/drift/regler")
@operator
def rules() -> str:
    today = stockholm_date(utc_now())
    tables = rot_rut.tables()
    lacks = rule_rows.lacks(today)
    return render_template(
        "ops/rules.html",
        today=today,
        tables=tables,
        missing=[lack for lack in lacks if lack.is_missing],
        unsure=[lack for lack in lacks if not lack.is_missing],
        words=TABLES,
        confidence=CONFIDENCE,
        groups=[(heading, list(rows)) for heading, rows in _groups(tables, today)],
        deadlines=list(_deadlines(tables, today)),
        work=[(kind.upper(), _work(tables, kind, today)) for kind in tables.work_types],
        work_words=WORK_TYPES,
    )


def _groups(tables: Tables, today: date) -> Iterator[tuple[Any, Iterable[Row]]]:
    rates = ((kind.upper(), rows) for kind, rows in tables.rates.items())
    yield _("Procent av arbetskostnaden"), _rows(rates, today, _percent)
    most = [*_rows([(_("ROT och RUT"), tables.caps)], today, _caps)]
    most += _rows([(_("Grön teknik"), tables.green_caps)], today, lambda kronor: kr(100 * kronor))
    yield _("Högst per person och år"), most
    shares = ((SCHABLONS.get(code) or WORK_TYPES.get(code, code), rows) for code, rows in tables.schablons.items())
    yield _("Arbetets del av ett fast pris"), _rows(shares, today, _schablon)
    if tables.green:
        green = ((GREEN.get(code, code), rows) for code, rows in tables.green.items())
        yield _("Grön teknik, procent av arbete och material"), _rows(green, today, _percent)


def _deadlines(tables: Tables, today: date) -> Iterator[tuple[int, date, Period[Any]]]:
    """Of what is paid this year and the next: year, last day, and the row that says so."""
    for year in (today.year, today.year + 1):
        paid_on = date(year, 12, 31)
        with suppress(NoRuleForDate):
            yield year, rot_rut.request_deadline(paid_on), find(tables.deadlines, paid_on, "deadline")


def _rows(found: Any, today: date, say: Callable[[Any], Any]) -> Iterator[Row]:
    for label, periods in found:
        for period in from_day(periods, today):
            yield Row(label, say(period.value), period)


def _percent(rate: int) -> str:
    return pct(100 * rate)


def _schablon(share: Schablon) -> str:
    return pct(100 * share.percent)


def _caps(limit: Caps) -> str:
    own = {"rot": kr(100 * limit.rot_kr), "rut": kr(100 * limit.rut_kr)}
    if limit.combined_kr is None:
        return _("ROT %(rot)s, RUT %(rut)s", **own)
    return _("ROT %(rot)s, RUT %(rut)s, tillsammans %(both)s", both=kr(100 * limit.combined_kr), **own)


def _work(tables: Tables, kind: str, today: date) -> Sequence[Period[Any]]:
    return [row for row in tables.work_types[kind] if row.last >= today]
