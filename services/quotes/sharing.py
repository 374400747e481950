"""Who else gets a quote: adding, correcting and removing them.

Who signs, and in which order, belongs to a version (content `deciders`): a change of that is a change of the draft and
holds from the next sending. Who only reads can come and go at any time, and gets the link at once if the quote has
been sent.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from domain.parties import Role, signs
from domain.quote_states import QuoteStatus, can
from extensions import db
from models import Customer, Quote, QuoteLink, Recipient, new_public_id
from services import events, scope, transaction
from services.actors import Actor
from services.deal import delegating, links
from services.errors import NotFound, RuleBroken
from services.quotes import drafting, recipient_rows, recipients, sendable

MOST = 8  # besides the customer


class Given(Struct, frozen=True):
    """What the firm types of one who gets the quote."""

    name: str
    email: str
    role: str
    phone: str = ""  # E.164, for a code by text message


def roles(status: str) -> tuple[str, ...]:
    """The roles that can be given in a state: once there is an agreement nobody more is bound by it."""
    if can(status, "edit"):
        return (Role.CO_DECIDES, Role.SIGNATORY, Role.WITNESS, Role.COPY)
    return (Role.COPY,) if can(status, "hand_over") else ()


def roles_of(quote: Quote) -> tuple[str, ...]:
    """The same for one quote: only a company or an association has somebody who signs for it."""
    customer = scope.find(Customer, quote.firm_id, Customer.id == quote.customer_id) if quote.customer_id else None
    given = roles(quote.status)
    return given if customer and customer.kind != "private" else tuple(one for one in given if one != Role.SIGNATORY)


def add(firm_id: int, n: int, given: Given, *, actor: Actor, now: datetime) -> Recipient:
    """One more gets the quote. The same person twice is the first one. Commits.

    Raises NotFound, RuleBroken("role_not_open" | "too_many_recipients" | "on_its_way"), and of one who gets the link
    at once what sending raises.
    """
    quote = _locked(firm_id, n)
    if given.role not in roles_of(quote):
        raise RuleBroken("role_not_open")
    there = recipient_rows.of_quote(quote)
    for row in there:
        if (row.name, row.email, row.role) == (given.name, given.email, given.role):
            return row
    if len(there) >= MOST:
        raise RuleBroken("too_many_recipients")
    row = Recipient(
        firm_id=firm_id,
        public_id=new_public_id(),
        quote_id=quote.id,
        name=given.name,
        email=given.email,
        phone=given.phone,
        role=given.role,
        created_at=now,
    )
    keys = recipient_rows.in_turn(there)
    db.session.add(row)
    db.session.flush()
    _place(row, there, keys)
    quote.is_shared = True
    _record("recipient.added", quote, row, actor, now)
    _follow(quote, row, actor, now)
    transaction.commit()
    return row


def correct(
    firm_id: int, n: int, public_id: str, email: str, *, phone: str | None = None, actor: Actor, now: datetime
) -> Recipient:
    """Another address for one of them; the link to the old one ends, the new one gets what was sent. Commits.

    `phone` (None: as it is) is where a code goes by text message; where only that is another, nothing is sent.

    Raises NotFound, RuleBroken as `add`.
    """
    quote = _locked(firm_id, n)
    row = _get(quote, public_id)
    has_had_it = bool(scope.rows(QuoteLink, firm_id, QuoteLink.quote_id == quote.id, QuoteLink.recipient_id == row.id))
    is_only_phone = email == row.email and phone not in (None, row.phone)
    row.email, row.phone = email, row.phone if phone is None else phone
    _record("recipient.changed", quote, row, actor, now)
    if (has_had_it or not signs(row.role)) and not is_only_phone:
        _send(quote, row, actor, now)
    transaction.commit()
    return row


def remove(firm_id: int, n: int, public_id: str, *, actor: Actor, now: datetime) -> None:
    """One gets the quote no longer, and the own link ends at once. Commits; doing it twice is doing it once.

    What was approved or asked stays. Who decides on a sent version goes on being needed for it, until another is sent.
    Raises NotFound, RuleBroken("role_not_open" | "on_its_way" | "all_signed").
    """
    quote = _locked(firm_id, n)
    row = scope.get(Recipient, firm_id, Recipient.quote_id == quote.id, Recipient.public_id == public_id)
    if row.removed_at is not None:
        return
    if row.stands_for is not None:  # somebody's place, who gets it back
        delegating.undo(firm_id, n, public_id, actor=actor, now=now)
        return
    if signs(row.role) and not can(quote.status, "edit"):
        raise RuleBroken("role_not_open")
    there = recipient_rows.of_quote(quote)
    keys = recipient_rows.in_turn(there)
    recipient_rows.number(there, [key for key in keys if key != row.public_id])
    row.removed_at = now
    links.end_of(quote, row, actor=actor, now=now)
    _record("recipient.removed", quote, row, actor, now)
    if signs(row.role):
        quote.changed_since = True
    transaction.commit()


def arrange(firm_id: int, n: int, *, in_order: bool, actor: Actor, now: datetime) -> None:
    """Whether they sign one after the other, from the next sending on. Commits; twice is once.

    Raises NotFound, RuleBroken("role_not_open" | "on_its_way").
    """
    quote = _signed_by_several(firm_id, n)
    if quote.in_order != in_order:
        quote.in_order, quote.changed_since = in_order, True
        _record_order(quote, actor, now)
    transaction.commit()


def move(firm_id: int, n: int, key: str, *, up: bool, actor: Actor, now: datetime) -> None:
    """One signs a step earlier or later, from the next sending on; `key` as in domain/parties.py. Commits.

    Who is at the end already stays there. Raises NotFound, RuleBroken("role_not_open" | "on_its_way").
    """
    quote = _signed_by_several(firm_id, n)
    rows = recipient_rows.of_quote(quote)
    if key not in recipient_rows.in_turn(rows):
        raise NotFound
    recipient_rows.move(rows, key, up=up)
    quote.changed_since = True
    _record_order(quote, actor, now)
    transaction.commit()


def _signed_by_several(firm_id: int, n: int) -> Quote:
    quote = _locked(firm_id, n)
    if not can(quote.status, "edit"):
        raise RuleBroken("role_not_open")
    return quote


def _record_order(quote: Quote, actor: Actor, now: datetime) -> None:
    data = {"in_order": quote.in_order}
    events.record("signer.order_changed", f"quote:{quote.public_id}", actor=actor, at=now, data=data)


def _place(row: Recipient, there: list[Recipient], keys: list[str]) -> None:
    """Last among those who decide, or among all if it is a witness."""
    if not signs(row.role):
        return
    attests = {one.public_id for one in there if one.role == Role.WITNESS}
    at = len(keys) if row.role == Role.WITNESS else len(keys) - len(attests)
    recipient_rows.number([*there, row], [*keys[:at], row.public_id, *keys[at:]])


def _follow(quote: Quote, row: Recipient, actor: Actor, now: datetime) -> None:
    """What a new recipient means for a quote that has been sent."""
    if signs(row.role):
        quote.changed_since = True
    else:
        _send(quote, row, actor, now)


def _send(quote: Quote, row: Recipient, actor: Actor, now: datetime) -> None:
    """The newest version to one of them, if it lies with the customer or is agreed."""
    if quote.version == 0 or not can(quote.status, "hand_over"):
        return
    sendable.check_sender(quote.firm_id, actor, now)
    link = recipients.link_to(quote, row, actor=actor, now=now)
    data = {"channel": "mail", "text_version": recipients.LETTER_VERSION, "link_id": link.public_id}
    obj = f"quote:{quote.public_id}:v{quote.version}"
    events.record("doc.resent", obj, actor=actor, at=now, data=data, personal={"to": row.email})
    recipients.post(quote, link, quote.version, now=now)


def _locked(firm_id: int, n: int) -> Quote:
    quote = drafting.get(firm_id, n, lock=True)
    if quote.hold == drafting.HELD:
        raise drafting.OnItsWay
    if quote.archived_at is not None or quote.status == QuoteStatus.REPLACED:
        raise RuleBroken("role_not_open")
    return quote


def _get(quote: Quote, public_id: str) -> Recipient:
    return scope.get(
        Recipient,
        quote.firm_id,
        Recipient.quote_id == quote.id,
        Recipient.public_id == public_id,
        Recipient.removed_at.is_(None),
    )


def _record(act: str, quote: Quote, row: Recipient, actor: Actor, now: datetime) -> None:
    events.record(
        act,
        f"quote:{quote.public_id}",
        actor=actor,
        at=now,
        data={"recipient_id": row.public_id, "role": row.role},
        personal={"name": row.name, "to": row.email},
    )
