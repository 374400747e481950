"""The ways in for a customer. The row decides: purpose, deal, address, expiry, revocation; the signature only filters.

A deal keeps one mailed link for its life: the same link shows the newest version. A changed address gets a link of
its own and ends the old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import and_, select

from domain.clock import end_of_day, stockholm_date
from domain.dates_sv import longest_withdrawal_day
from domain.parties import Role, may_decide, signs
from domain.quote_states import can
from extensions import db
from models import Agreement, Quote, QuoteLink, Recipient
from services import events, outbox, scope, standing, tokens, transaction
from services.actors import Actor
from services.errors import NotFound, RuleBroken
from services.installation import settings

MAIL = "mail"
SMS = "sms"
HANDED_OVER = "handed_over"
ON_SITE = "on_site"  # on a screen of the firm's: opened by its lock, never by an address
PURPOSE = "quote"
THE_CUSTOMER = "kund"  # in forms, among those who have links
READ_AFTER_VALID = timedelta(days=90)
READ_AFTER_AGREEMENT = timedelta(days=731)  # 24 months


def address(link: QuoteLink) -> str:
    """The address with the token. Only for the customer's letters, and once for a link that is handed over.

    Raises ValueError for what the firm shows on its own screen: that has none.
    """
    if link.way == ON_SITE:
        raise ValueError("on site")
    return f"{settings().base_url}/l/{tokens.sign(PURPOSE, link.public_id)}"


def open_link(token: str) -> str:
    """The public id of the deal that a mailed token leads to. Raises NotFound, also for a revoked one."""
    row = db.session.execute(
        select(QuoteLink.revoked_at, Quote.public_id)
        .join(Quote, and_(Quote.firm_id == QuoteLink.firm_id, Quote.id == QuoteLink.quote_id))
        .where(QuoteLink.public_id == link_id(token), standing.of_those_here(QuoteLink))
    ).one_or_none()
    if row is None or row.revoked_at is not None:
        raise NotFound
    return str(row.public_id)


def link_id(token: str) -> str:
    """The link row a token names. Raises NotFound for anything that is not a token of ours for this purpose."""
    try:
        return tokens.read(PURPOSE, token)
    except tokens.BadToken:
        raise NotFound from None


def by_mail(quote: Quote, email: str, *, actor: Actor, now: datetime, recipient_id: int | None = None) -> QuoteLink:
    """The mailed link of one person: the one this address already has, or a new one. Never commits.

    Without a recipient it is the customer's. Two may share an address; each has a link.
    """
    kept: QuoteLink | None = None
    live = _live(quote)
    for link in live:
        if link.recipient_id != recipient_id:
            continue
        if link.way == MAIL and link.email == email:
            kept = link
        elif link.way == MAIL:
            _revoke(quote, link, "address_changed", actor=actor, now=now)
    if kept is None:
        kept = QuoteLink(
            firm_id=quote.firm_id, quote_id=quote.id, recipient_id=recipient_id, way=MAIL, email=email, created_at=now
        )
        db.session.add(kept)
    kept.expires_at = _reads_until(quote, live)
    db.session.flush()
    return kept


def by_sms(quote: Quote, phone: str, *, actor: Actor, now: datetime) -> QuoteLink:
    """The customer's link by text message: the one this number already has, or a new one. Never commits."""
    kept: QuoteLink | None = None
    live = _live(quote)
    for link in live:
        if link.way == SMS and link.phone == phone:
            kept = link
        elif link.way == SMS:
            _revoke(quote, link, "address_changed", actor=actor, now=now)
    if kept is None:
        kept = QuoteLink(firm_id=quote.firm_id, quote_id=quote.id, way=SMS, phone=phone, created_at=now)
        db.session.add(kept)
    kept.expires_at = _reads_until(quote, live)
    db.session.flush()
    return kept


def handed_over(quote: Quote, *, now: datetime) -> QuoteLink:
    """A link row of its own for a link that the firm gives the customer itself. Never commits."""
    link = QuoteLink(
        firm_id=quote.firm_id,
        quote_id=quote.id,
        way=HANDED_OVER,
        created_at=now,
        expires_at=_reads_until(quote, _live(quote)),
    )
    db.session.add(link)
    db.session.flush()
    return link


def on_site(quote: Quote, *, now: datetime, reader: Recipient | None = None) -> QuoteLink:
    """A link row of its own for one's view on a screen of the firm's, without a reader the customer's. Never commits.

    It ends with the lock (services/deal/on_site.py), so its own time is only an outer bound.
    """
    live = _live(quote)
    sent_to = reader or mailed(quote)
    link = QuoteLink(
        firm_id=quote.firm_id,
        quote_id=quote.id,
        recipient_id=reader.id if reader else None,
        way=ON_SITE,
        email=sent_to.email if sent_to else "",
        created_at=now,
        expires_at=max(_reads_until(quote, live), now + timedelta(days=settings().LOGIN_MAX_DAYS)),
    )
    db.session.add(link)
    db.session.flush()
    return link


def take_back(quote: Quote, link_public_id: str, *, actor: Actor, now: datetime) -> None:
    """End what was shown on a screen of the firm's. Never commits; once is enough."""
    link = scope.find(QuoteLink, quote.firm_id, QuoteLink.public_id == link_public_id, QuoteLink.revoked_at.is_(None))
    if link is not None:
        _revoke(quote, link, "taken_back", actor=actor, now=now)


def keep_after_agreement(quote: Quote, *, now: datetime) -> None:
    """With an agreement the links live 24 months, and never shorter than the longest period of withdrawal."""
    day = stockholm_date(now)
    expires_at = end_of_day(max(day + READ_AFTER_AGREEMENT, longest_withdrawal_day(day)))
    for link in _live(quote):
        link.expires_at = max(link.expires_at, expires_at)


def mailed(quote: Quote) -> QuoteLink | None:
    """The live link that letters to the customer carry."""
    return next((link for link in _live(quote) if link.way == MAIL and link.recipient_id is None), None)


def texted(quote: Quote) -> QuoteLink | None:
    """The live link that text messages to the customer carry, where no letter reaches them."""
    return next((link for link in _live(quote) if link.way == SMS), None)


def text_instead(quote: Quote, kind: str, params: Mapping[str, object], *, now: datetime) -> None:
    """Tell a customer whom no letter reaches by text message what the letter of this kind would say. Never commits.

    Nothing happens for one with a mailed link, or with neither.
    """
    if mailed(quote) is None and (link := texted(quote)):
        params = {**params, "link": link.public_id}
        outbox.queue(f"{kind}_sms", link.phone, params, firm_id=quote.firm_id, now=now, quote_id=quote.id)


def mailed_to(quote: Quote, *, copies: bool = True) -> list[QuoteLink]:
    """The live mailed links of all who get letters, the customer's among them; without `copies` of those who sign."""
    if not quote.is_shared:
        link = mailed(quote)
        return [link] if link else []
    statement = (
        scope.columns(QuoteLink, quote.firm_id, QuoteLink, Recipient.role)
        .outerjoin(Recipient, and_(Recipient.firm_id == QuoteLink.firm_id, Recipient.id == QuoteLink.recipient_id))
        .where(QuoteLink.quote_id == quote.id, QuoteLink.revoked_at.is_(None), QuoteLink.way == MAIL)
        .order_by(QuoteLink.id)
    )
    newest = {
        link.recipient_id: link for link, role in db.session.execute(statement) if copies or signs(role or Role.DECIDES)
    }
    return list(newest.values())


def end_of(quote: Quote, recipient: Recipient, *, actor: Actor, now: datetime) -> None:
    """End the links of one who gets the quote no longer, also what a screen of the firm's shows. Never commits."""
    own = QuoteLink.quote_id == quote.id, QuoteLink.recipient_id == recipient.id
    for link in scope.rows(QuoteLink, quote.firm_id, *own, QuoteLink.revoked_at.is_(None)):
        _revoke(quote, link, "removed", actor=actor, now=now)


def revoke(quote: Quote, link_public_id: str, *, actor: Actor, now: datetime) -> None:
    """End one link at once, also on pages that are open. Commits. Raises NotFound, RuleBroken("link_needed")."""
    link = scope.get(QuoteLink, quote.firm_id, QuoteLink.quote_id == quote.id, QuoteLink.public_id == link_public_id)
    if link.revoked_at is None:
        own = [one for one in _live(quote) if one.recipient_id == link.recipient_id]
        if link.way != ON_SITE and len(own) == 1 and _decides(link) and _may_withdraw(quote, now):
            raise RuleBroken("link_needed")
        _revoke(quote, link, "by_firm", actor=actor, now=now)
        transaction.commit()


def _decides(link: QuoteLink) -> bool:
    """Whether it is the link of one who is bound, and so may withdraw."""
    if link.recipient_id is None:
        return True
    return may_decide(scope.get(Recipient, link.firm_id, Recipient.id == link.recipient_id).role)


def _may_withdraw(quote: Quote, now: datetime) -> bool:
    """Whether the period of withdrawal runs: the function for it must be within reach (lag (2005:59) 2 kap. 10 a §)."""
    agreement = scope.find(Agreement, quote.firm_id, Agreement.quote_id == quote.id)
    last_day = agreement.withdraw_until if agreement else None
    return last_day is not None and can(quote.status, "withdraw") and stockholm_date(now) <= last_day


def _reads_until(quote: Quote, live: list[QuoteLink]) -> datetime:
    """The end of reading: some time after the last day, and never earlier than an agreement has made it."""
    return max([end_of_day(quote.valid_until + READ_AFTER_VALID), *(link.expires_at for link in live)])


def _live(quote: Quote) -> list[QuoteLink]:
    """The customer's own ways in; what a screen of the firm's shows ends with that."""
    return scope.rows(
        QuoteLink,
        quote.firm_id,
        QuoteLink.quote_id == quote.id,
        QuoteLink.revoked_at.is_(None),
        QuoteLink.way != ON_SITE,
    )


def _revoke(quote: Quote, link: QuoteLink, reason: str, *, actor: Actor, now: datetime) -> None:
    link.revoked_at = now
    events.record(
        "link.revoked",
        f"quote:{quote.public_id}",
        actor=actor,
        at=now,
        data={"link_id": link.public_id, "reason": reason},
    )
