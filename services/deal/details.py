"""The data of the deduction, where the customer approved first and left them for later."""

from __future__ import annotations

from datetime import datetime

from domain.quote_states import QuoteStatus
from extensions import db
from models import Applicant
from services import allowance, notices, scope, transaction
from services.deal import consenting, deals, figures, inviting, keeping, viewing
from services.deal.consenting import Home, Person
from services.deal.deals import Deal
from services.errors import NotFound, RuleBroken


def needed(deal: Deal) -> set[str]:
    """The deductions of what was agreed."""
    return {share["kind"] for share in viewing.agreed(deal)["totals"]["deductions"] if share["amount_kr"]}


def are_missing(deal: Deal) -> bool:
    return (
        deal.agreement is not None
        and deal.agreement.home == "later"
        and deal.found.status in (QuoteStatus.ACCEPTED, QuoteStatus.SIGNED, QuoteStatus.LATE_ACCEPTANCE)
    )


def own_name(deal: Deal) -> str:
    """The name that who has come signed with. Raises NotFound where nothing is agreed."""
    if deal.agreement is None:
        raise NotFound
    return deal.own_approval.name if deal.own_approval else deal.agreement.name


def own_email(deal: Deal) -> str:
    """Where letters reach who has come, as far as is known: never another's address."""
    if deal.is_joint or deal.agreement is None:
        return deal.link.email
    return deal.agreement.email


def give(deal: Deal, home: Home, persons: tuple[Person, ...], *, now: datetime) -> None:
    """Keep home and persons. What was agreed stays as it is; the deduction is computed anew at the invoice. Commits.

    Of several who decide any may give them, for themselves.
    Raises NotFound, RuleBroken("copy_only" | "not_open").
    """
    deals.lock(deal)
    if deal.agreement is None:
        raise NotFound
    deal.check_may_decide()
    if not are_missing(deal):
        raise RuleBroken("not_open")
    agreement = deal.agreement
    result = consenting.reckon(deal.content, figures.agreed(viewing.agreed(deal)), persons)
    removed = scope.remove(Applicant, deal.found.firm_id).where(Applicant.agreement_id == agreement.id)
    db.session.execute(removed)
    agreement.home, agreement.fastighetsbeteckning = home.kind, home.fastighetsbeteckning
    agreement.brf_orgnr, agreement.flat_number = home.brf_orgnr, home.flat_number
    keeping.keep_persons(deal, agreement, persons, result, now=now)
    db.session.flush()
    keeping.record_persons(deal, home.kind, persons, now=now)
    inviting.begin_anew(deal.quote, agreement, actor=deal.actor, now=now)
    allowance.reserve(agreement, None, now, quote=deal.quote)
    deal.quote.touched_at = now
    notices.tell(deal.quote, "rot_details", "details_to_firm", {"agreement": agreement.public_id}, now=now)
    transaction.commit()
