"""What happened to a quote, told in Swedish words from the evidence chain: for the timelines and the evidence page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_

from extensions import db
from models import Event, EventValue, Quote
from services import events, scope

LONG = {"quote.sent", "quote.accepted", "doc.declined", "doc.recalled", "withdrawal.received", "doc.late_acceptance"}
UNTOLD = {"consent.given", "doc.viewed", "deduction.details_given", "doc.replaced", "withdrawal.acknowledged"}
OF_THE_FIRM = {"mail.accepted", "mail.bounced", "personnummer.revealed", "link.revoked", "doc.resent"}
CLEAR = ("to", "reply", "ip", "name")


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a timeline. `who` is a name or address, `trace` how it was seen (IP address, reply of a server)."""

    at: datetime
    act: str
    what: str
    who: str = ""
    trace: str = ""

    @property
    def is_minor(self) -> bool:
        return self.act not in LONG


def of(quote: Quote, *, firm_public_id: str, for_customer: bool = False) -> list[Step]:
    """The steps of a quote, oldest first. A customer is not told of the firm's letters and links."""
    told = []
    for row, clear in _rows(quote, firm_public_id):
        if row.act in UNTOLD or (for_customer and row.act in OF_THE_FIRM):
            continue
        if step := _step(row, clear):
            told.append(step)
    return told


def _rows(quote: Quote, firm_public_id: str) -> list[tuple[Event, dict[str, str]]]:
    """The entries with the clear values behind their commitments, by one statement; erased values are missing."""
    statement = (
        scope.columns(Event, quote.firm_id, Event, EventValue)
        .outerjoin(
            EventValue,
            and_(EventValue.firm_id == Event.firm_id, EventValue.seq == Event.seq, EventValue.field.in_(CLEAR)),
        )
        .where(Event.obj == f"quote:{quote.public_id}")
        .order_by(Event.seq)
    )
    found: dict[int, tuple[Event, dict[str, str]]] = {}
    for row, value in db.session.execute(statement):
        clear = found.setdefault(row.seq, (row, {}))[1]
        if value is not None:
            clear[value.field] = events.clear_value(firm_public_id, value)
    return list(found.values())


def _step(row: Event, clear: dict[str, str]) -> Step | None:
    entry = json.loads(row.entry)
    by_customer = entry["actor"].startswith("link:")
    what = _words(row.act, entry["data"], by_customer=by_customer)
    if not what:
        return None
    ip = clear.get("ip", "") if by_customer else ""
    trace = clear.get("reply") or (str(_("IP %(ip)s", ip=ip)) if ip else "")
    return Step(row.at, row.act, what, clear.get("to") or clear.get("name") or "", trace)


def _words(act: str, data: dict[str, Any], *, by_customer: bool) -> str:
    late = {"confirmed": _("Det sena svaret bekräftades"), "refused": _("Det sena svaret togs inte emot")}
    by_hand = data.get("channel") == "handed_over"
    words = {
        "doc.frozen": _("Version %(n)s låstes", n=data.get("version")),
        "quote.sent": _("Skickades"),
        "doc.resent": _("Länken lämnades över") if by_hand else _("Skickades igen"),
        "mail.accepted": _("Mottaget av mottagarens server"),
        "mail.bounced": _("Mejlet kom inte fram"),
        "link.opened": _("Öppnad första gången"),
        "link.revoked": _("En länk stängdes"),
        "doc.commented": _("Fråga ställd") if by_customer else _("Svar skickat"),
        "doc.extension_asked": _("Kunden bad om ny tid"),
        "quote.accepted": _("Godkändes"),
        "receipt.sent": _("Avtalet skickades"),
        "doc.late_acceptance": late.get(data.get("answer", ""), _("Godkändes efter sista dagen")),
        "doc.declined": _("Kunden tackade nej"),
        "doc.recalled": _("Offerten togs tillbaka"),
        "doc.expired": _("Tiden gick ut"),
        "withdrawal.received": _("Avtalet ångrades"),
        "personnummer.revealed": _("Personnummer visades"),
    }
    return str(words.get(act, ""))
