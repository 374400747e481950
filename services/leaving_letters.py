"""The letters about taking the data out and leaving. Queueing never commits; drawing reads the rows."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from flask import url_for
from msgspec.structs import replace

from domain.clock import stockholm_date
from domain.closing_dates import ClosingDates
from domain.terminations import Channel
from extensions import db
from languages import gettext as _
from mail.letters import Letter, Params, Unwanted, draws
from mail.writing import write
from models import Closing, Export, Firm, User
from services import outbox, scope, users
from services.bookkeeping import material
from services.installation import settings


def queue_export_ready(export: Export, user: User, *, now: datetime) -> None:
    outbox.queue("export_ready", user.email, {"export": export.public_id}, firm_id=export.firm_id, now=now)


def queue_export_failed(export: Export, user: User, *, now: datetime) -> None:
    outbox.queue("export_failed", user.email, {"export": export.public_id}, firm_id=export.firm_id, now=now)


def queue_closing_receipt(closing: Closing, *, now: datetime) -> None:
    _to_owners("closing_receipt", closing, now)


def queue_closing_undone(closing: Closing, *, now: datetime) -> None:
    _to_owners("closing_undone", closing, now)


def queue_firm_erased(owners: dict[str, str], number: str, *, now: datetime) -> None:
    """The last letter, to each address in its language: it belongs to no firm any more.

    The address is cleared once it is delivered.
    """
    for address, language in owners.items():
        outbox.queue("firm_erased", address, {"receipt": number, "lang": language}, firm_id=None, now=now)


def queue_closing_reminder(closing: Closing, *, now: datetime) -> None:
    _to_owners("closing_reminder", closing, now)


def _to_owners(kind: str, closing: Closing, now: datetime) -> None:
    """Every owner learns of it: none of them should find the account gone without having been told."""
    for owner in users.owners(closing.firm_id):
        outbox.queue(kind, owner.email, {"closing": closing.public_id}, firm_id=closing.firm_id, now=now)


def _closing(params: Params) -> Closing:
    return scope.get(Closing, params["firm_id"], Closing.public_id == params["closing"])


def _facts(closing: Closing) -> dict[str, object]:
    """What the letters of a termination tell."""
    chosen = settings()
    dates = ClosingDates(closing.effective_at, closing.erase_after, chosen.BACKUP_DAYS)
    return {
        "firm_name": db.session.get_one(Firm, closing.firm_id).name,
        "closing": closing,
        "dates": dates,
        "begins_on": stockholm_date(closing.confirmed_at),
        "material": material.counted(closing.firm_id),
        "lock_offered": chosen.LOCK_BOOKKEEPING,
        "may_undo": closing.channel != Channel.OPERATOR,
        "operator": chosen.OPERATOR_CONTACT or chosen.OPERATOR,
        "url": url_for("konto.closing_receipt", _external=True),
    }


@draws("export_ready")
def export_ready(params: Params) -> Letter:
    export = scope.get(Export, params["firm_id"], Export.public_id == params["export"])
    return write(
        "export_ready",
        _("Din ZIP-fil är klar"),
        export=export,
        url=url_for("konto.export_state", export_id=export.public_id, _external=True),
    )


@draws("export_failed")
def export_failed(params: Params) -> Letter:
    return write(
        "export_failed",
        _("Din ZIP-fil gick inte att göra"),
        operator=settings().OPERATOR_CONTACT or settings().OPERATOR,
        url=url_for("konto.show", _external=True),
    )


@draws("closing_receipt")
def closing_receipt(params: Params) -> Letter:
    closing = _closing(params)
    return write("closing_receipt", _("Kvitto: kontot är uppsagt"), **_facts(closing))


@draws("closing_reminder")
def closing_reminder(params: Params) -> Letter:
    """To owners who have not chosen what becomes of what is left."""
    closing = _closing(params)
    if closing.undone_at or closing.choice:
        raise Unwanted
    return write("closing_reminder", _("Välj vad som ska hända med kontot"), **_facts(closing))


@draws("closing_undone")
def closing_undone(params: Params) -> Letter:
    closing = _closing(params)
    return write(
        "closing_undone",
        _("Uppsägningen är ångrad"),
        firm_name=db.session.get_one(Firm, closing.firm_id).name,
        closing=closing,
        url=url_for("konto.show", _external=True),
    )


@draws("firm_erased")
def firm_erased(params: Params) -> Letter:
    from services.privacy import receipts  # which leans on these letters

    receipt = receipts.find(params["receipt"])
    counts, told = json.loads(receipt.counts), receipts.told(receipt)
    letter = write(
        "firm_erased",
        _("Kontot är raderat"),
        receipt=receipt,
        rows=counts["rows"],
        files=counts["files"],
        locked=[one for one in told["kept"] if one["what"] == "bookkeeping"] if told else [],
        backups_gone_on=stockholm_date(receipt.erased_at) + timedelta(days=settings().BACKUP_DAYS),
        url=url_for("receipts.show", number=receipt.number, _external=True),
    )
    return replace(letter, attachments=receipts.attachments(receipt))
