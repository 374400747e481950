"""One of several takes the own signature back, while others have not signed and there is no agreement.

AvtL 7 § lets a yes be recalled until it reaches the other side. Here it binds nobody before the last has signed, so
until then it can be taken back.
"""

from __future__ import annotations

from datetime import datetime

from domain.parties import Role
from domain.quote_states import after
from extensions import db
from models import Agreement
from services import events, notices, scope, transaction
from services.deal import deals, parties
from services.deal.deals import Deal
from services.errors import RuleBroken


def take_back(deal: Deal, *, now: datetime) -> None:
    """Undo the own signature, and what witnesses have attested with it. Commits; twice is once.

    What was chosen stays while another who decides has signed just that; with the last of them it goes.
    Raises RuleBroken("copy_only" | "all_signed").
    """
    deals.lock(deal)
    deal.check_may_sign()
    own = deal.own_approval
    if own is None:
        return
    if not deal.is_waiting:
        raise RuleBroken("all_signed")
    gone = [row for row in deal.approvals if row is own or row.role == Role.WITNESS]
    for row in gone:
        row.voided_at, row.void_reason = now, "taken_back"
    data = {"version": deal.found.version, "reason": "taken_back", "approvals": len(gone)}
    events.record("doc.approvals_voided", deal.obj, actor=deal.actor, at=now, data=data, personal={"name": own.name})
    if not any(row not in gone for row in deal.approvals):
        db.session.execute(scope.remove(Agreement, deal.found.firm_id).where(Agreement.quote_id == deal.found.quote_id))
        deal.quote.status = after(deal.quote.status, "unsign")
    deal.quote.turn, deal.quote.touched_at = "customer", now
    params = {"approval": own.public_id}
    for link, _key in parties.signers(deal):
        if link.recipient_id != deal.found.recipient_id:
            parties.queue(deal, "signature_taken_back", link, params, now=now)
    notices.tell(deal.quote, notices.ALWAYS, "signature_taken_back_to_firm", params, now=now)
    transaction.commit()
