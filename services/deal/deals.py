"""A deal as one request works with it that came by a link, or stands before a screen of the firm's."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import and_

import languages
from domain.clock import end_of_day, stockholm_date
from domain.deal_kinds import is_signed
from domain.parties import CUSTOMER, Role, may_decide, signs
from domain.quote_states import QuoteStatus
from domain.standing import Standing
from domain.standing import of as of_stored
from extensions import db
from models import Agreement, Approval, Quote, QuoteLink, StoredFile
from services import events, scope, standing
from services.actors import Actor
from services.deal import figures, found_deal, links, undelivered
from services.deal.figures import Chosen
from services.deal.found_deal import Found
from services.errors import NotFound, RuleBroken
from services.quotes import content, recipient_rows
from services.quotes.recipient_rows import Person


class LinkExpired(Exception):
    """A link of ours whose time for reading has run out; the page shows no data."""


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


def find(deal_id: str, token: str, *, now: datetime, ip: str = "", user_agent: str = "") -> Deal:
    """The deal a token opens, all of it by one statement. Raises NotFound or LinkExpired."""
    return _open(deal_id, links.link_id(token), now=now, ip=ip, user_agent=user_agent)


def find_shown(deal_id: str, link_id: str, *, now: datetime, ip: str = "", user_agent: str = "") -> Deal:
    """The deal that the firm's own screen is held to. Raises NotFound or LinkExpired."""
    return _open(deal_id, link_id, now=now, ip=ip, user_agent=user_agent, is_on_site=True)


def _open(deal_id: str, link_id: str, *, now: datetime, ip: str, user_agent: str, is_on_site: bool = False) -> Deal:
    found = found_deal.read(deal_id, link_id)
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


def lock(deal: Deal) -> None:
    """Make other writers of this deal wait, and see what they left behind. Raises NotFound if the link has ended.

    Every act by a link begins with it; what follows commits or undoes that a lost letter is missed no more.
    """
    statement = (
        scope.columns(Quote, deal.found.firm_id, Quote, QuoteLink)
        .join(QuoteLink, and_(QuoteLink.firm_id == Quote.firm_id, QuoteLink.quote_id == Quote.id))
        .where(Quote.id == deal.found.quote_id, QuoteLink.id == deal.found.link_id, QuoteLink.revoked_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    rows = db.session.execute(statement).one_or_none()
    if rows is None:
        raise NotFound
    deal.quote, deal.link = rows
    deal.reload(found_deal.read(deal.found.deal_id, deal.found.link_public_id))
    settle(deal)


def settle(deal: Deal, *, has_code: bool = False) -> None:
    """Who has come misses no letter that led here (services/deal/undelivered.py). Never commits."""
    if not deal.is_own_visit:
        undelivered.settle(deal.quote, deal.found.recipient_id, since=deal.found.version_at, has_code=has_code)


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


def reach(deal: Deal, email: str, *, now: datetime) -> None:
    """Letters reach the customer from here on: the link by which they agreed has the address, on site a new one has.

    Never commits.
    """
    if email and not deal.link.email:
        deal.link.email = email
    if email and deal.is_on_site and deal.found.recipient_id is None and links.mailed(deal.quote) is None:
        links.by_mail(deal.quote, email, actor=deal.actor, now=now)


def for_letters(deal: Deal) -> str:
    """Public id of the link that a letter to this deal's customer carries: the one they came by, else the mailed one.

    Empty if there is none.
    """
    if not deal.is_on_site:
        return deal.found.link_public_id
    link = links.mailed(deal.quote)
    return link.public_id if link else ""
