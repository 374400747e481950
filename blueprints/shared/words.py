"""Words that several places show for the codes of domain/: kinds of line, rates of VAT, work that gives a deduction."""

from __future__ import annotations

from typing import Any

from blueprints.shared.fields import choices
from blueprints.shared.phrases import lazy_gettext as _l
from domain.rot_rut import work_types
from domain.vat import VAT_RATES
from services import rule_rows

UNITS = ("tim", "st", "m²", "lm", "m", "m³", "kg", "l", "paket", "dag", "mån", "km")
KINDS = {"labour": _l("Arbete"), "material": _l("Material"), "other": _l("Övrigt")}
WORK_TYPES = rule_rows.WORK_TYPES
# days without an answer
REMINDERS = choices(("0", _l("Av")), ("3", "3"), ("7", "7"), ("14", "14"))
MONTHS = {
    1: _l("januari"),
    2: _l("februari"),
    3: _l("mars"),
    4: _l("april"),
    5: _l("maj"),
    6: _l("juni"),
    7: _l("juli"),
    8: _l("augusti"),
    9: _l("september"),
    10: _l("oktober"),
    11: _l("november"),
    12: _l("december"),
}


def month_choices() -> list[Any]:
    return choices(*((str(n), name) for n, name in MONTHS.items()))


def vat_choices() -> list[Any]:
    return choices(*((str(rate), _l("%(n)s %%", n=rate)) for rate in VAT_RATES))


def work_choices() -> list[Any]:
    """The work types of ROT and RUT."""
    pairs = [(kind, work.code) for kind in ("rot", "rut") for work in work_types(kind)]
    return choices(*((code, deduction_word(kind, code)) for kind, code in pairs))


def deduction_choices() -> list[Any]:
    """No deduction, then each work type as "rot:bygg"."""
    pairs = [(f"{kind}:{work.code}", kind, work.code) for kind in ("rot", "rut") for work in work_types(kind)]
    return choices(("", _l("Inget avdrag")), *((value, deduction_word(kind, code)) for value, kind, code in pairs))


def deduction_word(kind: str, work_type: str | None) -> Any:
    """ROT, bygg"""
    word = WORK_TYPES.get(work_type or "")
    return _l("%(kind)s, %(work)s", kind=kind.upper(), work=word) if word else kind.upper()


INCIDENTS = {  # services/incidents.py
    "chain_broken": _l("En post i beviskedjan håller inte"),
    "chain_behind": _l("Beviskedjan slutar före det som är undertecknat, eller säger något annat"),
    "file_missing": _l("En fil saknas"),
    "file_changed": _l("En fil är ändrad eller går inte att läsa"),
    "checkpoint_changed": _l("En kontrollpunkt håller inte"),
    "database_older": _l("Databasen är äldre än kontrollpunkterna: en kopia har lagts tillbaka"),
}
