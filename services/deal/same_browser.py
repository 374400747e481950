"""Others of a deal who came by their links in the same browser."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import and_

from extensions import db
from models import QuoteLink, Recipient
from services import scope
from services.deal.deals import Deal
from services.deal.links import THE_CUSTOMER, link_id
from services.errors import NotFound
from services.quotes import recipient_rows


class Reader(NamedTuple):
    """One who came by a link in the same browser. `recipient`: public id, or THE_CUSTOMER."""

    token: str
    recipient: str
    name: str
    key: str  # of the place among those who sign


class _Own(NamedTuple):
    public_id: str | None
    name: str | None
    stands_for: str | None


def readers(deal: Deal, tokens: list[str]) -> list[Reader]:
    """The others of this deal by the tokens that a browser holds; no statement where it holds but one."""
    named = {}
    for token in tokens:
        try:
            named[link_id(token)] = token
        except NotFound:
            continue
    named.pop(deal.found.link_public_id, None)
    if not named or deal.is_on_site:
        return []
    customer = deal.content["customer"]
    rows = scope.columns(QuoteLink, deal.found.firm_id, QuoteLink.public_id, *scope.named(Recipient, _Own))
    rows = rows.outerjoin(
        Recipient, and_(Recipient.firm_id == QuoteLink.firm_id, Recipient.id == QuoteLink.recipient_id)
    ).where(
        QuoteLink.quote_id == deal.found.quote_id,
        QuoteLink.public_id.in_(named),
        QuoteLink.revoked_at.is_(None),
        QuoteLink.recipient_id.is_distinct_from(deal.found.recipient_id),
    )
    return [
        Reader(
            token=named[link],
            recipient=own.public_id or THE_CUSTOMER,
            name=own.name or customer["contact"] or customer["name"],
            key=recipient_rows.key_of(deal.content["deciders"], own.public_id, own.stands_for),
        )
        for link, *columns in db.session.execute(rows.order_by(QuoteLink.id))
        for own in [_Own(*columns)]
    ]
