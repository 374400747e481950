"""What the customer thought of the quote: asked once after the yes, answered or not, and no part of the evidence.

It may be changed for two weeks. The chain only notes that it was given: what was said is a matter between the two.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from domain.quote_states import AGREED
from extensions import db
from models import Feedback, User
from services import events, notices, outbox, scope, transaction
from services.deal import deals
from services.deal.deals import Deal
from services.errors import RuleBroken

SCORES = range(1, 6)
CHANGE_WITHIN = timedelta(days=14)
LETTER_AFTER = timedelta(minutes=10)  # the words mostly come right after the figure: one letter for both


class Given(NamedTuple):
    """What was answered, 1 (hard to understand) to 5 (easy)."""

    score: int
    text: str
    given_at: datetime

    def can_change(self, now: datetime) -> bool:
        return now - self.given_at <= CHANGE_WITHIN


def of_quote(firm_id: int, quote_id: int) -> Given | None:
    statement = scope.columns(Feedback, firm_id, *scope.named(Feedback, Given)).where(Feedback.quote_id == quote_id)
    row = db.session.execute(statement).one_or_none()
    return Given(*row) if row else None


def is_asked(deal: Deal) -> bool:
    """Whether the page asks: the customer, of a quote that is agreed, with nobody of the firm looking on.

    Others who got the quote are not asked: there is one answer for each quote.
    """
    is_alone = not (deal.is_own_visit or deal.is_on_site)
    is_customer = deal.found.recipient_id is None
    return is_alone and is_customer and deal.found.agreement_id is not None and deal.found.status in AGREED


def give(deal: Deal, score: int, text: str | None, *, now: datetime) -> None:
    """Keep or change the answer; None leaves the words as they are. Commits.

    Raises RuleBroken("feedback_closed") where nothing is asked, or the time for changes is over.
    """
    deals.lock(deal)
    if not is_asked(deal):
        raise RuleBroken("feedback_closed")
    row = scope.find(Feedback, deal.found.firm_id, Feedback.quote_id == deal.found.quote_id)
    if row is None:
        row = _first(deal, score, now)
    elif now - row.given_at > CHANGE_WITHIN:
        raise RuleBroken("feedback_closed")
    if (score, row.text if text is None else text) != (row.score, row.text):
        row.score, row.text, row.changed_at = score, row.text if text is None else text, now
    transaction.commit()


def _first(deal: Deal, score: int, now: datetime) -> Feedback:
    """The row, its event and the letter to a user who wants it."""
    firm_id, quote_id = deal.found.firm_id, deal.found.quote_id
    row = Feedback(firm_id=firm_id, quote_id=quote_id, score=score, text="", given_at=now, changed_at=now)
    db.session.add(row)
    db.session.flush()
    events.record("feedback.given", deal.obj, actor=deal.actor, at=now, data={"version": deal.found.version})
    user = scope.get(User, firm_id, User.id == deal.quote.user_id)
    if notices.wants(user, "feedback"):
        params = {"feedback": row.public_id}
        letter = outbox.queue("feedback_to_firm", user.email, params, firm_id=firm_id, now=now, quote_id=quote_id)
        letter.next_at = now + LETTER_AFTER
    return row
