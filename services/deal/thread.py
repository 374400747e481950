"""Questions and answers on a quote. Part of the evidence, not of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from domain.quote_states import OPEN, can
from extensions import db
from languages import gettext as _
from models import Message, Quote, QuoteLink, User, new_public_id
from services import events, notices, outbox, scope, transaction
from services.actors import Actor
from services.deal import deals, links
from services.deal.deals import Deal
from services.errors import RuleBroken


def ask(deal: Deal, text: str, *, now: datetime) -> Message:
    """A question from the customer: the firm gets a letter and the turn. Commits. Raises RuleBroken("not_open")."""
    deals.lock(deal)
    if not can(deal.quote.status, "ask"):
        raise RuleBroken("not_open")
    return _asked(deal, "doc.commented", text, now=now)


def ask_for_time(deal: Deal, *, now: datetime) -> None:
    """Be om ny tid: the last day has passed and the customer would like another. Commits. Raises RuleBroken."""
    deals.lock(deal)
    deal.check_business(now)
    deal.check_may_decide()
    if not can(deal.quote.status, "accept_late") or not deal.is_past(now):
        raise RuleBroken("not_open")
    text = str(_("Tiden har gått ut. Kan jag få ny tid att bestämma mig?"))
    data = {"valid_until": deal.found.valid_until.isoformat()}
    _asked(deal, "doc.extension_asked", text, data=data, notice="new_time", now=now)


def ask_anew(deal: Deal, *, now: datetime) -> None:
    """A customer who said no would like the offer back: only a new version can do that. Commits."""
    deals.lock(deal)
    deal.check_business(now)
    deal.check_may_decide()
    if deal.quote.status != "declined":
        raise RuleBroken("not_open")
    _asked(deal, "doc.commented", str(_("Jag har ångrat mig. Kan ni skicka igen?")), now=now)


def _asked(
    deal: Deal,
    act: str,
    text: str,
    *,
    data: Mapping[str, str] | None = None,
    notice: str = "question",
    now: datetime,
) -> Message:
    """What the customer asks: in the thread and in the chain, and told the firm. Commits."""
    deals.seen(deal, now=now)
    message = _from_customer(deal, text, now)
    events.record(act, deal.obj, actor=deal.actor, at=now, data=data, personal={"text": text})
    notices.tell(deal.quote, notice, "question_to_firm", {"message": message.public_id}, now=now)
    transaction.commit()
    return message


def _signature(actor: Actor) -> str:
    """Who answers: the user's name or the firm's, never the address of the login."""
    user = scope.get(User, actor.firm_id, User.id == actor.user_id)
    return user.name or user.firm.name


def answer(quote: Quote, text: str, *, actor: Actor, now: datetime) -> Message:
    """The firm answers: the customer gets a letter with the way back, if the address is known. Commits.

    Raises RuleBroken("not_open").
    """
    db.session.refresh(quote, with_for_update=True)
    if not can(quote.status, "ask"):
        raise RuleBroken("not_open")
    message = Message(
        firm_id=quote.firm_id,
        public_id=new_public_id(),
        quote_id=quote.id,
        sender="firm",
        name=_signature(actor),
        text=text,
        created_at=now,
    )
    db.session.add(message)
    obj = f"quote:{quote.public_id}:v{quote.version}"
    events.record("doc.commented", obj, actor=actor, at=now, personal={"text": text})
    for link in _concerned(quote):
        params = {"message": message.public_id, "link": link.public_id}
        outbox.queue("answer_to_customer", link.email, params, firm_id=quote.firm_id, now=now, quote_id=quote.id)
    links.text_instead(quote, "answer_to_customer", {"message": message.public_id}, now=now)
    quote.question_at, quote.touched_at = None, now
    if quote.status in OPEN:
        quote.turn = "customer"
    transaction.commit()
    return message


def _concerned(quote: Quote) -> list[QuoteLink]:
    """Who gets an answer: all who decide, and those of the others who have asked."""
    deciding = links.mailed_to(quote, copies=False)
    if not quote.is_shared:
        return deciding
    asked = set(
        db.session.scalars(
            scope.columns(Message, quote.firm_id, Message.recipient_id).where(
                Message.quote_id == quote.id, Message.sender == "customer"
            )
        )
    )
    return [link for link in links.mailed_to(quote) if link in deciding or link.recipient_id in asked]


def _from_customer(deal: Deal, text: str, now: datetime) -> Message:
    message = Message(
        firm_id=deal.found.firm_id,
        public_id=new_public_id(),
        quote_id=deal.found.quote_id,
        sender="customer",
        name=deal.reader,
        recipient_id=deal.found.recipient_id,
        text=text,
        created_at=now,
    )
    db.session.add(message)
    deal.quote.question_at = deal.quote.question_at or now
    deal.quote.turn, deal.quote.touched_at = "firm", now
    return message
