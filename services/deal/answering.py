"""What the firm does with a quote that lies with the customer: take it back, or answer a late yes."""

from __future__ import annotations

from datetime import datetime

from domain.clock import stockholm_date
from domain.dates_sv import last_withdrawal_day
from domain.evidence import timestamp
from domain.quote_states import after, can
from extensions import db
from models import Agreement, Quote
from services import allowance, events, nudge, scope, standing, transaction
from services.actors import Actor
from services.deal import inviting, links, parties, undelivered
from services.errors import RuleBroken
from services.quotes import content as frozen


def recall(quote: Quote, *, actor: Actor, now: datetime) -> None:
    """Take the quote back (AvtL 7 §: in time only if it reaches the customer before the quote is read). Commits."""
    db.session.refresh(quote, with_for_update=True)
    if not can(quote.status, "recall"):
        raise RuleBroken("not_open")
    if quote.hold == "held":  # a new version is on its way: that is called back first
        raise RuleBroken("on_its_way")
    events.record(
        "doc.recalled",
        _obj(quote),
        actor=actor,
        at=now,
        data={"reason": "by_firm", "first_view_before": quote.seen_at is not None},
    )
    parties.void(quote, "recalled", actor=actor, now=now)
    quote.status = after(quote.status, "recall")
    quote.turn, quote.touched_at, quote.question_at = "none", now, None
    undelivered.forget(quote)
    parties.tell(quote, "quote_recalled", {}, but=None, copies=True, now=now)
    links.text_instead(quote, "quote_recalled", {}, now=now)
    transaction.commit()


def confirm_late(quote: Quote, *, actor: Actor, now: datetime) -> None:
    """The firm stands by its offer though the answer came late: now there is a contract. Commits."""
    agreement = _pending(quote, "confirm_late", now)
    standing.check(quote.firm_id, now)
    _record(quote, agreement, "confirmed", actor=actor, now=now)
    quote.status = after(quote.status, "confirm_late", kind=quote.kind)
    quote.turn, quote.touched_at = "firm", now
    allowance.reserve(agreement, None, now, quote=quote)
    if _may_withdraw(quote, agreement):
        agreement.withdraw_until = last_withdrawal_day(stockholm_date(now))
    undelivered.forget(quote)
    links.keep_after_agreement(quote, now=now)
    inviting.begin(quote, agreement, actor=actor, now=now)
    nudge.after_commit("draw_agreements")
    transaction.commit()


def refuse_late(quote: Quote, *, actor: Actor, now: datetime) -> None:
    """The firm does not take the late answer. What the customer filled in is not kept. Commits."""
    agreement = _pending(quote, "refuse_late", now)
    _record(quote, agreement, "refused", actor=actor, now=now)
    parties.void(quote, "refused", actor=actor, now=now)
    quote.status = after(quote.status, "refuse_late")
    quote.turn, quote.touched_at = "none", now
    parties.tell(quote, "late_refused", {}, but=None, copies=False, now=now)
    links.text_instead(quote, "late_refused", {}, now=now)
    transaction.commit()


def drop_pending(quote: Quote, *, actor: Actor, now: datetime) -> None:
    """What a new version overtakes is no agreement: a late answer, the yes of some. Never commits."""
    parties.void(quote, "replaced", actor=actor, now=now)


def _may_withdraw(quote: Quote, agreement: Agreement) -> bool:
    """Whether a consumer has ordered something, as the agreed version says."""
    return bool(frozen.read(frozen.version_of(quote, agreement.version).content)["withdrawal"]["right"])


def _pending(quote: Quote, action: str, now: datetime) -> Agreement:
    db.session.refresh(quote, with_for_update=True)
    if not can(quote.status, action):
        raise RuleBroken("not_open")
    return scope.get(Agreement, quote.firm_id, Agreement.quote_id == quote.id)


def _record(quote: Quote, agreement: Agreement, answer: str, *, actor: Actor, now: datetime) -> None:
    events.record(
        "doc.late_acceptance",
        _obj(quote),
        actor=actor,
        at=now,
        data={
            "answer": answer,
            "received": timestamp(agreement.accepted_at),
            "version": agreement.version,
            "agreed_sha256": agreement.agreed_sha256,
            "total_ore": agreement.to_pay_ore,
        },
    )


def _obj(quote: Quote) -> str:
    return f"quote:{quote.public_id}:v{quote.version}"
