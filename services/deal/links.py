"""The ways in for a customer. The row decides: purpose, deal, address, expiry, revocation; the signature only filters.

A deal keeps one mailed link for its life: the same link shows the newest version. A changed address gets a link of
its own and ends the old one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import and_, bindparam, exists, select
from sqlalchemy.orm import aliased

import languages
from domain.clock import end_of_day, stockholm_date
from domain.dates_sv import longest_withdrawal_day
from domain.deal_kinds import is_signed
from domain.parties import CUSTOMER, Role, may_decide, signs
from domain.quote_states import QuoteStatus, can
from domain.standing import Standing
from domain.standing import of as of_stored
from extensions import db
from models import Agreement, Approval, Closing, Firm, Message, Quote, QuoteLink, QuoteVersion, Recipient, StoredFile
from services import events, notices, outbox, scope, standing, tokens, transaction
from services.actors import Actor
from services.deal import figures
from services.deal.figures import Chosen
from services.errors import NotFound, RuleBroken
from services.installation import settings
from services.quotes import content, recipient_rows
from services.quotes.recipient_rows import Person

MAIL = "mail"
SMS = "sms"
HANDED_OVER = "handed_over"
ON_SITE = "on_site"  # on a screen of the firm's: opened by its lock, never by an address
PURPOSE = "quote"
THE_CUSTOMER = "kund"  # in forms, among those who have links
READ_AFTER_VALID = timedelta(days=90)
READ_AFTER_AGREEMENT = timedelta(days=731)  # 24 months


class LinkExpired(Exception):
    """A link of ours whose time for reading has run out; the page shows no data."""


class Found(NamedTuple):
    """What nearly every page asks about a deal, as plain columns."""

    link_id: int
    link_public_id: str
    picked: str  # JSON
    expires_at: datetime
    revoked_at: datetime | None
    opened_at: datetime | None
    link_at: datetime
    seen_version: int | None
    seen_before: int | None
    quote_id: int
    deal_id: str
    status: str
    seen_at: datetime | None
    customer_name: str
    version: int
    version_at: datetime
    valid_until: date
    content: str  # JSON, as frozen
    json_sha256: str
    pdf_sha256: str
    pdf_id: int
    pdf_bytes: int
    firm_id: int
    firm_public_id: str
    logo_id: int | None
    agreement_id: int | None
    standing: str  # of the firm, as stored: domain/standing.py
    closes_at: datetime | None  # the firm is leaving
    gone_after: datetime | None  # this page's last moment, if it does
    customers_told_at: datetime | None  # of it
    has_messages: bool
    recipient_id: int | None  # whose link it is; none is the customer's
    recipient: str | None  # public id
    recipient_name: str | None
    role: str | None
    stands_for: str | None  # whose place was handed over to who has come
    has_stand_ins: bool  # somebody's place was

    @property
    def is_told(self) -> bool:
        """Whether all is written down that an act on this page says: that it was opened, and which version."""
        return self.opened_at is not None and self.seen_at is not None and self.seen_version == self.version

    @property
    def known_version(self) -> int | None:
        """The older version that this customer knows, for what has changed since; None where this is the first.

        The one last acted on, or where none is (a page can be read without a trace), the one sent here before.
        """
        if self.seen_version == self.version:
            return self.seen_before
        if self.seen_version is not None:
            return self.seen_version
        return self.version - 1 if self.version > 1 and self.link_at < self.version_at else None


class Deal:
    """What one request by a link works with. A whole row costs a statement of its own, when it is first asked for."""

    def __init__(self, found: Found, actor: Actor, *, is_on_site: bool = False) -> None:
        self.found, self.actor, self.is_on_site = found, actor, is_on_site
        self.is_own_visit = False  # by someone who is logged in at the firm: no sign that the customer has looked
        self.content = content.read(found.content)

    @cached_property
    def link(self) -> QuoteLink:
        return scope.get(QuoteLink, self.found.firm_id, QuoteLink.id == self.found.link_id)

    @cached_property
    def quote(self) -> Quote:
        return scope.get(Quote, self.found.firm_id, Quote.id == self.found.quote_id)

    @cached_property
    def agreement(self) -> Agreement | None:
        if self.found.agreement_id is None or self.is_waiting:
            return None
        return scope.get(Agreement, self.found.firm_id, Agreement.id == self.found.agreement_id)

    @cached_property
    def pending(self) -> Agreement | None:
        """What some have approved and others not yet: no agreement, but its choices are settled."""
        if self.found.agreement_id is None or not self.is_waiting:
            return None
        # gone, if the only one who had approved takes it back meanwhile
        return scope.find(Agreement, self.found.firm_id, Agreement.id == self.found.agreement_id)

    @cached_property
    def approvals(self) -> list[Approval]:
        """Each one's yes to this version, oldest first, where several decide."""
        if not self.is_joint:
            return []
        rows = scope.rows(
            Approval,
            self.found.firm_id,
            Approval.quote_id == self.found.quote_id,
            Approval.version == self.found.version,
            Approval.voided_at.is_(None),
        )
        return sorted(rows, key=lambda row: row.id)

    @property
    def is_waiting(self) -> bool:
        return self.found.status == QuoteStatus.PARTLY_SIGNED

    @property
    def is_joint(self) -> bool:
        """Whether others decide with the customer."""
        return bool(self.content["deciders"])

    @cached_property
    def people(self) -> list[Person]:
        """All who have ever got it besides the customer; no statement before one has signed or taken a place over."""
        if not (self.approvals or self.found.has_stand_ins):
            return []
        return recipient_rows.everyone(self.found.firm_id, self.found.quote_id)

    @property
    def role(self) -> str:
        """What who has come may do. A customer whose place was handed over reads."""
        if self.found.recipient_id is None and self.is_handed_over(CUSTOMER):
            return Role.COPY
        return self.found.role or Role.DECIDES

    @property
    def may_decide(self) -> bool:
        return may_decide(self.role)

    @property
    def may_sign(self) -> bool:
        return signs(self.role)

    @property
    def party(self) -> str:
        """Who has come, as those who sign are named."""
        return recipient_rows.key_of(self.content["deciders"], self.found.recipient, self.found.stands_for)

    def is_handed_over(self, key: str) -> bool:
        """Whether another signs in place of the one who is named so."""
        return any(one.stands_for == key and one.removed_at is None for one in self.people)

    @property
    def reader(self) -> str:
        """The name of who has come."""
        customer = self.content["customer"]
        return str(self.found.recipient_name or customer["contact"] or customer["name"])

    @property
    def own_approval(self) -> Approval | None:
        return next((row for row in self.approvals if row.recipient_id == self.found.recipient_id), None)

    def check_may_decide(self) -> None:
        """Raises RuleBroken("copy_only") for those who only read, or attest."""
        if not self.may_decide:
            raise RuleBroken("copy_only")

    def check_may_sign(self) -> None:
        """Raises RuleBroken("copy_only") for those who only read."""
        if not self.may_sign:
            raise RuleBroken("copy_only")

    @cached_property
    def pdf(self) -> StoredFile:
        return scope.get(StoredFile, self.found.firm_id, StoredFile.id == self.found.pdf_id)

    @property
    def obj(self) -> str:
        """How the evidence names this deal's version."""
        return f"quote:{self.found.deal_id}:v{self.found.version}"

    @property
    def chosen(self) -> Chosen:
        if self.pending is not None:
            return figures.agreed(json.loads(self.pending.agreed))
        return figures.stored(self.content, self.found.picked)

    @property
    def is_signed(self) -> bool:
        """Whether the yes is a signature: a contract or a document, not a quote."""
        return is_signed(self.content["kind"])

    @property
    def may_withdraw(self) -> bool:
        """Whether it is an order by a consumer, which can be withdrawn from."""
        return bool(self.content["withdrawal"]["right"])

    def is_past(self, now: datetime) -> bool:
        """Whether the last day for approving has ended."""
        return now > end_of_day(self.found.valid_until)

    def standing(self, now: datetime) -> Standing:
        """Of the firm: if it is not active, nothing can be approved."""
        return of_stored(self.found.standing, self.found.closes_at, now)

    def last_day(self, now: datetime) -> date | None:
        """Of this page, if the firm leaves: said once customers are told, or nothing can be approved any more."""
        is_said = self.found.customers_told_at or self.standing(now) is Standing.CLOSED
        return stockholm_date(self.found.gone_after) if self.found.gone_after and is_said else None

    def check_business(self, now: datetime) -> None:
        """Raises RuleBroken("closed" | "suspended")."""
        standing.check_business(self.standing(now))

    def reload(self, found: Found) -> None:
        """Go on with what the database says now."""
        if found.json_sha256 != self.found.json_sha256:  # sent anew meanwhile
            self.content = content.read(found.content)
        self.found = found
        for name in ("agreement", "pending", "approvals", "people", "pdf"):
            self.__dict__.pop(name, None)


class Reader(NamedTuple):
    """One who came by a link in the same browser. `recipient`: public id, or THE_CUSTOMER."""

    token: str
    recipient: str
    name: str
    key: str  # of the place among those who sign


class _Own(NamedTuple):
    public_id: str | None
    name: str | None
    stands_for: str | None


def readers(deal: Deal, tokens: list[str]) -> list[Reader]:
    """The others of this deal by the tokens that a browser holds; no statement where it holds but one."""
    named = {}
    for token in tokens:
        try:
            named[_link_id(token)] = token
        except NotFound:
            continue
    named.pop(deal.found.link_public_id, None)
    if not named or deal.is_on_site:
        return []
    customer = deal.content["customer"]
    rows = scope.columns(QuoteLink, deal.found.firm_id, QuoteLink.public_id, *scope.named(Recipient, _Own))
    rows = rows.outerjoin(
        Recipient, and_(Recipient.firm_id == QuoteLink.firm_id, Recipient.id == QuoteLink.recipient_id)
    ).where(
        QuoteLink.quote_id == deal.found.quote_id,
        QuoteLink.public_id.in_(named),
        QuoteLink.revoked_at.is_(None),
        QuoteLink.recipient_id.is_distinct_from(deal.found.recipient_id),
    )
    return [
        Reader(
            token=named[link],
            recipient=own.public_id or THE_CUSTOMER,
            name=own.name or customer["contact"] or customer["name"],
            key=recipient_rows.key_of(deal.content["deciders"], own.public_id, own.stands_for),
        )
        for link, *columns in db.session.execute(rows.order_by(QuoteLink.id))
        for own in [_Own(*columns)]
    ]


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
        .where(QuoteLink.public_id == _link_id(token), standing.of_those_here(QuoteLink))
    ).one_or_none()
    if row is None or row.revoked_at is not None:
        raise NotFound
    return str(row.public_id)


STOOD_FOR = aliased(Recipient)

# Made once, and read past the ORM: every page of a customer begins with it. The columns in the order of Found.
_FIND = (
    select(
        QuoteLink.id,
        QuoteLink.public_id,
        QuoteLink.picked,
        QuoteLink.expires_at,
        QuoteLink.revoked_at,
        QuoteLink.opened_at,
        QuoteLink.created_at,
        QuoteLink.seen_version,
        QuoteLink.seen_before,
        Quote.id,
        Quote.public_id,
        Quote.status,
        Quote.seen_at,
        Quote.customer_name,
        QuoteVersion.version,
        QuoteVersion.created_at,
        QuoteVersion.valid_until,
        QuoteVersion.content,
        QuoteVersion.json_sha256,
        QuoteVersion.pdf_sha256,
        StoredFile.id,
        StoredFile.size_bytes,
        Firm.id,
        Firm.public_id,
        Firm.logo_id,
        Agreement.id,
        Firm.standing,
        Closing.effective_at,
        Closing.erase_after,
        Closing.told_at,
        exists().where(Message.firm_id == Quote.firm_id, Message.quote_id == Quote.id),
        QuoteLink.recipient_id,
        Recipient.public_id,
        Recipient.name,
        Recipient.role,
        Recipient.stands_for,
        exists().where(
            STOOD_FOR.firm_id == Quote.firm_id,
            STOOD_FOR.quote_id == Quote.id,
            STOOD_FOR.stands_for.is_not(None),
            STOOD_FOR.removed_at.is_(None),
        ),
    )
    .join(Quote, and_(Quote.firm_id == QuoteLink.firm_id, Quote.id == QuoteLink.quote_id))
    .join(
        QuoteVersion,
        and_(
            QuoteVersion.firm_id == Quote.firm_id,
            QuoteVersion.quote_id == Quote.id,
            QuoteVersion.version == Quote.version,
        ),
    )
    .join(StoredFile, StoredFile.id == QuoteVersion.pdf_id)
    .join(Firm, Firm.id == Quote.firm_id)
    .outerjoin(Agreement, and_(Agreement.firm_id == Quote.firm_id, Agreement.quote_id == Quote.id))
    .outerjoin(Closing, and_(Closing.firm_id == Firm.id, Closing.undone_at.is_(None)))
    .outerjoin(Recipient, and_(Recipient.firm_id == QuoteLink.firm_id, Recipient.id == QuoteLink.recipient_id))
    .where(QuoteLink.public_id == bindparam("link"), Quote.public_id == bindparam("deal"), standing.IS_HERE)
)


def find(deal_id: str, token: str, *, now: datetime, ip: str = "", user_agent: str = "") -> Deal:
    """The deal a token opens, all of it by one statement. Raises NotFound or LinkExpired."""
    return _open(deal_id, _link_id(token), now=now, ip=ip, user_agent=user_agent)


def find_shown(deal_id: str, link_id: str, *, now: datetime, ip: str = "", user_agent: str = "") -> Deal:
    """The deal that the firm's own screen is held to. Raises NotFound or LinkExpired."""
    return _open(deal_id, link_id, now=now, ip=ip, user_agent=user_agent, is_on_site=True)


def _open(deal_id: str, link_id: str, *, now: datetime, ip: str, user_agent: str, is_on_site: bool = False) -> Deal:
    found = _find(deal_id, link_id)
    if found.expires_at < now:
        raise LinkExpired
    actor = Actor(
        firm_id=found.firm_id,
        firm_public_id=found.firm_public_id,
        ref=f"link:{found.link_public_id}",
        name=found.recipient_name or found.customer_name,
        ip=ip,
        user_agent=user_agent,
    )
    return Deal(found, actor, is_on_site=is_on_site)


def _find(deal_id: str, link_id: str) -> Found:
    row = transaction.connection().execute(_FIND, {"link": link_id, "deal": deal_id}).first()
    if row is None or row.revoked_at is not None:
        raise NotFound
    return Found(*row)


def lock(deal: Deal) -> None:
    """Make other writers of this deal wait, and see what they left behind. Raises NotFound if the link has ended."""
    statement = (
        select(Quote, QuoteLink)
        .join(QuoteLink, and_(QuoteLink.firm_id == Quote.firm_id, QuoteLink.quote_id == Quote.id))
        .where(Quote.id == deal.found.quote_id, QuoteLink.id == deal.found.link_id, QuoteLink.revoked_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    rows = db.session.execute(statement).one_or_none()
    if rows is None:
        raise NotFound
    deal.quote, deal.link = rows
    deal.reload(_find(deal.found.deal_id, deal.found.link_public_id))


def seen(deal: Deal, *, now: datetime) -> None:
    """The customer has acted on the page. Told once per link and once per version; never commits."""
    if deal.is_own_visit:
        return
    if deal.link.seen_version != deal.found.version:
        deal.link.seen_before, deal.link.seen_version = deal.found.known_version, deal.found.version
    if deal.link.opened_at is None:
        deal.link.opened_at = now
        read = {"link_id": deal.found.link_public_id, "lang": languages.code()}
        events.record("link.opened", deal.obj, actor=deal.actor, at=now, data=read)
    if deal.quote.seen_at is None:
        deal.quote.seen_at = now
        deal.quote.touched_at = now
        data = {"version": deal.found.version, "doc_sha256": deal.found.pdf_sha256}
        events.record("doc.viewed", deal.obj, actor=deal.actor, at=now, data=data)


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


def reach(deal: Deal, email: str, *, now: datetime) -> None:
    """Letters reach the customer from here on: the link by which they agreed has the address, on site a new one has.

    Never commits.
    """
    if email and not deal.link.email:
        deal.link.email = email
    if email and deal.is_on_site and deal.found.recipient_id is None and mailed(deal.quote) is None:
        by_mail(deal.quote, email, actor=deal.actor, now=now)


def for_letters(deal: Deal) -> str:
    """Public id of the link that a letter to this deal's customer carries: the one they came by, else the mailed one.

    Empty if there is none.
    """
    if not deal.is_on_site:
        return deal.found.link_public_id
    link = mailed(deal.quote)
    return link.public_id if link else ""


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


def send_again(deal_id: str, *, now: datetime) -> None:
    """Send the live link of a deal to where it was sent; nothing happens for an unknown id. Commits.

    Of several people each gets the own one: nobody knows who asks.
    """
    rows = db.session.execute(
        select(QuoteLink, Quote)
        .join(Quote, and_(Quote.firm_id == QuoteLink.firm_id, Quote.id == QuoteLink.quote_id))
        .where(
            Quote.public_id == deal_id,
            QuoteLink.way.in_((MAIL, SMS)),
            QuoteLink.revoked_at.is_(None),
            QuoteLink.expires_at >= now,
            standing.of_those_here(QuoteLink),
        )
        .order_by(QuoteLink.id)
    ).all()
    newest = {link.recipient_id: (link, quote) for link, quote in rows}
    for link, quote in newest.values():
        kind, to = ("link_again", link.email) if link.way == MAIL else ("link_again_sms", link.phone)
        outbox.queue(kind, to, {"link": link.public_id}, firm_id=quote.firm_id, now=now, quote_id=quote.id)
    transaction.commit()


def ask_for_new(deal_id: str, token: str, *, now: datetime) -> None:
    """A customer whose link has run out asks the firm for a new one. Commits. Raises NotFound."""
    row = db.session.execute(
        select(QuoteLink, Quote)
        .join(Quote, and_(Quote.firm_id == QuoteLink.firm_id, Quote.id == QuoteLink.quote_id))
        .where(
            QuoteLink.public_id == _link_id(token),
            Quote.public_id == deal_id,
            QuoteLink.revoked_at.is_(None),
            standing.of_those_here(QuoteLink),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    quote: Quote = row[1]
    notices.tell(quote, "new_time", "link_wanted", {"quote": quote.public_id}, now=now)
    quote.turn, quote.touched_at = "firm", now
    transaction.commit()


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


def _link_id(token: str) -> str:
    """The link row a token names. Raises NotFound for anything that is not a token of ours for this purpose."""
    try:
        return tokens.read(PURPOSE, token)
    except tokens.BadToken:
        raise NotFound from None
