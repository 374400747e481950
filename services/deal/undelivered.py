"""A letter that did not arrive, and who has come all the same.

It asks for the firm's attention until something is sent again, or until the person it was for does something on the
page that it led to. Two kinds are missed even so: the papers that the law wants in the receiver's own keeping (lag
(2005:59) 2 kap. 4 and 10 a §§), and a code, without which nobody says yes.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select

from domain.quote_states import OPEN
from extensions import db
from models import Event, Letter, Quote, QuoteLink, SigningCode
from services import outbox, scope

AGREEMENT = ("quote_approved", "quote_recorded", "agreement_copy")  # carry the paper
PAPERS = (*AGREEMENT, "quote_approved_sms", "withdrawal_received")


class _Link(NamedTuple):
    id: int
    public_id: str
    recipient_id: int | None
    revoked_at: datetime | None


class _Done(NamedTuple):
    """What a person has last done by a link, and last proven with a code."""

    acted: dict[int | None, datetime]
    proven: dict[int | None, datetime]


def settle(quote: Quote, recipient_id: int | None, *, since: datetime, has_code: bool = False) -> None:
    """Who gets the quote as this recipient, None for the customer, acts by a link. Never commits; locks nothing.

    What did not reach others stays, and is what the firm reads of from here on. `since`: when the newest version was
    sent. `has_code`: a code has come, too.
    """
    if quote.mail_failed_at is None:
        return
    links = [_Link(*row) for row in db.session.execute(_of(quote, QuoteLink, scope.named(QuoteLink, _Link)))]
    given_again, done = _story(quote, links, since)
    now = datetime.max.replace(tzinfo=since.tzinfo)
    done.acted[recipient_id] = now
    if has_code:
        done.proven[recipient_id] = now
    quote.mail_failed_at = max(_still_lost(quote, links, done, given_again), default=None)
    if quote.mail_failed_at is None and quote.status in OPEN and quote.question_at is None:
        quote.turn = "customer"


def forget(quote: Quote) -> None:
    """It is agreed, declined or recalled: nobody misses what led there. Papers come after, with their own fate."""
    quote.mail_failed_at = None


def _story(quote: Quote, links: list[_Link], since: datetime) -> tuple[datetime, _Done]:
    """When the firm last gave the version once more, and what each has done."""
    whose = {f"link:{link.public_id}": link.recipient_id for link in links}
    found = scope.columns(Event, quote.firm_id, Event.act, Event.at, Event.entry)
    about = found.where(Event.obj == f"quote:{quote.public_id}", Event.at >= since).order_by(Event.seq)
    done = _Done({}, {})
    for act, at, entry in db.session.execute(about):
        if act == "doc.resent":
            since = at
        elif (actor := json.loads(entry)["actor"]) in whose:
            done.acted[whose[actor]] = at
            if act == "code.ok":
                done.proven[whose[actor]] = at
    return since, done


def _still_lost(quote: Quote, links: list[_Link], done: _Done, since: datetime) -> list[datetime]:
    """When each letter failed that somebody still misses."""
    whose = {link.public_id: link.recipient_id for link in links}
    here = {None, *(link.recipient_id for link in links if link.revoked_at is None)}
    failed = _of(quote, Letter, [Letter.kind, Letter.params, Letter.done_at])
    rows = db.session.execute(failed.where(Letter.state == "failed", Letter.done_at > since)).all()
    if any(outbox.is_code(kind) for kind, *_rest in rows):
        by_id = {link.id: link.recipient_id for link in links}
        codes = db.session.execute(_of(quote, SigningCode, [SigningCode.public_id, SigningCode.link_id]))
        whose |= {code: by_id[link_id] for code, link_id in codes}
    lost = []
    for kind, params, at in rows:
        if not outbox.is_to_customer(kind):
            continue
        ids = json.loads(params)
        person = whose.get(ids.get("code") or ids.get("link"))
        settled = None if kind in PAPERS else (done.proven if outbox.is_code(kind) else done.acted).get(person)
        if person in here and (settled is None or settled < at):
            lost.append(at)
    return lost


def _of(quote: Quote, model: type[Letter | QuoteLink | SigningCode], columns: list[Any]) -> Select[Any]:
    return scope.columns(model, quote.firm_id, *columns).where(model.quote_id == quote.id)
