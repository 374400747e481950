"""What the customer's page shows, drawn from the frozen version. Reads only; nothing here writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from documents import wording
from documents.format import deduction_names
from domain.clock import stockholm_date
from domain.dates_sv import WITHDRAWAL_DAYS, last_withdrawal_day
from domain.quote_states import OPEN, QuoteStatus, can
from domain.quotes import from_data
from domain.standing import Standing
from languages import gettext as _
from languages import speaking
from models import Agreement, Message, StoredFile
from services import notices, scope, storage, transaction
from services.deal import deals, delegating, figures, options, pages, parties
from services.deal.deals import Deal
from services.errors import NotFound, RuleBroken

S = QuoteStatus


def page(deal: Deal, *, now: datetime, typed: options.Typed = options.NOTHING_TYPED) -> pages.Page:
    today = stockholm_date(now)
    shown = pages.of(
        deal.content, deal.chosen, state=state(deal, now), messages=messages(deal), today=today, typed=typed
    )
    if not (deal.is_joint or deal.found.role or deal.found.has_stand_ins):
        return replace(shown, may_hand_over=delegating.can(deal))
    return _among_several(deal, shown)


def _among_several(deal: Deal, shown: pages.Page) -> pages.Page:
    """Who reads it, who decides and has approved, and what no longer counts. What is approved is settled."""
    shown = replace(
        shown,
        reader=deal.reader,
        may_decide=deal.may_decide,
        role=deal.role,
        pays=pages.pays(deal.content, deal.role),
        holder=delegating.holder(deal),
        may_hand_over=delegating.can(deal),
        may_take_back=shown.state == "waits",
        parties=tuple(parties.of_deal(deal)),
        undone=tuple(parties.undone(deal)),
    )
    if deal.pending is None:
        return shown
    agreed = json.loads(deal.pending.agreed)
    settled = pages.settled(deal.content, agreed)
    totals = from_data(agreed["totals"])
    return replace(shown, is_settled=True, totals=totals, price_words=settled.price_words, plan=settled.plan)


def state(deal: Deal, now: datetime) -> str:
    """open: can be approved. past: a late answer is possible. Else the stored status.

    closed, suspended: the firm does no business now.

    Of several: waits: has approved, others have not. not_yet: others sign first. reads: does not sign.
    """
    status = deal.found.status
    if status in (S.ACCEPTED, S.SIGNED, S.COMPLETED, S.LATE_ACCEPTANCE, S.WITHDRAWN):
        return str(status)
    if (standing := deal.standing(now)) is not Standing.ACTIVE:
        return str(standing)
    if not deal.may_sign and (status in OPEN or can(status, "accept_late")):
        return "reads"
    if deal.is_waiting and deal.own_approval is not None:
        return "waits"
    if deal.is_joint and (status in OPEN or can(status, "accept_late")) and not parties.has_turn(deal):
        return "not_yet"
    if status in OPEN:
        return "past" if deal.is_past(now) else "open"
    return "past" if can(status, "accept_late") else str(status)


def choose(deal: Deal, picked: list[str], quantities: Mapping[str, int], *, now: datetime) -> None:
    """Keep what the customer has chosen. Commits.

    Raises choices.BadChoice for what the quote does not offer, RuleBroken when nothing can be chosen any more.
    """
    deal.check_may_decide()
    if state(deal, now) not in ("open", "past"):
        raise RuleBroken("not_open")
    deals.lock(deal)
    if deal.is_waiting:
        raise RuleBroken("choices_settled")
    chosen = figures.check(deal.content, picked, quantities)
    deals.seen(deal, now=now)
    deal.link.picked = chosen.stored()
    transaction.commit()
    deal.found = deal.found._replace(picked=chosen.stored())


def saw(deal: Deal, *, now: datetime) -> None:
    """The small script's word that someone has touched the page. Commits."""
    if deal.is_own_visit or deal.found.is_told:
        return
    deals.lock(deal)
    is_first = deal.quote.seen_at is None
    deals.seen(deal, now=now)
    if is_first:  # an act that says more than "opened" has a letter of its own
        notices.tell(deal.quote, "opened", "opened_to_firm", {"quote": deal.found.deal_id}, now=now)
    transaction.commit()


def quote_pdf(deal: Deal) -> bytes:
    return storage.read(deal.found.firm_public_id, deal.pdf)


def agreement_file(deal: Deal) -> StoredFile:
    """The agreement PDF's row. Raises NotFound until it is drawn."""
    file = find_agreement_file(deal)
    if file is None:
        raise NotFound
    return file


def stamped_file(deal: Deal) -> StoredFile:
    """The sealed paper with a time stamp after it. Raises NotFound where there is none."""
    if deal.agreement is None or deal.agreement.stamped_id is None:
        raise NotFound
    return scope.get(StoredFile, deal.found.firm_id, StoredFile.id == deal.agreement.stamped_id)


def find_agreement_file(deal: Deal) -> StoredFile | None:
    if deal.agreement is None or deal.agreement.pdf_id is None:
        return None
    return scope.get(StoredFile, deal.found.firm_id, StoredFile.id == deal.agreement.pdf_id)


def bytes_of(deal: Deal, file: StoredFile) -> bytes:
    return storage.read(deal.found.firm_public_id, file)


def agreed(deal: Deal) -> dict[str, Any]:
    """What was agreed, schema handslag.agreed/1. Raises NotFound where nothing is."""
    if deal.agreement is None:
        raise NotFound
    found: dict[str, Any] = json.loads(deal.agreement.agreed)
    return found


def withdrawal_form(deal: Deal) -> bytes:
    """The form as PDF. Raises NotFound for those without the right."""
    if deal.agreement is None or deal.agreement.withdraw_until is None:
        raise NotFound
    return withdrawal_paper(deal.content, deal.agreement)


def withdrawal_form_name(deal: Deal) -> str:
    with speaking(deal.content["lang"]):
        return _("Angerblankett %(n)s", n=deal.content["number"]) + ".pdf"


def withdrawal_paper(content: Mapping[str, Any], agreement: Agreement) -> bytes:
    from documents import withdrawal_form as paper

    with speaking(content["lang"]):
        return paper.render(
            content["firm"],
            content["number"],
            kind=content["kind"],
            agreed_on=stockholm_date(agreement.accepted_at),
            title=content["title"],
            address=content["address"],
            last_day=agreement.withdraw_until,
        )


def terms(content: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Everything that holds besides the price, as on the paper: (heading, paragraphs)."""
    from documents import texts, work_types

    blocks: list[tuple[str, list[str]]] = []
    totals = content["totals"]
    if content["terms"].strip():
        blocks.append((str(_("Företagets villkor")), [content["terms"].strip()]))
    if content["reverse_charge"]:
        version = content["reverse_charge"]["text_version"]
        blocks.append((str(_("Moms")), texts.reverse_charge(version, content["customer"])))
    if totals["deductions"]:
        kinds = deduction_names(totals["deductions"])
        version = content["deduction_terms"]["text_version"]
        said = texts.deduction(version, totals, content["paid_on"])
        blocks.append((_("%(kinds)s-avdrag", kinds=kinds), [*work_types.lines(content), *said]))
    if content["withdrawal"]["right"]:
        version = content["withdrawal"]["text_version"]
        blocks.append((str(_("Ångerrätt")), texts.withdrawal(version, content["firm"], content["withdrawal"]["days"])))
        if not content["contract"]:  # whose clauses say it
            blocks.append((str(_("Fel och tvist")), texts.consumer(version)))
    if content["contract"]:
        clauses = enumerate(content["contract"]["clauses"], 1)
        blocks += [(f"{number}. {one['title']}", [one["text"]]) for number, one in clauses]
    return blocks


def messages(deal: Deal) -> tuple[Message, ...]:
    """The thread, oldest first."""
    if not deal.found.has_messages:
        return ()
    return tuple(
        sorted(scope.rows(Message, deal.found.firm_id, Message.quote_id == deal.found.quote_id), key=lambda m: m.id)
    )


def logo_file(deal: Deal) -> StoredFile:
    if deal.found.logo_id is None:
        raise NotFound
    return scope.get(StoredFile, deal.found.firm_id, StoredFile.id == deal.found.logo_id)


def ticks_text(content: Mapping[str, Any], kind: str, *, today: date) -> wording.Wording:
    customer = content["customer"]
    return wording.consent(
        kind,
        customer_kind=customer["kind"],
        customer=customer["name"],
        last_day=last_withdrawal_day(today),
        deal_kind=wording.kind_of(content),
    )


class WithdrawalTime(Struct, frozen=True):
    """How much of the period of withdrawal is left; `days_used` of `days_in_all`."""

    last_day: date
    days_left: int
    days_in_all: int
    days_used: int

    @property
    def is_over(self) -> bool:
        return self.days_left < 0


def withdrawal_time(deal: Deal, *, now: datetime) -> WithdrawalTime | None:
    """None for those without the right: other than consumers."""
    if deal.agreement is None or deal.agreement.withdraw_until is None:
        return None
    last_day, today = deal.agreement.withdraw_until, stockholm_date(now)
    left = (last_day - today).days
    whole = max(WITHDRAWAL_DAYS, (last_day - stockholm_date(deal.agreement.accepted_at)).days)
    return WithdrawalTime(last_day, left, whole, whole - max(left, 0))
