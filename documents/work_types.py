"""What work the deduction is for, and for how long: the papers say it by Skatteverket's types of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from documents.format import deduction_name, quantity
from languages import gettext as _
from languages import lazy_gettext as _l

HOUR = "tim"
WORDS = {
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


def lines(content: Mapping[str, Any]) -> list[str]:
    """One sentence for rot and one for rut, options left out; hours where all lines of the type are in hours."""
    found: dict[str, dict[str, list[int | None]]] = {}
    for section in content["sections"]:
        for line in section["lines"]:
            if line["is_text"] or line["is_option"] or line["work_type"] not in WORDS or not line["deduction"]:
                continue
            hours = line["quantity_milli"] if line["unit"] == HOUR else None
            found.setdefault(line["deduction"], {}).setdefault(line["work_type"], []).append(hours)
    said = {kind: "; ".join(_one(*work) for work in of_kind.items()) for kind, of_kind in found.items()}
    return [
        _("Arbete med %(kind)s-avdrag: %(work)s.", kind=deduction_name(kind), work=work) for kind, work in said.items()
    ]


def _one(code: str, hours_milli: Sequence[int | None]) -> str:
    work, known = str(WORDS[code]), [hours for hours in hours_milli if hours is not None]
    if len(known) < len(hours_milli):
        return work
    return _("%(work)s, beräknat %(hours)s timmar", work=work, hours=quantity(sum(known)))
