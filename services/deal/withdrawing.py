"""A consumer's withdrawal from the contract (lag (2005:59) 2 kap. 10 and 10 a §§).

A statement is always received, time-stamped and acknowledged, in time or not, also while the firm is leaving; whether
the right existed is for the firm to assess afterwards.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import languages
from domain import canonical
from domain.clock import stockholm_date
from domain.evidence import timestamp
from domain.quote_states import after, can
from extensions import db
from models import Agreement, Withdrawal, new_public_id
from services import allowance, events, limits, notices, once, outbox, scope, transaction
from services.deal import deals, parties
from services.deal.deals import Deal
from services.errors import NotFound

ACT = "withdraw"
MOST_LETTERS = 20  # statements per deal and quarter of an hour: the acknowledgement goes to a typed address


def receive(deal: Deal, *, name: str, reply_to: str, contract: str, key: str, now: datetime) -> Withdrawal:
    """Keep the statement and acknowledge it. Commits.

    Where several agreed each may withdraw, and the agreement ends for all: it was made only by all of them together.
    Raises NotFound where there is no contract, RuleBroken("copy_only"), TooMany.
    """
    deal_id = deal.found.deal_id
    content = {"name": name, "reply_to": reply_to, "contract": contract}
    deals.lock(deal)
    if deal.agreement is None:
        raise NotFound
    deal.check_may_decide()
    if (kept := _kept(deal, key, content)) is not None:
        return kept
    limits.count("withdraw", deal_id, limit=MOST_LETTERS, now=now)  # ends the transaction
    deals.lock(deal)
    if (kept := _kept(deal, key, content)) is not None:  # the other of two presses was quicker
        return kept
    agreement = deal.agreement
    assert agreement is not None  # noqa: S101  (agreements are never removed while their link is open)
    deals.seen(deal, now=now)
    row = _store(deal, agreement, content, now)
    once.remember(deal.found.firm_id, key, ACT, content, at=row.public_id, now=now)
    _record(deal, row, now)
    if row.in_time and can(deal.quote.status, "withdraw"):
        deal.quote.status = after(deal.quote.status, "withdraw")
        allowance.release(agreement, now)
    deal.quote.turn, deal.quote.touched_at = "firm", now
    params = {"withdrawal": row.public_id, "link": deal.found.link_public_id}
    letter: dict[str, Any] = {"firm_id": deal.found.firm_id, "now": now, "quote_id": deal.found.quote_id}
    outbox.queue("withdrawal_received", reply_to, params, **letter)
    notices.tell(deal.quote, notices.ALWAYS, "withdrawal_to_firm", params, now=now)
    parties.tell_others(deal, "other_withdrew", {"withdrawal": row.public_id}, now=now)
    transaction.commit()
    return row


def newest(deal: Deal) -> Withdrawal | None:
    """The latest statement about this contract."""
    if deal.agreement is None:
        return None
    rows = scope.rows(Withdrawal, deal.found.firm_id, Withdrawal.agreement_id == deal.agreement.id)
    return max(rows, key=lambda row: row.id, default=None)


def statement(row: Withdrawal) -> dict[str, Any]:
    """What was received, as it is acknowledged; its hash stands in the chain."""
    return {
        "name": row.name,
        "contract": row.contract,
        "reply_to": row.reply_to,
        "received": timestamp(row.received_at),
    }


def _kept(deal: Deal, key: str, content: dict[str, str]) -> Withdrawal | None:
    """What this form has already led to."""
    public_id = once.answer(deal.found.firm_id, key, ACT, content)
    return scope.get(Withdrawal, deal.found.firm_id, Withdrawal.public_id == public_id) if public_id else None


def _store(deal: Deal, agreement: Agreement, content: dict[str, str], now: datetime) -> Withdrawal:
    last_day = agreement.withdraw_until
    is_pending = deal.quote.status == "late_acceptance"  # no contract yet, so the period has not begun to run out
    row = Withdrawal(
        firm_id=deal.found.firm_id,
        public_id=new_public_id(),
        agreement_id=agreement.id,
        name=content["name"],
        reply_to=content["reply_to"],
        contract=content["contract"],
        received_at=now,
        last_day=last_day,
        in_time=is_pending or (last_day is not None and stockholm_date(now) <= last_day),
    )
    db.session.add(row)
    return row


def _record(deal: Deal, row: Withdrawal, now: datetime) -> None:
    obj = f"quote:{deal.found.deal_id}"
    data = {
        "channel": "function",
        "lang": languages.code(),
        "received": timestamp(now),
        "parts": "all",
        "last_day": row.last_day.isoformat() if row.last_day else None,
        "in_time": row.in_time,
    }
    personal = {"name": row.name, "reply_to": row.reply_to, "text": row.contract}
    events.record("withdrawal.received", obj, actor=deal.actor, at=now, data=data, personal=personal)
    sha256 = canonical.sha256_hex(canonical.dumps(statement(row)))
    events.record(
        "withdrawal.acknowledged",
        obj,
        actor=deal.actor,
        at=now,
        data={"content_sha256": sha256},
        personal={"to": row.reply_to},
    )
