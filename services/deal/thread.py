"""Questions and answers on a quote. Part of the evidence, not of the contract."""

from __future__ import annotations

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
    deals.seen(deal, now=now)
    message = _from_customer(deal, text, now)
    events.record("doc.commented", deal.obj, actor=deal.actor, at=now, personal={"text": text})
    _tell_firm(deal.quote, message, now)
    transaction.commit()
    return message


def ask_for_time(deal: Deal, *, now: datetime) -> None:
    """Be om ny tid: the last day has passed and the customer would like another. Commits. Raises RuleBroken."""
    deals.lock(deal)
    deal.check_business(now)
    deal.check_may_decide()
    if not can(deal.quote.status, "accept_late") or not deal.is_past(now):
        raise RuleBroken("not_open")
    deals.seen(deal, now=now)
    text = str(_("Tiden har gått ut. Kan jag få ny tid att bestämma mig?"))
    message = _from_customer(deal, text, now)
    data = {"valid_until": deal.found.valid_until.isoformat()}
    events.record("doc.extension_asked", deal.obj, actor=deal.actor, at=now, data=data, personal={"text": text})
    _tell_firm(deal.quote, message, now, "new_time")
    transaction.commit()


def ask_anew(deal: Deal, *, now: datetime) -> None:
    """A customer who said no would like the offer back: only a new version can do that. Commits."""
    deals.lock(deal)
    deal.check_business(now)
    deal.check_may_decide()
    if deal.quote.status != "declined":
        raise RuleBroken("not_open")
    text = str(_("Jag har ångrat mig. Kan ni skicka igen?"))
    message = _from_customer(deal, text, now)
    events.record("doc.commented", deal.obj, actor=deal.actor, at=now, personal={"text": text})
    _tell_firm(deal.quote, message, now)
    transaction.commit()


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


def _tell_firm(quote: Quote, message: Message, now: datetime, event: str = "question") -> None:
    notices.tell(quote, event, "question_to_firm", {"message": message.public_id}, now=now)
