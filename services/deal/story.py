"""What happened to a quote, told in Swedish words from the evidence chain: for the timelines and the evidence page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from models import Event, Quote
from services import events

LONG = {"quote.sent", "quote.accepted", "doc.declined", "doc.recalled", "withdrawal.received", "doc.late_acceptance"}
UNTOLD = {"consent.given", "doc.viewed", "deduction.details_given", "doc.replaced", "withdrawal.acknowledged"}
CLEAR = {"to", "reply", "ip", "name"}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a timeline. `who` is a name, `trace` how it was seen (address, reply of a server)."""

    at: datetime
    act: str
    what: str
    who: str = ""
    trace: str = ""

    @property
    def is_minor(self) -> bool:
        return self.act not in LONG


def of(quote: Quote, *, firm_public_id: str, for_customer: bool = False) -> list[Step]:
    """The steps of a quote, oldest first. A customer is told nothing of letters and of the firm's own addresses."""
    rows = [row for row in events.of_object(quote.firm_id, f"quote:{quote.public_id}") if row.act not in UNTOLD]
    clear = events.personal_values(quote.firm_id, firm_public_id, [row.seq for row in rows])
    told = []
    for row in rows:
        data = json.loads(row.entry)["data"]
        known = {field: clear.get((row.seq, field), "") for field in CLEAR}
        if step := _step(row, data, known, for_customer):
            told.append(step)
    return told


def _step(row: Event, data: dict[str, Any], known: dict[str, str], for_customer: bool) -> Step | None:
    by_customer = json.loads(row.entry)["actor"].startswith("link:")
    what = _words(row.act, data, by_customer=by_customer)
    if not what or (for_customer and row.act in ("mail.accepted", "mail.bounced", "personnummer.revealed")):
        return None
    who = known["to"] or known["name"]
    trace = known["reply"] or (_("IP %(ip)s", ip=known["ip"]) if known["ip"] and by_customer else "")
    return Step(row.at, row.act, what, who, trace)


def _words(act: str, data: dict[str, Any], *, by_customer: bool) -> str:
    version = data.get("version")
    late = {"confirmed": _("Det sena svaret bekräftades"), "refused": _("Det sena svaret togs inte emot")}
    words = {
        "doc.frozen": _("Version %(n)s låstes", n=version),
        "quote.sent": _("Skickades") if data.get("channel") != "handed_over" else _("Länken lämnades över"),
        "doc.resent": _("Länken lämnades över"),
        "mail.accepted": _("Mottaget av mottagarens server"),
        "mail.bounced": _("Mejlet kom inte fram"),
        "link.opened": _("Öppnad första gången"),
        "link.revoked": _("En länk stängdes"),
        "doc.commented": _("Fråga ställd") if by_customer else _("Svar skickat"),
        "doc.extension_asked": _("Kunden bad om ny tid"),
        "quote.accepted": _("Godkändes"),
        "receipt.sent": _("Avtalet skickades"),
        "doc.late_acceptance": late.get(data.get("answer", ""), _("Godkändes för sent")),
        "doc.declined": _("Tackade nej"),
        "doc.recalled": _("Offerten togs tillbaka"),
        "doc.expired": _("Tiden gick ut"),
        "withdrawal.received": _("Avtalet ångrades"),
        "personnummer.revealed": _("Personnummer visades"),
    }
    return str(words.get(act, ""))
