"""Words that several places show for the codes of domain/: kinds of line, rates of VAT, work that gives a deduction."""

from __future__ import annotations

from typing import Any

from blueprints.shared.fields import choices
from blueprints.shared.phrases import lazy_gettext as _l
from domain.quotes import VAT_RATES
from domain.rot_rut import work_types

UNITS = ("tim", "st", "m²", "lm", "m", "m³", "kg", "l", "paket", "dag", "mån", "km")
KINDS = {"labour": _l("Arbete"), "material": _l("Material"), "other": _l("Övrigt")}
# days without an answer
REMINDERS = choices(("0", _l("Av")), ("3", "3"), ("7", "7"), ("14", "14"))
# codes of domain/rot_rut.py `work_types`, in Skatteverket's order
WORK_TYPES = {
    "bygg": _l("Bygg"),
    "el": _l("El"),
    "glas_platarbete": _l("Glas och plåt"),
    "mark_draneringarbete": _l("Mark och dränering"),
    "murning": _l("Murning"),
    "malning_tapetsering": _l("Målning och tapetsering"),
    "vvs": _l("VVS"),
    "stadning": _l("Städning"),
    "klad_och_textilvard": _l("Kläd- och textilvård"),
    "snoskottning": _l("Snöskottning"),
    "tradgardsarbete": _l("Trädgårdsarbete"),
    "barnpassning": _l("Barnpassning"),
    "personlig_omsorg": _l("Personlig omsorg"),
    "flyttjanster": _l("Flyttjänster"),
    "it_tjanster": _l("IT-tjänster"),
    "reparation_av_vitvaror": _l("Reparation av vitvaror"),
    "moblering": _l("Möblering"),
    "tillsyn_av_bostad": _l("Tillsyn av bostad"),
    "transport_till_forsaljning": _l("Transport till försäljning"),
    "tvatt_vid_tvattinrattning": _l("Tvätt vid tvättinrättning"),
}


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
