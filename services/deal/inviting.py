"""The applicants of an agreement who have not given their personnummer: each one's link, letters and reminders.

Each types the own number. The customer does so on the page of the deal, a co-applicant by a link that leads to
nothing but that (services/deal/applicants.py). The agreement does not wait for it; the request to Skatteverket does.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from domain import applicants
from domain.applicants import Missing
from domain.quote_states import AGREED
from domain.standing import Standing
from extensions import db
from models import Agreement, Applicant, Firm, Letter, Quote, QuoteLink, new_public_id
from services import events, outbox, scope, standing, tokens, transaction
from services.actors import Actor, system
from services.deal import deals, links
from services.errors import NotFound, RuleBroken
from services.installation import settings

PURPOSE = "applicant"
INVITATION = "applicant_link"


class Guest(NamedTuple):
    """A co-applicant, as the customer is told of one."""

    position: int
    name: str
    email: str
    is_given: bool
    has_failed: bool  # the letter with the link did not arrive


class Household(NamedTuple):
    """Those who share a deduction with the customer."""

    guests: list[Guest]
    now_ore: int  # all deductions with what all have declared until now


NOBODY = Household([], 0)


def rows_of(agreement: Agreement) -> list[Applicant]:
    """The applicants in order."""
    rows = scope.rows(Applicant, agreement.firm_id, Applicant.agreement_id == agreement.id)
    return sorted(rows, key=lambda row: row.position)


def missing(agreement: Agreement, rows: list[Applicant] | None = None) -> Missing:
    """What is still to be given before the deduction can be asked for."""
    if rows is None:
        rows = rows_of(agreement)
    return applicants.missing(agreement.home, [(row.name, row.personnummer is not None) for row in rows])


def begin(quote: Quote, agreement: Agreement, *, actor: Actor, now: datetime) -> None:
    """There is an agreement: those who have data to give get their links, and are reminded later. Never commits."""
    if agreement.home != "later" and len(json.loads(agreement.agreed)["applicants"]) < 2:
        return  # nothing is left to give, and no statement is spent on it
    begin_anew(quote, agreement, actor=actor, now=now)


def begin_anew(quote: Quote, agreement: Agreement, *, actor: Actor, now: datetime) -> None:
    """The same, with the applicants as they are now. Never commits."""
    for row in rows_of(agreement):
        if row.personnummer is None:
            row.remind_at = applicants.remind_at(0, now=now)
            if row.position > 1 and row.email:
                invite(quote, row, actor=actor, now=now)


def invite(quote: Quote, row: Applicant, *, actor: Actor, now: datetime) -> None:
    """Mail a co-applicant the own link. Never commits."""
    _link(row)
    _record(quote, row, "mail", actor=actor, now=now)
    params = {"applicant": row.public_id, "link": row.link_public_id}
    outbox.queue(INVITATION, row.email, params, firm_id=quote.firm_id, now=now, quote_id=quote.id)


def address(row: Applicant) -> str:
    """The address with the token. Only for the co-applicant's letters and the customer who hands it over."""
    return f"{settings().base_url}/a/{token(row)}"


def token(row: Applicant) -> str:
    assert row.link_public_id is not None  # noqa: S101  (who has a link has been invited)
    return tokens.sign(PURPOSE, row.link_public_id)


def household(deal: deals.Deal) -> Household:
    """The co-applicants of an agreement, and the deduction as it is now."""
    if deal.agreement is None:
        return NOBODY
    where = Letter.quote_id == deal.found.quote_id, Letter.kind == INVITATION, Letter.state == "failed"
    failed = set(db.session.scalars(scope.columns(Letter, deal.found.firm_id, Letter.to_address).where(*where)))
    rows = rows_of(deal.agreement)
    guests = [
        Guest(row.position, row.name, row.email, row.personnummer is not None, row.email in failed)
        for row in rows
        if row.position > 1
    ]
    return Household(guests, 100 * sum(row.rot_kr + row.rut_kr + row.green_kr for row in rows))


def send_link(deal: deals.Deal, position: int, email: str, *, now: datetime) -> None:
    """Mail the link. Another address than before gets a new one, and the old one leads nowhere. Commits.

    Raises NotFound, RuleBroken("copy_only" | "deduction_given").
    """
    row = _waiting(deal, position)
    if row.email != email:
        row.link_public_id = None
    row.email = email
    invite(deal.quote, row, actor=deal.actor, now=now)
    transaction.commit()


def hand_over(deal: deals.Deal, position: int, *, channel: str, now: datetime) -> Applicant:
    """The co-applicant whose link the customer gives ("link") or opens ("same_device"). Commits.

    Raises NotFound, RuleBroken("copy_only" | "deduction_given").
    """
    row = _waiting(deal, position)
    _link(row)
    _record(deal.quote, row, channel, actor=deal.actor, now=now)
    transaction.commit()
    return row


def due(now: datetime) -> list[int]:
    """Ids of the agreements where somebody is to be reminded."""
    with transaction.reading():
        statement = select(Applicant.agreement_id).where(Applicant.remind_at <= now, standing.of_the_active(Applicant))
        return sorted(db.session.scalars(statement.distinct()))


def remind(agreement_id: int, *, now: datetime) -> None:
    """Remind those who have not given their data, each in one letter, or end the reminders. Commits.

    The customer's letter also names those whom the customer was to hand a link.
    """
    agreement = db.session.get(Agreement, agreement_id)
    if agreement is None or standing.of_firm(agreement.firm_id, now) is Standing.SUSPENDED:
        transaction.rollback()
        return
    quote = scope.get(Quote, agreement.firm_id, Quote.id == agreement.quote_id, lock=True)
    firm = db.session.get_one(Firm, agreement.firm_id)
    rows = [row for row in rows_of(agreement) if row.remind_at is not None and row.remind_at <= now]
    actor, is_open = system(firm.id, firm.public_id), is_wanted(quote, now=now)
    waiting = [row for row in rows if row.personnummer is None and row.reminded < applicants.MOST_REMINDERS]
    for row in rows:
        row.remind_at = None
    for row in waiting if is_open else ():
        row.reminded += 1
        row.remind_at = applicants.remind_at(row.reminded, now=now)
        if row.position > 1 and row.email:
            _link(row)
            params = {"applicant": row.public_id, "link": row.link_public_id}
            outbox.queue("applicant_reminder", row.email, params, firm_id=firm.id, now=now, quote_id=quote.id)
            _record(quote, row, "reminder", actor=actor, now=now)
    if is_open and any(row.position == 1 or not row.email for row in waiting):
        _remind_customer(quote, agreement, now=now)
    transaction.commit()


def is_wanted(quote: Quote, *, now: datetime) -> bool:
    """Whether the data are of any use: there is a contract, and a firm that goes on."""
    return (
        quote.status in AGREED
        and quote.archived_at is None
        and standing.of_firm(quote.firm_id, now) is not Standing.CLOSED
    )


def _remind_customer(quote: Quote, agreement: Agreement, *, now: datetime) -> None:
    """Never commits. Nobody is reached where no letter was wanted."""
    link = scope.get(QuoteLink, quote.firm_id, QuoteLink.id == agreement.link_id)
    if link.revoked_at is not None or link.way == links.ON_SITE:
        own = [one for one in links.mailed_to(quote) if one.recipient_id == link.recipient_id]
        if not own:
            return
        link = own[0]
    if to := agreement.email or link.email:
        params = {"agreement": agreement.public_id, "link": link.public_id}
        outbox.queue("details_reminder", to, params, firm_id=quote.firm_id, now=now, quote_id=quote.id)


def _waiting(deal: deals.Deal, position: int) -> Applicant:
    """The co-applicant's row, under the lock of the deal. Raises NotFound, RuleBroken."""
    deals.lock(deal)
    if deal.agreement is None:
        raise NotFound
    deal.check_may_decide()
    own = Applicant.agreement_id == deal.agreement.id, Applicant.position == position, Applicant.position > 1
    row = scope.get(Applicant, deal.found.firm_id, *own, lock=True)
    if row.personnummer is not None or deal.quote.status not in AGREED:
        raise RuleBroken("deduction_given")
    return row


def _link(row: Applicant) -> None:
    if row.link_public_id is None:
        row.link_public_id = new_public_id()


def _record(quote: Quote, row: Applicant, channel: str, *, actor: Actor, now: datetime) -> None:
    data = {"channel": channel, "applicant": row.public_id, "link_id": row.link_public_id}
    personal = {"to": row.email} if channel in ("mail", "reminder") else {"name": row.name}
    obj = f"quote:{quote.public_id}:v{quote.version}"
    events.record("deduction.invited", obj, actor=actor, at=now, data=data, personal=personal)
