"""JSON Schemas (draft 2020-12) of the lines of data/<table>.jsonl, drawn from the columns and the privacy register."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Date, Integer, String
from sqlalchemy.types import TypeEngine

from services.exporting import rows
from services.exporting.ranks import references
from services.privacy.register import Table
from tables.columns import UtcDateTime

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_AMONG = re.compile(r"(?:(\w+) IS NULL OR )?(\w+) IN \(([^()]*)\)")
_BETWEEN = re.compile(r"(\w+) BETWEEN (-?\d+) AND (-?\d+)")
Schema = dict[str, Any]


def schema(table: Table) -> Schema:
    """Every line has every property. `x-refers-to`: the number is the rank of a row in that table's file."""
    bounds = _bounds(table)
    properties = {name: _property(table, name, kind) | bounds.get(name, {}) for name, kind in rows.columns(table)}
    for name in properties:
        if _is_nullable(table, name):
            properties[name] = _or_null(properties[name])
    return {
        "$schema": DRAFT,
        "title": table.name,
        "description": f"{table.purpose}. Whose it is: {table.whose}.",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _property(table: Table, name: str, kind: TypeEngine[Any]) -> Schema:
    if name == "id":
        return {"type": "integer", "minimum": 1, "description": "the rank of the row: its line in the file"}
    if other := references(table.name).get(name):
        return {"type": "integer", "minimum": 1, "x-refers-to": other}
    found = _type(kind)
    if any(column.name == name and column.kind == "personal" for column in table.columns):
        found["x-personal"] = True
    return found


def _type(kind: TypeEngine[Any]) -> Schema:
    if isinstance(kind, Boolean):
        return {"type": "boolean"}
    if isinstance(kind, Integer):
        return {"type": "integer"}
    if isinstance(kind, UtcDateTime):
        return {"type": "string", "format": "date-time"}
    if isinstance(kind, Date):
        return {"type": "string", "format": "date"}
    if isinstance(kind, String):
        return {"type": "string"} | ({"maxLength": kind.length} if kind.length else {})
    raise TypeError(f"no schema for {kind!r}")


def _is_nullable(table: Table, name: str) -> bool:
    """The value behind a commitment is null where it could not be read."""
    if table.name == "event_value" and name in rows.OPENED:
        return True
    # a letter without a firm is in no archive
    return bool(rows.sql_table(table).columns[name].nullable)


def _or_null(found: Schema) -> Schema:
    values = {"enum": [*found["enum"], None]} if "enum" in found else {}
    return found | {"type": [found["type"], "null"]} | values


def _bounds(table: Table) -> dict[str, Schema]:
    """What the simple CHECK constraints say."""
    found: dict[str, Schema] = {}
    for constraint in rows.sql_table(table).constraints:
        if not isinstance(constraint, CheckConstraint):
            continue
        text = str(constraint.sqltext)
        if among := _AMONG.fullmatch(text):
            found[among[2]] = {"enum": _values(among[3].split(","))}
        elif between := _BETWEEN.fullmatch(text):
            found[between[1]] = {"minimum": int(between[2]), "maximum": int(between[3])}
    return found


def _values(literals: Sequence[str]) -> list[str | int]:
    stripped = [literal.strip() for literal in literals]
    return [literal.strip("'") if literal.startswith("'") else int(literal) for literal in stripped]
