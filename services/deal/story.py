"""What happened to a quote, told in Swedish words from the evidence chain: for the timelines and the evidence page."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from msgspec import Struct
from sqlalchemy import and_, bindparam, or_

from domain import masking
from languages import gettext as _
from languages import lazy_gettext as _l
from models import Event, EventValue
from services import events, scope

LONG = {
    "quote.sent",
    "contract.sent",
    "quote.accepted",
    "contract.signed",
    "doc.declined",
    "doc.recalled",
    "withdrawal.received",
    "doc.late_acceptance",
}
LONG |= {"doc.accepted_manually", "doc.manual_undone"}
UNTOLD = {"consent.given", "doc.viewed", "deduction.details_given", "doc.replaced", "withdrawal.acknowledged"}
UNTOLD |= {"deduction.invited"}
OF_THE_FIRM = {
    "mail.accepted",
    "mail.bounced",
    "sms.accepted",
    "sms.failed",
    "personnummer.revealed",
    "data.erased",
    "link.revoked",
    "feedback.given",
    "doc.resent",
    "reminder.sent",
    "recipient.added",
    "recipient.changed",
    "recipient.removed",
    "signer.order_changed",
}
CLEAR = ("to", "reply", "ip", "name", "by")


class Step(Struct, frozen=True):
    """One line of a timeline. `who` is a name or address, `trace` how it was seen (IP address, reply of a server).

    `link` is the public id of the link that it was done by, empty where it was not a customer's doing.
    """

    at: datetime
    act: str
    what: str
    who: str = ""
    trace: str = ""
    link: str = ""

    @property
    def is_minor(self) -> bool:
        return self.act not in LONG


class Told(Protocol):
    """The quote whose story is told."""

    @property
    def firm_id(self) -> int: ...
    @property
    def public_id(self) -> str: ...


class Entry(NamedTuple):
    """An entry of the chain, and the clear values behind its commitments by field."""

    act: str
    at: datetime
    entry: str
    clear: dict[str, str]


def of(
    quote: Told,
    *,
    firm_public_id: str,
    for_customer: bool = False,
    among_several: bool = False,
    on_shared_paper: bool = False,
) -> list[Step]:
    """The steps of a quote, oldest first. A customer is not told of the firm's letters and links.

    Where several read it, nor of one another's addresses: who did what, by name. On a paper that several get, addresses
    are shortened and network addresses left out.
    """
    hidden = UNTOLD | OF_THE_FIRM if for_customer else UNTOLD
    entries = [entry for entry in _entries(quote, firm_public_id) if entry.act not in hidden]
    if among_several:
        entries = [entry._replace(clear={"name": entry.clear.get("name", "")}) for entry in entries]
    if on_shared_paper:
        entries = [entry._replace(clear=_shortened(entry.clear)) for entry in entries]
    told = [_step(entry) for entry in entries]
    return [step for step in told if step]


# Made once and read past the ORM: a timeline is drawn more often than written.
_FIRM_ID: Any = bindparam("firm_id")
_ENTRIES = (
    scope.columns(Event, _FIRM_ID, Event.seq, Event.act, Event.at, Event.entry, EventValue.field, EventValue.sealed)
    .outerjoin(
        EventValue,
        and_(
            EventValue.firm_id == Event.firm_id,
            EventValue.seq == Event.seq,
            or_(*(EventValue.field == name for name in CLEAR)),
        ),
    )
    .where(Event.obj == bindparam("obj"))
    .order_by(Event.seq)
)


def _entries(quote: Told, firm_public_id: str) -> list[Entry]:
    """The entries with the clear values behind their commitments, by one statement; erased values are missing."""
    found: dict[int, Entry] = {}
    values = {"firm_id": quote.firm_id, "obj": f"quote:{quote.public_id}"}
    for seq, act, at, entry, name, sealed in scope.plain(_ENTRIES, values):
        one = found.setdefault(seq, Entry(act, at, entry, {}))
        if name is not None:
            one.clear[name] = events.unsealed(firm_public_id, seq, name, sealed)
    return list(found.values())


def _shortened(clear: dict[str, str]) -> dict[str, str]:
    """Without what reaches or places a person; the whole stays in the firm's log."""
    return {name: masking.text(value) for name, value in clear.items() if name != "ip"}


def _step(entry: Entry) -> Step | None:
    said = json.loads(entry.entry)
    by_customer = said["actor"].startswith("link:")
    what = _words(entry.act, said["data"], by_customer=by_customer)
    if not what:
        return None
    clear = entry.clear
    ip = clear.get("ip", "") if by_customer else ""
    trace = clear.get("reply") or (str(_("IP %(ip)s", ip=ip)) if ip else "")
    link = said["actor"].removeprefix("link:") if by_customer else ""
    return Step(entry.at, entry.act, what, clear.get("to") or clear.get("name") or clear.get("by") or "", trace, link)


def _words(act: str, data: dict[str, Any], *, by_customer: bool) -> str:
    if act == "doc.frozen":
        return str(_("Version %(n)s låstes", n=data.get("version")))
    if act == "contract.sent":  # goes the same ways
        act = "quote.sent"
    if act in ("quote.sent", "doc.resent") and data.get("channel", "mail") != "mail":
        act = f"{act}.{data['channel']}"
    elif act == "link.revoked" and data.get("reason") == "taken_back":
        act = "link.taken_back"
    elif act == "doc.commented" and by_customer:
        act = "doc.asked"
    elif act == "doc.late_acceptance" and data.get("answer") in ("confirmed", "refused"):
        act = f"{act}.{data['answer']}"
    elif act == "doc.approvals_voided" and data.get("reason") == "taken_back":
        act = "doc.approvals_voided.taken_back"
    elif act == "contract.signed" and not by_customer:
        act = "contract.signed.firm"
    elif act == "personnummer.revealed" and f"{act}.{data['reason']}" in _WORDS:
        act = f"{act}.{data['reason']}"
    return str(_WORDS.get(act, ""))


_WORDS = {
    "quote.sent": _l("Skickades"),
    "doc.resent": _l("Skickades igen"),
    "doc.shown": _l("Visades på företagets skärm"),
    "link.taken_back": _l("Skärmen togs tillbaka"),
    "quote.sent.sms": _l("Skickades med sms"),
    "quote.sent.link": _l("Skickades: länken lämnades över"),
    "quote.sent.qr": _l("Skickades: länken lämnades över som QR-kod"),
    "quote.sent.own_sms": _l("Skickades: länken lämnades över med sms från egen telefon"),
    "doc.resent.sms": _l("Skickades igen med sms"),
    "doc.resent.handed_over": _l("Länken lämnades över"),  # before the channel was told
    "doc.resent.link": _l("Länken lämnades över"),
    "doc.resent.qr": _l("Länken lämnades över som QR-kod"),
    "doc.resent.own_sms": _l("Länken lämnades över med sms från egen telefon"),
    "sms.accepted": _l("Sms:et togs emot av operatören"),
    "sms.failed": _l("Sms:et kom inte fram"),
    "mail.accepted": _l("Mottaget av mejlservern"),
    "mail.bounced": _l("Mejlet kom inte fram"),
    "inquiry.received": _l("Förfrågan kom in"),
    "inquiry.declined": _l("Företaget tackade nej"),
    "link.opened": _l("Öppnad första gången"),
    "link.revoked": _l("En länk stängdes"),
    "doc.commented": _l("Svar skickat"),
    "doc.asked": _l("Fråga ställd"),
    "doc.extension_asked": _l("Kunden bad om ny tid"),
    "code.sent": _l("Engångskod skickades"),
    "code.ok": _l("Engångskoden stämde"),
    "code.failed": _l("Fel engångskod"),
    "quote.accepted": _l("Godkändes"),
    "contract.signed": _l("Skrevs under"),
    "contract.signed.firm": _l("Företaget skrev under"),
    "doc.all_signed": _l("Alla har sagt ja"),
    "doc.witnessed": _l("Bevittnades"),
    "doc.approvals_voided.taken_back": _l("Underskriften togs tillbaka"),
    "signer.delegated": _l("Underskriften lämnades över till"),
    "signer.delegation_undone": _l("Företaget tog tillbaka överlämningen till"),
    "signer.order_changed": _l("Ordningen för underskrifter ändrades"),
    "doc.approvals_voided": _l("Godkännanden gäller inte längre"),
    "recipient.added": _l("En mottagare lades till"),
    "recipient.changed": _l("En mottagare fick ny adress"),
    "recipient.removed": _l("En mottagare togs bort"),
    "doc.sealed": _l("Avtalet förseglades"),
    "receipt.sent": _l("Avtalet skickades"),
    "doc.accepted_manually": _l("Företaget antecknade att kunden sa ja"),
    "doc.manual_undone": _l("Anteckningen om kundens ja togs tillbaka"),
    "doc.late_acceptance": _l("Godkändes efter sista dagen"),
    "doc.late_acceptance.confirmed": _l("Det sena svaret bekräftades"),
    "doc.late_acceptance.refused": _l("Det sena svaret togs inte emot"),
    "doc.declined": _l("Kunden tackade nej"),
    "doc.recalled": _l("Företaget tog tillbaka det"),
    "reminder.sent": _l("Påminnelse skickad"),
    "doc.expired": _l("Tiden gick ut"),
    "withdrawal.received": _l("Avtalet ångrades"),
    "feedback.given": _l("Kunden lämnade ett omdöme"),
    "personnummer.revealed": _l("Personnummer visades"),  # before a reason was asked for
    "data.erased": _l("Personnummer togs bort, de behövs inte längre"),
    "personnummer.revealed.invoice": _l("Personnummer visades, för fakturan"),
    "personnummer.revealed.claim": _l("Personnummer visades, för begäran till Skatteverket"),
    "personnummer.revealed.asked": _l("Personnummer visades, personen frågade"),
    "personnummer.revealed.check": _l("Personnummer visades, för kontroll"),
}
