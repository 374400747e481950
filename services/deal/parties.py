"""Several who decide: who has approved, who is waited for, and what undoes approvals before there is an agreement.

The version says who decides (content `deciders`, besides the customer). The first approval settles the choices; the
others approve just that, each with a row and an entry of the chain. Nobody is bound until the last has approved, so
a new version, a no, a recall or the end of the time undoes what there is (documents' rule for several signers).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from documents import deciders
from domain import canonical, parties
from domain.clock import end_of_day
from domain.parties import CUSTOMER, Role
from domain.quote_states import QuoteStatus
from extensions import db
from models import Agreement, Approval, Quote, QuoteLink, Recipient, new_public_id
from services import events, notices, outbox, scope
from services.actors import Actor
from services.deal import links
from services.deal.deals import Deal
from services.errors import RuleBroken
from services.quotes import content as frozen_content
from services.quotes import recipient_rows
from services.quotes.recipient_rows import Person, Shared

if TYPE_CHECKING:
    from services.signing import Signed

PENDING = (QuoteStatus.PARTLY_SIGNED, QuoteStatus.LATE_ACCEPTANCE)  # approved, and yet no agreement
CONTRACT = (QuoteStatus.ACCEPTED, QuoteStatus.SIGNED, QuoteStatus.COMPLETED, QuoteStatus.WITHDRAWN)
Content = Mapping[str, Any]


class Party(Struct, frozen=True):
    """One who signs. `approved_at` is None while the yes is waited for."""

    key: str  # public id of the recipient; CUSTOMER for the customer
    name: str
    approved_at: datetime | None = None
    role: str = Role.DECIDES
    has_turn: bool = False  # it can be given now
    holder: str = ""  # public id of who signs, which is another's where the place was handed over


def of(content: Content, approvals: list[Approval], people: list[Person]) -> list[Party]:
    """Those who sign, in their order, with what each has said. A place that was handed over has the new one's name."""
    places = parties.places(content["deciders"])
    said = {_key(content, row, people): row for row in approvals}
    turn = parties.turn(places, said)
    named = deciders.everyone(content)
    held = {key: key for key in named}
    for one in people:
        if one.removed_at is None and (key := _key_of(content, one)) != one.public_id and key in named:
            named[key], held[key] = one.name, one.public_id
    return [
        Party(
            key=place.key,
            name=said[place.key].name if place.key in said else named[place.key],
            approved_at=said[place.key].approved_at if place.key in said else None,
            role=place.role,
            has_turn=place.key in turn,
            holder=held[place.key],
        )
        for place in places
    ]


def of_deal(deal: Deal) -> list[Party]:
    """The same for who came by a link; empty where one decides."""
    return of(deal.content, deal.approvals, deal.people) if deal.is_joint else []


def turn(deal: Deal) -> list[str]:
    """Whose turn it is to sign, by key."""
    return parties.turn(parties.places(deal.content["deciders"]), _signed(deal))


def has_turn(deal: Deal) -> bool:
    """Whether who has come can sign now, and need not wait for another."""
    return deal.party in turn(deal)


def check_turn(deal: Deal) -> None:
    """Raises RuleBroken("not_your_turn") for one who signs after somebody who has not yet."""
    if not has_turn(deal):
        raise RuleBroken("not_your_turn")


def is_last(deal: Deal) -> bool:
    """Whether the approval of who came completes the agreement."""
    return parties.left(parties.places(deal.content["deciders"]), [*_signed(deal), deal.party]) == []


def add(
    deal: Deal, agreement: Agreement, name: str, consents: list[dict[str, Any]], signed: Signed, *, now: datetime
) -> None:
    """Keep one's yes. Never commits."""
    row = Approval(
        firm_id=deal.found.firm_id,
        public_id=new_public_id(),
        quote_id=deal.found.quote_id,
        recipient_id=deal.found.recipient_id,
        link_id=deal.found.link_id,
        version=deal.found.version,
        name=name,
        role=deal.role,
        way=deal.link.way,
        method=signed.method,
        level=signed.level,
        consents=canonical.dumps(consents).decode(),
        agreed_sha256=agreement.agreed_sha256,
        approved_at=now,
    )
    row.mark = signed.sealed(deal.found.firm_public_id, "approval", row.public_id)
    db.session.add(row)
    deal.approvals.append(row)
    deal.__dict__.pop("people", None)


def given_by_all(approvals: list[Approval]) -> frozenset[str]:
    """The ticks that everyone who has approved has given. A witness approves nothing."""
    ticks = [
        {tick["kind"] for tick in json.loads(row.consents) if tick["value"]}
        for row in approvals
        if row.role != Role.WITNESS
    ]
    return frozenset(set.intersection(*ticks)) if ticks else frozenset()


def live(quote: Shared) -> list[Approval]:
    """The approvals that count, oldest first. No statement where one decides."""
    if not quote.is_shared:
        return []
    rows = scope.rows(Approval, quote.firm_id, Approval.quote_id == quote.id, Approval.voided_at.is_(None))
    return sorted(rows, key=lambda row: row.id)


def void(quote: Quote, reason: str, *, actor: Actor, now: datetime) -> bool:
    """Undo what has been approved while there is no agreement; what was filled in goes with it. Never commits.

    True if several decide and some had approved, so that they have to be told.
    """
    if quote.status not in PENDING:
        return False
    approvals = live(quote)
    for row in approvals:
        row.voided_at, row.void_reason = now, reason
    db.session.execute(scope.remove(Agreement, quote.firm_id).where(Agreement.quote_id == quote.id))
    if approvals:
        data = {"version": quote.version, "reason": reason, "approvals": len(approvals)}
        obj = f"quote:{quote.public_id}:v{quote.version}"
        events.record("doc.approvals_voided", obj, actor=actor, at=now, data=data)
    return bool(approvals)


def undone(deal: Deal) -> list[tuple[str, str]]:
    """(name, reason) of the approvals that count no longer and that no one has given anew: those last undone."""
    if not deal.is_joint:
        return []
    where = Approval.quote_id == deal.found.quote_id, Approval.voided_at.is_not(None)
    rows = scope.rows(Approval, deal.found.firm_id, *where)
    again = {row.recipient_id for row in deal.approvals}
    last = max((row.voided_at for row in rows if row.voided_at), default=None)
    return [(row.name, row.void_reason) for row in rows if row.voided_at == last and row.recipient_id not in again]


def was_replaced(quote: Quote) -> bool:
    """Whether somebody had approved the version before the newest one."""
    where = Approval.quote_id == quote.id, Approval.version == quote.version - 1, Approval.void_reason == "replaced"
    return quote.is_shared and bool(scope.rows(Approval, quote.firm_id, *where))


def has_begun_late(quote: Quote, valid_until: Any) -> bool:
    """Whether the first of the approvals came after the last day: the time has ended before, and ends no more."""
    approvals = live(quote)
    return bool(approvals) and approvals[0].approved_at > end_of_day(valid_until)


def tell(quote: Quote, kind: str, params: Mapping[str, str], *, but: int | None, copies: bool, now: datetime) -> None:
    """A letter about the quote to each, with the own link, but to the one of link `but`. Never commits."""
    for link in links.mailed_to(quote, copies=copies):
        if link.id != but:
            whole = {"quote": quote.public_id, **params, "link": link.public_id}
            outbox.queue(kind, link.email, whole, firm_id=quote.firm_id, now=now, quote_id=quote.id)


def tell_others(deal: Deal, kind: str, params: Mapping[str, str], *, now: datetime) -> None:
    """What one has done, to all others who get the quote. Never commits."""
    if deal.quote.is_shared:
        tell(deal.quote, kind, params, but=deal.found.link_id, copies=True, now=now)
        if deal.found.recipient is not None:
            links.text_instead(deal.quote, kind, {}, now=now)


def tell_of_approval(deal: Deal, *, now: datetime) -> None:
    """One has approved and others have not: a receipt to the one, the turn to those who have it, a word to the firm."""
    approval = deal.own_approval
    assert approval is not None  # noqa: S101  (has just been added)
    params = {"approval": approval.public_id}
    for link, key in signers(deal):
        if link.recipient_id == deal.found.recipient_id:
            kind = "partly_approved"
        elif key in turn(deal):
            kind = "your_turn"
        else:
            continue
        queue(deal, kind, link, params, now=now)
    if CUSTOMER in turn(deal) and not deal.is_handed_over(CUSTOMER):
        links.text_instead(deal.quote, "your_turn", {}, now=now)
    notices.tell(deal.quote, "approved", "partly_approved_to_firm", params, now=now)


def queue(deal: Deal, kind: str, link: QuoteLink, params: Mapping[str, str], *, now: datetime) -> None:
    """A letter of this kind to one of those who sign, with the own link. Never commits."""
    whole = {**params, "link": link.public_id}
    outbox.queue(kind, link.email, whole, firm_id=deal.found.firm_id, now=now, quote_id=deal.found.quote_id)


def signers(deal: Deal) -> list[tuple[QuoteLink, str]]:
    """The mailed links of those who sign, each with the key of the place."""
    keys: dict[int | None, str] = {one.id: _key_of(deal.content, one) for one in deal.people}
    if not deal.is_handed_over(CUSTOMER):
        keys[None] = CUSTOMER
    rows = links.mailed_to(deal.quote, copies=False)
    return [(link, keys[link.recipient_id]) for link in rows if link.recipient_id in keys]


def asked(quote: Quote) -> list[QuoteLink]:
    """The mailed links of those whose turn it is to sign the newest version; where one decides, the customer's."""
    if not quote.is_shared:
        return links.mailed_to(quote)
    content, people, turn = _standing(quote)
    keys: dict[int | None, str] = {one.id: _key_of(content, one) for one in people}
    if not any(one.stands_for == CUSTOMER and one.removed_at is None for one in people):
        keys[None] = CUSTOMER
    return [link for link in links.mailed_to(quote, copies=False) if keys.get(link.recipient_id) in turn]


def is_asked(quote: Quote, key: str) -> bool:
    """Whether it is one's turn to sign the newest version."""
    return not quote.is_shared or key in _standing(quote)[2]


def _standing(quote: Quote) -> tuple[Content, list[Person], list[str]]:
    """The newest version, who has ever got it, and the keys of those whose turn it is."""
    content = frozen_content.read(frozen_content.version_of(quote).content)
    people = recipient_rows.everyone(quote.firm_id, quote.id)
    signed = [_key(content, row, people) for row in live(quote)]
    return content, people, parties.turn(parties.places(content["deciders"]), signed)


def reader_of(link: QuoteLink) -> Recipient | None:
    """Whose link it is; None for the customer's."""
    if link.recipient_id is None:
        return None
    return scope.get(Recipient, link.firm_id, Recipient.id == link.recipient_id)


def approved_by(quote: Quote, agreement: Agreement) -> str:
    """The names of all who approved it; who attested that is told apart."""
    rows = [row for row in live(quote) if row.agreed_sha256 == agreement.agreed_sha256]
    return deciders.together([row.name for row in rows if row.role != Role.WITNESS]) or agreement.name


def _signed(deal: Deal) -> list[str]:
    return [_key(deal.content, row, deal.people) for row in deal.approvals]


def _key(content: Content, approval: Approval, people: list[Person]) -> str:
    if approval.recipient_id is None:
        return CUSTOMER
    return _key_of(content, next(one for one in people if one.id == approval.recipient_id))


def _key_of(content: Content, one: Person) -> str:
    return recipient_rows.key_of(content["deciders"], one.public_id, one.stands_for)
