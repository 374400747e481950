"""What a file of articles is said to hold, and what is wrong with it."""

from __future__ import annotations

from typing import Any

from blueprints.shared import filters
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from blueprints.shared.words import KINDS, deduction_word
from services.article_plan import Planned

# codes of services/article_import.py `Unreadable`
UNREADABLE = {
    "empty": _l("Filen är tom."),
    "spreadsheet": _l("Det här är en Excelfil. Välj Spara som i Excel, sedan CSV, och hämta den filen."),
    "binary": _l("Det här är ingen textfil. Spara prislistan som CSV och hämta den filen."),
    "too_large": _l("Filen får vara högst 5 MB. Dela upp den i flera."),
    "too_many": _l("En fil kan ha högst 20 000 rader. Dela upp den i flera."),
    "no_name": _l("Filen har ingen kolumn med benämningar. Skriv rubriker på första raden: Benämning, Enhet, Pris."),
    "no_price": _l("Filen har ingen kolumn med priser. Skriv rubriker på första raden: Benämning, Enhet, Pris."),
}
# codes of a row's faults
FAULTS = {
    "open_quote": _l("Ett citattecken öppnas och stängs aldrig."),
    "too_wide": _l("Raden har fler kolumner än rubrikerna. Kanske har ett komma i priset delat den."),
    "lost_sign": _l("Ett tecken gick inte att läsa. Spara filen som CSV UTF-8."),
    "name_missing": _l("Benämning saknas."),
    "name_long": _l("Benämningen får ha högst 200 tecken."),
    "personnummer": _l("Benämningen ser ut att innehålla ett personnummer."),
    "unit_long": _l("Enheten får ha högst 12 tecken."),
    "price_missing": _l("Pris saknas."),
    "price": _l("Skriv priset med siffror, till exempel 1\u00a0290,50."),
    "price_range": _l("Priset ska vara högst 100 miljoner kronor, och ett inköpspris inte under noll."),
    "basis": _l("Skriv inkl. moms eller exkl. moms."),
    "vat": _l("Momsen ska vara 25, 12, 6 eller 0 procent."),
    "kind": _l("Typen ska vara Arbete, Material eller Övrigt."),
    "deduction": _l("Skriv avdraget som ROT, Bygg eller RUT, Städning."),
    "which_work": _l("Skriv också vilket arbete, till exempel RUT, Städning."),
    "work_type": _l("Arbetet finns inte bland dem som ger ROT eller RUT."),
    "not_labour": _l("Bara arbete ger ROT eller RUT."),
}
FIELDS = {
    "name": _l("benämning"),
    "unit": _l("enhet"),
    "unit_price_ore": _l("pris"),
    "basis": _l("inkl. eller exkl. moms"),
    "vat_percent": _l("moms"),
    "kind": _l("typ"),
    "deduction": _l("skatteavdrag"),
    "work_type": _l("arbete för ROT eller RUT"),
    "purchase_price_ore": _l("inköpspris"),
}


def fault_word(code: str, other: int | None) -> str:
    """What is wrong with a row, in one sentence."""
    if code == "twice":
        return str(_("Samma benämning står på rad %(n)s. En prislista har varje benämning en gång.", n=other))
    return str(FAULTS[code])


def changes(row: Planned) -> list[tuple[str, str, str]]:
    """Field, value before and value after of what a row changes in an article."""
    before = row.before._asdict() if row.before else {}
    told = []
    for field in row.changed:
        if field == "archived_at":
            told.append((str(_("arkiverad")), str(_("ja")), str(_("nej"))))
        elif field == "deduction" or (field == "work_type" and "deduction" not in row.changed):
            told.append((str(FIELDS["deduction"]), _deduction(before), _deduction(row.values)))
        elif field != "work_type":
            told.append((str(FIELDS[field]), _shown(field, before[field]), _shown(field, row.values[field])))
    return told


def basis_word(basis: str) -> str:
    return str(_("inkl. moms") if basis == "incl" else _("exkl. moms"))


def vat_word(basis: str, rate_percent: int) -> str:
    """inkl. 25 % moms"""
    told = _("inkl. %(n)s %% moms", n=rate_percent) if basis == "incl" else _("exkl. %(n)s %% moms", n=rate_percent)
    return str(told)


def _shown(field: str, value: Any) -> str:
    if value is None:
        return str(_("inget"))
    if field.endswith("_ore"):
        return filters.kr(value)
    if field == "basis":
        return basis_word(value)
    if field == "vat_percent":
        return f"{value}\u00a0%"
    return str(KINDS[value]) if field == "kind" else str(value)


def _deduction(values: dict[str, Any]) -> str:
    return deduction_word(values["deduction"], values["work_type"]) if values["deduction"] else str(_("inget"))
