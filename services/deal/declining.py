"""A customer's no. It ends the offer, whatever time was left (AvtL 5 §)."""

from __future__ import annotations

from datetime import datetime

from domain.quote_states import after, can
from extensions import db
from models import Decline
from services import events, notices, transaction
from services.deal import deals, parties, undelivered
from services.deal.deals import Deal
from services.errors import RuleBroken

REASONS = ("price", "other_firm", "not_now", "other")


def decline(deal: Deal, *, version: int, reason: str, comment: str, now: datetime) -> None:
    """Say no to the version that was read. Commits. Saying it twice is saying it once.

    Of several who decide, the no of one is the no of all: nobody is bound, and everyone is told.
    Raises RuleBroken("copy_only" | "not_open" | "deal_changed").
    """
    deals.lock(deal)
    deal.check_may_decide()
    if deal.quote.status == "declined":
        return
    if not can(deal.quote.status, "decline"):
        raise RuleBroken("not_open")
    if version != deal.found.version:
        raise RuleBroken("deal_changed")
    deals.seen(deal, now=now)
    row = Decline(
        firm_id=deal.found.firm_id,
        quote_id=deal.found.quote_id,
        version=deal.found.version,
        reason=reason,
        comment=comment,
        declined_at=now,
    )
    db.session.add(row)
    parties.void(deal.quote, "declined", actor=deal.actor, now=now)
    personal = {"comment": comment} if comment else {}
    if deal.is_joint:
        personal["name"] = deal.reader
    events.record("doc.declined", deal.obj, actor=deal.actor, at=now, data={"reason": reason}, personal=personal)
    deal.quote.status = after(deal.quote.status, "decline")
    deal.quote.turn, deal.quote.touched_at, deal.quote.question_at = "firm", now, None
    undelivered.forget(deal.quote)
    by = {"by": deal.found.link_public_id}
    notices.tell(deal.quote, "declined", "quote_declined", {"quote": deal.found.deal_id, **by}, now=now)
    parties.tell_others(deal, "other_declined", by, now=now)
    transaction.commit()
