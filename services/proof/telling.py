"""bevis.json: who said yes, when, how and to what, and which of the chain's personal values are opened to whom.

What the firm's own package tells whole, a party's tells of that party, and of the others the result and the hash of
what their own packages say (security.md E-15). What is embedded in the paper that several get opens their names alone:
those stand on the paper.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from domain import canonical, personnummer
from domain.clock import stockholm_date
from domain.parties import CUSTOMER, Role
from services import signing
from services.proof.reading import Entry, Facts

SCHEMA = "handslag.bevis/1"
FIRM, SHARED = None, "shared"
FIRM_SIGNS = "firm"  # the role of the firm's own signature under a contract
MANUAL = "manual"
RESULT = ("seq", "at", "name", "role", "way", "method", "level", "result")
SEEN = ("link.opened", "doc.viewed", "doc.shown", "doc.downloaded")
NAMES = ("name", "by")  # of who said yes: stands on the paper
BROWSER = ("ip", "ua")


def of(facts: Facts, entries: list[Entry], *, for_party: str | None) -> dict[str, Any]:
    """All of bevis.json but the files, the chain and the checkpoint. `entries` are those that the package tells."""
    agreement, content, firm = facts.agreement, facts.content, facts.content["firm"]
    opened, withheld = _values(facts, entries, for_party)
    agreed = json.loads(agreement.agreed)
    return {
        "schema": SCHEMA,
        "agreement": agreement.public_id,
        "kind": content["kind"],
        "quote": facts.quote.public_id,
        "number": content["number"],
        "version": agreement.version,
        "final": facts.is_made,
        "for": {FIRM: "firm", SHARED: "shared"}.get(for_party, "party"),
        "party": for_party if for_party not in (FIRM, SHARED) else None,
        "firm": {"id": facts.firm.public_id, "name": firm["name"], "orgnr": firm["orgnr"]},
        "shown": {
            "address": content["address"],
            "lang": agreed.get("lang", content["lang"]),
            "pdf_sha256": facts.version.pdf_sha256,
            "json_sha256": facts.version.json_sha256,
            "button": agreed.get("button"),
        },
        "agreed_sha256": agreement.agreed_sha256,
        "signers": [_signer(facts, agreed, yes, for_party) for yes in facts.yeses if yes in entries],
        "opened": opened,
        "withheld": withheld,
    }


def _signer(facts: Facts, agreed: Mapping[str, Any], yes: Entry, for_party: str | None) -> dict[str, Any]:
    """One yes; to others than its own party what the paper says of it too, and the hash of the whole."""
    whole = _whole(facts, agreed, yes)
    if for_party in (FIRM, whole["party"]):
        return whole
    result = {name: whole[name] for name in RESULT}
    return {**result, "proof_sha256": canonical.sha256_hex(canonical.dumps(whole))}


def _whole(facts: Facts, agreed: Mapping[str, Any], yes: Entry) -> dict[str, Any]:
    approval = facts.approvals.get(yes.link)
    is_manual = yes.act == "doc.accepted_manually"
    row = approval or facts.agreement
    way = MANUAL if is_manual else str(yes.data.get("way") or row.way)
    seen = [one for one in facts.entries if one.seq < yes.seq and one.act in SEEN and one.link == yes.link]
    return {
        "seq": yes.seq,
        "at": yes.read["t"],
        "result": "approved",
        "name": row.name,
        "role": approval.role if approval else Role.DECIDES,
        "party": CUSTOMER if is_manual else facts.parties[yes.link],
        "way": way,
        "method": row.method,
        "level": row.level,
        "mark": signing.mark_of(facts.firm.public_id, row),
        "consents": json.loads(approval.consents) if approval else agreed["consents"],
        "seen": [{"seq": one.seq, "act": one.act, "at": one.read["t"]} for one in seen] if not is_manual else [],
    }


def _values(
    facts: Facts, entries: list[Entry], for_party: str | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The commitments that are opened, and those that are not and why."""
    opened: list[dict[str, Any]] = []
    withheld: list[dict[str, Any]] = []
    today = stockholm_date(facts.agreement.accepted_at)
    for entry, field in _bound(entries):
        sealed = facts.values.get((entry.seq, field))
        why = _withheld(facts, entry, field, sealed, for_party, today)
        place = {"seq": entry.seq, "field": field}
        if why or sealed is None:
            withheld.append({**place, "why": why})
        else:
            opened.append({**place, **_value(sealed[32:]), "random": sealed[:32].hex()})
    return opened, withheld


def _value(value: bytes) -> dict[str, str]:
    """As text, or where canonical JSON would write the letters otherwise than they were bound, in hex."""
    text = value.decode()
    return {"value": text} if unicodedata.is_normalized("NFC", text) else {"value_hex": value.hex()}


def _bound(entries: list[Entry]) -> Iterator[tuple[Entry, str]]:
    for entry in entries:
        for field, value in sorted(entry.data.items()):
            if isinstance(value, str) and value.startswith("c:") and len(value) == 66:
                yield entry, field


def _withheld(facts: Facts, entry: Entry, field: str, sealed: bytes | None, for_party: str | None, today: date) -> str:
    """Why a value is not opened: erased, a personnummer stands in it, it is another's. Empty if it is."""
    if sealed is None:
        return "erased"
    if personnummer.stands_in(sealed[32:].decode(), today):
        return "number"
    return "" if for_party is FIRM or _is_own(facts, entry, field, for_party) else "others"


def _is_own(facts: Facts, entry: Entry, field: str, party: str | None) -> bool:
    """Whether a value is the party's own, or stands on the paper that all get."""
    if field in NAMES and (entry in facts.yeses or entry.data.get("role") == FIRM_SIGNS):
        return True
    if party == SHARED:
        return False
    by_link = entry.read["actor"].startswith("link:")
    if field in BROWSER and not by_link:  # of the firm's people
        return False
    if entry.link:
        return facts.parties.get(entry.link) == party
    if entry.act == "doc.accepted_manually":
        return party == CUSTOMER
    return not facts.quote.is_shared and field in ("to", "reply") and not entry.read["actor"].startswith("user:")
