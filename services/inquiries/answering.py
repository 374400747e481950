"""What the firm does with a request besides quoting: turn it down with a letter, or throw it away as spam."""

from __future__ import annotations

from datetime import datetime

from models import Inquiry, Quote
from services import events, outbox, transaction
from services.actors import Actor
from services.errors import NotFound, RuleBroken
from services.inquiries import reading
from services.inquiries.forgetting import forget
from services.inquiries.reading import Asked
from services.quotes import drafting


class Answered(RuleBroken):
    """The request was answered already, by a quote or by a no."""

    code = "inquiry_answered"


def get(firm_id: int, n: int, *, lock: bool = False) -> tuple[Quote, Asked]:
    """A quote and the request it was made of. Raises NotFound."""
    quote = drafting.get(firm_id, n, lock=lock)
    asked = reading.of_quote(firm_id, quote.id) if quote.has_inquiry else None
    if asked is None:
        raise NotFound
    return quote, asked


def is_open(quote: Quote, inquiry: Inquiry) -> bool:
    return inquiry.state == "open" and may_forget(quote)


def may_forget(quote: Quote) -> bool:
    """Until a quote has been sent the request is all there is, turned down or not."""
    return not quote.version and quote.hold != drafting.HELD


def decline(n: int, answer: str, *, actor: Actor, now: datetime) -> bool:
    """Turn a request down: the draft is archived; whether a letter goes to the sender. Commits.

    Raises NotFound, Answered.
    """
    quote, asked = get(actor.firm_id, n, lock=True)
    inquiry = asked.inquiry
    if not is_open(quote, inquiry):
        raise Answered
    inquiry.state, inquiry.answer, inquiry.answered_at = "declined", answer, now
    quote.archived_at = quote.archived_at or now
    quote.turn, quote.question_at, quote.touched_at = "none", None, now
    by_mail = bool(inquiry.email)
    data = {"channel": "mail" if by_mail else "none"}
    events.record("inquiry.declined", f"quote:{quote.public_id}", actor=actor, at=now, data=data)
    if by_mail:
        params = {"inquiry": inquiry.public_id, "lang": asked.customer.language}
        outbox.queue("inquiry_declined", inquiry.email, params, firm_id=quote.firm_id, now=now, quote_id=quote.id)
    transaction.commit()
    return by_mail


def discard(n: int, *, actor: Actor) -> bool:
    """Erase a request at once: it is spam, or its sender wants it. Whether the draft went too.

    Raises NotFound, Answered.
    """
    quote, asked = get(actor.firm_id, n, lock=True)
    if not may_forget(quote):
        raise Answered
    return forget(asked.inquiry, quote)
