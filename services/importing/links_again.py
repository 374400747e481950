"""New links to the customers of a firm that has moved: those they have lead to where it was before.

A link's row came along, with its end and what was done by it; only its address, which this installation signs, is new.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from msgspec import Struct, field
from sqlalchemy import func

from domain.quote_states import can
from extensions import db
from models import Event, Firm, Letter, Quote, QuoteLink
from services import events, outbox, scope, transaction
from services.actors import Actor
from services.deal.links import MAIL, SMS
from services.errors import NotFound, RuleBroken
from services.importing import homes
from services.quotes import giving, sendable, sending

MOST = 300  # links of one press
MOST_A_DAY = 900  # anyone may bring an archive with addresses to write to, and the installation pays for texts
KINDS = {MAIL: "link_moved", SMS: "link_moved_sms"}


class OfQuote(Struct):
    """A quote whose customers have links of before."""

    quote: Quote
    waiting: list[QuoteLink] = field(default_factory=list)
    sent: list[QuoteLink] = field(default_factory=list)  # have been sent the new one

    @property
    def whom(self) -> str:
        return ", ".join(link.email or link.phone for link in [*self.waiting, *self.sent])


def of_firm(firm_id: int, *, now: datetime) -> list[OfQuote]:
    """The quotes and agreements that customers can open, the newest first. Revoked and ended links are left out."""
    home = homes.newest(firm_id)
    if home is None:
        return []
    sent = _sent_since(firm_id, home.seq)
    statement = (
        scope.columns(QuoteLink, firm_id, QuoteLink, Quote)
        .join(Quote, (Quote.firm_id == QuoteLink.firm_id) & (Quote.id == QuoteLink.quote_id))
        .where(
            QuoteLink.way.in_((MAIL, SMS)),
            QuoteLink.revoked_at.is_(None),
            QuoteLink.expires_at > now,
            QuoteLink.created_at <= home.arrived_at,
            Quote.version > 0,
        )
        .order_by(Quote.touched_at.desc(), Quote.id.desc(), QuoteLink.id)
    )
    found: dict[int, OfQuote] = {}
    for link, quote in db.session.execute(statement):
        if can(quote.status, "hand_over"):
            row = found.setdefault(quote.id, OfQuote(quote))
            (row.sent if link.public_id in sent else row.waiting).append(link)
    return list(found.values())


def send(firm_id: int, *, n: int | None = None, actor: Actor, now: datetime) -> int:
    """Send the new links of all, or of quote `n`; how many went. One that has gone goes no more. Commits.

    Raises NotFound for a quote without any, and as sending a quote does RuleBroken("closed" | "suspended" |
    "email_not_confirmed" | "no_seal_key"), and "links_tomorrow".
    """
    db.session.get_one(Firm, firm_id, with_for_update=True)  # two presses take turns
    rows = [row for row in of_firm(firm_id, now=now) if n in (None, row.quote.n)]
    if n is not None and not rows:
        raise NotFound
    sendable.check_sender(firm_id, actor, now)
    waiting = [(row.quote, link) for row in rows for link in row.waiting]
    room = MOST_A_DAY - _sent_today(firm_id, now)
    if waiting and room <= 0:
        raise RuleBroken("links_tomorrow")
    waiting = waiting[: min(MOST, room)]
    for quote, link in waiting:
        _send(quote, link, actor, now)
    transaction.commit()
    return len(waiting)


def _send(quote: Quote, link: QuoteLink, actor: Actor, now: datetime) -> None:
    kind, to = KINDS[link.way], link.email if link.way == MAIL else link.phone
    data = {"channel": link.way, "text_version": sending.LETTER_VERSION, "link_id": link.public_id}
    obj = f"quote:{quote.public_id}:v{quote.version}"
    events.record("doc.resent", obj, actor=actor, at=now, data=data, personal=giving.to_whom(link))
    outbox.queue(kind, to, {"link": link.public_id}, firm_id=quote.firm_id, now=now, quote_id=quote.id)


def _sent_today(firm_id: int, now: datetime) -> int:
    since = Letter.kind.in_(KINDS.values()), Letter.created_at > now - timedelta(days=1)
    return db.session.scalar(scope.columns(Letter, firm_id, func.count()).where(*since)) or 0


def _sent_since(firm_id: int, seq: int) -> set[str]:
    """Public ids of the links that have been sent, in whatever way, since the firm came."""
    resent = scope.columns(Event, firm_id, Event.entry).where(Event.seq > seq, Event.act == "doc.resent")
    return {json.loads(entry)["data"].get("link_id", "") for entry in db.session.scalars(resent)}
