"""What the firm sees of one quote: what was sent, what happened, what is said, and what waits."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, NamedTuple

from msgspec import Struct, field
from sqlalchemy import and_, bindparam, exists, or_

from domain import personnummer, reminders
from domain.clock import stockholm_date
from domain.quote_states import QuoteStatus, can
from domain.quotes import Totals
from domain.reminders import Facts
from models import (
    Agreement,
    Applicant,
    Decline,
    Letter,
    Login,
    Message,
    Quote,
    QuoteLink,
    QuoteVersion,
    Recipient,
    Reminding,
    StoredFile,
    Withdrawal,
)
from services import scope, signing
from services.deal import (
    agreements,
    feedback,
    figures,
    links,
    manual,
    pages,
    parties,
    reminding,
    story,
    unrecording,
    versions,
)
from services.deal.feedback import Given
from services.deal.parties import Party
from services.deal.story import Step
from services.deal.versions import Versions
from services.errors import NotFound
from services.quotes import content as frozen
from services.quotes import listing, recipient_rows
from services.quotes.sent_letters import TO_CUSTOMER, Sent

# what a customer, or time, may still do to a quote
FROM_OUTSIDE = ("ask", "accept", "accept_late", "decline", "expire", "withdraw")


TOLD_BY_LETTERS = ("mail.accepted", "mail.bounced", "sms.accepted", "sms.failed", "receipt.sent")


class Person(Struct, frozen=True):
    """An applicant; the number masked, in full only after `revealing.reveal`."""

    name: str
    number: str
    rot_kr: int
    rut_kr: int
    green_kr: int


class Subject(NamedTuple):
    """The quote as its page tells of it."""

    id: int
    firm_id: int
    public_id: str
    n: int
    number: str | None
    title: str
    kind: str
    status: str
    version: int
    changed_since: bool
    valid_until: date
    question_at: datetime | None
    seen_at: datetime | None
    has_inquiry: bool
    mail_failed_at: datetime | None
    archived_at: datetime | None
    hold: str
    is_shared: bool


class Link(NamedTuple):
    """A way in for the customer that is open."""

    public_id: str
    way: str
    email: str
    phone: str
    opened_at: datetime | None
    recipient_id: int | None  # whose it is; none is the customer's


class Said(NamedTuple):
    """One question or answer."""

    sender: str
    name: str
    text: str
    created_at: datetime


class Refusal(NamedTuple):
    """The customer's no to the newest version."""

    reason: str
    comment: str


class Written(NamedTuple):
    """A yes that the firm has written down (services/deal/manual.py)."""

    words: str
    note: str
    file_name: str
    may_undo: bool


class View(Struct, frozen=True):
    """One quote's page. Without a version nothing has been sent yet."""

    quote: Subject
    status: str
    content: dict[str, Any] | None  # of the newest version
    pdf_bytes: int
    totals: Totals | dict[str, Any] | None  # as agreed, else with no option picked
    steps: list[Step]
    messages: list[Said]
    letters: list[Sent]
    links: list[Link]
    agreement: Agreement | None
    agreed: dict[str, Any] | None
    chosen: list[str]  # options and quantities of what is agreed, in words
    decline: Refusal | None
    plan: reminding.Plan
    persons: list[Person] = field(default_factory=list)
    withdrawals: list[Withdrawal] = field(default_factory=list)
    versions: Versions = versions.NONE
    feedback: Given | None = None
    manual: Written | None = None
    signed: str = ""  # by which method and at which level; empty where several did
    recipients: list[Recipient] = field(default_factory=list)  # who else gets it
    parties: list[Party] = field(default_factory=list)  # those who decide on the newest version, where several do

    @property
    def waited_for(self) -> list[str]:
        """Names of those whose turn it is to approve or sign."""
        return [party.name for party in self.parties if party.has_turn]

    def whose(self, link: Link) -> str:
        """The name of one who gets the quote besides the customer, whose link it is."""
        return next((row.name for row in self.recipients if row.id == link.recipient_id), "")

    @property
    def failed(self) -> Sent | None:
        """The newest letter that somebody misses, until the firm has sent it another way (deal/undelivered.py)."""
        at = self.quote.mail_failed_at
        return next((letter for letter in reversed(self.letters) if letter.asks and letter.done_at == at), None)

    def why_no_reminder(self, now: datetime) -> str:
        """What ends the reminders (domain/reminders.py); "" if nothing does."""
        quote = self.quote
        facts = Facts(
            status=quote.status,
            seen_at=quote.seen_at,
            question_at=quote.question_at,
            mail_failed_at=quote.mail_failed_at,
            is_archived=quote.archived_at is not None,
            has_link=any(link.way in (links.MAIL, links.SMS) for link in self.links),
            is_closed=False,  # every page says so then
            valid_until=date.fromisoformat(self.content["valid_until"]) if self.content else quote.valid_until,
        )
        return reminders.stopped(facts, asked_at=self.plan.asked_at, now=now)

    @property
    def is_over(self) -> bool:
        """Nothing more happens by itself: the customer can do nothing, and no letter is on its way."""
        return not any(map(self.can, FROM_OUTSIDE)) and not any(letter.state == "queued" for letter in self.letters)

    def can(self, action: str) -> bool:
        return can(self.quote.status, action)


# Made once and read past the ORM: their making, and the making of its rows, take longer than their running.
_FIRM_ID: Any = bindparam("firm_id")
_OF_QUOTE: Any = bindparam("quote_id")
_HEAD = (
    scope.columns(
        Quote,
        _FIRM_ID,
        *scope.named(Quote, Subject),
        QuoteVersion.content,
        StoredFile.size_bytes,
        Agreement.id,
        exists(scope.columns(Message, _FIRM_ID, Message.id).where(Message.quote_id == Quote.id).correlate(Quote)),
        *scope.named(Decline, Refusal),
        *scope.named(Reminding, reminding.Plan),
    )
    .outerjoin(
        QuoteVersion,
        and_(
            QuoteVersion.firm_id == _FIRM_ID,
            QuoteVersion.quote_id == Quote.id,
            QuoteVersion.version == Quote.version,
        ),
    )
    .outerjoin(StoredFile, and_(StoredFile.firm_id == _FIRM_ID, StoredFile.id == QuoteVersion.pdf_id))
    .outerjoin(Agreement, and_(Agreement.firm_id == _FIRM_ID, Agreement.quote_id == Quote.id))
    .outerjoin(
        Decline,
        and_(Decline.firm_id == _FIRM_ID, Decline.quote_id == Quote.id, Decline.version == Quote.version),
    )
    .outerjoin(Reminding, and_(Reminding.firm_id == _FIRM_ID, Reminding.quote_id == Quote.id))
    .where(Quote.n == bindparam("n"))
)
_LETTERS = (
    scope.columns(Letter, _FIRM_ID, *scope.named(Letter, Sent)).where(Letter.quote_id == _OF_QUOTE).order_by(Letter.id)
)
# a screen of the firm's is a way in only while its login is held to it
_HELD = exists(
    scope.columns(Login, _FIRM_ID, Login.id)
    .where(Login.locked_link == QuoteLink.public_id, Login.ended_at.is_(None))
    .correlate(QuoteLink)
)
_LINKS = (
    scope.columns(QuoteLink, _FIRM_ID, *scope.named(QuoteLink, Link))
    .where(QuoteLink.quote_id == _OF_QUOTE, QuoteLink.revoked_at.is_(None), or_(QuoteLink.way != links.ON_SITE, _HELD))
    .order_by(QuoteLink.id)
)
_MESSAGES = (
    scope.columns(Message, _FIRM_ID, *scope.named(Message, Said))
    .where(Message.quote_id == _OF_QUOTE)
    .order_by(Message.id)
)


def view(firm_id: int, firm_public_id: str, n: int, *, now: datetime) -> View:
    """Raises NotFound."""
    found = scope.plain(_HEAD, {"firm_id": firm_id, "n": n})
    if not found:
        raise NotFound
    row, plan = found[0][: -len(reminding.NO_PLAN)], found[0][-len(reminding.NO_PLAN) :]
    *columns, stored, pdf_bytes, agreement_id, has_messages, reason, comment = row
    quote = Subject(*columns)
    values = {"firm_id": firm_id, "quote_id": quote.id}
    agreement = scope.get(Agreement, firm_id, Agreement.id == agreement_id) if agreement_id else None
    content = frozen.read(stored) if stored else None
    agreed = json.loads(agreement.agreed) if agreement else None
    if quote.status == QuoteStatus.PARTLY_SIGNED:  # what some have approved: its choices, but no agreement
        agreement = None
    letters = [Sent(*row) for row in scope.plain(_LETTERS, values)]
    return View(
        quote=quote,
        status=listing.shown_status(quote, stockholm_date(now)),
        content=content,
        pdf_bytes=pdf_bytes or 0,
        totals=agreed["totals"] if agreed else figures.totals(content) if content else None,
        steps=_steps(quote, firm_public_id),
        messages=[Said(*row) for row in scope.plain(_MESSAGES, values)] if has_messages else [],
        letters=[letter for letter in letters if letter.kind in TO_CUSTOMER],
        links=[Link(*row) for row in scope.plain(_LINKS, values)],
        agreement=agreement,
        agreed=agreed,
        chosen=pages.chosen_words(content, figures.agreed(agreed)) if agreed and content else [],
        decline=Refusal(reason, comment) if reason is not None else None,
        plan=reminding.NO_PLAN if plan[0] is None else reminding.Plan(*plan),
        persons=persons(firm_public_id, agreement) if agreement else [],
        withdrawals=_withdrawals(agreement) if agreement else [],
        versions=_versions(quote, content),
        feedback=feedback.of_quote(firm_id, quote.id) if agreement else None,
        signed=signing.words(agreement.method) if agreement and not quote.is_shared else "",
        manual=_written(quote, agreement, agreed, now)
        if agreement and agreed and agreement.way == manual.WAY
        else None,
        recipients=recipient_rows.of_quote(quote),
        parties=_parties(quote, content) if quote.is_shared and content else [],
    )


def _parties(quote: Subject, content: dict[str, Any]) -> list[Party]:
    if not content["deciders"]:
        return []
    said = [row for row in parties.live(quote) if row.version == quote.version]
    return parties.of(content, said, recipient_rows.everyone(quote.firm_id, quote.id))


def _versions(quote: Subject, content: dict[str, Any] | None) -> Versions:
    """All that were sent, and what the newest changed; one statement where there are several."""
    if content is None:
        return versions.NONE
    return versions.of_quote(quote.firm_id, quote.id, newest=quote.version, content=content, known=quote.version - 1)


def _steps(quote: Subject, firm_public_id: str) -> list[Step]:
    """The chain's steps; what became of letters is told by the letters themselves, queued ones too."""
    told = story.of(quote, firm_public_id=firm_public_id)
    return [step for step in told if step.act not in TOLD_BY_LETTERS]


def _written(quote: Subject, agreement: Agreement, agreed: dict[str, Any], now: datetime) -> Written | None:
    row = manual.of(agreement)
    if row is None:
        return None
    file = scope.find(StoredFile, agreement.firm_id, StoredFile.id == row.file_id) if row.file_id else None
    may_undo = unrecording.can_undo(quote.status, agreement, row, now=now)
    return Written(manual.words(agreed), row.note, file.name if file else "", may_undo)


def timeline(shown: View) -> list[Step | Sent]:
    """Steps and letters by time, oldest first."""
    return sorted([*shown.steps, *shown.letters], key=lambda one: one.at if isinstance(one, Step) else one.created_at)


def persons(firm_public_id: str, agreement: Agreement, *, in_full: bool = False) -> list[Person]:
    """The applicants in order."""
    return [_person(firm_public_id, row, in_full) for row in agreements.applicants(agreement)]


def _person(firm_public_id: str, row: Applicant, in_full: bool) -> Person:
    number = agreements.number_of(firm_public_id, row)
    if number:
        number = f"{number[:8]}-{number[8:]}" if in_full else personnummer.mask(number)
    return Person(row.name, number, row.rot_kr, row.rut_kr, row.green_kr)


def _withdrawals(agreement: Agreement) -> list[Withdrawal]:
    rows = scope.rows(Withdrawal, agreement.firm_id, Withdrawal.agreement_id == agreement.id)
    return sorted(rows, key=lambda row: row.id)
