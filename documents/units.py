"""Units of quantities: kept as the Swedish word that the firm chose, said in the language at hand."""

from __future__ import annotations

from documents.format import quantity
from languages import lazy_gettext as _l

WORDS = {
    "tim": _l("tim"),
    "st": _l("st"),
    "lm": _l("lm"),
    "paket": _l("paket"),
    "dag": _l("dag"),
    "mån": _l("mån"),
}


def said(unit: str) -> str:
    """One of ours in the language at hand; signs like m² and a firm's own words as they are."""
    return str(WORDS.get(unit, unit))


def counted(milli: int, unit: str) -> str:
    """`5,5 tim`"""
    return f"{quantity(milli)} {said(unit)}".strip()
