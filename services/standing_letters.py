"""The letters to the owners about the standing of their firm. Queueing never commits; drawing reads the rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import url_for

from domain.standing import Reason
from extensions import db
from languages import gettext as _
from languages import lazy_gettext as _l
from mail.letters import Letter, Params, Unwanted, draws
from mail.writing import write
from models import Closing, Firm
from services import events, outbox, scope, users
from services.installation import settings

WHY: dict[str, Any] = {  # told the firm
    Reason.LATE_PAYMENT: _l("Betalningen för kontot är sen."),
    Reason.MISUSE: _l("Vi misstänker att kontot används på ett sätt som villkoren inte tillåter."),
    Reason.SECURITY: _l("Vi misstänker att någon obehörig har använt kontot. Byt lösenord när du loggar in igen."),
    Reason.REQUEST: _l("Ni har bett om det."),
    Reason.OTHER: _l("Skälet står i mejlet till ägarna."),
}


def contact() -> str:
    """Whom the owners turn to."""
    return settings().OPERATOR_CONTACT or settings().OPERATOR


def queue_suspended(firm: Firm, *, now: datetime) -> None:
    _to_owners("firm_suspended", firm, {}, now)


def queue_restored(firm: Firm, *, now: datetime) -> None:
    _to_owners("firm_restored", firm, {}, now)


def queue_inactive(firm: Firm, used_on: date, last_day: date, *, now: datetime) -> None:
    facts = {"used_on": used_on.isoformat(), "last_day": last_day.isoformat()}
    _to_owners("firm_inactive", firm, facts, now)


def _to_owners(kind: str, firm: Firm, params: Mapping[str, object], now: datetime) -> None:
    for owner in users.owners(firm.id):
        outbox.queue(kind, owner.email, params, firm_id=firm.id, now=now)


def note_of(firm: Firm) -> str:
    """What the operator wrote when the firm was suspended."""
    told = [one for one in events.of_object(firm.id, f"firm:{firm.public_id}") if one.act == "firm.suspended"]
    if not told:
        return ""
    return events.personal_values(firm.id, firm.public_id, [told[-1].seq]).get((told[-1].seq, "note"), "")


@draws("firm_suspended")
def firm_suspended(params: Params) -> Letter:
    firm = db.session.get_one(Firm, params["firm_id"])
    if firm.standing_at is None or firm.standing != "suspended":
        raise Unwanted
    return write(
        "firm_suspended",
        _("Kontot är pausat"),
        firm=firm,
        why="" if firm.standing_reason == Reason.OTHER else WHY[firm.standing_reason],
        note=note_of(firm),
        contact=contact(),
        url=url_for("konto.show", _external=True),
    )


@draws("firm_restored")
def firm_restored(params: Params) -> Letter:
    firm = db.session.get_one(Firm, params["firm_id"])
    if firm.standing == "suspended":
        raise Unwanted
    url = url_for("home.start", _external=True)
    is_leaving = scope.find(Closing, firm.id, Closing.undone_at.is_(None)) is not None
    subject = _("Kontot är inte längre pausat") if is_leaving else _("Kontot är igång igen")
    return write("firm_restored", subject, firm=firm, is_leaving=is_leaving, url=url)


@draws("firm_inactive")
def firm_inactive(params: Params) -> Letter:
    firm = db.session.get_one(Firm, params["firm_id"])
    if not firm.inactive_warned:  # somebody has used it since
        raise Unwanted
    return write(
        "firm_inactive",
        _("Kontot används inte"),
        firm=firm,
        used_on=date.fromisoformat(params["used_on"]),
        last_day=date.fromisoformat(params["last_day"]),
        days=settings().CLOSING_DAYS,
        url=url_for("accounts.login", _external=True),
    )
