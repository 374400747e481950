"""One who is to sign hands the place over to another: the right signatory, someone who may.

The place stays the one that the version names; who holds it changes, and the chain says so. The old link reads from
then on. The firm is told, and may give the place back before it is signed. A witness was chosen by the firm and hands
nothing over; nor does a consumer, who is the customer of the contract. Where the signature takes a code, so does this:
else the link alone would be enough to have both link and code sent to somebody new.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from domain import canonical
from domain.parties import CUSTOMER, Role
from domain.quote_states import OPEN
from domain.signing_methods import Method, on_page
from extensions import db
from models import Quote, QuoteLink, Recipient, User, new_public_id
from services import events, notices, outbox, scope, transaction
from services.actors import Actor
from services.deal import deals, links, parties
from services.deal.deals import Deal
from services.errors import RuleBroken

if TYPE_CHECKING:
    from services.signing.codes import Asked

LETTER_VERSION = "2026-11-21"
MOST = 5  # times in one deal


def can(deal: Deal) -> bool:
    """Whether who has come may hand the own place over: it is a customer's, not yet signed, and no consumer's."""
    is_consumer = deal.content["customer"]["kind"] == "private" and deal.party == CUSTOMER
    is_open = deal.found.status in OPEN and deal.own_approval is None
    return deal.may_decide and is_open and not is_consumer and not deal.is_on_site


class PhoneNeeded(RuleBroken):
    """The signature takes a code by text message, since the link goes by mail."""

    code = "no_way_for_code"


def asks(deal: Deal, *, now: datetime) -> Asked | None:
    """The code that handing over takes besides the names; None for none."""
    from services.signing import codes  # imports this room

    return codes.asked(deal, _terms(deal), now=now) if _takes_code(deal) else None


def send_code(deal: Deal, *, now: datetime) -> None:
    """Send it. Commits.

    Raises TooMany, codes.NoWay, RuleBroken("copy_only" | "cannot_delegate" | "closed" | "suspended").
    """
    from services.signing import codes  # imports this room

    codes.send(deal, _terms(deal), may=_check, now=now)


def delegate(deal: Deal, name: str, email: str, *, phone: str = "", code: str = "", now: datetime) -> Recipient:
    """Let another sign in place of who has come; the one gets a link of the own by letter. Commits.

    Raises PhoneNeeded, codes.NotProven, RuleBroken("copy_only" | "cannot_delegate" | "closed" | "suspended" |
    "firm_cannot_sign" | "too_many_recipients").
    """
    from services.signing import codes  # imports this room

    deals.lock(deal)
    _check(deal, now)
    takes_code = _takes_code(deal)
    if takes_code and not codes.way_to(links.MAIL, email=email, phone=phone)[1]:
        raise PhoneNeeded
    firm_id, quote = deal.found.firm_id, deal.quote
    if scope.find(User, firm_id, User.email == email) is not None:
        raise RuleBroken("firm_cannot_sign")
    rows = scope.rows(Recipient, firm_id, Recipient.quote_id == quote.id)
    if sum(row.stands_for is not None for row in rows) >= MOST:
        raise RuleBroken("too_many_recipients")
    if takes_code:
        codes.prove(deal, code, _terms(deal), now=now)
    before = next((row for row in rows if row.id == deal.found.recipient_id), None)
    row = _stand_in(deal, before, name, email, phone, now)
    quote.is_shared = True
    link = links.by_mail(quote, email, actor=deal.actor, now=now, recipient_id=row.id)
    personal = {"name": name, "to": email, "by": deal.reader}
    sent = {"channel": links.MAIL, "link_id": link.public_id, "text_version": LETTER_VERSION}
    _record("signer.delegated", quote, row, personal, deal.actor, now, sent=sent)
    quote.touched_at = now
    params = {"link": link.public_id, "by": deal.reader}
    outbox.queue("place_handed_over", email, params, firm_id=firm_id, now=now, quote_id=quote.id)
    told = {"recipient": row.public_id, "by": deal.found.link_public_id}
    notices.tell(quote, notices.ALWAYS, "place_handed_over_to_firm", told, now=now)
    transaction.commit()
    return row


def _stand_in(deal: Deal, before: Recipient | None, name: str, email: str, phone: str, now: datetime) -> Recipient:
    """Who takes over the role and place of `before`, who reads from now on; None: of the customer."""
    row = Recipient(
        firm_id=deal.found.firm_id,
        public_id=new_public_id(),
        quote_id=deal.quote.id,
        name=name,
        email=email,
        phone=phone,
        role=before.role if before else Role.SIGNATORY,
        position=before.position if before else 0,
        stands_for=deal.party,
        created_at=now,
    )
    if before:
        before.role, before.position = Role.COPY, 0
    db.session.add(row)
    db.session.flush()
    return row


def undo(firm_id: int, n: int, public_id: str, *, actor: Actor, now: datetime) -> None:
    """The firm gives a place back to the one who handed it over, before it is signed. Commits; twice is once.

    `public_id` is of one who stands in. Raises NotFound, RuleBroken("all_signed" | "role_not_open").
    """
    quote = scope.get(Quote, firm_id, Quote.n == n, lock=True)
    row = scope.get(Recipient, firm_id, Recipient.quote_id == quote.id, Recipient.public_id == public_id)
    if row.removed_at is not None:
        return
    if any(one.recipient_id == row.id for one in parties.live(quote)):
        raise RuleBroken("all_signed")
    rows = scope.rows(Recipient, firm_id, Recipient.quote_id == quote.id, Recipient.removed_at.is_(None))
    if quote.status not in OPEN or any(one.stands_for == row.stands_for and one.id > row.id for one in rows):
        raise RuleBroken("role_not_open")
    before = max(
        (one for one in rows if row.stands_for in (one.public_id, one.stands_for) and one.id < row.id),
        key=lambda one: one.id,
        default=None,
    )
    if before is None and row.stands_for != CUSTOMER:  # is gone too
        raise RuleBroken("role_not_open")
    if before is not None:
        before.role, before.position = row.role, row.position
    row.removed_at = now
    links.end_of(quote, row, actor=actor, now=now)
    _record("signer.delegation_undone", quote, row, {"name": row.name, "to": row.email}, actor, now)
    quote.touched_at = now
    back = next((link for link in links.mailed_to(quote) if link.recipient_id == (before.id if before else None)), None)
    if back is not None:
        _tell_back(quote, back, now)
    transaction.commit()


def holder(deal: Deal) -> str:
    """Who signs in place of who has come, if the place was handed over; else empty."""
    if deal.may_sign or not deal.found.has_stand_ins:
        return ""
    held = [one for one in deal.people if one.stands_for == deal.party and one.removed_at is None]
    return held[-1].name if held and held[-1].id != deal.found.recipient_id else ""


def _check(deal: Deal, now: datetime) -> None:
    """Raises RuleBroken("copy_only" | "cannot_delegate" | "closed" | "suspended")."""
    deal.check_may_decide()
    if not can(deal):
        raise RuleBroken("cannot_delegate")
    deal.check_business(now)


def _takes_code(deal: Deal) -> bool:
    """Whether the signature may come to take a code, whatever options are chosen."""
    totals = deal.content["totals"]
    return on_page(deal.content["signing"], totals["gross_ore"] + totals["options_ore"]) is Method.LINK_CODE


def _terms(deal: Deal) -> str:
    """What a code for handing over is bound to: it signs nothing."""
    return canonical.sha256_hex(canonical.dumps(["hand over", deal.found.version, deal.found.json_sha256]))


def _tell_back(quote: Quote, link: QuoteLink, now: datetime) -> None:
    params = {"link": link.public_id}
    outbox.queue("place_given_back", link.email, params, firm_id=quote.firm_id, now=now, quote_id=quote.id)


def _record(
    act: str,
    quote: Quote,
    row: Recipient,
    personal: dict[str, str],
    actor: Actor,
    now: datetime,
    *,
    sent: Mapping[str, str] | None = None,
) -> None:
    data = {"recipient_id": row.public_id, "role": row.role, **(sent or {})}
    obj = f"quote:{quote.public_id}:v{quote.version}"
    events.record(act, obj, actor=actor, at=now, data=data, personal=personal)
