"""A customer's yes: what the form showed is compared with our own figures, then kept as canonical JSON.

One press, one row. A deal that is already agreed answers with what there is; anything that differs from what the
customer saw is Changed, and nothing is signed. Where several decide (services/deal/parties.py) the first yes settles
choices and applicants, the others approve just that, and the last of them makes the agreement.
"""

from __future__ import annotations

from datetime import date, datetime

from msgspec.structs import replace

from domain import consents
from domain.clock import stockholm_date
from domain.dates_sv import last_withdrawal_day
from domain.quote_states import after, can
from domain.quotes import Totals
from models import Agreement
from models import Applicant as ApplicantRow
from services import allowance, events, notices, nudge, once, outbox, scope, signing, transaction, vault
from services.deal import consenting, deals, figures, inviting, keeping, links, parties, reminding, undelivered
from services.deal.consenting import Home, Shown, Yes
from services.deal.deals import Deal
from services.errors import RuleBroken
from services.quotes import drafting

ACT = "quote.accept"


class Changed(RuleBroken):
    """The version, the picks or a figure is no longer what the form showed."""

    code = "deal_changed"


class ChoiceMissing(RuleBroken):
    """One of several must be chosen before the quote can be approved, and is not."""

    code = "choice_missing"


def approve(deal: Deal, yes: Yes, seen: Shown, *, key: str, now: datetime) -> Agreement:
    """Make the contract, or give back the one there is; of several who decide, the last makes it. Commits.

    After the last day it becomes a late answer, which the firm must confirm (AvtL 4 §).
    Raises Changed, ChoiceMissing, RuleBroken("copy_only" | "closed" | "suspended" | "not_your_turn" | "not_open" |
    "consent_missing" | "method_too_weak"), once.KeyReused, signing.NotProven, signature_mark.BadMark.
    """
    deals.lock(deal)
    if deal.agreement is not None:
        return deal.agreement
    deal.check_may_sign()
    deal.check_business(now)
    if deal.pending is not None and deal.own_approval is not None:  # pressed twice
        return deal.pending
    parties.check_turn(deal)
    is_late, is_last = deal.is_past(now), parties.is_last(deal)
    act = f"accept{'' if is_last else '_part'}{'_late' if is_late else ''}"
    if not can(deal.quote.status, act):
        raise RuleBroken("not_open")
    today = stockholm_date(now)
    result = consenting.reckoned(deal, yes.persons)
    if not _is_as_seen(deal, seen, yes, result, today):
        raise Changed
    if figures.to_choose(deal.content, deal.chosen.picked):
        raise ChoiceMissing
    asked = consenting.ticks_of(deal, today=today)
    offered = tuple(tick for tick, _text in asked)
    if consents.missing(offered, yes.ticks):
        raise RuleBroken("consent_missing")
    yes = replace(yes, ticks=yes.ticks & {tick.kind for tick in offered})
    content = {"name": yes.name, "version": seen.version, "json_sha256": seen.json_sha256}
    if once.answer(deal.found.firm_id, key, ACT, content) is not None:
        raise once.KeyReused
    signed = signing.check(deal, yes.proof, seen.terms, total_ore=result.gross_ore, now=now)
    once.remember(deal.found.firm_id, key, ACT, content, at="", now=now)
    deals.seen(deal, now=now)
    ticks = keeping.ticks_given(yes, asked)
    agreement = deal.pending or keeping.store(deal, yes, result, ticks, signed, now)
    if deal.is_joint:
        parties.add(deal, agreement, yes.name, ticks, signed, now=now)
    if deal.pending is not None and deal.found.recipient is None:  # a customer known by number alone gets the paper too
        deals.reach(deal, yes.email or deal.content["customer"]["email"], now=now)
    keeping.record(deal, agreement, yes, ticks, signed, is_late, now)
    _go_on(deal, agreement, act, result, is_late=is_late, is_last=is_last, now=now)
    transaction.commit()
    return agreement


def _is_as_seen(deal: Deal, seen: Shown, yes: Yes, result: Totals, today: date) -> bool:
    """Whether the form showed what is there now.

    Two may press at the same moment, each as the first: the other joins if both saw the same to the last figure, and
    asked for the deduction on the same home and for the same people.
    """
    if seen == consenting.shown_to(deal, result, today=today):
        return True
    if deal.pending is None or seen.agreed_sha256:
        return False
    if result.deductions or yes.persons:
        own = consenting.reckon(deal.content, deal.chosen, yes.persons)
        if figures.shares_text(own) != seen.shares or not _asks_as(deal.pending, yes, deal.found.firm_public_id):
            return False
    return seen == consenting.shown(deal.content, deal.found.json_sha256, deal.chosen, result, today=today)


def _asks_as(pending: Agreement, yes: Yes, firm_public_id: str) -> bool:
    """Whether the deduction is asked for as in what another has approved already.

    Where one person's details come later on both sides it is not said yet whose they are.
    """
    home = Home(pending.home, pending.fastighetsbeteckning, pending.brf_orgnr, pending.flat_number)
    rows = scope.rows(ApplicantRow, pending.firm_id, ApplicantRow.agreement_id == pending.id)
    if yes.home != home or len(rows) != len(yes.persons):
        return False
    if home.kind == "later" and len(rows) == 1:
        return True
    theirs = sorted(str(row.personnummer_index or row.name) for row in rows)
    return theirs == sorted(
        str(vault.blind_index(firm_public_id, one.personnummer) if one.personnummer else one.name)
        for one in yes.persons
    )


def _go_on(
    deal: Deal, agreement: Agreement, act: str, result: Totals, *, is_late: bool, is_last: bool, now: datetime
) -> None:
    """What follows from a yes that is kept: the state, the sums, whose turn it is, and who is told."""
    deal.quote.status = after(deal.quote.status, act, kind=deal.quote.kind)
    deal.quote.turn, deal.quote.touched_at = "firm" if is_last else "customer", now
    if is_last:
        drafting.keep_sums(deal.quote, result)
    if result.deductions:
        allowance.reserve(agreement, None, now, quote=deal.quote)
    if deal.is_joint and is_last:
        _complete(deal, agreement, is_late, now)
    if not is_last:
        parties.tell_of_approval(deal, now=now)
        reminding.begin_turn(deal.quote, deal.found.valid_until, now=now)
    elif is_late:
        _tell_late(deal, now)
    else:
        settle(deal, agreement, now=now)


def _complete(deal: Deal, agreement: Agreement, is_late: bool, now: datetime) -> None:
    """All have approved. What only some of them asked for holds for none."""
    ticks = parties.given_by_all(deal.approvals)
    agreement.accepted_at = now
    agreement.start_now = consents.START_WITHIN_PERIOD in ticks
    agreement.right_ends = consents.RIGHT_ENDS_WHEN_DONE in ticks
    if not is_late:
        data = {"pdf_sha256": deal.found.pdf_sha256}
        events.record("doc.all_signed", deal.obj, actor=deal.actor, at=now, data=data)


def settle(deal: Deal, agreement: Agreement, *, now: datetime) -> None:
    """The contract is made: its period of withdrawal begins, links live on, the paper is drawn. Never commits."""
    undelivered.forget(deal.quote)
    if deal.may_withdraw:
        agreement.withdraw_until = last_withdrawal_day(stockholm_date(now))
    links.keep_after_agreement(deal.quote, now=now)
    inviting.begin(deal.quote, agreement, actor=deal.actor, now=now)
    nudge.after_commit("draw_agreements")


def _tell_late(deal: Deal, now: datetime) -> None:
    params = {"quote": deal.found.deal_id}
    letter = {"firm_id": deal.found.firm_id, "now": now, "quote_id": deal.found.quote_id}
    notices.tell(deal.quote, "late_answer", "late_answer_to_firm", params, now=now)
    if deal.is_joint:
        parties.tell(deal.quote, "late_answer", params, but=None, copies=False, now=now)
    elif deal.link.email:
        params = {**params, "link": deals.for_letters(deal)}
        outbox.queue("late_answer", deal.link.email, params, **letter)  # type: ignore[arg-type]
