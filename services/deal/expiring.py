"""Quotes whose last day has ended without an answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, select

from domain.clock import stockholm_date
from domain.quote_states import OPEN, QuoteStatus, after, can
from extensions import db
from models import Firm, Quote, QuoteVersion
from services import events, notices, scope, standing, transaction
from services.actors import system
from services.deal import links, parties
from services.importing import homes


def due(now: datetime) -> list[int]:
    """Ids of the open quotes that were valid until a day before today, in the order they were made."""
    with transaction.reading():
        statement = (
            select(Quote.id)
            .join(
                QuoteVersion,
                and_(
                    QuoteVersion.firm_id == Quote.firm_id,
                    QuoteVersion.quote_id == Quote.id,
                    QuoteVersion.version == Quote.version,
                ),
            )
            .where(
                Quote.status.in_([str(status) for status in OPEN]),
                QuoteVersion.valid_until < stockholm_date(now),
                standing.of_those_here(Quote),
            )
            .order_by(Quote.id)
        )
        return list(db.session.scalars(statement))


def expire(quote_id: int, *, now: datetime) -> None:
    """The quote binds no longer, and it is the firm's move. Commits.

    Where some of several have approved there is no agreement, and all are told. Not if the first of them came after
    the last day: what then is begun the firm confirms or refuses.
    """
    quote = db.session.get(Quote, quote_id, with_for_update=True)
    if quote is None or not can(quote.status, "expire"):
        transaction.rollback()
        return
    # the draft's own date may have been moved since: what was sent decides
    valid_until = db.session.scalars(
        scope.columns(QuoteVersion, quote.firm_id, QuoteVersion.valid_until).where(
            QuoteVersion.quote_id == quote.id, QuoteVersion.version == quote.version
        )
    ).one()
    if valid_until >= stockholm_date(now):
        transaction.rollback()
        return
    if quote.status == QuoteStatus.PARTLY_SIGNED and parties.has_begun_late(quote, valid_until):
        transaction.rollback()
        return
    firm = db.session.get_one(Firm, quote.firm_id)
    is_asleep = homes.is_asleep(firm.id, quote.public_id)
    if parties.void(quote, "expired", actor=system(firm.id, firm.public_id), now=now) and not is_asleep:
        parties.tell(quote, "partly_expired", {}, but=None, copies=False, now=now)
        links.text_instead(quote, "partly_expired", {}, now=now)
        notices.tell(quote, notices.ALWAYS, "partly_expired_to_firm", {"quote": quote.public_id}, now=now)
    events.record(
        "doc.expired",
        f"quote:{quote.public_id}:v{quote.version}",
        actor=system(firm.id, firm.public_id),
        at=now,
        data={"valid_until": valid_until.isoformat()},
    )
    quote.status = after(quote.status, "expire")
    quote.turn, quote.touched_at = "firm", now
    transaction.commit()
