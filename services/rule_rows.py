"""Rows that the operator adds to the product's rules of rot and rut, without a release: DATA_DIR/rules.json."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from config import Settings, SettingsError
from documents import work_types
from domain import rot_rut
from domain.rule_tables import Lack, Period, from_day, joined

NAME = "rules.json"
WORK_TYPES = work_types.WORDS  # the codes of work in words; on pages as on the papers


def load(settings: Settings) -> None:
    """Use the product's rows with the added ones. Raises SettingsError where the file cannot be read or used."""
    file = settings.DATA_DIR / NAME
    try:
        added = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        rot_rut.use(rot_rut.RULES)
        return
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from None
    try:
        rot_rut.use(joined(rot_rut.RULES, added))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(f"{file} has a row that cannot be used: {type(error).__name__}: {error}") from None


def lacks(today: date) -> tuple[Lack, ...]:
    """What this year's and the next year's tables lack."""
    return rot_rut.tables().lacks((today.year, today.year + 1))


def in_words(today: date) -> Iterator[str]:
    """The rows that count, those that begin later, and what is missing: a line each, for a terminal."""
    tables = rot_rut.tables()
    yield f"Checked against the sources on {tables.as_of}. The day of payment decides which row counts."
    for kind, rows in tables.rates.items():
        yield from _said(f"{kind} rate", rows, today, lambda rate: f"{rate} %")
    yield from _said("caps", tables.caps, today, _caps_in_words)
    for code, rows in tables.schablons.items():
        yield from _said(f"labour in {code}", rows, today, lambda share: f"{share.percent} %")
    for code, rows in tables.green.items():
        yield from _said(f"green {code}", rows, today, lambda rate: f"{rate} %")
    yield from _said("green cap", tables.green_caps, today, lambda kronor: f"{kronor} kr")
    yield from _said("deadline", tables.deadlines, today, lambda rule: f"{rule.month:02}-{rule.day:02} next year")
    for kind, work in tables.work_types.items():
        for row in work:
            if row.last >= today:
                yield _line(f"{kind} work", row.value.element, row, today)
    for lack in lacks(today):
        yield f"{lack.year} {lack.table}: " + ("NO ROW" if lack.is_missing else "only likely")


def _caps_in_words(limit: Any) -> str:
    joint = "no joint cap" if limit.combined_kr is None else f"together {limit.combined_kr}"
    return f"rot {limit.rot_kr}, rut {limit.rut_kr}, {joint} kr"


def _said(name: str, rows: Any, today: date, say: Any) -> Iterator[str]:
    for row in from_day(rows, today):
        yield _line(name, say(row.value), row, today)


def _line(name: str, value: str, row: Period[Any], today: date) -> str:
    sure = row.confidence + (f" until {row.certain_until}" if row.certain_until else "")
    begins = f"from {row.first}; " if row.first > today else ""
    return f"{name}: {value} ({begins}{sure}; {row.source})"
