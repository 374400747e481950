"""The words of a price list's file: its headings, and what kinds, units and deductions may be called in it.

A file is written in one language whatever the reader's; what comes in may be Swedish or English.
"""

from __future__ import annotations

import unicodedata

from domain.rot_rut import work_types

KINDS = {"labour": "Arbete", "material": "Material", "other": "Övrigt"}
BASES = {"incl": "inkl. moms", "excl": "exkl. moms"}
WORK_TYPES = {
    "bygg": "Bygg",
    "el": "El",
    "glas_platarbete": "Glas och plåt",
    "mark_draneringarbete": "Mark och dränering",
    "murning": "Murning",
    "malning_tapetsering": "Målning och tapetsering",
    "vvs": "VVS",
    "stadning": "Städning",
    "klad_och_textilvard": "Kläd- och textilvård",
    "snoskottning": "Snöskottning",
    "tradgardsarbete": "Trädgårdsarbete",
    "barnpassning": "Barnpassning",
    "personlig_omsorg": "Personlig omsorg",
    "flyttjanster": "Flyttjänster",
    "it_tjanster": "IT-tjänster",
    "reparation_av_vitvaror": "Reparation av vitvaror",
    "moblering": "Möblering",
    "tillsyn_av_bostad": "Tillsyn av bostad",
    "transport_till_forsaljning": "Transport till försäljning",
    "tvatt_vid_tvattinrattning": "Tvätt vid tvättinrättning",
}
HEADINGS = (
    "Benämning",
    "Enhet",
    "À-pris, kr",
    "Priset är",
    "Moms i procent",
    "Typ",
    "Skatteavdrag",
    "Inköpspris exkl. moms, kr",
)

# what a heading may be called, as `letters` leaves it
_NAMES = {
    "name": "benamning artikel artikelnamn artikelbenamning namn name produkt produktnamn vara beskrivning description "
    "text item article product",
    "unit": "enhet unit enh forsaljningsenhet",
    "unit_price_ore": "apris pris price unitprice enhetspris forsaljningspris saljpris utpris listpris bruttopris",
    "basis": "prisetar prisvy basis",
    "vat_percent": "moms momssats momsiprocent momsprocent vat vatrate vatpercent",
    "kind": "typ kind type slag",
    "deduction": "rot rut rotrut rottyp ruttyp rotruttyp skatteavdrag avdrag rotavdrag rutavdrag deduction",
    "work_type": "arbetstyp worktype typavarbete",
    "purchase_price_ore": "inkopspris inpris inkop nettopris purchaseprice cost costprice",
}
FIELD_OF = {name: field for field, names in _NAMES.items() for name in names.split()}
_UNITS = {
    "tim": "h hr hour hours tim timme timmar",
    "st": "st styck stycken pc pcs each ea",
    "m²": "m2 kvm kvadratmeter sqm",
    "m³": "m3 kbm kubikmeter",
    "lm": "lm lpm lopmeter",
    "m": "m meter",
    "kg": "kg kilo",
    "l": "l liter",
    "paket": "paket pkt forp frp fp",
    "dag": "dag dagar day days",
    "mån": "man manad manader month",
    "km": "km",
}
UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_KINDS = {
    "labour": "a arbete labour labor work tjanst",
    "material": "m mat material materials vara varor",
    "other": "o ovr ovrigt other",
}
KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}
YES = frozenset({"ja", "j", "x", "yes", "y"})
NO = frozenset({"", "nej", "n", "no", "inget", "ingen", "ingetavdrag", "none"})


def letters(text: str) -> str:
    """à-Pris -> apris; m² -> m2. Letters and digits without case and marks."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if sign.isalnum())


WORK_OF = {
    letters(word): (kind, work.code)
    for kind in ("rot", "rut")
    for work in work_types(kind)
    for word in (work.code, WORK_TYPES[work.code])
}
