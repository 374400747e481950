"""The ways in for a customer. The row decides: purpose, deal, address, expiry, revocation; the signature only filters.

A deal keeps one mailed link for its life: the same link shows the newest version. A changed address gets a link of
its own and ends the old one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, select

from domain.clock import end_of_day, stockholm_date
from domain.dates_sv import longest_withdrawal_day
from domain.quote_states import can
from extensions import db
from models import Agreement, Closing, Firm, Quote, QuoteLink, QuoteVersion, StoredFile, User
from services import closing as leaving
from services import events, outbox, scope, tokens, transaction
from services.actors import Actor
from services.deal import figures
from services.errors import NotFound, RuleBroken
from services.installation import settings

MAIL = "mail"
HANDED_OVER = "handed_over"
PURPOSE = "quote"
READ_AFTER_VALID = timedelta(days=90)
READ_AFTER_AGREEMENT = timedelta(days=731)  # 24 months


class LinkExpired(Exception):
    """A link of ours whose time for reading has run out; the page shows no data."""


@dataclass(slots=True)
class Deal:
    """What one request by a link works with."""

    link: QuoteLink
    quote: Quote
    version: QuoteVersion
    firm: Firm
    closing: Closing | None
    agreement: Agreement | None
    pdf: StoredFile
    content: dict[str, Any]
    actor: Actor

    @property
    def obj(self) -> str:
        """How the evidence names this deal's version."""
        return f"quote:{self.quote.public_id}:v{self.version.version}"

    @property
    def picked(self) -> tuple[str, ...]:
        return figures.known_picks(self.content, json.loads(self.link.picked))

    @property
    def is_private(self) -> bool:
        return bool(self.content["customer"]["kind"] == "private")

    def is_past(self, now: datetime) -> bool:
        """Whether the last day for approving has ended."""
        return now > end_of_day(self.version.valid_until)

    def is_closed(self, now: datetime) -> bool:
        """Whether the firm has stopped doing business here: nothing can be approved."""
        return leaving.is_closed_for_business(self.closing, now)


def address(link: QuoteLink) -> str:
    """The address with the token. Only for the customer's letters, and once for a link that is handed over."""
    return f"{settings().base_url}/l/{tokens.sign(PURPOSE, link.public_id)}"


def open_link(token: str) -> str:
    """The public id of the deal that a mailed token leads to. Raises NotFound, also for a revoked one."""
    row = db.session.execute(
        select(QuoteLink.revoked_at, Quote.public_id)
        .join(Quote, and_(Quote.firm_id == QuoteLink.firm_id, Quote.id == QuoteLink.quote_id))
        .where(QuoteLink.public_id == _link_id(token))
    ).one_or_none()
    if row is None or row.revoked_at is not None:
        raise NotFound
    return str(row.public_id)


# Made once: every page of a customer begins with it, and its making takes longer than its running.
_FIND = (
    select(QuoteLink, Quote, QuoteVersion, Firm, StoredFile, Agreement, Closing)
    .join(Quote, and_(Quote.firm_id == QuoteLink.firm_id, Quote.id == QuoteLink.quote_id))
    .join(QuoteVersion, and_(QuoteVersion.quote_id == Quote.id, QuoteVersion.version == Quote.version))
    .join(StoredFile, StoredFile.id == QuoteVersion.pdf_id)
    .join(Firm, Firm.id == Quote.firm_id)
    .outerjoin(Agreement, Agreement.quote_id == Quote.id)
    .outerjoin(Closing, and_(Closing.firm_id == Firm.id, Closing.undone_at.is_(None)))
    .where(QuoteLink.public_id == bindparam("link"), Quote.public_id == bindparam("deal"))
)


def find(deal_id: str, token: str, *, now: datetime, ip: str = "", user_agent: str = "") -> Deal:
    """The deal a token opens, all of it by one statement. Raises NotFound or LinkExpired."""
    row = db.session.execute(_FIND, {"link": _link_id(token), "deal": deal_id}).one_or_none()
    if row is None or row[0].revoked_at is not None:
        raise NotFound
    link, quote, version, firm, pdf, agreement, closing = row
    if link.expires_at < now:
        raise LinkExpired
    actor = Actor(
        firm_id=firm.id,
        firm_public_id=firm.public_id,
        ref=f"link:{link.public_id}",
        name=quote.customer_name,
        ip=ip,
        user_agent=user_agent,
    )
    return Deal(link, quote, version, firm, closing, agreement, pdf, json.loads(version.content), actor)


def lock(deal: Deal) -> None:
    """Make other writers of this deal wait, and see what they left behind. Raises NotFound if the link has ended."""
    statement = (
        select(Quote, QuoteLink)
        .join(QuoteLink, and_(QuoteLink.firm_id == Quote.firm_id, QuoteLink.quote_id == Quote.id))
        .where(Quote.id == deal.quote.id, QuoteLink.id == deal.link.id, QuoteLink.revoked_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if db.session.execute(statement).one_or_none() is None:
        raise NotFound
    if deal.quote.version != deal.version.version:  # sent anew between the two statements
        deal.version = scope.get(
            QuoteVersion,
            deal.firm.id,
            QuoteVersion.quote_id == deal.quote.id,
            QuoteVersion.version == deal.quote.version,
        )
        deal.content = json.loads(deal.version.content)
    deal.agreement = scope.find(Agreement, deal.firm.id, Agreement.quote_id == deal.quote.id)
    deal.closing = leaving.running(deal.firm.id)


def seen(deal: Deal, *, now: datetime) -> None:
    """The customer has acted on the page. Told once per link and once per version; never commits."""
    if deal.link.opened_at is None:
        deal.link.opened_at = now
        events.record(
            "link.opened", deal.obj, actor=deal.actor, at=now, data={"link_id": deal.link.public_id, "lang": "sv"}
        )
    if deal.quote.seen_at is None:
        deal.quote.seen_at = now
        deal.quote.touched_at = now
        data = {"version": deal.version.version, "doc_sha256": deal.version.pdf_sha256}
        events.record("doc.viewed", deal.obj, actor=deal.actor, at=now, data=data)


def by_mail(quote: Quote, email: str, *, actor: Actor, now: datetime) -> QuoteLink:
    """The mailed link of the deal: the one this address already has, or a new one. Never commits."""
    kept: QuoteLink | None = None
    live = _live(quote)
    for link in live:
        if link.way == MAIL and link.email == email:
            kept = link
        elif link.way == MAIL:
            _revoke(quote, link, "address_changed", actor=actor, now=now)
    if kept is None:
        kept = QuoteLink(firm_id=quote.firm_id, quote_id=quote.id, way=MAIL, email=email, created_at=now)
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


def keep_after_agreement(quote: Quote, *, now: datetime) -> None:
    """With an agreement the links live 24 months, and never shorter than the longest period of withdrawal."""
    day = stockholm_date(now)
    expires_at = end_of_day(max(day + READ_AFTER_AGREEMENT, longest_withdrawal_day(day)))
    for link in _live(quote):
        link.expires_at = max(link.expires_at, expires_at)


def mailed(quote: Quote) -> QuoteLink | None:
    """The live link that letters to the customer carry."""
    return next((link for link in _live(quote) if link.way == MAIL), None)


def revoke(quote: Quote, link_public_id: str, *, actor: Actor, now: datetime) -> None:
    """End one link at once, also on pages that are open. Commits. Raises NotFound, RuleBroken("link_needed")."""
    link = scope.get(QuoteLink, quote.firm_id, QuoteLink.quote_id == quote.id, QuoteLink.public_id == link_public_id)
    if link.revoked_at is None:
        if len(_live(quote)) == 1 and _may_withdraw(quote, now):
            raise RuleBroken("link_needed")
        _revoke(quote, link, "by_firm", actor=actor, now=now)
        transaction.commit()


def _may_withdraw(quote: Quote, now: datetime) -> bool:
    """Whether the period of withdrawal runs: the function for it must be within reach (lag (2005:59) 2 kap. 10 a §)."""
    agreement = scope.find(Agreement, quote.firm_id, Agreement.quote_id == quote.id)
    last_day = agreement.withdraw_until if agreement else None
    return last_day is not None and can(quote.status, "withdraw") and stockholm_date(now) <= last_day


def send_again(deal_id: str, *, now: datetime) -> None:
    """Mail the live link of a deal to the address it was sent to; nothing happens for an unknown id. Commits."""
    row = db.session.execute(
        select(QuoteLink, Quote)
        .join(Quote, and_(Quote.firm_id == QuoteLink.firm_id, Quote.id == QuoteLink.quote_id))
        .where(
            Quote.public_id == deal_id,
            QuoteLink.way == MAIL,
            QuoteLink.revoked_at.is_(None),
            QuoteLink.expires_at >= now,
        )
        .order_by(QuoteLink.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return
    link, quote = row
    outbox.queue("link_again", link.email, {"link": link.public_id}, firm_id=quote.firm_id, now=now, quote_id=quote.id)
    transaction.commit()


def ask_for_new(deal_id: str, token: str, *, now: datetime) -> None:
    """A customer whose link has run out asks the firm for a new one. Commits. Raises NotFound."""
    row = db.session.execute(
        select(QuoteLink, Quote)
        .join(Quote, and_(Quote.firm_id == QuoteLink.firm_id, Quote.id == QuoteLink.quote_id))
        .where(QuoteLink.public_id == _link_id(token), Quote.public_id == deal_id, QuoteLink.revoked_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound
    quote: Quote = row[1]
    to, params = contact_email(quote), {"quote": quote.public_id}
    outbox.queue("link_wanted", to, params, firm_id=quote.firm_id, now=now, quote_id=quote.id)
    quote.turn, quote.touched_at = "firm", now
    transaction.commit()


def contact_email(quote: Quote) -> str:
    """Where the firm's person behind the quote gets letters."""
    return scope.get(User, quote.firm_id, User.id == quote.user_id).email


def _reads_until(quote: Quote, live: list[QuoteLink]) -> datetime:
    """The end of reading: some time after the last day, and never earlier than an agreement has made it."""
    return max([end_of_day(quote.valid_until + READ_AFTER_VALID), *(link.expires_at for link in live)])


def _live(quote: Quote) -> list[QuoteLink]:
    return scope.rows(QuoteLink, quote.firm_id, QuoteLink.quote_id == quote.id, QuoteLink.revoked_at.is_(None))


def _revoke(quote: Quote, link: QuoteLink, reason: str, *, actor: Actor, now: datetime) -> None:
    link.revoked_at = now
    events.record(
        "link.revoked",
        f"quote:{quote.public_id}",
        actor=actor,
        at=now,
        data={"link_id": link.public_id, "reason": reason},
    )


def _link_id(token: str) -> str:
    """The link row a token names. Raises NotFound for anything that is not a token of ours for this purpose."""
    try:
        return tokens.read(PURPOSE, token)
    except tokens.BadToken:
        raise NotFound from None
