"""A yes that the customer gave elsewhere: on the phone, by mail, on site, by letter. The firm writes it down.

No form binds a contract (avtalslagen): an oral yes does. So the firm's note makes the agreement, and everything that
tells of it says that the firm wrote it down and that the customer has signed nothing here. The customer gets it at
once with how to object. Where several decide, one's word is not everyone's: each approves by the own link, or beside
the firm's screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from documents import said_yes
from domain import canonical
from domain.clock import end_of_day, stockholm_date
from domain.dates_sv import last_withdrawal_day
from domain.evidence import timestamp
from domain.quote_states import after, can
from domain.quotes import Totals
from domain.signing_methods import Method, asked_for, is_enough
from extensions import db
from models import (
    Agreement,
    Applicant,
    Firm,
    ManualAcceptance,
    OnceKey,
    Quote,
    QuoteLink,
    QuoteVersion,
    StoredFile,
    User,
    new_public_id,
)
from services import allowance, events, nudge, once, scope, standing, storage, transaction
from services.actors import Actor
from services.deal import attachments, figures, inviting, keeping, links, undelivered
from services.deal.approving import ChoiceMissing
from services.deal.attachments import Attached
from services.deal.figures import Chosen, Content
from services.errors import NotFound, RuleBroken, Stale
from services.quotes import content as frozen
from services.quotes import drafting
from services.signing import Signed, TooWeak

WAY = "manual"
ACT = "quote.accept_manually"
PURPOSE = "manual"
LETTER = "quote_recorded"


class TooEarly(RuleBroken):
    """Before the version was sent there was nothing to say yes to."""

    code = "yes_too_early"


class InTheFuture(RuleBroken):
    code = "yes_in_future"


class Late(RuleBroken):
    """After the last day a yes is an offer from the customer (AvtL 4 §): the firm must say that it takes it."""

    code = "yes_late"


class Yes(Struct, frozen=True):
    """What the firm writes down. `json_sha256` is the version that its page showed."""

    name: str
    channel: str
    received_at: datetime
    note: str
    picked: Sequence[str]
    quantities: Mapping[str, int]
    json_sha256: str
    takes_late: bool = False
    email: str = ""  # only where no address of the customer's is known
    attachment: bytes = b""


class Case(Struct, frozen=True):
    """A sent quote whose customer can have said yes."""

    quote: Quote
    version: QuoteVersion
    content: Content
    chosen: Chosen  # what the customer has chosen on the page so far
    email: str  # where letters reach the customer; empty if nobody knows

    @property
    def may_withdraw(self) -> bool:
        return bool(self.content["withdrawal"]["right"])

    @property
    def last_moment(self) -> datetime:
        return end_of_day(self.version.valid_until)


def load(firm_id: int, n: int) -> Case:
    """Raises NotFound, RuleBroken("not_open" | "several_decide")."""
    quote = drafting.get(firm_id, n)
    if not can(quote.status, "accept_manually") or quote.archived_at is not None:
        raise RuleBroken("not_open")
    version = frozen.version_of(quote)
    content = frozen.read(version.content)
    if content["deciders"]:
        raise RuleBroken("several_decide")
    link = links.mailed(quote)
    chosen = figures.stored(content, link.picked) if link else figures.NO_CHOICE
    return Case(quote, version, content, chosen, (link.email if link else "") or content["customer"]["email"])


def record(firm: Firm, n: int, yes: Yes, *, actor: Actor, key: str, now: datetime) -> None:
    """Make the agreement of a yes given elsewhere. Begins reading and writes at the end; commits.

    Raises NotFound, Stale (another version has been sent meanwhile), choices.BadChoice, ChoiceMissing, TooEarly,
    InTheFuture, Late, TooWeak, attachments.BadAttachment, DiskFull, RuleBroken("not_open" | "closed" | "suspended"),
    once.KeyReused.
    """
    firm_id, firm_public_id = firm.id, firm.public_id
    facts = {"n": n, "name": yes.name, "json_sha256": yes.json_sha256}
    if once.answer(firm_id, key, ACT, facts) is not None:
        return
    _check(load(firm_id, n), yes, now)
    attached = attachments.read(yes.attachment) if yes.attachment else None
    storage.require_disk(len(attached.data) if attached else 0)
    transaction.start_writing()
    drafting.get(firm_id, n, lock=True)
    if once.answer(firm_id, key, ACT, facts) is not None:  # the other of two presses was quicker
        transaction.rollback()
        return
    case = load(firm_id, n)
    _check(case, yes, now)
    standing.check(firm_id, now)
    chosen = figures.check(case.content, yes.picked, yes.quantities)
    if figures.to_choose(case.content, chosen.picked):
        raise ChoiceMissing
    result = figures.totals(case.content, chosen.picked, quantities=chosen.quantities)
    if not is_enough(signed(yes).method, asked_for(case.content["signing"], result.gross_ore)):
        raise TooWeak
    once.remember(firm_id, key, ACT, facts, at="recorded", now=now)
    file = _keep(attached, case, firm_id, firm_public_id, now) if attached else None
    agreement = _store(case, yes, chosen, result, file, actor, now)
    _record(case, agreement, yes, file, actor, now)
    quote = case.quote
    quote.status = after(quote.status, "accept_manually", kind=quote.kind)
    quote.turn, quote.touched_at = "firm", now
    drafting.keep_sums(quote, result)
    if result.deductions:
        allowance.reserve(agreement, None, now, quote=quote)
    undelivered.forget(quote)
    links.keep_after_agreement(quote, now=now)
    inviting.begin(quote, agreement, actor=actor, now=now)
    nudge.after_commit("draw_agreements")
    transaction.commit()


def was_recorded(firm_id: int, key: str) -> bool:
    """Whether this form has already made the agreement: the button was pressed twice."""
    return bool(key) and scope.find(OnceKey, firm_id, OnceKey.key == key, OnceKey.act == ACT) is not None


def known(case: Case, picked: Sequence[str], quantities: Mapping[str, int]) -> Chosen:
    """What the quote offers of what was typed."""
    return figures.known(case.content, picked, quantities)


def told(agreed: Mapping[str, Any], firm_name: str) -> str:
    """One sentence that says whose word it is."""
    return said_yes.told(agreed, firm_name)


def words(agreed: Mapping[str, Any]) -> str:
    """How, when, and who wrote it down, for the firm."""
    return said_yes.written(agreed)


def signed(yes: Yes) -> Signed:
    """By which method: something in writing that the firm keeps, else its word alone. What is heard is not written."""
    return Signed(Method.MANUAL_SCAN if yes.attachment and yes.channel != "phone" else Method.ORAL)


def is_late(case: Case, yes: Yes) -> bool:
    return yes.received_at > case.last_moment


def of(agreement: Agreement) -> ManualAcceptance | None:
    """What the firm wrote down; None where the customer approved here."""
    if agreement.way != WAY:
        return None
    return scope.find(ManualAcceptance, agreement.firm_id, ManualAcceptance.agreement_id == agreement.id)


def attachment(firm_id: int, n: int) -> StoredFile:
    """The file that shows the yes. Raises NotFound."""
    quote = drafting.get(firm_id, n)
    agreement = scope.get(Agreement, firm_id, Agreement.quote_id == quote.id)
    row = of(agreement)
    if row is None or row.file_id is None:
        raise NotFound
    return scope.get(StoredFile, firm_id, StoredFile.id == row.file_id)


def _check(case: Case, yes: Yes, now: datetime) -> None:
    if yes.json_sha256 != case.version.json_sha256:
        raise Stale
    if yes.received_at > now:
        raise InTheFuture
    if yes.received_at < case.version.created_at.replace(second=0, microsecond=0):  # a form knows no seconds
        raise TooEarly
    if is_late(case, yes) and not yes.takes_late:
        raise Late


def _keep(attached: Attached, case: Case, firm_id: int, firm_public_id: str, now: datetime) -> StoredFile:
    file = storage.put(
        firm_id,
        firm_public_id,
        attached.data,
        purpose=PURPOSE,
        name=f"Kundens ja {case.content['number']}.{attached.ending}",
        media_type=attached.media_type,
        now=now,
    )
    db.session.flush()
    return file


def _store(
    case: Case,
    yes: Yes,
    chosen: Chosen,
    result: Totals,
    file: StoredFile | None,
    actor: Actor,
    now: datetime,
) -> Agreement:
    """The agreement with who asks for a deduction, and what the firm wrote down of it."""
    firm_id, email = case.quote.firm_id, case.email or yes.email
    agreed = _agreed(case, yes, chosen, result, file, actor)
    stored = canonical.dumps(agreed)
    agreement = Agreement(
        firm_id=firm_id,
        public_id=new_public_id(),
        quote_id=case.quote.id,
        link_id=_link(case.quote, email, actor, now).id,
        version=case.version.version,
        agreed=stored.decode(),
        agreed_sha256=canonical.sha256_hex(stored),
        name=yes.name,
        email=email,
        way=WAY,
        method=signed(yes).method,
        level=signed(yes).level,
        accepted_at=yes.received_at,
        gross_ore=result.gross_ore,
        deduction_ore=result.deduction_ore,
        to_pay_ore=result.to_pay_ore,
        home="later" if _deducts(result) else "none",
        # From the day the customer gets it in a letter, with the form: without both the time does not run (DAL 2:12)
        withdraw_until=last_withdrawal_day(stockholm_date(now)) if case.may_withdraw else None,
    )
    db.session.add(agreement)
    db.session.flush()
    for row in agreed["applicants"]:
        who = {"firm_id": firm_id, "public_id": new_public_id(), "agreement_id": agreement.id, "position": row["order"]}
        amounts = {name: amount for name, amount in row.items() if name.endswith("_kr")}
        db.session.add(Applicant(**who, name=row["name"], **amounts))
    db.session.add(_note(agreement, case, yes, file, actor, now))
    return agreement


def _note(
    agreement: Agreement, case: Case, yes: Yes, file: StoredFile | None, actor: Actor, now: datetime
) -> ManualAcceptance:
    """What the firm wrote down: when, how and in whose words, with what shows it."""
    assert actor.user_id is not None  # noqa: S101  (only users write down)
    return ManualAcceptance(
        firm_id=agreement.firm_id,
        agreement_id=agreement.id,
        user_id=actor.user_id,
        channel=yes.channel,
        received_at=yes.received_at,
        recorded_at=now,
        is_late=is_late(case, yes),
        note=yes.note,
        file_id=file.id if file else None,
    )


def _deducts(result: Totals) -> bool:
    return any(share.amount_kr for share in result.deductions)


def _link(quote: Quote, email: str, actor: Actor, now: datetime) -> QuoteLink:
    """The link that the customer's letters carry; without an address the one that was handed over last."""
    if email:
        return links.mailed(quote) or links.by_mail(quote, email, actor=actor, now=now)
    rows = scope.rows(QuoteLink, quote.firm_id, QuoteLink.quote_id == quote.id)
    return max(rows, key=lambda row: row.id)


def _agreed(
    case: Case, yes: Yes, chosen: Chosen, result: Totals, file: StoredFile | None, actor: Actor
) -> dict[str, Any]:
    """What was agreed, schema handslag.agreed/1, with `manual` in place of consents and button."""
    content = case.content
    person = {"order": 1, "name": yes.name}
    return {
        **keeping.reckoned_part(content, chosen, result),
        "quote": case.quote.public_id,
        "version": case.version.version,
        "json_sha256": case.version.json_sha256,
        "pdf_sha256": case.version.pdf_sha256,
        "applicants": [person | figures.shares_kr(result, 0)] if _deducts(result) else [],
        "home": {"kind": "later" if _deducts(result) else "none"},
        "name": yes.name,
        "signing": signed(yes).facts,
        "consents": [],
        "manual": {
            "channel": yes.channel,
            "recorded_by": _name(actor),
            "late": is_late(case, yes),
            "note": yes.note,
            "attachment_sha256": file.sha256 if file else None,
        },
        "accepted_at": timestamp(yes.received_at),
    }


def _name(actor: Actor) -> str:
    """Who wrote it down: the user's name or the firm's, never the address of the login."""
    user = scope.get(User, actor.firm_id, User.id == actor.user_id)
    return user.name or user.firm.name


def _record(case: Case, agreement: Agreement, yes: Yes, file: StoredFile | None, actor: Actor, now: datetime) -> None:
    data = {
        "channel": yes.channel,
        "received": timestamp(yes.received_at),
        "attachment_sha256": file.sha256 if file else None,
        "version": case.version.version,
        "json_sha256": case.version.json_sha256,
        "agreed_sha256": agreement.agreed_sha256,
        "total_ore": agreement.to_pay_ore,
        "late": is_late(case, yes),
        **signed(yes).facts,
    }
    personal = {"by": yes.name} | ({"note": yes.note} if yes.note else {})
    obj = f"quote:{case.quote.public_id}:v{case.version.version}"
    events.record("doc.accepted_manually", obj, actor=actor, at=now, data=data, personal=personal)
