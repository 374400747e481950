"""Give the newest version to the customer once more: to a corrected address, or as a link that the firm hands over."""

from __future__ import annotations

from datetime import datetime

from domain.quote_states import OPEN, can
from models import QuoteLink
from services import events, transaction
from services.actors import Actor
from services.deal import agreements, links
from services.errors import RuleBroken
from services.quotes import drafting, giving, sendable, sending


def resend(firm_id: int, n: int, to: str, *, way: str = giving.MAIL, actor: Actor, now: datetime) -> None:
    """Send the newest version to a corrected address or number; a link to another one of that way ends. Commits.

    Raises NotFound, RuleBroken("not_open" | "closed" | "suspended" | "email_not_confirmed" | "no_seal_key").
    """
    _give_again(firm_id, n, way, to, actor=actor, now=now)
    transaction.commit()


def hand_over(firm_id: int, n: int, *, way: str = giving.LINK, actor: Actor, now: datetime) -> str:
    """The address of a link that the firm gives the customer itself; told once, noted in the chain. Commits.

    Raises NotFound, RuleBroken("not_open" | "closed" | "suspended" | "email_not_confirmed" | "no_seal_key").
    """
    address = links.address(_give_again(firm_id, n, way, "", actor=actor, now=now))
    transaction.commit()
    return address


def _give_again(firm_id: int, n: int, way: str, to: str, *, actor: Actor, now: datetime) -> QuoteLink:
    """One more link to the newest version, and its event. What did not arrive before is settled by it."""
    quote = drafting.get(firm_id, n, lock=True)
    if not can(quote.status, "hand_over"):
        raise RuleBroken("not_open")
    sender = sendable.check_sender(firm_id, actor, now)
    link = giving.link_for(quote, way, email=to, phone=to, actor=actor, now=now)
    data = {"channel": way, "text_version": sending.LETTER_VERSION, "link_id": link.public_id}
    obj = f"quote:{quote.public_id}:v{quote.version}"
    events.record("doc.resent", obj, actor=actor, at=now, data=data, personal=giving.to_whom(link))
    if not (way == giving.MAIL and agreements.mail_again(quote, to, link, now=now)):
        giving.post(quote, link, quote.version, now=now)
    quote.mail_failed_at, quote.touched_at, sender.last_way = None, now, way
    if quote.status in OPEN and quote.question_at is None:
        quote.turn = "customer"
    return link
