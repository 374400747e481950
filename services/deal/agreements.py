"""What the paper of an agreement says, and to whom it is mailed. services/deal/completing.py makes it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from documents import methods_words
from domain import personnummer
from domain.acts import AGREES
from domain.evidence import timestamp
from domain.parties import Role
from extensions import db
from languages import gettext as _
from models import (
    Agreement,
    Applicant,
    Approval,
    Event,
    Firm,
    Letter,
    Quote,
    QuoteLink,
    QuoteVersion,
    Recipient,
    User,
)
from services import events, notices, outbox, scope, signing, vault
from services.actors import system
from services.checkpoint_rows import Checkpoint
from services.deal import links, parties, story, undelivered
from services.importing import homes
from services.installation import settings
from services.quotes import content


def without_paper(agreement_id: int) -> tuple[Agreement, Quote, QuoteVersion, Firm] | None:
    """An agreement that has no paper yet, with what it is drawn from."""
    found = db.session.execute(
        select(Agreement, Quote, QuoteVersion, Firm)
        .join(Quote, and_(Quote.firm_id == Agreement.firm_id, Quote.id == Agreement.quote_id))
        .join(
            QuoteVersion,
            and_(
                QuoteVersion.firm_id == Quote.firm_id,
                QuoteVersion.quote_id == Quote.id,
                QuoteVersion.version == Agreement.version,
            ),
        )
        .join(Firm, Firm.id == Agreement.firm_id)
        .where(Agreement.id == agreement_id, Agreement.pdf_id.is_(None))
    ).one_or_none()
    return None if found is None else found._t


def render(
    agreement: Agreement,
    quote: Quote,
    version: QuoteVersion,
    firm: Firm,
    frozen_pdf: bytes,
    *,
    checkpoint: Checkpoint | None = None,
) -> bytes:
    """The paper as PDF, without a seal yet: the frozen pages, what was agreed, and the evidence page.

    `checkpoint` covers the agreement; it stands on the evidence page.
    """
    from documents import agreement as paper

    evidence = _evidence(agreement, quote, version, firm)
    if checkpoint is not None:
        evidence["checkpoint"] = {"n": checkpoint.n, "id": checkpoint.id, "at": timestamp(checkpoint.at)}
    return paper.render(frozen_pdf, json.loads(agreement.agreed), evidence, content=content.read(version.content))


def _evidence(agreement: Agreement, quote: Quote, version: QuoteVersion, firm: Firm) -> dict[str, Any]:
    """What the evidence page says (documents/evidence_page.py). All who get the quote get the same paper."""
    user = scope.get(User, firm.id, User.id == quote.user_id)
    told = story.of(quote, firm_public_id=firm.public_id, on_shared_paper=quote.is_shared)
    approvals = [row for row in parties.live(quote) if row.agreed_sha256 == agreement.agreed_sha256]
    readers = _readers(quote, version)
    return {
        "document_id": agreement.public_id,
        "firm_name": firm.name,
        "firm_actor": user.name or firm.name,
        "firm_at": timestamp(version.created_at),
        "customer_name": agreement.name,
        "accepted_at": timestamp(agreement.accepted_at),
        "method": methods_words.told(agreement.method, agreement.way),
        "signatures": _signatures(agreement, approvals, firm),
        "manual": _manual(agreement, firm),
        "handed_by": _handed_by({agreement.way, *(row.way for row in approvals)}, told),
        "events": [
            {
                "at": timestamp(step.at),
                "what": step.what,
                "who": step.who or readers.get(step.link, ""),
                "trace": step.trace,
            }
            for step in told
        ],
        "pdf_sha256": version.pdf_sha256,
        "json_sha256": version.json_sha256,
        "agreed_sha256": agreement.agreed_sha256,
        "chain_link": chain_link(quote),
        "check_address": f"{settings().base_url}/kontrollera",
        "withdraw_until": agreement.withdraw_until.isoformat() if agreement.withdraw_until else None,
        "personnummer_masked": masked_numbers(firm, agreement),
        "home": home_words(agreement),
        "approvals": [_approval(row) for row in approvals],
        "is_shared": quote.is_shared,
    }


def _readers(quote: Quote, version: QuoteVersion) -> dict[str, str]:
    """Where several get it, who came by which link, by the link's public id: their page says it of what they opened."""
    if not quote.is_shared:
        return {}
    whose = and_(Recipient.firm_id == QuoteLink.firm_id, Recipient.id == QuoteLink.recipient_id)
    asked = scope.columns(QuoteLink, quote.firm_id, QuoteLink.public_id, Recipient.name)
    found = db.session.execute(asked.outerjoin(Recipient, whose).where(QuoteLink.quote_id == quote.id))
    customer = json.loads(version.content)["customer"]
    return {link: name or customer["contact"] or customer["name"] for link, name in found.tuples()}


def _approval(row: Approval) -> dict[str, Any]:
    """One of several who have approved, with the own ticks."""
    return {
        "name": row.name,
        "role": row.role,
        "at": timestamp(row.approved_at),
        "method": methods_words.told(row.method, row.way),
        "consents": json.loads(row.consents),
    }


def _signatures(agreement: Agreement, approvals: list[Approval], firm: Firm) -> list[dict[str, str]]:
    """All who signed, with what they drew. None where the firm wrote a yes down."""
    if agreement.way == "manual":
        return []
    rows: list[tuple[str, str, datetime, Agreement | Approval]] = [
        (row.name, row.role, row.approved_at, row) for row in approvals
    ]
    return [
        {
            "name": name,
            "role": role,
            "at": timestamp(at),
            "method": row.method,
            "mark": signing.mark_of(firm.public_id, row),
        }
        for name, role, at, row in rows or [(agreement.name, "", agreement.accepted_at, agreement)]
    ]


def _manual(agreement: Agreement, firm: Firm) -> list[str]:
    """What the firm wrote down of a yes given elsewhere; empty where the customer approved here."""
    agreed = json.loads(agreement.agreed)
    if "manual" not in agreed:
        return []
    from documents import said_yes

    return said_yes.lines(agreed, firm.name)


def _handed_by(ways: set[str], told: list[story.Step]) -> str:
    """Who let the customer use a device of the firm's, where a yes was given on one."""
    if links.ON_SITE not in ways:
        return ""
    return next((step.who for step in reversed(told) if step.act == "doc.shown"), "")


def home_words(agreement: Agreement) -> str:
    """Which home the work is done in, as the claim to Skatteverket names it; empty while it is not given."""
    if agreement.home == "house" and agreement.fastighetsbeteckning:
        return str(_("Fastighetsbeteckning: %(name)s.", name=agreement.fastighetsbeteckning))
    if agreement.home == "flat" and agreement.brf_orgnr:
        flat = agreement.flat_number
        number = _("lägenhet %(n)s", n=flat) if flat else _("lägenhetsnummer saknas")
        return str(_("Förening %(orgnr)s, %(flat)s.", orgnr=agreement.brf_orgnr, flat=number))
    return ""


def masked_numbers(firm: Firm, agreement: Agreement) -> list[str]:
    """One text per applicant in their order, 19571230-••••; empty where it is not given yet."""
    return [
        personnummer.mask(clear) if (clear := number_of(firm.public_id, row)) else "" for row in applicants(agreement)
    ]


def applicants(agreement: Agreement) -> list[Applicant]:
    rows = scope.rows(Applicant, agreement.firm_id, Applicant.agreement_id == agreement.id)
    return sorted(rows, key=lambda row: row.position)


def number_of(firm_public_id: str, row: Applicant) -> str:
    """An applicant's personnummer in full. Empty if it is not given yet."""
    if row.personnummer is None:
        return ""
    return vault.unseal(firm_public_id, row.personnummer, "applicant", row.public_id, "personnummer").decode()


def chain_link(quote: Quote) -> str:
    """Link of the entry that made the contract: who holds the letter can witness to the chain."""
    statement = (
        scope.columns(Event, quote.firm_id, Event.link)
        .where(Event.obj == f"quote:{quote.public_id}", Event.act.in_(AGREES))
        .order_by(Event.seq.desc())
        .limit(1)
    )
    return str(db.session.scalars(statement).one())


def mail(agreement_id: int, firm_id: int, sha256: str, now: datetime) -> None:
    """Queue the letters that tell all parties of the finished paper; none of what came along. Never commits."""
    agreement = scope.get(Agreement, firm_id, Agreement.id == agreement_id)
    quote = scope.get(Quote, firm_id, Quote.id == agreement.quote_id)
    if _came_along(quote):
        return
    firm = db.session.get_one(Firm, firm_id)
    link = scope.get(QuoteLink, firm_id, QuoteLink.id == agreement.link_id)
    is_own = link.revoked_at is None and link.way != links.ON_SITE
    others = links.mailed_to(quote)
    live = link if is_own else next((one for one in others if one.recipient_id == link.recipient_id), None)
    letter: dict[str, Any] = {"firm_id": firm_id, "now": now, "quote_id": quote.id}
    params = {"agreement": agreement.public_id}
    notices.tell(quote, notices.ALWAYS, "quote_approved_to_firm", params, now=now)
    own = "quote_recorded" if agreement.way == "manual" else "quote_approved"
    to = [(own, agreement.email, live.public_id if live else "")] if agreement.email else []
    if quote.is_shared:  # those who are bound too, and those who only read or attest
        bound = {row.recipient_id for row in parties.live(quote) if row.role != Role.WITNESS}
        to += [
            (own if one.recipient_id in bound else "agreement_copy", one.email, one.public_id)
            for one in others
            if one.recipient_id != link.recipient_id
        ]
    if link.way == links.SMS and link.revoked_at is None:  # the way they came, besides the papers
        outbox.queue("quote_approved_sms", link.phone, {"link": link.public_id}, **letter)
    for came in _came_otherwise(quote, {link.recipient_id, *(one.recipient_id for one in others)}):
        to += [(own, came.email, came.public_id)] if came.email else []
        if came.way == links.SMS:
            outbox.queue("quote_approved_sms", came.phone, {"link": came.public_id}, **letter)
    for kind, email, link_id in to:
        outbox.queue(kind, email, {**params, "link": link_id}, **letter)
        _record_sent(quote, agreement, firm, sha256, email, now)


def _came_along(quote: Quote) -> bool:
    """Whether it was agreed before the firm came here: whoever is to have the paper is written to from there."""
    home = homes.newest(quote.firm_id)
    if home is None:
        return False
    about = Event.obj == f"quote:{quote.public_id}", Event.act.in_((*AGREES, "doc.all_signed")), Event.seq > home.seq
    return db.session.scalar(scope.columns(Event, quote.firm_id, Event.seq).where(*about).limit(1)) is None


def _came_otherwise(quote: Quote, told: set[int | None]) -> list[QuoteLink]:
    """The live links of those of several who approved and whom no letter reaches yet."""
    ids = [row.link_id for row in parties.live(quote) if row.recipient_id not in told]
    if not ids:
        return []
    live = QuoteLink.revoked_at.is_(None), QuoteLink.way != links.ON_SITE
    return scope.rows(QuoteLink, quote.firm_id, QuoteLink.id.in_(ids), *live)


def mail_again(quote: Quote, email: str, link: QuoteLink, *, now: datetime) -> bool:
    """If the letter with the agreement did not arrive, the same to a corrected address: the law asks for it (DAL 2:4).

    Never commits.
    """
    asked = Letter.quote_id == quote.id, Letter.kind.in_(undelivered.AGREEMENT)
    sent = scope.columns(Letter, quote.firm_id, Letter.kind, Letter.state, Letter.params).where(*asked)
    newest = db.session.execute(sent.order_by(Letter.id.desc())).first()
    if newest is None or newest.state != "failed":
        return False
    agreement = scope.get(Agreement, quote.firm_id, Agreement.quote_id == quote.id)
    firm = db.session.get_one(Firm, quote.firm_id)
    params = {**json.loads(newest.params), "link": link.public_id}
    outbox.queue(newest.kind, email, params, firm_id=firm.id, now=now, quote_id=quote.id)
    _record_sent(quote, agreement, firm, agreement.pdf_sha256 or "", email, now)
    return True


def _record_sent(quote: Quote, agreement: Agreement, firm: Firm, sha256: str, email: str, now: datetime) -> None:
    events.record(
        "receipt.sent",
        f"quote:{quote.public_id}:v{agreement.version}",
        actor=system(firm.id, firm.public_id),
        at=now,
        data={"doc_sha256": sha256},
        personal={"to": email},
    )
