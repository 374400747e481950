"""What the rows of a price list's file become beside the articles that are there. Reads and writes nothing."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from domain.quotes import LineKind
from exchange.articles_csv import Fault, Row, Sheet
from services.search import text_of

HOUR = "tim"
# what a file can say of an article, in the order in which changes are told
FIELDS = (
    "name", "unit", "unit_price_ore", "basis", "vat_percent", "kind", "deduction", "work_type", "purchase_price_ore",
)  # fmt: skip


class Stored(NamedTuple):
    """An article of the firm before the file comes in."""

    id: int
    n: int
    rev: int
    search_text: str
    archived_at: datetime | None
    name: str
    unit: str
    unit_price_ore: int
    basis: str
    vat_percent: int
    kind: str
    deduction: str | None
    work_type: str | None
    purchase_price_ore: int | None


class Planned(Struct, frozen=True):
    """What one row becomes: "new", "change" or "same". `values` are all FIELDS as they will be."""

    number: int
    outcome: str
    values: dict[str, Any]
    before: Stored | None = None

    @property
    def changed(self) -> list[str]:
        """The fields that change; `archived_at` for an article that comes back from the archive."""
        if self.before is None:
            return []
        fields = [field for field in FIELDS if self.values[field] != getattr(self.before, field)]
        return [*fields, "archived_at"] if self.before.archived_at else fields


class Plan(Struct, frozen=True):
    """What a file becomes, row by row, and what is wrong with the rows that are left out."""

    sheet: Sheet
    rows: list[Planned]
    faults: list[Fault]
    fingerprint: str

    def of(self, outcome: str) -> list[Planned]:
        return [row for row in self.rows if row.outcome == outcome]

    @property
    def faulty_rows(self) -> int:
        return len({fault.number for fault in self.faults})


def make(sheet: Sheet, stored: list[Stored], *, basis: str, work_type: str) -> Plan:
    """`stored`: the firm's articles, of one name the best first. `basis`: of prices where the file does not say.

    `work_type`: that of ROT where the file says no more than ROT.
    """
    by_name: defaultdict[str, list[Stored]] = defaultdict(list)
    for one in stored:
        by_name[one.search_text].append(one)
    planned: list[Planned] = []
    faults = list(sheet.faults)
    first: dict[str, int] = {}  # name -> the row that has it
    for row in sheet.rows:
        name = text_of(row.name)
        row = replace(row, values={"basis": basis, **row.values})
        made = _twin(row, by_name[name], work_type) or _planned(row, by_name[name], work_type)
        if name in first and made.outcome != "same":
            faults.append(Fault(row.number, "twice", "name", row.name, other=first[name]))
            continue
        if made.before is not None:
            by_name[name].remove(made.before)
        first.setdefault(name, row.number)
        planned.append(made)
    return Plan(sheet, planned, sorted(faults, key=lambda fault: fault.number), _fingerprint(planned))


def _twin(row: Row, candidates: list[Stored], work_type: str) -> Planned | None:
    """The row as an article that is just so already: a list may hold one name twice."""
    for before in candidates if len(candidates) > 1 else ():
        made = _planned(row, [before], work_type)
        if made.outcome == "same":
            return made
    return None


def _planned(row: Row, candidates: list[Stored], work_type: str) -> Planned:
    before = candidates[0] if candidates else None
    said = {"name": row.name, **row.values}
    if before is None:
        is_labour = said.get("kind", LineKind.LABOUR if said.get("unit") == HOUR else None) == LineKind.LABOUR
        usual = {
            "kind": (LineKind.LABOUR if is_labour else LineKind.MATERIAL).value,
            "unit": HOUR if is_labour else "st",
            "vat_percent": 25,
        }
        values = {field: said.get(field, usual.get(field)) for field in FIELDS}
    else:
        values = {field: said.get(field, getattr(before, field)) for field in FIELDS}
    if values["kind"] != LineKind.LABOUR:  # only labour gives a deduction
        values["deduction"] = values["work_type"] = None
    elif values["deduction"] and not values["work_type"]:  # ROT and no more: as before, else the firm's own trade
        values["work_type"] = (before.work_type if before and before.deduction else None) or work_type
    made = Planned(row.number, "new", values, before)
    return made if before is None else replace(made, outcome="change" if made.changed else "same")


def _fingerprint(planned: list[Planned]) -> str:
    told = [
        (row.number, row.outcome, row.before and (row.before.id, row.before.rev), list(row.values.values()))
        for row in planned
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]
