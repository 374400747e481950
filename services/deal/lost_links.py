"""What one without a good link can do: have it sent again, or ask the firm for a new one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, select

from extensions import db
from models import Quote, QuoteLink
from services import limits, notices, outbox, standing, transaction
from services.deal.links import MAIL, SMS, link_id
from services.errors import NotFound


def send_again(deal_id: str, *, now: datetime) -> None:
    """Send the live link of a deal to where it was sent. Commits.

    Nothing goes for an unknown id, in as many statements. Of several people each gets the own one: nobody knows who
    asks.
    """
    rows = db.session.execute(
        select(QuoteLink, Quote)
        .join(Quote, and_(Quote.firm_id == QuoteLink.firm_id, Quote.id == QuoteLink.quote_id))
        .where(
            Quote.public_id == deal_id,
            QuoteLink.way.in_((MAIL, SMS)),
            QuoteLink.revoked_at.is_(None),
            QuoteLink.expires_at >= now,
            standing.of_those_here(QuoteLink),
        )
        .order_by(QuoteLink.id)
    ).all()
    newest = {link.recipient_id: link for link, _quote in rows}
    if not newest:
        limits.waste(writes=1, wakes="send_mail", now=now)
        return
    outbox.queue_about(rows[0][1], [_letter(link) for link in newest.values()], now=now)
    transaction.commit()


def _letter(link: QuoteLink) -> tuple[str, str, dict[str, str]]:
    kind, to = ("link_again", link.email) if link.way == MAIL else ("link_again_sms", link.phone)
    return kind, to, {"link": link.public_id}


def ask_for_new(deal_id: str, token: str, *, now: datetime) -> None:
    """A customer whose link has run out asks the firm for a new one. Commits. Raises NotFound."""
    row = db.session.execute(
        select(QuoteLink, Quote)
        .join(Quote, and_(Quote.firm_id == QuoteLink.firm_id, Quote.id == QuoteLink.quote_id))
        .where(
            QuoteLink.public_id == link_id(token),
            Quote.public_id == deal_id,
            QuoteLink.revoked_at.is_(None),
            standing.of_those_here(QuoteLink),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    quote: Quote = row[1]
    notices.tell(quote, "new_time", "link_wanted", {"quote": quote.public_id}, now=now)
    quote.turn, quote.touched_at = "firm", now
    transaction.commit()
