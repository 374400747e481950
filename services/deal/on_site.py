"""Visa för kund: a browser of the firm's is held to the customer's view of one quote until the password is typed.

The lock lies on the row of the login, so it outlives tabs, restarts and typed addresses; every request asks it before
anything else (blueprints/shared/locking.py). It ends with the password, with logging out, and with the login itself.
There is no token: the customer's view has a link row of its own that only the lock opens.
"""

from __future__ import annotations

from datetime import datetime

from domain.parties import CUSTOMER
from domain.quote_states import can
from extensions import db
from models import Login, Quote, QuoteLink, Recipient, User
from services import events, logins, scope, standing, transaction
from services.actors import Actor
from services.deal import links
from services.errors import RuleBroken
from services.logins import Found
from services.quotes import drafting


def show(n: int, *, login_id: int, actor: Actor, now: datetime, whose: str = CUSTOMER) -> str:
    """Hold this login to the view of one who signs; the deal's public id. Begins to write; commits.

    `whose`: public id of a recipient, or CUSTOMER. Several sign one after the other, the lock between them.
    Raises NotFound, RuleBroken("not_open" | "closed" | "suspended").
    """
    transaction.start_writing()
    quote = drafting.get(actor.firm_id, n, lock=True)
    if not can(quote.status, "hand_over"):
        raise RuleBroken("not_open")
    standing.check(actor.firm_id, now)
    reader = _reader(quote, whose)
    link = _unused(quote, reader) or links.on_site(quote, now=now, reader=reader)
    data = {"version": quote.version, "link_id": link.public_id}
    obj = f"quote:{quote.public_id}:v{quote.version}"
    events.record("doc.shown", obj, actor=actor, at=now, data=data, personal={"name": _name(actor)})
    quote.touched_at = now
    _hold(actor.firm_id, login_id, to=quote.public_id, link=link.public_id, at=now)
    deal_id = quote.public_id
    transaction.commit()
    return deal_id


def _reader(quote: Quote, whose: str) -> Recipient | None:
    """Raises NotFound."""
    if whose == CUSTOMER:
        return None
    mine = Recipient.quote_id == quote.id, Recipient.public_id == whose, Recipient.removed_at.is_(None)
    return scope.get(Recipient, quote.firm_id, *mine)


def _unused(quote: Quote, reader: Recipient | None) -> QuoteLink | None:
    """The link of a quote that was made to be shown (the review) and is on no screen yet."""
    held = scope.columns(Login, quote.firm_id, Login.locked_link).where(Login.locked_link != "")
    whose = QuoteLink.recipient_id.is_not_distinct_from(reader.id if reader else None)
    mine = (QuoteLink.quote_id == quote.id, whose, QuoteLink.way == links.ON_SITE, QuoteLink.opened_at.is_(None))
    rows = scope.rows(QuoteLink, quote.firm_id, *mine, QuoteLink.revoked_at.is_(None), QuoteLink.public_id.not_in(held))
    return max(rows, key=lambda row: row.id, default=None)


def take_back(found: Found, password: str, *, actor: Actor, now: datetime) -> int:
    """The one whose login it is types the password: the lock ends. The quote's number. Commits.

    Raises WrongPassword, TooMany, both of which leave the lock as it is.
    """
    transaction.start_writing()
    user = scope.get(User, found.firm_id, User.id == found.user_id)
    logins.check_password(user, password, now=now)
    n = let_go(found, actor=actor, now=now)
    db.session.execute(scope.change(Login, found.firm_id).where(Login.id == found.login_id).values(fresh_at=now))
    transaction.commit()
    return n


def let_go(found: Found, *, actor: Actor, now: datetime) -> int:
    """End the lock and the view that it opened; the quote's number, 0 if there is none any more. Never commits."""
    quote = scope.find(Quote, found.firm_id, Quote.public_id == found.locked_to)
    if quote is not None:
        links.take_back(quote, found.locked_link, actor=actor, now=now)
    _hold(found.firm_id, found.login_id, to="", link="", at=None)
    return quote.n if quote else 0


def _hold(firm_id: int, login_id: int, *, to: str, link: str, at: datetime | None) -> None:
    held = {"locked_to": to, "locked_link": link, "locked_at": at}
    db.session.execute(scope.change(Login, firm_id).where(Login.id == login_id).values(**held))


def _name(actor: Actor) -> str:
    """Who handed the device over: the user's name or the firm's, never the address of the login."""
    user = scope.get(User, actor.firm_id, User.id == actor.user_id)
    return user.name or user.firm.name
