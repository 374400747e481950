"""What the words of a line say against its deduction: work that is not covered, cost that is not labour, wrong type.

Words are a hint, never a verdict: nothing is refused by them. Source: inkomstskattelagen (1999:1229) 67 kap. 13,
13 c and 18 §§; Skatteverket, "Ger arbetet rätt till rotavdrag?"; Rättslig vägledning 2026.13 pages 2943-2945.
Read 2026-11-21; docs/rules/deduction_checks.md.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

from domain.rot_rut import Deduction, work_types


class Doubt(StrEnum):
    """What to look at in a labour line with a deduction."""

    NOT_LABOUR = "not_labour"  # travel, waste, machines, administration: IL 67:18
    NOT_COVERED = "not_covered"  # inspection, drawings, permits, new build, paid by insurance: IL 67:13 c
    WRONG_TYPE = "wrong_type"  # Skatteverket counts it under another type of work
    GREEN_INSTEAD = "green_instead"  # grön teknik gives more; never both for the same work


# Whole words; compiled when first asked for, by `re` itself.
_NOT_LABOUR = (
    r"resa|resor|restid\w*|resekostnad\w*|milersättning|framkörning\w*|traktamente\w*|logi|bortforsling\w*|bortkörning"
    r"|tippavgift\w*|deponi\w*|sopcontainer|containerhyra|maskinhyra|ställningshyra|hyra av \w+|administration\w*"
    r"|parkeringsavgift\w*|(?:rot|rut)-?avgift"
)
_NEVER = {
    Deduction.ROT: (
        r"besiktning\w*|inspektion\w*|ritning\w*|bygglov\w*|projektering\w*|rådgivning|konsultation\w*"
        r"|serviceavtal\w*|nybyggnation|nybyggnad|nyproduktion|nybygge|försäkringsskada\w*|försäkringsärende\w*"
    ),
    Deduction.RUT: r"matlagning|läxhjälp|läxläsning|försäkringsskada\w*|försäkringsärende\w*",
}
# alone no rot, as a step of a repair it is
_ONLY_WITH_REPAIR = r"felsökning|felsöka|service"
_REPAIR = r"\w*reparation\w*|reparera\w*|byt\w*|laga|lagning|åtgärd\w*"
_GREEN = r"laddbox\w*|laddpunkt\w*|laddstation\w*|laddstolp\w*|solcell\w*|solpanel\w*|batterilager|hembatteri\w*"
_TYPES = (
    (Deduction.RUT, "stadning", r"flyttstäd\w*"),
    (Deduction.ROT, "murning", r"kakel och klinker|plattsättning\w*|kakelsättning\w*|kakla\w*|klinkerläggning\w*"),
)
_TEARING = r"riv\w*"  # taking tiles down is builder's work
# one of these is in every word above; most lines hold none and are done with
# fmt: off
_SIGNS = (
    "resa", "resor", "restid", "resekost", "milers", "framkör", "traktam", "logi", "bortfor", "bortkör", "tippav",
    "deponi", "container", "hyra", "administ", "parkerings", "avgift", "besikt", "inspek", "ritning", "bygglov",
    "projekter", "rådgiv", "konsult", "service", "nybygg", "nyprod", "försäkrings", "matlag", "läxhj", "läxläs",
    "felsök", "ladd", "sol", "batteri", "flyttst", "kak", "klinker", "plattsätt",
)
# fmt: on


def doubts(text: str, deduction: str, work_type: str | None, paid_on: date) -> list[Doubt]:
    """What the words of a labour line say against its deduction ("rot", "rut") and type of work."""
    if deduction not in _NEVER:
        return []
    kind = Deduction(deduction)
    if not any(map(text.lower().__contains__, _SIGNS)):
        return [Doubt.NOT_COVERED] if _is_no_type(work_type, kind, paid_on) else []
    found = {
        Doubt.NOT_LABOUR: _says(text, _NOT_LABOUR),
        Doubt.NOT_COVERED: _is_not_covered(text, kind) or _is_no_type(work_type, kind, paid_on),
        Doubt.WRONG_TYPE: (expected := type_of(text)) is not None and bool(work_type) and expected != (kind, work_type),
        Doubt.GREEN_INSTEAD: kind is Deduction.ROT and _says(text, _GREEN),
    }
    return [code for code, holds in found.items() if holds]


def type_of(text: str) -> tuple[Deduction, str] | None:
    """The type of work that Skatteverket counts such words under, where people often take another."""
    if _says(text, _TEARING):
        return None
    return next(((kind, code) for kind, code, words in _TYPES if _says(text, words)), None)


def _is_not_covered(text: str, kind: Deduction) -> bool:
    if _says(text, _NEVER[kind]):
        return True
    return kind is Deduction.ROT and _says(text, _ONLY_WITH_REPAIR) and not _says(text, _REPAIR)


def _is_no_type(work_type: str | None, kind: Deduction, paid_on: date) -> bool:
    """Whether Skatteverket's file had no such type on that day: flytt only since August 2016, and so on."""
    return bool(work_type) and all(row.code != work_type for row in work_types(kind, paid_on))


def _says(text: str, words: str) -> bool:
    return re.search(rf"\b(?:{words})\b", text, re.IGNORECASE) is not None
