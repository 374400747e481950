"""A co-applicant who has come by the own link: the own number, declared use and statement, and nothing of the others.

What was agreed stays as it is. The shares are reckoned anew with what each has declared, as the invoice will.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import and_, select

from documents import wording
from domain import personnummer
from domain.applicants import LINK_LIVES
from domain.quote_states import AGREED
from extensions import db
from models import Agreement, Applicant, Firm, Quote, QuoteVersion
from services import allowance, events, notices, outbox, scope, standing, tokens, transaction, vault
from services.actors import Actor
from services.deal import consenting, figures, inviting, keeping, links
from services.deal.consenting import Person
from services.errors import NotFound, RuleBroken
from services.quotes import content as frozen


class SameNumber(RuleBroken):
    """The number is another applicant's of the same agreement."""

    code = "same_number"


class Own(Struct):
    """What one request by a co-applicant's link works with."""

    row: Applicant
    agreement: Agreement
    quote: Quote
    content: dict[str, Any]
    actor: Actor

    @property
    def is_given(self) -> bool:
        return self.row.personnummer is not None

    @property
    def is_over(self) -> bool:
        """There is no contract any more, so nothing to give a number for."""
        return self.quote.status not in AGREED

    @property
    def agreed(self) -> Mapping[str, Any]:
        data: dict[str, Any] = json.loads(self.agreement.agreed)
        return data

    @property
    def needs(self) -> set[str]:
        """The deductions of what was agreed."""
        return {share["kind"] for share in self.agreed["totals"]["deductions"] if share["amount_kr"]}


def open_link(token: str) -> tuple[str, str]:
    """(public id of the deal, that of the applicant) that a token leads to. Raises NotFound."""
    statement = (
        select(Quote.public_id, Applicant.public_id)
        .join(Agreement, and_(Agreement.firm_id == Applicant.firm_id, Agreement.id == Applicant.agreement_id))
        .join(Quote, and_(Quote.firm_id == Agreement.firm_id, Quote.id == Agreement.quote_id))
        .where(Applicant.link_public_id == _link_id(token), standing.of_those_here(Applicant))
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    return row._t


def find(
    deal_id: str, applicant_id: str, token: str | None, *, now: datetime, ip: str = "", user_agent: str = ""
) -> Own:
    """No token is for a screen of the firm's that is held to this deal: it leaves no link behind in the browser.

    Raises NotFound: no such applicant of this deal, a link that has ended, or somebody else's.
    """
    statement = (
        select(Applicant, Agreement, Quote, QuoteVersion.content, Firm.public_id)
        .join(Agreement, and_(Agreement.firm_id == Applicant.firm_id, Agreement.id == Applicant.agreement_id))
        .join(Quote, and_(Quote.firm_id == Agreement.firm_id, Quote.id == Agreement.quote_id))
        .join(
            QuoteVersion,
            and_(
                QuoteVersion.firm_id == Quote.firm_id,
                QuoteVersion.quote_id == Quote.id,
                QuoteVersion.version == Agreement.version,
            ),
        )
        .join(Firm, Firm.id == Quote.firm_id)
        .where(
            Quote.public_id == deal_id,
            Applicant.public_id == applicant_id,
            Applicant.position > 1,
            standing.IS_HERE,
            Applicant.link_public_id.is_not(None) if token is None else Applicant.link_public_id == _link_id(token),
        )
    )
    found = db.session.execute(statement).one_or_none()
    if found is None:
        raise NotFound
    row, agreement, quote, content, firm_public_id = found._t
    if agreement.accepted_at + LINK_LIVES < now:
        raise NotFound
    actor = Actor(
        firm_id=row.firm_id,
        firm_public_id=firm_public_id,
        ref=f"applicant:{row.public_id}",
        name=row.name,
        ip=ip,
        user_agent=user_agent,
    )
    return Own(row, agreement, quote, frozen.read(content), actor)


def give(own: Own, number: str, *, used_rot_kr: int, used_rut_kr: int, used_green_kr: int = 0, now: datetime) -> None:
    """Keep what the co-applicant typed, and reckon all shares anew. Given once, it stays. Commits.

    `number`: 12 digits. Raises NotFound, RuleBroken("deduction_given"), SameNumber.
    """
    firm_id, link_public_id = own.row.firm_id, own.row.link_public_id
    own.quote = scope.get(Quote, firm_id, Quote.id == own.quote.id, lock=True)
    db.session.refresh(own.row)
    if own.row.link_public_id != link_public_id:  # the customer has sent it to another meanwhile
        raise NotFound
    if own.is_given:
        return
    if own.is_over:
        raise RuleBroken("deduction_given")
    index = vault.blind_index(own.actor.firm_public_id, number)
    rows = inviting.rows_of(own.agreement)
    if any(row.personnummer_index == index for row in rows):
        raise SameNumber
    row = own.row
    keeping.keep_number(own.actor.firm_public_id, row, number, now=now)
    row.used_rot_kr, row.used_rut_kr, row.used_green_kr = used_rot_kr, used_rut_kr, used_green_kr
    _reckon_anew(own, rows)
    allowance.reserve(own.agreement, None, now, quote=own.quote)
    _record(own, number, now)
    own.quote.touched_at = now
    params = {"agreement": own.agreement.public_id, "applicant": row.public_id}
    notices.tell(own.quote, "rot_details", "details_to_firm", params, now=now)
    if abs(now_ore(rows) - agreed_ore(own.agreed)) >= 100 * len(rows):  # less is but rounding between them
        _tell_customer(own, now)
    transaction.commit()


def shares_kr(own: Own) -> dict[str, int]:
    """The co-applicant's own part of each deduction in whole kronor."""
    parts = {"rot": own.row.rot_kr, "rut": own.row.rut_kr, "green": own.row.green_kr}
    return {kind: amount for kind, amount in parts.items() if kind in own.needs}


def now_ore(rows: list[Applicant]) -> int:
    """All deductions with what all have declared until now."""
    return 100 * sum(row.rot_kr + row.rut_kr + row.green_kr for row in rows)


def agreed_ore(agreed: Mapping[str, Any]) -> int:
    """All deductions as agreed."""
    return 100 * sum(int(share["amount_kr"]) for share in agreed["totals"]["deductions"])


def _reckon_anew(own: Own, rows: list[Applicant]) -> None:
    persons = tuple(
        Person(row.name, "", row.used_rot_kr, row.used_rut_kr, row.weight, used_green_kr=row.used_green_kr)
        for row in rows
    )
    result = consenting.reckon(own.content, figures.agreed(own.agreed), persons)
    for order, row in enumerate(rows):
        row.rot_kr = figures.share_kr(result, "rot", order)
        row.rut_kr = figures.share_kr(result, "rut", order)
        row.green_kr = figures.share_kr(result, "green", order)


def _tell_customer(own: Own, now: datetime) -> None:
    """The deduction is another than agreed. Never commits."""
    others = links.mailed_to(own.quote, copies=False)
    link = next((one for one in others if one.id == own.agreement.link_id), others[0] if others else None)
    if link is not None and (to := own.agreement.email or link.email):
        params = {"agreement": own.agreement.public_id, "link": link.public_id, "applicant": own.row.public_id}
        outbox.queue("deduction_changed", to, params, firm_id=own.row.firm_id, now=now, quote_id=own.quote.id)


def _record(own: Own, number: str, now: datetime) -> None:
    statement = wording.statement(own.needs, own.content["firm"]["name"])
    who = f"{own.row.name} {personnummer.mask(number)}"
    data = {
        "applicants": 1,
        "home_kind": own.agreement.home,
        "statement_version": wording.STATEMENT_VERSION,
        "statement_sha256": statement.sha256,
    }
    obj = f"quote:{own.quote.public_id}:v{own.agreement.version}"
    events.record("deduction.details_given", obj, actor=own.actor, at=now, data=data, personal={"persons": who})


def _link_id(token: str) -> str:
    try:
        return tokens.read(inviting.PURPOSE, token)
    except tokens.BadToken:
        raise NotFound from None
