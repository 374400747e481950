"""What the receipt of an erasure says in words, for paper and page, in the language that is spoken.

TOLD is the receipt's content, schema handslag.erasure/1 (services/privacy/receipts.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from documents.format import day_in_words
from domain import bookkeeping
from languages import gettext as _
from languages import lazy_gettext as _l

# what the tables hold, as people say it; a table that none names counts as the last
_KINDS = (
    (_l("Företaget, användare och inloggningar"), "firm user login acceptance user_token once_key closing"),
    (_l("Kunder"), "customer"),
    (
        _l("Offerter, kontrakt och dokument"),
        "quote quote_section quote_line quote_version quote_link recipient held_sending reminding upload upload_page "
        "decline feedback",
    ),
    (_l("Avtal och underskrifter"), "agreement manual_acceptance approval signing_code withdrawal"),
    (_l("Personnummer och avdrag"), "applicant allowance_entry"),
    (_l("Förfrågningar, frågor och brev"), "inquiry message letter"),
    (_l("Foton"), "photo"),
    (_l("Prislista, mallar och texter"), "article article_import quote_template contract_template text_block"),
    (_l("Beviskedjan"), "event event_value chain_head incident earlier_home"),
)
_OTHER = _l("Övrigt")
_PLACES = {
    "files": _l("Filer: papper, bilder och exporter"),
    "keys": _l("Nycklar till det som var krypterat"),
    "mailbox": _l("Brev i den lokala brevlådan"),
    "arrivals": _l("Arkiv från en annan installation"),
}
_LAWS = {
    bookkeeping.LAW: _l("bokföringslagen (1999:1078) 7 kap. 2 §"),
    "GDPR 5.2": _l("dataskyddsförordningen artikel 5.2"),
    "GDPR 17.3 e": _l("dataskyddsförordningen artikel 17.3 e"),
}


class Kept(NamedTuple):
    """What is left, why, and until when."""

    what: str
    why: str
    until: str
    is_dated: bool


def erased(told: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Each kind of what was erased, and how many."""
    left = dict(told["rows"])
    found = [(str(words), sum(left.pop(name, 0) for name in names.split())) for words, names in _KINDS]
    found.append((str(_OTHER), sum(left.values())))
    found += [(str(words), told["places"].get(name, 0)) for name, words in _PLACES.items()]
    return [(words, count) for words, count in found if count]


def kept(told: Mapping[str, Any]) -> list[Kept]:
    """What is kept, by which law and until when."""
    return [
        Kept(_what(one), str(_LAWS.get(one["law"], one["law"])), _until(one["until"]), one["until"] is not None)
        for one in told["kept"]
    ]


def _what(one: Mapping[str, Any]) -> str:
    if one["what"] == "bookkeeping":
        return str(_("Bokföringsmaterial: %(n)s filer, låsta och utom räckhåll för tjänsten", n=one["files"]))
    if one["what"] == "receipt":
        return str(_("Det här kvittot: slumpmässiga id, tider och antal"))
    return str(_("Beviskedjans ändar: slumpmässigt id och fingeravtryck, som andras bevis vilar på"))


def _until(day: str | None) -> str:
    return day_in_words(date.fromisoformat(day)) if day else str(_("tills vidare"))
