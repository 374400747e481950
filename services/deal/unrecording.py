"""Take back what the firm wrote down of a yes, where it was a mistake: there is no agreement, the chain keeps both."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.clock import stockholm_date
from domain.quote_states import OPEN, after, can
from extensions import db
from models import Agreement, Firm, Letter, ManualAcceptance, Quote, StoredFile, Withdrawal
from services import events, outbox, scope, storage, transaction
from services.actors import Actor
from services.deal import figures, links, manual
from services.errors import NotFound, RuleBroken
from services.quotes import content as frozen
from services.quotes import drafting

UNDO = timedelta(hours=24)


def can_undo(quote_status: str, agreement: Agreement, row: ManualAcceptance, *, now: datetime) -> bool:
    """Within a day, while the customer has not built on it; a question or an objection does not stand in the way."""
    if not can(quote_status, "undo_manually") or now - row.recorded_at > UNDO:
        return False
    has_details = agreement.home in ("house", "flat")
    return not has_details and not scope.rows(Withdrawal, agreement.firm_id, Withdrawal.agreement_id == agreement.id)


def undo(firm_id: int, n: int, *, actor: Actor, now: datetime) -> None:
    """Take the note back. Commits.

    Raises NotFound, RuleBroken("undo_too_late").
    """
    quote = drafting.get(firm_id, n, lock=True)
    agreement = scope.find(Agreement, firm_id, Agreement.quote_id == quote.id)
    row = manual.of(agreement) if agreement else None
    if agreement is None or row is None:
        raise NotFound
    if not can_undo(quote.status, agreement, row, now=now):
        raise RuleBroken("undo_too_late")
    data = {"version": agreement.version, "agreed_sha256": agreement.agreed_sha256, "channel": row.channel}
    obj = f"quote:{quote.public_id}:v{quote.version}"
    events.record("doc.manual_undone", obj, actor=actor, at=now, data=data)
    version = frozen.version_of(quote, agreement.version)
    quote.status = after(quote.status, "undo_manually")
    if stockholm_date(now) > version.valid_until:
        quote.status = after(quote.status, "expire")
    quote.turn = "customer" if quote.status in OPEN and quote.question_at is None else "firm"
    quote.touched_at = now
    drafting.keep_sums(quote, figures.totals(frozen.read(version.content)))
    _tell_of_undoing(quote, agreement, now)
    gone = _remove(agreement, row)
    firm_public_id = db.session.get_one(Firm, firm_id).public_id
    transaction.commit()
    for public_id in gone:
        storage.remove(firm_public_id, public_id)


def _tell_of_undoing(quote: Quote, agreement: Agreement, now: datetime) -> None:
    """The letter that still waits is not sent; who has got it is told."""
    asked = (Letter.quote_id == quote.id, Letter.kind == manual.LETTER)
    waits = (*asked, Letter.state == "queued", Letter.attempts == 0)
    db.session.execute(scope.remove(Letter, quote.firm_id).where(*waits))
    link = links.mailed(quote)
    was_told = db.session.scalars(scope.columns(Letter, quote.firm_id, Letter.id).where(*asked)).first()
    if agreement.email and link and was_told:
        params = {"quote": quote.public_id, "link": link.public_id}
        outbox.queue("record_undone", agreement.email, params, firm_id=quote.firm_id, now=now, quote_id=quote.id)


def _remove(agreement: Agreement, row: ManualAcceptance) -> list[str]:
    """The agreement with all that is its own; public ids of the files whose bytes go after the commit."""
    papers = agreement.pdf_id, agreement.package_id, agreement.stamped_id
    ids = [file_id for file_id in (*papers, row.file_id) if file_id is not None]
    files = scope.rows(StoredFile, agreement.firm_id, StoredFile.id.in_(ids))
    gone = [file.public_id for file in files]
    db.session.execute(scope.remove(Agreement, agreement.firm_id).where(Agreement.id == agreement.id))
    db.session.execute(scope.remove(StoredFile, agreement.firm_id).where(StoredFile.id.in_(ids)))
    return gone
