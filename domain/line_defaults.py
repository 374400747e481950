"""What a line is taken to be until somebody says otherwise: its kind by its unit, its deduction by the firm's trade."""

from __future__ import annotations

from domain.home_rules import HomeKind
from domain.quotes import LineKind
from domain.rot_rut import Deduction, work_types

HOUR = "tim"
_USUAL_ROT = "bygg"
_TRAVEL = ("km", "mil")  # mileage is no labour: inkomstskattelagen (1999:1229) 67 kap. 18 §


def kind_of(unit: str) -> LineKind | None:
    """What the unit says: hours are labour, distance is travel. None if it says nothing."""
    if unit == HOUR:
        return LineKind.LABOUR
    return LineKind.OTHER if unit in _TRAVEL else None


def usual_deduction(trade: str, home: str = "") -> tuple[str | None, str | None]:
    """(deduction, type of work) of labour for a private customer, by the firm's usual type: a cleaner's is rut.

    None of a rented home's labour is rot; `home` as domain/home_rules.py has it.
    """
    kind, code = _of_trade(trade)
    if kind is Deduction.ROT and home == HomeKind.RENTED:
        return None, None
    return kind.value, code


def usual_rot(trade: str) -> str:
    """The type where a file says rot and no more."""
    kind, code = _of_trade(trade)
    return code if kind is Deduction.ROT else _USUAL_ROT


def _of_trade(trade: str) -> tuple[Deduction, str]:
    for kind in Deduction:
        if any(row.code == trade for row in work_types(kind)):
            return kind, trade
    return Deduction.ROT, _USUAL_ROT
