"""What the firm sees of one quote: what was sent, what happened, what is said, and what waits."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_

from domain import personnummer
from domain.clock import stockholm_date
from domain.quote_states import can
from domain.quotes import Totals
from extensions import db
from models import (
    Agreement,
    Applicant,
    Decline,
    Letter,
    Message,
    Quote,
    QuoteLink,
    QuoteVersion,
    StoredFile,
    Withdrawal,
)
from services import events, scope, storage, transaction
from services.actors import Actor
from services.deal import agreements, figures, story, thread
from services.deal.story import Step
from services.errors import NotFound
from services.quotes import drafting, listing

TO_CUSTOMER = {
    "quote_sent",
    "answer_to_customer",
    "quote_approved",
    "quote_recalled",
    "link_again",
    "late_answer",
    "late_refused",
    "withdrawal_received",
}


@dataclass(frozen=True, slots=True)
class Person:
    """An applicant; the number masked, in full only after `reveal`."""

    name: str
    number: str
    rot_kr: int
    rut_kr: int


@dataclass(frozen=True, slots=True)
class View:
    """One quote's page. Without a version nothing has been sent yet."""

    quote: Quote
    status: str
    version: QuoteVersion | None
    content: dict[str, Any] | None
    totals: Totals | dict[str, Any] | None  # as agreed, else with no option picked
    pdf: StoredFile | None
    steps: list[Step]
    messages: list[Message]
    letters: list[Letter]
    links: list[QuoteLink]
    agreement: Agreement | None
    agreed: dict[str, Any] | None
    decline: Decline | None
    persons: list[Person] = field(default_factory=list)
    withdrawals: list[Withdrawal] = field(default_factory=list)

    @property
    def failed(self) -> Letter | None:
        """The newest letter to the customer, if it did not arrive."""
        newest = next((letter for letter in reversed(self.letters) if letter.kind in TO_CUSTOMER), None)
        return newest if newest is not None and newest.state == "failed" else None

    @property
    def live_links(self) -> list[QuoteLink]:
        return [link for link in self.links if link.revoked_at is None]

    def can(self, action: str) -> bool:
        return can(self.quote.status, action)


def view(firm_id: int, firm_public_id: str, n: int, *, now: datetime) -> View:
    """Raises NotFound."""
    row = db.session.execute(
        scope.columns(Quote, firm_id, Quote, QuoteVersion, StoredFile, Agreement, Decline)
        .outerjoin(QuoteVersion, and_(QuoteVersion.quote_id == Quote.id, QuoteVersion.version == Quote.version))
        .outerjoin(StoredFile, StoredFile.id == QuoteVersion.pdf_id)
        .outerjoin(Agreement, Agreement.quote_id == Quote.id)
        .outerjoin(Decline, and_(Decline.quote_id == Quote.id, Decline.version == Quote.version))
        .where(Quote.n == n)
    ).one_or_none()
    if row is None:
        raise NotFound
    quote, version, pdf, agreement, decline = row
    content = json.loads(version.content) if version else None
    agreed = json.loads(agreement.agreed) if agreement else None
    letters = db.session.scalars(
        scope.columns(Letter, firm_id, Letter).where(Letter.quote_id == quote.id).order_by(Letter.id)
    )
    return View(
        quote=quote,
        status=listing.shown_status(quote, stockholm_date(now)),
        version=version,
        content=content,
        totals=agreed["totals"] if agreed else figures.totals(content) if content else None,
        pdf=pdf,
        steps=_steps(quote, firm_public_id),
        messages=thread.of(quote),
        letters=[letter for letter in letters if letter.kind in TO_CUSTOMER],
        links=sorted(scope.rows(QuoteLink, firm_id, QuoteLink.quote_id == quote.id), key=lambda link: link.id),
        agreement=agreement,
        agreed=agreed,
        decline=decline,
        persons=persons(firm_public_id, agreement) if agreement else [],
        withdrawals=_withdrawals(agreement) if agreement else [],
    )


def _steps(quote: Quote, firm_public_id: str) -> list[Step]:
    """The chain's steps; what became of letters is told by the letters themselves, queued ones too."""
    told = story.of(quote, firm_public_id=firm_public_id)
    return [step for step in told if step.act not in ("mail.accepted", "mail.bounced", "receipt.sent")]


def timeline(shown: View) -> list[Step | Letter]:
    """Steps and letters by time, oldest first."""
    return sorted([*shown.steps, *shown.letters], key=lambda one: one.at if isinstance(one, Step) else one.created_at)


def letter_words(letter: Letter) -> str:
    """What kind of letter it is."""
    words = {
        "quote_sent": _("Mejl med länken"),
        "answer_to_customer": _("Mejl med svaret"),
        "quote_approved": _("Mejl med avtalet"),
        "quote_recalled": _("Mejl om att offerten är tillbakatagen"),
        "link_again": _("Mejl med länken igen"),
        "late_answer": _("Mejl om det sena svaret"),
        "late_refused": _("Mejl om det sena svaret"),
        "withdrawal_received": _("Mejl med kvittensen"),
    }
    return str(words[letter.kind])


def persons(firm_public_id: str, agreement: Agreement, *, in_full: bool = False) -> list[Person]:
    """The applicants in order."""
    return [_person(firm_public_id, row, in_full) for row in agreements.applicants(agreement)]


def _person(firm_public_id: str, row: Applicant, in_full: bool) -> Person:
    number = agreements.number_of(firm_public_id, row)
    if number:
        number = f"{number[:8]}-{number[8:]}" if in_full else personnummer.mask(number)
    return Person(row.name, number, row.rot_kr, row.rut_kr)


def reveal(firm_id: int, n: int, *, actor: Actor, now: datetime) -> None:
    """Note in the chain that the applicants' numbers are about to be shown in full. Commits. Raises NotFound."""
    quote = drafting.get(firm_id, n)
    scope.get(Agreement, firm_id, Agreement.quote_id == quote.id)
    obj = f"quote:{quote.public_id}:v{quote.version}"
    events.record("personnummer.revealed", obj, actor=actor, at=now, data={"reason": "by_user"})
    transaction.commit()


def version_file(firm_id: int, n: int) -> StoredFile:
    """The PDF of the newest version. Raises NotFound."""
    return _file(
        firm_id, n, QuoteVersion.pdf_id, QuoteVersion.quote_id == Quote.id, QuoteVersion.version == Quote.version
    )


def agreement_file(firm_id: int, n: int) -> StoredFile:
    """The agreement's PDF. Raises NotFound until it is drawn."""
    return _file(firm_id, n, Agreement.pdf_id, Agreement.quote_id == Quote.id)


def read(firm_public_id: str, file: StoredFile) -> bytes:
    return storage.read(firm_public_id, file)


def _file(firm_id: int, n: int, column: Any, *joined: Any) -> StoredFile:
    statement = scope.columns(StoredFile, firm_id, StoredFile).join(
        column.class_, and_(column == StoredFile.id, column.class_.firm_id == firm_id)
    )
    file: StoredFile | None = db.session.scalar(
        statement.join(Quote, and_(Quote.firm_id == firm_id, *joined)).where(Quote.n == n)
    )
    if file is None:
        raise NotFound
    return file


def _withdrawals(agreement: Agreement) -> list[Withdrawal]:
    rows = scope.rows(Withdrawal, agreement.firm_id, Withdrawal.agreement_id == agreement.id)
    return sorted(rows, key=lambda row: row.id)
