"""Rows that would act by themselves or let somebody in: a firm that moves to another installation takes them stopped.

Where it comes from it may go on living, and would write to the same customers. An export counts such rows
(`under_way` in its manifest), an import changes them; every other row comes along as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, FromClause, and_

from services.quotes import drafting

Row = dict[str, Any]
MOVED = "moved"  # HeldSending.stopped
_NOW = object()
_SET = object()


class Stop(Struct, frozen=True):
    """A row is under way where each column of `when` has one of its values; then it gets those of `put`."""

    when: Mapping[str, tuple[object, ...] | object]
    put: Mapping[str, object]

    def where(self, table: FromClause) -> ColumnElement[bool]:
        """The rows under way, for a statement."""
        return and_(*(_among(table.c[name], values) for name, values in self.when.items()))

    def change(self, row: Row, now: datetime) -> Row:
        """The row as it comes to rest; the same object where it was at rest."""
        for name, values in self.when.items():
            is_among = row[name] is not None if values is _SET else row[name] in values  # type: ignore[operator]  # else a tuple
            if not is_among:
                return row
        return row | {name: now if value is _NOW else value for name, value in self.put.items()}


def _among(column: ColumnElement[Any], values: tuple[object, ...] | object) -> ColumnElement[bool]:
    if values is _SET:
        return column.is_not(None)
    return column.is_(None) if values == (None,) else column.in_(values)  # type: ignore[arg-type]  # a tuple by here


STOPS: dict[str, Stop] = {
    "firm": Stop(
        {"standing": ("suspended", "arriving")}, {"standing": "active", "standing_at": None, "standing_reason": ""}
    ),
    "login": Stop({"ended_at": (None,)}, {"ended_at": _NOW}),
    "user_token": Stop({"used_at": (None,), "revoked_at": (None,)}, {"revoked_at": _NOW}),
    "closing": Stop({"undone_at": (None,)}, {"undone_at": _NOW}),
    "article_import": Stop({"done_at": (None,)}, {"done_at": _NOW}),
    "quote": Stop({"hold": (drafting.HELD,)}, {"hold": drafting.STOPPED, "turn": "firm"}),
    "held_sending": Stop({"stopped": ("",)}, {"stopped": MOVED, "stopped_at": _NOW}),
    "reminding": Stop({"next_at": _SET}, {"next_at": None, "asked_at": None}),
    "applicant": Stop({"remind_at": _SET}, {"remind_at": None}),
    "letter": Stop({"state": ("queued",)}, {"state": "dropped", "done_at": _NOW, "lease_until": None}),
    "export": Stop({"state": ("queued", "running", "ready")}, {"state": "gone", "size_bytes": 0, "lease_until": None}),
}


def stopped(table: str, row: Row, now: datetime) -> Row:
    """The row as a firm that moves takes it along; the same object where it is at rest."""
    stop = STOPS.get(table)
    return stop.change(row, now) if stop else row
