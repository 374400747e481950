"""A personnummer in full: who asks says what for, and the chain keeps who, when and why."""

from __future__ import annotations

from datetime import datetime

from models import Agreement, Applicant
from services import events, scope, transaction
from services.actors import Actor
from services.errors import NotFound
from services.quotes import drafting

# what a firm needs it for (lag (2009:194) 9 §: the request names each buyer's; dataskyddslagen 3 kap. 10 §)
REASONS = ("invoice", "claim", "asked", "check")


def reveal(firm_id: int, n: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Note in the chain that the applicants' numbers are about to be shown in full, and why. Commits.

    Raises NotFound where there is none, ValueError for a reason that is none of ours.
    """
    if reason not in REASONS:
        raise ValueError(reason)
    quote = drafting.get(firm_id, n)
    agreement = scope.get(Agreement, firm_id, Agreement.quote_id == quote.id)
    given = Applicant.personnummer.is_not(None)
    if not scope.rows(Applicant, firm_id, Applicant.agreement_id == agreement.id, given):
        raise NotFound
    obj = f"quote:{quote.public_id}:v{quote.version}"
    events.record("personnummer.revealed", obj, actor=actor, at=now, data={"reason": reason})
    transaction.commit()
